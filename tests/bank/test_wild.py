"""Papers from training departments: one layout per file, read as a person would read it."""

import pytest

from evaluator.bank.documents import read_papers
from evaluator.bank.items import Item
from tests.support.bank_papers import PAPERS

WILD = PAPERS / "wild"

# file: the keys of its questions in order (None: without), as `kind initial + key`
EXPECTED = {
    "01_number_before_digits_tf.txt": "t√ t× t× t√",
    "02_number_before_digits_choice.txt": "sB sA sA",
    "03_answer_explanation_alone.txt": "sA sA sA",
    "04_reference_in_numbered_points.txt": "sA s-",
    "05_reference_numbered_loses_next.txt": "s- s-",
    "06_chapters_open.txt": "o- o- o- o-",
    "07_chapters_tf.txt": "t× t√ t× t×",
    "08_explanation_list_tf.txt": "t√ t× t√",
    "09_key_overwritten.txt": "sA sB",
    "10_key_with_dot.txt": "mAC mAC",
    "11_ordering_letters.txt": "oB→D→A→C",
    "12_bracketed_abbreviation.txt": "s- s-",
    "13_options_two_columns.txt": "sA",
    "14_options_glued.txt": "sA sA",
    "15_middle_line_lost.txt": "sA sB",
    "16_answers_by_section.txt": "sA sB t× t√",
    "17_answers_ordinal_lines.txt": "sA sA mAB t√",
    "18_bracket_before_number.txt": "t- t√ sA",
    "19_notice_list.txt": "sA",
    "20_rule_and_emoji.txt": "t√ t×",
    "21_range_of_background.txt": "sA sA sA",
    "22_english_form.txt": "sB sA t× t√ o-",
    "23_learning_platform_export.txt": "sA sA",
    "24_survey_tool_export.txt": "sA mAC",
    "25_item_labels.txt": "sA sA",
    "26_unnumbered.txt": "sA sA",
    "27_one_paragraph.txt": "sA sA t√",
    "28_aiken.txt": "sA sA",
    "29_gift.txt": "sA t√",
    "30_right_option_marked.md": "sB sA sB",
    "31_partial_credit_heading.txt": "mAC",
    "32_interview_notes.txt": "o- o-",
    "43_xlsx_two_sheets.xlsx": "sA t√",
    "44_xlsx_other_columns.xlsx": "sA",
    "45_xlsx_leixing.xlsx": "sA",
    "46_xlsx_title_row.xlsx": "sA",
    "48_xlsx_options_in_one_cell.xlsx": "sA t√",
}


def items(name: str) -> list[Item]:
    return [item for paper in read_papers(WILD / name).papers for item in paper.items]


@pytest.mark.parametrize("name", EXPECTED)
def test_kinds_and_keys(name):
    """Every question of the file, with its kind and its key."""
    found = " ".join(f"{item.kind[0]}{item.key or '-'}" for item in items(name))
    assert found == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_nothing_is_left_unplaced(name):
    """Everything in these files has its place."""
    assert [entry.text for paper in read_papers(WILD / name).papers for entry in paper.unplaced] == []


def test_numbers_before_digits_stay_out_of_the_text():
    """`2、24小时内…` is question 2, and the hours stay in its words."""
    assert [item.text for item in items("01_number_before_digits_tf.txt")][1] == "24小时内必须首次响应工单。"


def test_lists_stay_in_their_explanation_or_answer():
    """Numbered points below 参考答案 or 解析 are not questions, nor answers to other questions."""
    first, second = items("05_reference_numbered_loses_next.txt")
    assert (len(first.references[0].parts), len(second.references[0].parts)) == (3, 3)
    assert items("08_explanation_list_tf.txt")[0].explanation.endswith("3. 给方案")
    scenario = items("04_reference_in_numbered_points.txt")[1]
    assert ([c.points for c in scenario.criteria], len(scenario.references[0].parts)) == ([6, 6], 2)


def test_options_in_columns_and_glued():
    """Two columns hold A to D in order; letters without a space begin options too."""
    assert [option.text for option in items("13_options_two_columns.txt")[0].options] == [
        "尊重",
        "幽默",
        "迅速",
        "简短",
    ]
    assert [len(item.options) for item in items("14_options_glued.txt")] == [4, 3]


def test_abbreviations_in_brackets_stay_words():
    """`(FAB)` in the middle of a question is no key."""
    assert ["FAB" in item.text or "ABC" in item.text for item in items("12_bracketed_abbreviation.txt")] == [True, True]


def test_stems_are_whole():
    """Every line between the number and option A belongs to the question."""
    assert "秒之内接听，超过的部分" in items("15_middle_line_lost.txt")[0].text


def test_backgrounds_hold_for_their_range():
    """`第1—2题` gives its background to two questions."""
    assert [bool(item.background) for item in items("21_range_of_background.txt")] == [True, True, False]


def test_tags_points_and_policy():
    """Difficulty, topic and points below a question; points and kind behind it; what a choice of some is worth."""
    first = items("25_item_labels.txt")[0]
    assert (first.difficulty, first.topics, first.points) == ("易", ("沟通技巧",), 2)
    assert [item.points for item in items("24_survey_tool_export.txt")] == [5, 10]
    (partial,) = items("31_partial_credit_heading.txt")
    assert (partial.points, partial.partial) == (4, 2)
    assert [item.chapter for item in items("06_chapters_open.txt")][1:3] == ["第一章 沟通", "第二章 投诉"]


def test_an_english_form():
    """Options in small letters, T and F behind statements, criteria on one line, answers by part."""
    *_, task = items("22_english_form.txt")
    assert [(criterion.text, criterion.points) for criterion in task.criteria] == [
        ("tone", 5),
        ("facts", 6),
        ("prevention", 4),
    ]
    assert task.references[0].text.startswith("Apologise")


def test_cells_with_letters_and_verdicts():
    """Options without the letter that their cells repeat; `错误` as the second option is ×."""
    found = items("47_xlsx_labels_and_tf.xlsx")
    assert [option.text for option in found[0].options] == ["问候", "沉默"]
    assert [item.key for item in found] == ["A", "AB", "×", "A", "AB"]

"""Papers in the layouts of many makers, all written for this test.

The makers are training departments, certification dumps, learning platforms, survey tools and schools. The papers were
read once before the grammar knew their layouts (docs/bank.md has the figures).
"""

import pytest

from evaluator.bank.documents import read_papers
from tests.support.bank_papers import PAPERS
from tests.support.maker_files import FILES

MAKERS = PAPERS / "makers"
INITIAL = {
    "single_choice": "s",
    "multiple_choice": "m",
    "true_false": "t",
    "ordering": "r",
    "blank": "b",
    "matching": "o",
}

# file: kinds and keys in order (s, m, t, r: by key; b: with gaps; o: answered in words or matched), numbers of options
EXPECTED = {
    "bank_teller.txt": ("sB sC sD sA sB mABD mABC t√ t× t√ o- o-", "444444400000"),
    "telecom_keys_end.txt": ("sA sB sA sD t× t√ t√ t√", "44440000"),
    "dump_english.txt": ("sB mAC o-", "440"),
    "xuexitong.txt": ("sA sA t√ t×", "4400"),
    "wjx.txt": ("sA mAC t× b-", "4400"),
    "k12.txt": ("o- sC sA b- b- o- o-", "0330000"),
    "answers_table_md.md": ("sB sD t× t√", "4400"),
    "party.txt": ("t√ t× t√ t× t√", "00000"),
    "safety_answers_inline.txt": ("sD sB sA mABC mABCD t× t√ sB t×", "444540040"),
    "hr_english.txt": ("sB sC t× t√ o- o-", "440000"),
    "chapters_keys_each.txt": ("sC sB t× t√ sB sC t× t√", "44004400"),
    "shared_stem_ielts.txt": ("sA sB o- sA sA", "33032"),
    "explanation_numbers.txt": ("sB sA sB", "444"),
    "matching_blank.txt": ("b- b- b- b- o- o- o-", "0000000"),
    "kaoshixing.txt": ("sA mABD t× b- o-", "44000"),
    "jinshan_two_cols_key.txt": ("sB sC sA o- o-", "44400"),
    "interview_qa.md": ("o- o- o-", "000"),
    "tf_T_F_rows.txt": ("t√ t√ t× t× t√", "00000"),
    "options_paren_chinese.txt": ("sA sC mABD t√ t×", "44400"),
    "answers_with_reasons_end.txt": ("sA sA sB o- o-", "44400"),
    "ppt_quiz.txt": ("sB sB t√", "430"),
    "numbered_sub_open.txt": ("o- o- o- o- o-", "00000"),
    "letters_lower_cn.txt": ("sB sC sB", "444"),
    "answer_sheet_columns.txt": ("sA sB sB mABD", "4444"),
    "bilingual.txt": ("sA t× o-", "300"),
    "chaoxing_xlsx_like.csv": ("sA mABC t√ o-", "4400"),
    "yuketang.txt": ("sA mABCD t× o-", "4400"),
    "scoring_strategy.txt": ("o- o-", "00"),
    "insurance.txt": ("sB sA sD mABC mABD t√ o- o-", "44444000"),
    "dump_cn_colon.txt": ("sB sA sC", "444"),
    "postal.txt": ("b- b- b- sA sB t√ t× t× o- o-", "0004400000"),
    "hotel_en.md": ("sB mAB t× o-", "3300"),
    "medical_a1.txt": ("sB sB sB sB sB sD", "555555"),
    "gov_hotline.txt": ("sC sB sB mABD o- o-", "333400"),
    "key_ranges.txt": ("sA sC sA sB sB sC", "444444"),
    "roleplay_table.md": ("o- o-", "00"),
    "zhihuishu.txt": ("sC t√ mABD", "404"),
    "answers_first.txt": ("sB sA sD t√ t×", "44400"),
    "explained_block.txt": ("sB mABD t×", "440"),
    "airline_en.txt": ("sB sB b- o- rB→A→C→D", "33000"),
    "points_inline.txt": ("o- o- o-", "000"),
    "number_then_newline.txt": ("sB sB t√", "440"),
    "traditional.txt": ("sA sB t× t√", "4400"),
    "one_col_answers_sep.txt": ("sC sD mABCD sB sA mABC", "444444"),
    "bullets_options.txt": ("sB rA", "40"),
    "html_like.html": ("sA sB t√", "320"),
    "fullwidth_digits.txt": ("t√ t× t√ t×", "0000"),
    "scenario_dialog.txt": ("o- o-", "00"),
    "tab_separated.txt": ("sA sA t×", "440"),
    "multi_chapters_answers_end.txt": ("t√ t× sC t√ t× sA", "004004"),
    "later_w01.txt": ("sB sA sB t× t√", "44400"),
    "later_w02.txt": ("sA sB t√ o-", "3300"),
    "later_w03.txt": ("sB sA b- b-", "4400"),
    "later_w04.txt": ("sD sB t×", "440"),
    "later_w05.txt": ("t√ t× sC o- o-", "00400"),
    "later_w06.txt": ("sA sB sD", "444"),
    "fourth_party_section_keys.txt": ("b- b- sA sD o- o-", "004400"),
    "fourth_bank_labels.txt": ("sB mABC t×", "440"),
    "fourth_pipe_fields.txt": ("sA mABC t×", "440"),
    "fourth_safety_tf_correct.txt": ("t× t√ t× sB sB", "00044"),
    "fourth_nursing.txt": ("sB sB sA sB sD", "55555"),
    "fourth_driving.txt": ("t√ sA mABD", "044"),
    "fourth_teacher_material.txt": ("o- o- o-", "000"),
    "fourth_cs_cert_en.txt": ("sB mAC t×", "440"),
    "fourth_google_forms.txt": ("sA sA t√", "330"),
    "fourth_moodle_review.txt": ("sB t√ mAB", "304"),
    "fourth_text2qti.txt": ("sB mAB t√ b-", "3400"),
    "fourth_wjx_scores.txt": ("sA mAC t× b- o-", "34000"),
    "fourth_xuexitong_review.txt": ("sA sA t×", "330"),
    "fourth_yuketang.txt": ("sB mAC t×", "440"),
    "fourth_cloze.txt": ("sA sA sB", "444"),
    "fourth_matching.txt": ("o-", "0"),
    "fourth_subquestions.txt": ("o- o-", "00"),
    "fourth_gov_explained.txt": ("sC sB mACD", "444"),
    "fourth_blackboard.txt": ("sA mAB t√ b- o-", "33000"),
    "fourth_dsl_english.txt": ("sB mAC t× o-", "3300"),
    "fourth_miniapp.txt": ("sB mAB t√ b- o-", "33000"),
    "fourth_answers_boxed.txt": ("sB mABD", "44"),
    "fourth_hr_interview_star.txt": ("o- o- o-", "000"),
    "fourth_insurance_end_by_section.txt": ("sB sA sB t× t√ t× o-", "4440000"),
    "fourth_dash_answers.md": ("sB sB t√ t×", "3300"),
    "fourth_numbered_paren_keys_front.txt": ("sB sA mABD t× t√", "44400"),
    "fourth_qa_rows_score.txt": ("o- o- o-", "000"),
    "fourth_two_level.txt": ("sA t× sB t√", "4040"),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_kinds_keys_and_options(name):
    """Every question of the file, with its kind, its key and the number of its options, and no other question."""
    assert read_as(MAKERS / name) == EXPECTED[name]


@pytest.mark.parametrize("name", FILES)
def test_kinds_keys_and_options_of_files(name, tmp_path):
    """The same for Word, Excel and PDF files, which are built here."""
    path = tmp_path / name
    build, *expected = FILES[name]
    build(path)
    assert read_as(path) == tuple(expected)


def read_as(path):
    """Kinds, keys and numbers of options of a file's questions, as in EXPECTED."""
    items = [item for paper in read_papers(path).papers for item in paper.items]
    kinds = [INITIAL.get(item.kind, "o") for item in items]
    keyed = [item.key if kind in "smtr" and item.key else "-" for kind, item in zip(kinds, items, strict=True)]
    found = " ".join(f"{kind}{key}" for kind, key in zip(kinds, keyed, strict=True))
    options = "".join(str(len(item.options) if kind in "sm" else 0) for kind, item in zip(kinds, items, strict=True))
    return found, options


def test_a_remark_below_a_key_explains_it():
    """`答题说明:` directly below a key is no instruction for the question after it."""
    (paper,) = read_papers(MAKERS / "fourth_answers_boxed.txt").papers
    assert [item.explanation for item in paper.items] == ["先接住情绪。", "营业时间属于一线可答。"]
    assert not any(item.requirements for item in paper.items) and not paper.unplaced

"""Typical mistakes of first-time authors: each has its line and one sentence in the reader's language."""

from pathlib import Path

import pytest

from evaluator.rubric import Check, Closing, Criterion, Explanation, KeyPoint, Level, ReferenceAnswer, Rubric
from evaluator.rubrics import lint_text

GOOD = """\
id: parcel
version: 1
title: 包裹破损
language: zh
form: dialogue
task: 安抚收到破损包裹的客户。
pass_mark: 3
criteria:
  - id: redo
    name: 补寄
    points: 5
    levels:
      - points: 0
        description: 没有说补寄
      - points: 5
        description: 说出补寄的日期
    checks:
      - id: date
        question: 客服说了哪天补寄吗？
        "yes": 说了哪一天
        "no": 没有说
references:
  - id: ref
    text: 客服：对不起，明天给您补寄一件。
    key_points:
      - id: when
        text: 说出补寄的日期
        example: 明天给您补寄一件。
        criteria: [redo]
"""
SECOND = """\
  - id: redo
    name: 道歉
    points: 1
    levels:
      - points: 0
        description: 没有道歉
      - points: 1
        description: 说了对不起
"""


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


def test_the_good_one_is_good() -> None:
    """Nothing is found where nothing is wrong."""
    assert lint_text(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("    name: 补寄", "    name：补寄", "full_width_colon", 10),
        ("title: 包裹破损", "title：包裹破损", "full_width_colon", 3),
        ("title: 包裹破损", "title:包裹破损", "colon_without_space", 3),
        ("    name: 补寄", "    name:", "value_missing", 10),
        ("question: 客服说了哪天补寄吗？", "question: 客服核对了单号 #尾号 吗？", "cut_by_hash", 19),
        ("task: 安抚收到破损包裹的客户。", "task: 安抚客户：说明 原因: 破损", "yaml_colon_in_text", 6),
        ("    points: 5\n    levels", "\tpoints: 5\n    levels", "yaml_tab", 11),
        ("    points: 5\n    levels", "    points: 5\n    points: 5\n    levels", "key_twice", 12),
        ("        description: 没有说补寄", "        description: 没有说补寄\n        description: 又", "key_twice", 15),
        ("    checks:", "    key_points: [说出日期]\n    checks:", "field_misplaced", 17),
        ("references:", SECOND + "references:", "duplicate_id", 22),
        ("pass_mark: 3", "pass_mark: 06", "pass_above_max", 7),
        ("pass_mark: 3", "pass_mark: 010", "pass_above_max", 7),
        ("pass_mark: 3", "pass_mark: 及格", "number_wanted", 7),
        ("title: 包裹破损", 'title: "包裹破损', "yaml_quote", 3),
        ("title: 包裹破损", "title: *包裹", "yaml_star", 3),
        ("title: 包裹破损", "title: @包裹", "yaml_start", 3),
        ("        description: 没有说补寄", "        description: 没有说补寄、不清楚", "vague", 13),
    ],
)  # fmt: skip
def test_each_slip_has_its_line_and_its_sentence(old: str, new: str, code: str, line: int) -> None:
    """The line is that of the slip, and the sentence says what to write in either language."""
    finding = lint_text(changed(old, new))[0]
    assert (finding.code, finding.line) == (code, line)
    chinese, english = finding.text("zh"), finding.text("en")
    assert any("\u4e00" <= char <= "\u9fff" for char in chinese) and chinese != english
    assert chinese.endswith(("。", "？")) and english.endswith(".")
    assert "ScalarNode" not in chinese + english and "found " not in chinese


def test_a_zero_in_front_of_a_number_changes_nothing() -> None:
    """The number 03 is 3, as everybody reads it."""
    assert lint_text(changed("pass_mark: 3", "pass_mark: 03")) == []


def test_a_merged_criterion_is_told_by_its_line() -> None:
    """A criterion copied from another by `<<` has the same name: the second one's line."""
    text = changed("  - id: redo\n", "  - &first\n    id: redo\n").replace(
        "references:", "  - <<: *first\n    id: again\nreferences:"
    )
    finding = lint_text(text)[0]
    assert (finding.code, finding.line) == ("same_name", 23)


def test_a_comment_behind_a_space_is_a_comment() -> None:
    """A comment with a space after its mark is what the author meant."""
    assert lint_text(changed("points: 5\n    levels", "points: 5  # all of it\n    levels")) == []
    assert lint_text(changed("title: 包裹破损", "title: 包裹破损 # 旧名：破损件")) == []


def test_the_documentation_lists_every_field() -> None:
    """docs/rubrics.md has a row for each field of each part of a rubric."""
    page = (Path(__file__).parents[2] / "docs" / "rubrics.md").read_text(encoding="utf-8")
    for model in (Rubric, Criterion, Level, Check, Closing, ReferenceAnswer, KeyPoint, Explanation):
        section = page.partition(f"### {model.__name__}\n")[2].partition("\n### ")[0]
        for field in model.model_fields:
            assert f"| `{field}` |" in section, f"{model.__name__}.{field}"

"""Grading by key, with its stated policies."""

import pytest

from evaluator.bank.items import Blank, Item, ItemOption, MatchingPair
from evaluator.bank.objective import grade_objective
from evaluator.errors import InputError


def choice(kind: str, key: str | None, points: float | None = 3, **fields) -> Item:
    options = tuple(ItemOption(label=label, text=f"option {label}") for label in "ABCDE")
    return Item(kind=kind, text="?", options=options, key=key, points=points, **fields)


@pytest.mark.parametrize(
    ("answer", "strict", "partial"),
    [("ABD", 3, 3), ("d、b、a", 3, 3), ("AB", 0, 2), ("B", 0, 1), ("ABC", 0, 0), ("ABCDE", 0, 0), ("", 0, 0)],
)
def test_multiple_choice_by_both_policies(answer, strict, partial):
    """All or nothing; or a share for right picks as long as none is wrong."""
    item = choice("multiple_choice", "ABD")
    assert grade_objective(item, answer).points == strict
    assert grade_objective(item, answer, policy="partial").points == pytest.approx(partial)


def test_missed_and_wrong_picks_are_named():
    """What was missed and what was wrong can be shown."""
    grade = grade_objective(choice("multiple_choice", "ABD"), "AC", policy="partial")
    assert (grade.missed, grade.wrong, grade.correct, grade.given) == (("B", "D"), ("C",), False, "AC")


@pytest.mark.parametrize(
    ("item", "answer", "points"),
    [
        (choice("single_choice", "B", 2), "b", 2),
        (choice("single_choice", "B", 2), "C", 0),
        (Item(kind="true_false", text="?", key="×", points=1), "错误", 1),
        (Item(kind="true_false", text="?", key="×"), "True", 0),
        (
            Item(kind="ordering", text="?", steps=("a", "b", "c"), key="②→①→③", points=4),
            "2, 1, 3".replace(", ", "-"),
            4,
        ),
        (Item(kind="ordering", text="?", steps=("a", "b", "c"), key="②→①→③", points=4), "①②③", 0),
        (choice("ordering", "C", 2, steps=("a", "b")), "C", 2),
    ],
)
def test_other_objective_kinds(item, answer, points):
    """Single choice, true or false, ordering by sequence and by option; an item without points counts 1."""
    assert grade_objective(item, answer).points == points


@pytest.mark.parametrize(
    ("item", "answer", "cause"),
    [
        (choice("single_choice", None), "A", "no_key"),
        (choice("multiple_choice", None, truncated=True), "A", "truncated"),
        (choice("single_choice", "A"), "大概是第一个吧", "unreadable"),
        (choice("single_choice", "A"), "H", "unreadable"),
    ],
)
def test_ungraded_is_not_zero(item, answer, cause):
    """A missing key, or an unreadable answer, leaves the points open, which is not zero."""
    grade = grade_objective(item, answer)
    assert (grade.points, grade.cause) == (None, cause)


def test_open_items_are_refused():
    """A scenario has no key to grade by."""
    with pytest.raises(InputError):
        grade_objective(Item(kind="scenario", text="?"), "A")


@pytest.mark.parametrize(
    ("answer", "points"),
    [("ABD", 4), ("AB", 2), ("A", 2), ("AC", 0), ("", 0)],
)
def test_what_the_paper_declares_for_some_right_options_counts(answer, points):
    """`少选得2分` in the heading is the policy, unless another one is asked for."""
    item = choice("multiple_choice", "ABD", 4, partial=2)
    assert grade_objective(item, answer).points == points
    assert grade_objective(item, "AB", policy="all_or_nothing").points == 0


GAPS = Item(
    kind="blank",
    text="来电____声之内接听，简称____原则，须由____负责。",
    blanks=(
        Blank(answers=("三", "叁"), points=1),
        Blank(answers=("三声",), points=1),
        Blank(answers=("首问人", "首接人"), points=2),
    ),
)


@pytest.mark.parametrize(
    ("answer", "points", "missed"),
    [
        ("三；三声；首问人", 4, ()),
        ("3、“三声”、首接人", 4, ()),
        ("(1)叁 (2)三声 (3)班长", 2, ("首问人",)),
        ("", 0, ("三", "三声", "首问人")),
    ],
)
def test_gaps_count_by_themselves(answer, points, missed):
    """Each gap has its own points and several right answers; `3` is `三`."""
    grade = grade_objective(GAPS, answer)
    assert (grade.points, grade.max_points, grade.missed) == (points, 4, missed)


PAIRS = Item(
    kind="matching",
    text="连线\n① AHT      a. 首次解决率\n② FCR      b. 平均处理时长",
    pairs=(MatchingPair(left="AHT", right="平均处理时长"), MatchingPair(left="FCR", right="首次解决率")),
    points=4,
)


@pytest.mark.parametrize(
    ("answer", "points"), [("①-b ②-a", 4), ("2-a", 2), ("1-b; 2-b", 2), ("1→a 2→b", 0), ("", 0), ("不知道", None)]
)
def test_pairs_count_by_themselves(answer, points):
    """Each pair is worth an equal share; an answer in which no pair can be read is left ungraded."""
    assert grade_objective(PAIRS, answer).points == points


def test_gaps_without_answers_are_left_ungraded():
    """A fill-in question whose answers are not known is not zero."""
    assert grade_objective(Item(kind="blank", text="____"), "甲").cause == "no_key"


@pytest.mark.parametrize(
    ("answer", "points", "given"),
    [
        ("三\n三声\n首问人", 4, "三；三声；首问人"),
        ("\n三声\n首接人", 3, "；三声；首接人"),  # an empty line is an empty gap
        ("三\n\n首接人", 3, "三；；首接人"),
        ("三", 1, "三"),
        ("1. 三\n2. 三聲\n3. 首問人", 4, "三；三聲；首問人"),
        ("三；三声\n首问人", 4, "三；三声；首问人"),
    ],
)
def test_gaps_are_answered_line_by_line(answer, points, given):
    """The page and the terminal send one line per gap; traditional characters are no mistake."""
    grade = grade_objective(GAPS, answer)
    assert (grade.points, grade.given, grade.key) == (points, given, "三/叁；三声；首问人/首接人")


@pytest.mark.parametrize(
    ("answer", "points"),
    [
        ("AHT → 平均处理时长\nFCR → 首次解决率", 4),
        ("fcr→首次解决率", 2),
        ("AHT → \nFCR → 首次解决率", 2),
        ("FCR → AHT", 0),
    ],
)
def test_pairs_in_words(answer, points):
    """What the page sends: the entry and its match in words."""
    assert grade_objective(PAIRS, answer).points == points


def test_thirds_add_up():
    """Three gaps of one point are worth exactly one point."""
    item = Item(kind="blank", text="____", points=1, blanks=tuple(Blank(answers=(word,)) for word in "甲乙丙"))
    assert [grade_objective(item, answer).points for answer in ("甲\n乙\n丙", "甲\n乙")] == [1, 0.6667]

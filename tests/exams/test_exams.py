"""A paper as it is asked: questions from a list or the bank, keys, and what points add up to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.bank import Item
from evaluator.bank.items import Blank
from evaluator.errors import InputError
from evaluator.exams import QuestionOutcome, add_up, from_bank, grade_by_key, papers_in, parse_questions
from evaluator.exams.declared import minutes_in, pass_mark_in
from tests.support.exam_cases import LIST, OPTIONS, interview_paper, keyed_paper


def outcome(paper, question, points, **more):
    return QuestionOutcome(
        question=question, state="graded", points=points, max_points=paper.question(question).points, **more
    )


def test_a_question_that_was_not_asked_is_not_zero():
    """Its points leave the maximum, and the pass mark shrinks with it."""
    paper = interview_paper()
    result = add_up(paper, [outcome(paper, "q1", 5), outcome(paper, "q2", 4)])
    assert (result.total, result.max_points, result.full_points) == (9, 20, 30)
    assert result.not_asked == ("q3",) and result.pass_mark == 8 and result.passed is True


def test_what_could_not_be_graded_keeps_the_outcome_open():
    """An ungraded question counts neither way while it could decide, and no longer once it cannot."""
    paper = interview_paper()
    failed = QuestionOutcome(question="q2", state="ungraded", max_points=10)
    assert add_up(paper, [outcome(paper, "q1", 5), failed]).passed is None
    assert add_up(paper, [outcome(paper, "q1", 9), failed]).passed is True
    done = [outcome(paper, "q1", 0), failed, outcome(paper, "q3", 1)]
    assert add_up(paper, done).passed is False


def test_a_section_below_its_mark_fails_the_paper():
    """Sections have pass marks of their own."""
    paper = keyed_paper()
    every = [outcome(paper, one.id, one.points if one.section == "s2" else 0) for one in paper.questions]
    result = add_up(paper, [*every[:-1], outcome(paper, "q6", 10)])
    assert [one.passed for one in result.sections] == [False, None] and result.passed is False


@given(st.lists(st.one_of(st.none(), st.floats(0, 10)), min_size=3, max_size=3))
def test_sections_add_up_to_the_total(points):
    """Whatever was asked, the parts add up to the whole."""
    paper = interview_paper()
    outcomes = [outcome(paper, f"q{place}", value) for place, value in enumerate(points, start=1) if value is not None]
    result = add_up(paper, outcomes)
    assert sum(one.total or 0 for one in result.sections) == pytest.approx(result.total or 0)
    assert result.max_points == 10 * len(outcomes)


@pytest.mark.parametrize(
    ("question", "answer", "points"),
    [
        ("q1", "B", 2),
        ("q1", "c", 0),
        ("q2", "BD", 4),
        ("q2", "D", 1),  # what the paper declares for too few
        ("q2", "AD", 0),
        ("q3", "错", 1),
        ("q3", "也许", None),
        ("q4", "红\n停止", 2),
        ("q4", "红", 1),
        ("q5", "119 → 消防\n110 → 警察", 2),
        ("q5", "119 → 警察\n110 → 警察", 1),
        ("q5", "", 0),
    ],
)
def test_keys_grade_with_the_policy_of_the_paper(question, answer, points):
    """Choices, true or false, gaps and pairs; what cannot be read has no points."""
    assert grade_by_key(keyed_paper().question(question), answer).points == points


def test_a_list_with_a_mistake_names_the_line():
    """An unknown field is reported with its line."""
    with pytest.raises(InputError, match=r"line 6|第 6 行"):
        parse_questions(LIST.replace("points: 10", "pionts: 10"), "list.yaml")


def test_a_section_that_the_list_does_not_have_is_named():
    """A question in an unknown section would add up nowhere."""
    text = "title: a\nsections: [{title: 基础}]\nquestions: [{text: 问, section: 进阶}]"
    with pytest.raises(InputError, match="进阶"):
        parse_questions(text)


class Shelf:
    """A bank of one paper."""

    def __init__(self, *items: Item) -> None:
        self._items = list(items)

    def items(self) -> list[Item]:
        return self._items

    def files(self) -> dict[str, str]:
        return {}

    def papers(self, path: str) -> list:
        return []


def test_a_paper_of_the_bank_leaves_out_what_nobody_can_answer():
    """Questions that are cut off or lack a key are not asked; an interview asks only the open ones."""
    shelf = Shelf(
        Item(kind="single_choice", text="甲？", options=OPTIONS, key="A", paper="卷一", section="一"),
        Item(kind="single_choice", text="乙？", options=OPTIONS, paper="卷一", section="一"),
        Item(kind="open", text="说说你的看法。", paper="卷一", section="二", truncated=True),
        Item(kind="open", text="你怎么看？", points=8, paper="卷一", section="二"),
    )
    paper = from_bank(shelf, "卷一")
    assert [one.text for one in paper.questions] == ["甲？", "你怎么看？"] and paper.max_points == 9
    assert [one.text for one in from_bank(shelf, "卷一", only_open=True).questions] == ["你怎么看？"]
    assert len(papers_in(shelf)[0].left_out) == 2
    with pytest.raises(InputError, match="卷一"):
        from_bank(shelf, "卷七")


@pytest.mark.parametrize(
    ("line", "minutes", "mark"),
    [
        ("考试时间：90分钟　满分：100分　60分及格", 90, 60),
        ("Time: 2 hours. Passing score: 70 points", 120, 70),
        ("本部分得分不低于12分", None, 12),
        ("一、单选题(共10题,每题2分,总计20分)", None, None),
    ],
)
def test_what_a_paper_declares(line, minutes, mark):
    """Time and pass marks are found where a paper states them, and nowhere else."""
    assert (minutes_in([line]), pass_mark_in([line])) == (minutes, mark)


@pytest.mark.parametrize(("points", "each", "full"), [(None, 1.0, 3), (6.0, None, 6), (None, None, 1)])
def test_a_question_with_gaps_is_worth_its_gaps(points, each, full):
    """Gap by gap where the paper gives the points of a gap; the whole where it gives those of the question."""
    blanks = tuple(Blank(answers=(word,), points=each) for word in ("甲", "乙", "丙"))
    item = Item(kind="blank", text="__、__、__", section="填空", paper="卷", points=points, blanks=blanks)
    question = from_bank(Shelf(item), "卷").questions[0]
    assert question.points == full
    assert grade_by_key(question, "甲\n\n丙").points == pytest.approx(full * 2 / 3, abs=1e-4)
    assert grade_by_key(question, "甲\n乙\n丙").points == full

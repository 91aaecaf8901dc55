"""Adds up the points of the questions as the paper declares. Pure arithmetic.

A question that was not asked is not a zero: its points leave the maximum, and the pass marks shrink with it. A question
that could not be graded counts neither way, and `passed` stays open while it could still decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from evaluator.encoding import Frozen
from evaluator.exams.paper import ExamPaper

State = Literal["graded", "ungraded", "not_asked"]


class QuestionOutcome(Frozen):
    """The outcome of one question. `points` is None unless it was graded; `coverage` is the share that was graded."""

    question: str
    state: State
    points: float | None = None
    max_points: float
    coverage: float = 1.0
    review: bool = False
    grading: str | None = None  # id of the grading of an open question


class SectionSum(Frozen):
    """Points of a section. `max_points` and `pass_mark` cover the questions that were asked."""

    section: str
    total: float | None
    max_points: float
    pass_mark: float | None
    passed: bool | None


class ExamSum(Frozen):
    """The result.

    `max_points` and `pass_mark` cover the questions that were asked; `full_points` covers the whole paper.

    `passed` is None where the paper declares no pass mark, and while an ungraded question could still decide.
    """

    total: float | None
    max_points: float
    full_points: float
    pass_mark: float | None
    passed: bool | None
    coverage: float
    sections: tuple[SectionSum, ...]
    not_asked: tuple[str, ...] = ()
    ungraded: tuple[str, ...] = ()


def add_up(paper: ExamPaper, outcomes: Sequence[QuestionOutcome]) -> ExamSum:
    """Adds up the outcomes (one per question, in any order) by section and overall.

    A question without an outcome counts as not asked.
    """
    known = {outcome.question: outcome for outcome in outcomes}
    every = [known.get(one.id) or _not_asked(one.id, one.points) for one in paper.questions]
    sections = tuple(
        _of_section(paper, section.id, section.pass_mark, [known.get(one.id) for one in paper.of_section(section.id)])
        for section in paper.sections
    )
    total, most, open_points = _sum(every)
    mark = _scaled(paper.pass_mark, most, paper.max_points)
    passed = _passed(total, open_points, mark)
    if any(section.passed is False for section in sections):
        passed = False
    elif passed and any(section.passed is None and section.pass_mark is not None for section in sections):
        passed = None
    elif paper.pass_mark is None and any(section.pass_mark is not None for section in sections):
        passed = True if all(one.passed for one in sections if one.pass_mark is not None) else None
    return ExamSum(
        total=total,
        max_points=most,
        full_points=paper.max_points,
        pass_mark=mark,
        passed=passed,
        coverage=round(1 - open_points / most, 4) if most else 0.0,
        sections=sections,
        not_asked=tuple(one.question for one in every if one.state == "not_asked"),
        ungraded=tuple(one.question for one in every if one.state == "ungraded" or one.coverage < 1),
    )


def _of_section(
    paper: ExamPaper, section: str, pass_mark: float | None, outcomes: Sequence[QuestionOutcome | None]
) -> SectionSum:
    total, most, open_points = _sum([one for one in outcomes if one is not None])
    mark = _scaled(pass_mark, most, sum(question.points for question in paper.of_section(section)))
    return SectionSum(
        section=section,
        total=total,
        max_points=most,
        pass_mark=mark,
        passed=_passed(total, open_points, mark) if most else None,
    )


def _sum(outcomes: Sequence[QuestionOutcome]) -> tuple[float | None, float, float]:
    """Returns points reached (None if nothing was graded), the maximum of what was asked, and the part still open."""
    asked = [one for one in outcomes if one.state != "not_asked"]
    graded = [one for one in asked if one.points is not None]
    most = sum(one.max_points for one in asked)
    still_open = sum(one.max_points * (1 - one.coverage if one.points is not None else 1) for one in asked)
    return (round(sum(one.points or 0 for one in graded), 4) if graded else None), most, round(still_open, 4)


def _scaled(mark: float | None, asked: float, full: float) -> float | None:
    return None if mark is None or not full else round(mark * asked / full, 4)


def _passed(total: float | None, still_open: float, mark: float | None) -> bool | None:
    if mark is None or total is None:
        return None
    if total >= mark:
        return True
    return False if total + still_open < mark else None


def _not_asked(question: str, points: float) -> QuestionOutcome:
    return QuestionOutcome(question=question, state="not_asked", max_points=points)

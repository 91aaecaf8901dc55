"""Outcomes of questions that were graded by a rubric."""

from __future__ import annotations

from collections.abc import Mapping

from evaluator.exams.adding import QuestionOutcome
from evaluator.exams.paper import ExamQuestion
from evaluator.scorecard import Scorecard, corrected_card


def outcome_of(question: ExamQuestion, card: Scorecard, *, doubted: bool = False) -> QuestionOutcome:
    """Converts a grading to the points of its question: the rubric's points are scaled to those of the paper.

    A question is marked for review if its grading is, or if it is `doubted` that the text belongs to it.
    """
    scale = question.points / card.max_points if card.max_points else 0.0
    return QuestionOutcome(
        question=question.id,
        state="ungraded" if card.total is None else "graded",
        points=None if card.total is None else round(card.total * scale, 4),
        max_points=question.points,
        coverage=card.coverage,
        review=card.review or doubted,
        grading=card.id,
    )


def corrected_outcome(
    outcome: QuestionOutcome,
    question: ExamQuestion,
    cards: Mapping[str, Scorecard],
    given: Mapping[str, Mapping[str, float]],
    *,
    doubted: bool = False,
) -> QuestionOutcome:
    """Returns the outcome with the points that people gave (`given`, by grading and criterion) instead of the grader's.

    An outcome without a grading in `cards` stays as it is.
    """
    card = cards.get(outcome.grading or "")
    if card is None:
        return outcome
    return outcome_of(question, corrected_card(card, given.get(card.id, {})), doubted=doubted)

"""Grades answers by key, with the policy that the paper states."""

from __future__ import annotations

from evaluator.bank import OBJECTIVE_KINDS, Item, ObjectiveGrade, grade_objective
from evaluator.exams.paper import ExamQuestion


def is_keyed(item: Item) -> bool:
    """Whether the question can be graded by a key, without a model."""
    has_parts = (item.kind == "blank" and item.blanks) or (item.kind == "matching" and item.pairs)
    return item.kind in OBJECTIVE_KINDS or bool(has_parts)


def has_key(item: Item) -> bool:
    """Whether the question has its key."""
    return item.key is not None or bool(item.blanks or item.pairs)


def grade_by_key(question: ExamQuestion, answer: str) -> ObjectiveGrade:
    """Grades an answer as `grade_objective` does. An empty one is 0; one that cannot be read has no points, which is not zero.

    A multiple choice with some right options missing and none wrong gets what the paper declares for that, whatever the
    policy.
    """
    item = question.item.model_copy(update={"points": question.points})
    return grade_objective(item, answer, "declared" if item.partial is not None else question.policy)

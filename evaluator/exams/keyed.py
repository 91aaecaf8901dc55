"""Grades answers by key, with the policy that the paper states: picks, gaps and pairs."""

from __future__ import annotations

from evaluator.bank import OBJECTIVE_KINDS, Item, ObjectiveGrade, grade_objective
from evaluator.exams.paper import ExamQuestion
from evaluator.text import normalise


def is_keyed(item: Item) -> bool:
    """Whether the question can be graded by a key, without a model."""
    return item.kind in OBJECTIVE_KINDS or bool(item.blanks and item.kind == "blank") or bool(item.pairs)


def has_key(item: Item) -> bool:
    """Whether the question has its key."""
    return item.key is not None or bool(item.blanks or item.pairs)


def grade_by_key(question: ExamQuestion, answer: str) -> ObjectiveGrade:
    """Grades an answer. An empty one is 0; one that cannot be read has no points, which is not zero.

    A multiple choice with some right options missing and none wrong gets what the paper declares for that, whatever the
    policy. Gaps are one per line, in order; pairs are `left → right`, one per line. Both share the points equally
    unless the paper gives each gap its own.
    """
    item = question.item.model_copy(update={"points": question.points})
    if item.blanks and item.kind == "blank":
        return _gaps(question, item, answer)
    if item.pairs:
        return _pairs(question, item, answer)
    grade = grade_objective(item, answer, question.policy)
    some_right = grade.given and grade.missed and not grade.wrong and item.kind == "multiple_choice"
    if some_right and item.partial is not None and grade.points is not None:
        return grade.model_copy(update={"points": min(item.partial, question.points)})
    return grade


def _gaps(question: ExamQuestion, item: Item, answer: str) -> ObjectiveGrade:
    given = [line.strip() for line in answer.splitlines()]
    given += [""] * (len(item.blanks) - len(given))
    worth = [blank.points or 0.0 for blank in item.blanks]
    if not all(worth) or abs(sum(worth) - question.points) > 1e-6:
        worth = [question.points / len(item.blanks)] * len(item.blanks)
    right = [_same(mine, blank.answers) for mine, blank in zip(given, item.blanks, strict=False)]
    return _shared(
        question, worth, right, given[: len(item.blanks)], ["/".join(blank.answers) for blank in item.blanks]
    )


def _pairs(question: ExamQuestion, item: Item, answer: str) -> ObjectiveGrade:
    given = dict(_pair(line) for line in answer.splitlines() if "→" in line)
    worth = [question.points / len(item.pairs)] * len(item.pairs)
    right = [_same(given.get(_plain(pair.left), ""), (pair.right,)) for pair in item.pairs]
    keys = [f"{pair.left} → {pair.right}" for pair in item.pairs]
    return _shared(question, worth, right, answer.splitlines(), keys)


def _shared(
    question: ExamQuestion, worth: list[float], right: list[bool], given: list[str], keys: list[str]
) -> ObjectiveGrade:
    return ObjectiveGrade(
        points=round(sum(value for value, hit in zip(worth, right, strict=True) if hit), 4),
        max_points=question.points,
        policy=question.policy,
        correct=all(right),
        given="; ".join(given),
        key="; ".join(keys),
        missed=tuple(key for key, hit in zip(keys, right, strict=True) if not hit),
    )


def _pair(line: str) -> tuple[str, str]:
    left, _, right = line.partition("→")
    return _plain(left), right.strip()


def _same(mine: str, answers: tuple[str, ...]) -> bool:
    return bool(_plain(mine)) and _plain(mine) in {_plain(one) for one in answers}


def _plain(text: str) -> str:
    return normalise(text).text

"""Grading by key: questions whose answer is right or wrong need no model."""

from __future__ import annotations

import re
from typing import Literal

from evaluator.bank.items import OBJECTIVE_KINDS, Item
from evaluator.bank.papers import line_patterns
from evaluator.encoding import Frozen
from evaluator.errors import InputError

MarkingPolicy = Literal["all_or_nothing", "partial"]
WhyUnmarked = Literal["no_key", "unreadable", "truncated"]


class ObjectiveGrade(Frozen):
    """The grade of one objective answer. If `points` is None it is ungraded, which is not zero; `cause` says why."""

    points: float | None
    max_points: float
    policy: MarkingPolicy
    correct: bool | None = None
    given: str = ""  # the answer as read: `AC`, `√`, `②→①`
    key: str | None = None
    missed: tuple[str, ...] = ()  # right options that were not chosen
    wrong: tuple[str, ...] = ()  # chosen options that are not right
    cause: WhyUnmarked | None = None


def grade_objective(item: Item, answer: str, policy: MarkingPolicy = "all_or_nothing") -> ObjectiveGrade:
    """Grades an answer by the item's key; InputError for an item of an open kind.

    The policy matters for multiple choice only. `all_or_nothing`: full points for exactly the key, otherwise 0.
    `partial`: points times (right choices / options in the key), and 0 if any choice is wrong. An item without points
    counts 1. An empty answer is graded 0; an answer that cannot be read is left ungraded.
    """
    if item.kind not in OBJECTIVE_KINDS:
        raise InputError("bank_not_objective", id=item.id, kind=item.kind)
    max_points = 1.0 if item.points is None else item.points
    base = ObjectiveGrade(points=None, max_points=max_points, policy=policy, key=item.key)
    if item.key is None:
        return base.model_copy(update={"cause": "truncated" if item.truncated else "no_key"})
    given = _read(item, answer)
    if given is None:
        return base.model_copy(update={"cause": "unreadable", "given": answer.strip()[:80]})
    if item.kind == "multiple_choice":
        return _grade_picks(base, item.key, given)
    correct = given == item.key
    return base.model_copy(update={"points": max_points if correct else 0.0, "correct": correct, "given": given})


def _read(item: Item, answer: str) -> str | None:
    """The answer in key notation; an empty one is empty, not unreadable."""
    if not answer.strip():
        return ""
    key = line_patterns.read_key(answer)
    if key is None:
        return None
    if item.kind == "true_false":
        return key if key in (line_patterns.RIGHT, line_patterns.WRONG) else None
    if item.kind == "ordering" and "→" in (item.key or ""):
        return key if "→" in key else _digits(key)
    known = {option.label for option in item.options} or set(line_patterns.read_key(item.key or "") or "")
    return key if set(key) <= known else None


def _digits(text: str) -> str | None:
    found = re.findall(r"\d", text)
    return "→".join(line_patterns.CIRCLED[int(digit) - 1] for digit in found if digit != "0") or None


def _grade_picks(base: ObjectiveGrade, key: str, given: str) -> ObjectiveGrade:
    missed, wrong = sorted(set(key) - set(given)), sorted(set(given) - set(key))
    correct = not missed and not wrong
    share = 1.0 if correct else 0.0
    if base.policy == "partial" and not wrong:
        share = (len(key) - len(missed)) / len(key)
    picks = {"given": given, "missed": tuple(missed), "wrong": tuple(wrong)}
    return base.model_copy(update={"points": base.max_points * share, "correct": correct, **picks})

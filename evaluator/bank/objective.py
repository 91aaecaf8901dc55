"""Grading by key: questions whose answer is right or wrong need no model."""

from __future__ import annotations

import re
from typing import Literal

from evaluator.bank.items import OBJECTIVE_KINDS, Item, MatchingPair
from evaluator.bank.papers import line_patterns
from evaluator.bank.papers.gaps import answers_by_gap, pair_up
from evaluator.encoding import Frozen
from evaluator.errors import InputError
from evaluator.text import normalise

MarkingPolicy = Literal["all_or_nothing", "partial", "declared"]
WhyUnmarked = Literal["no_key", "unreadable", "truncated"]
GRADED_BY_KEY = OBJECTIVE_KINDS | {"blank", "matching"}


class ObjectiveGrade(Frozen):
    """The grade of one objective answer. If `points` is None it is ungraded, which is not zero; `cause` says why."""

    points: float | None
    max_points: float
    policy: MarkingPolicy
    correct: bool | None = None
    given: str = ""  # the answer as it was read: `AC`, `√`, `②→①`, or the words for the gaps
    key: str | None = None
    missed: tuple[
        str, ...
    ] = ()  # right options that were not picked; right words of gaps and pairs that were not given
    wrong: tuple[str, ...] = ()  # picked options, or words, that are not right
    cause: WhyUnmarked | None = None


def grade_objective(item: Item, answer: str, policy: MarkingPolicy | None = None) -> ObjectiveGrade:
    """Grades an answer by the item's key; InputError for an item of an open kind.

    The policy matters for multiple choice only. `all_or_nothing`: full points for exactly the key, else 0. `partial`:
    points times (right picks / options in the key), and 0 as soon as one pick is wrong. `declared`: the points that the
    paper gives for some but not all right options (`item.partial`) as long as no pick is wrong. Without a policy it is
    `declared` where the paper declares it, else `all_or_nothing`.

    Each gap of a fill-in question is worth its own points, or an equal share; any of its right answers counts, whatever
    width, case, script and punctuation, and numerals equal digits. Gaps are answered one per line (an empty line for an
    empty gap), or in one line with semicolons or numbers. Each pair of a matching question is worth an equal share; it is
    written as `left → right`, one per line, or with the marks of the two lists. An item without points counts 1. An empty answer is graded 0; one that cannot be read is left ungraded.
    """
    if item.kind not in GRADED_BY_KEY:
        raise InputError("bank_not_objective", id=item.id, kind=item.kind)
    policy = policy or ("declared" if item.partial is not None else "all_or_nothing")
    max_points = full_points(item)
    base = ObjectiveGrade(points=None, max_points=max_points, policy=policy, key=item.key)
    if not (item.key or item.blanks or item.pairs):
        return base.model_copy(update={"cause": "truncated" if item.truncated else "no_key"})
    if item.kind == "blank" and item.blanks:
        return _grade_gaps(base, item, answer)
    if item.kind == "matching" and item.pairs:
        return _grade_pairs(base, item, answer)
    given = _read(item, answer)
    if given is None or item.key is None:
        return base.model_copy(update={"cause": "unreadable", "given": answer.strip()[:80]})
    if item.kind == "multiple_choice":
        return _grade_picks(base, item.key, given, item.partial)
    correct = given == item.key
    return base.model_copy(update={"points": max_points if correct else 0.0, "correct": correct, "given": given})


def full_points(item: Item) -> float:
    """The item's points; those of its gaps together where only these are given; else 1."""
    each = [blank.points for blank in item.blanks]
    if item.points is None and each and None not in each:
        return sum(points or 0 for points in each)
    return 1.0 if item.points is None else item.points


def _grade_gaps(base: ObjectiveGrade, item: Item, answer: str) -> ObjectiveGrade:
    """Gap by gap, in their order."""
    given = answers_by_gap(answer, len(item.blanks))
    worth = _shares([blank.points for blank in item.blanks], base.max_points)
    points, missed, wrong = 0.0, [], []
    for place, (blank, share) in enumerate(zip(item.blanks, worth, strict=True)):
        said = given[place] if place < len(given) else ""
        if any(_says(said, right) for right in blank.answers):
            points += share
            continue
        missed.append(blank.answers[0])
        wrong += [said] if said else []
    key = "；".join("/".join(blank.answers) for blank in item.blanks)
    update = {"points": _whole(points, base), "correct": not missed, "given": "；".join(given)[:200], "key": key}
    return base.model_copy(update={**update, "missed": tuple(missed), "wrong": tuple(wrong)})


def _whole(points: float, base: ObjectiveGrade) -> float:
    """Shares added up: a third, a third and a third are 1."""
    return min(round(points, 4), base.max_points)


def _shares(given: list[float | None], total: float) -> list[float]:
    """The points of each gap as the paper gives them, where these add up; else equal shares of the total."""
    own = [points for points in given if points is not None]
    return own if len(own) == len(given) and abs(sum(own) - total) < 0.01 else [total / len(given)] * len(given)


def _grade_pairs(base: ObjectiveGrade, item: Item, answer: str) -> ObjectiveGrade:
    """MatchingPair by pair, in any order; what belongs to one entry may be given once."""
    given = _in_words(item, answer) or pair_up(item.text, answer)
    if answer.strip() and not given:
        return base.model_copy(update={"cause": "unreadable", "given": answer.strip()[:80]})
    right = [pair for pair in item.pairs if any(_same_pair(pair, other) for other in given)]
    wrong = [other for other in given if not any(_same_pair(pair, other) for pair in item.pairs)]
    missed = [pair for pair in item.pairs if pair not in right]
    shown = {"given": "；".join(map(_shown, given))[:200], "missed": tuple(map(_shown, missed))}
    points = _whole(base.max_points * len(right) / len(item.pairs), base)
    update = {"points": points, "correct": not missed and not wrong, "wrong": tuple(map(_shown, wrong))}
    return base.model_copy(update={**shown, **update, "key": "；".join(map(_shown, item.pairs))})


def _in_words(item: Item, answer: str) -> tuple[MatchingPair, ...]:
    """`AHT → 平均处理时长`, one line per pair, as far as the left sides are the question's."""
    known = {_plain(pair.left) for pair in item.pairs}
    lines = (line.partition("→") for line in answer.splitlines())
    found = ((left.strip(), right.strip()) for left, _, right in lines)
    return tuple(MatchingPair(left=left, right=right) for left, right in found if right and _plain(left) in known)


def _same_pair(pair: MatchingPair, other: MatchingPair) -> bool:
    return _says(other.left, pair.left) and _says(other.right, pair.right)


def _shown(pair: MatchingPair) -> str:
    return f"{pair.left}—{pair.right}"


def _says(given: str, right: str) -> bool:
    """Whether two answers are the same but for width, case, script, spaces and punctuation; `三` is `3`."""
    said, wanted = _plain(given), _plain(right)
    if not said:
        return False
    number = line_patterns.read_number(said)
    return said == wanted or (number is not None and number == line_patterns.read_number(wanted))


def _plain(text: str) -> str:
    folded = line_patterns.fold(normalise(text).text).strip().lower()
    kept = "".join(ch for ch in folded if ch.isalnum() or ch in "%√×+-<>=.")
    return kept.strip(".") or folded


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


def _grade_picks(base: ObjectiveGrade, key: str, given: str, declared: float | None) -> ObjectiveGrade:
    missed, wrong = sorted(set(key) - set(given)), sorted(set(given) - set(key))
    correct = not missed and not wrong
    share = 1.0 if correct else 0.0
    if base.policy == "partial" and not wrong:
        share = (len(key) - len(missed)) / len(key)
    points = base.max_points * share
    if base.policy == "declared" and declared is not None and given and missed and not wrong:
        points = min(declared, base.max_points)
    picks = {"given": given, "missed": tuple(missed), "wrong": tuple(wrong)}
    return base.model_copy(update={"points": points, "correct": correct, **picks})

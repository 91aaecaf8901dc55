"""From readings to points, once for each variant of asking and counting. Pure arithmetic on stored readings.

A variant yields a share of the points, 0 to 1, for each criterion of a case; None where it has no answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from benchmarks.agreement.cases import HumanSet
from benchmarks.agreement.readings import Reading
from evaluator.grading.anchoring import expected, place, slope, unanchored, witness
from evaluator.grading.similarity import Witnesses
from evaluator.grading.verdicts import Answered
from evaluator.judge import Answer, Ungraded, subject_of
from evaluator.scorecard import Verdict

if TYPE_CHECKING:
    import pandas as pd

Share = Callable[[Reading, str], float | None]
LOGIT_RANGE = 6.0  # a mean logit of ±6 is either end of the scale
SHARES_OF_LIKENESS = (0.2, 0.35, 0.5, 0.65, 0.8)
SHARES_OF_CLOSING = (0.15, 0.2, 0.25, 0.4, 0.5)
Asked = list[tuple[Answer, Answer | None, list[Answer]]]  # own, about the empty text, about the references


def variants(ways: Sequence[str], references: bool, anchored: bool, closing: bool = False) -> dict[str, Share]:
    """All variants that can be computed from these ways of asking, by name.

    `references` and `closing` say whether the rubrics have such sentences.
    """
    found: dict[str, Share] = {"product": product}
    for way in ways:
        found |= of_way(way, references, anchored)
    if {"checks", "swapped"} <= set(ways):
        found["checks, both orders"] = over(("checks", "swapped"), mean_logit)
    if {"checks", "levels"} <= set(ways):
        found["checks and levels"] = over(("checks", "levels"), mean_logit)
    if "checks" in ways and not references:
        found["all checks for each criterion"] = all_checks
    found |= with_closing(ways, anchored) if closing else {}
    return found | (with_likeness(ways, anchored) if references else {})


def of_way(way: str, references: bool, anchored: bool) -> dict[str, Share]:
    """Raw, as logits, without the prior, between the anchors."""
    found = {f"{way}, raw": over((way,), mean_share)}
    if not anchored:
        return found
    found |= {f"{way}, mean logit": over((way,), mean_logit), f"{way}, prior taken away": over((way,), prior_corrected)}
    return found | ({f"{way}, anchored": over((way,), between_anchors)} if references else {})


def with_likeness(ways: Sequence[str], anchored: bool) -> dict[str, Share]:
    """Likeness to the reference alone, and as a witness beside the judge with several shares."""
    found: dict[str, Share] = {f"likeness, {name} alone": likeness((name,)) for name in Witnesses._fields}
    found["likeness"] = alike = likeness(Witnesses._fields)
    for way in ways:
        if way in ("checks", "points"):
            judged = over((way,), between_anchors if anchored else mean_share)
            found |= {f"{way} and {share:.0%} likeness": mix(judged, alike, share) for share in SHARES_OF_LIKENESS}
    return found


def with_closing(ways: Sequence[str], anchored: bool) -> dict[str, Share]:
    """The last words alone, and as a witness beside the judge with several shares."""
    found: dict[str, Share] = {"last words alone": last_words}
    if "checks" not in ways:
        return found
    judged = over(("checks",), prior_corrected if anchored else mean_share)
    return found | {f"checks and {share:.0%} last words": mix(judged, last_words, share) for share in SHARES_OF_CLOSING}


def last_words(reading: Reading, criterion: str) -> float | None:
    """Where the last words lie between the rubric's closing sentences."""
    return reading.closing.get(criterion)


def product(reading: Reading, criterion: str) -> float | None:
    """The points of the product's own path."""
    verdict = next(item for item in reading.card.verdicts if item.criterion == criterion)
    return verdict.points / verdict.max_points if isinstance(verdict, Verdict) else None


def likeness(names: Sequence[str]) -> Share:
    """The mean of these witnesses."""

    def alike(reading: Reading, criterion: str) -> float | None:
        seen = reading.alike[criterion]
        return None if seen is None else sum(getattr(seen, name) for name in names) / len(names)

    return alike


def mix(judged: Share, other: Share, share: float) -> Share:
    """The judge with (1 - share), another witness with `share`."""

    def mixed(reading: Reading, criterion: str) -> float | None:
        first, second = judged(reading, criterion), other(reading, criterion)
        return None if first is None or second is None else (1 - share) * first + share * second

    return mixed


def over(ways: Sequence[str], count: Callable[[Asked], float | None]) -> Share:
    """`count` over the questions of one criterion, in all of these ways."""

    def counted(reading: Reading, criterion: str) -> float | None:
        found = [asked(reading.answered[way], criterion) for way in ways if way in reading.answered]
        return count([item for part in found if part for item in part]) if found and all(found) else None

    return counted


def asked(answered: Answered, criterion: str) -> Asked | None:
    """The answers that belong to a criterion (key points belong to all); None if any is missing."""
    names = [name for name in answered.text if belongs(name, criterion)]
    own = [answered.text[name] for name in names]
    if not own or any(isinstance(answer, Ungraded) for answer in own):
        return None
    empty = [_graded((answered.empty or {}).get(name)) for name in names]
    ends = [[found for answers in answered.references if (found := _graded(answers.get(name)))] for name in names]
    return list(zip([a for a in own if isinstance(a, Answer)], empty, ends, strict=True))


def belongs(question: str, criterion: str) -> bool:
    """True for a question about the criterion, or about a key point."""
    subject = subject_of(question)
    return subject is not None and (subject.kind == "key_point" or subject.weighs(criterion))


def mean_share(found: Asked) -> float:
    """Mean expected value, with the options spaced evenly from 0 to 1: for a yes/no question the probability of yes."""
    return sum(expected([*own.probabilities.values()]) for own, _, _ in found) / len(found)


def mean_logit(found: Asked) -> float:
    """Mean of the leanings as they are, on a straight scale."""
    return _straight(sum(lean(own) for own, _, _ in found) / len(found))


def prior_corrected(found: Asked) -> float | None:
    """What the text gains over silence, squeezed into 0 to 1 question by question."""
    if any(empty is None for _, empty, _ in found):
        return None
    return sum(unanchored(lean(own), lean(empty)).position for own, empty, _ in found if empty) / len(found)


def between_anchors(found: Asked) -> float | None:
    """The position between silence and the best reference; each question weighs as much as it separates the two."""
    seen = [
        witness(lean(own), lean(empty), max(lean(end) for end in ends)) for own, empty, ends in found if empty and ends
    ]
    known = [item for item in seen if item]
    return place(known).position if known else None


def all_checks(reading: Reading, criterion: str) -> float | None:
    """The mean leaning over every distinct question of the rubric, the same for each criterion."""
    answers = reading.answered["checks"].text
    if any(isinstance(answer, Ungraded) for answer in answers.values()):
        return None
    by_check = {name.rsplit(":", 1)[-1]: answer for name, answer in answers.items() if isinstance(answer, Answer)}
    return _straight(sum(lean(answer) for answer in by_check.values()) / len(by_check))


def lean(answer: Answer) -> float:
    """How far an answer leans towards its last option; for a yes/no question the logit."""
    return slope([*answer.probabilities.values()])


def points_of(share: Share, readings: Iterable[Reading], human: HumanSet) -> pd.DataFrame:
    """Points on the humans' scale, a row per item and a column per criterion of theirs; NaN where ungraded."""
    import pandas as pd

    rows = {reading.case.id: _points_of_case(share, reading, human) for reading in readings}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(human.criteria), dtype=float)


def _points_of_case(share: Share, reading: Reading, human: HumanSet) -> list[float]:
    earned = {item.id: share(reading, item.id) for item in reading.case.rubric.criteria}
    worth = {item.id: item.points for item in reading.case.rubric.criteria}
    if not reading.case.whole:
        return [_scaled(earned.get(name), worth.get(name, 0.0), human.lowest) for name in human.criteria]
    parts = [_scaled(earned[name], worth[name], 0.0) for name in earned]
    return [human.lowest + sum(parts)]


def _scaled(share: float | None, points: float, lowest: float) -> float:
    return math.nan if share is None else lowest + share * points


def _straight(logit: float) -> float:
    return min(max(0.5 + logit / (2 * LOGIT_RANGE), 0.0), 1.0)


def _graded(answer: Answer | Ungraded | None) -> Answer | None:
    return answer if isinstance(answer, Answer) else None

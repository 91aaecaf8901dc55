"""Grades a stored text again with the rubric, references and profile of its record, and compares bit for bit.

The model is asked again about the text; what it said about the rubric's anchors is taken from where the first grading took
it. The embedded model then gives the same probabilities on the same kind of processor (docs/models.md); a model elsewhere
promises nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple

from evaluator import rubrics
from evaluator.errors import EvaluatorError, InputError
from evaluator.grading.asking import ReportProgress
from evaluator.grading.evaluation import grade, open_judge
from evaluator.judge import Judge
from evaluator.judge.combined import asking_again
from evaluator.scorecard import Scorecard, UngradedVerdict, Verdict
from evaluator.settings import Settings
from evaluator.storage import Record, Records

# What a second grading may differ in although nothing that counts does.
_OWN = {"id", "created_at", "usage", "judge", "raw", "review_reasons", "schema_version"}


class Difference(NamedTuple):
    """A value that is not as it was: its name, then and now."""

    name: str
    then: str
    now: str


class Reproduction(NamedTuple):
    """What came of grading again."""

    card: Scorecard  # the new scorecard, which is not stored
    conditions: tuple[Difference, ...]  # of the judge: model, engine, prompts, arithmetic
    outcomes: tuple[Difference, ...]  # criteria, by name, and fields of the scorecard
    answers: int
    differing: int  # answers of the model that are not the same bit for bit
    furthest: float  # the largest difference of a probability
    rubric_now: str | None  # digest of the rubric of that id today; None if there is none

    @property
    def identical(self) -> bool:
        """Whether every answer and every result is the same bit for bit."""
        return not self.differing and not self.outcomes


async def reproduce(
    record: Record,
    records: Records,
    settings: Settings,
    *,
    judge: Judge | None = None,
    report: ReportProgress | None = None,
) -> Reproduction:
    """Grades the record's text again and compares; stores nothing.

    Without `judge` the model that the record names is asked. Raises InputError if the record holds no rubric or names a
    profile that is not stored, and ModelError if the model cannot be asked.
    """
    then, rubric = record.scorecard, record.rubric
    if rubric is None:
        raise InputError("reproduce_no_rubric", id=record.id)
    if judge is not None:
        return await _compare(record, records, settings, judge, report)
    with closing(await asyncio.to_thread(open_judge, settings, then.judge.get("name"))) as own:
        return await _compare(record, records, settings, own, report)


async def _compare(
    record: Record, records: Records, settings: Settings, judge: Judge, report: ReportProgress | None
) -> Reproduction:
    then, rubric = record.scorecard, record.rubric
    assert rubric is not None
    with asking_again():
        now = await grade(record.transcript, rubric, judge, then.references, report or (lambda _: None))
    conditions = tuple(_conditions(then, now))
    if then.profile and not any(one.name == "arithmetic" for one in conditions):
        now = await asyncio.to_thread(_with_profile, now, record, records)
    differing, furthest = _answers(then, now)
    return Reproduction(
        card=now,
        conditions=conditions,
        outcomes=tuple(_outcomes(then, now)),
        answers=len(then.raw),
        differing=differing,
        furthest=furthest,
        rubric_now=_digest_today(rubric.id, settings),
    )


def _with_profile(card: Scorecard, record: Record, records: Records) -> Scorecard:
    """The scorecard on the scale of the profile that the record names."""
    from evaluator.profiles import apply_profile, read_kept

    label = record.scorecard.profile or ""
    name, _, version = label.rpartition(" v")
    kept = records.profiles.get(name, int(version)) if name and version.isdecimal() else None
    if kept is None:
        raise InputError("reproduce_no_profile", profile=label)
    return apply_profile(card, record.transcript, read_kept(kept))


def _conditions(then: Scorecard, now: Scorecard) -> Iterator[Difference]:
    names = [name for name in {**then.judge, **now.judge} if name not in ("name", "answered_by")]
    for name in names:
        # Records from before the wording of questions was named say nothing about it.
        if name in then.judge and then.judge.get(name) != now.judge.get(name):
            yield Difference(name, then.judge[name], now.judge.get(name, "–"))


def _answers(then: Scorecard, now: Scorecard) -> tuple[int, float]:
    """How many answers differ, and by how much at most; an answer that only one side has differs by 1."""
    differing, furthest = 0, 0.0
    for name in {**then.raw, **now.raw}:
        one, other = (card.raw.get(name, {}).get("probabilities") for card in (then, now))
        if one == other:
            continue
        differing += 1
        far = max(abs(one[key] - other[key]) for key in one) if one and other and one.keys() == other.keys() else 1.0
        furthest = max(furthest, far)
    return differing, furthest


def _outcomes(then: Scorecard, now: Scorecard) -> Iterator[Difference]:
    after = {one.criterion: one for one in now.verdicts}
    for verdict in then.verdicts:
        other = after.get(verdict.criterion)
        if other is None or _told(verdict) != _told(other):
            yield Difference(verdict.name, _short(verdict), _short(other) if other else "–")
    for name in sorted(set(Scorecard.model_fields) - _OWN - {"verdicts"}):
        one, other_value = getattr(then, name), getattr(now, name)
        if one != other_value:
            yield Difference(name, _value(one), _value(other_value))


def _told(verdict: Verdict | UngradedVerdict) -> dict[str, object]:
    """All of a verdict; older records have no steps."""
    return verdict.model_dump(exclude={"steps"})


def _short(verdict: Verdict | UngradedVerdict) -> str:
    return "–" if isinstance(verdict, UngradedVerdict) else f"{verdict.points:.4f} / {verdict.max_points:g}"


def _value(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _digest_today(rubric_id: str, settings: Settings) -> str | None:
    """The digest of the rubric that has this id now; None if there is none that can be read."""
    try:
        return rubrics.find(rubric_id, settings).digest
    except EvaluatorError:
        return None

"""An attempt from start to end: the trainee's own grades are stored first, the grader's result is linked afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from evaluator.grading import ReportProgress, evaluate
from evaluator.judge import Judge
from evaluator.practice.comparison import Comparison, compare
from evaluator.rubric import Rubric
from evaluator.scorecard import Scorecard
from evaluator.settings import Settings
from evaluator.storage import Attempt, OwnPoint, Records
from evaluator.transcript import Transcript

if TYPE_CHECKING:
    from evaluator.profiles import Profile


class Practised(NamedTuple):
    """An attempt with the rubric as it was then, and with the grader's scorecard and the comparison if graded."""

    attempt: Attempt
    rubric: Rubric
    scorecard: Scorecard | None
    comparison: Comparison | None


async def hand_in(
    records: Records,
    rubric: Rubric,
    transcript: Transcript,
    own: Mapping[str, OwnPoint],
    *,
    owner: str,
    settings: Settings | None = None,
    judge: Judge | None = None,
    profile: Profile | str | Path | None = None,
    report: ReportProgress | None = None,
) -> Attempt:
    """Stores the trainee's own grades, then grades, then links the two; returns the attempt.

    If the grading fails or is stopped, the attempt stays, and `grade_attempt` continues it. Raises what `evaluate`
    raises.
    """
    attempt = await asyncio.to_thread(records.attempts.begin, owner, rubric, transcript, dict(own))
    return await grade_attempt(records, attempt, settings=settings, judge=judge, profile=profile, report=report)


async def grade_attempt(
    records: Records,
    attempt: Attempt,
    *,
    settings: Settings | None = None,
    judge: Judge | None = None,
    profile: Profile | str | Path | None = None,
    report: ReportProgress | None = None,
) -> Attempt:
    """Grades an ungraded attempt with the rubric as it was when handed in (and a calibration profile).

    Raises what `evaluate` raises.
    """
    rubric = await asyncio.to_thread(_rubric_of, records, attempt)
    transcript = await asyncio.to_thread(records.attempts.transcript, attempt.id)
    scorecard = await evaluate(
        transcript,
        rubric,
        judge=judge,
        settings=settings,
        records=records,
        profile=profile,
        report=report,
        label=rubric.title,
        owner=attempt.owner,
    )
    await asyncio.to_thread(records.attempts.attach, attempt.id, scorecard.id)
    return attempt.model_copy(
        update={
            "grading_id": scorecard.id,
            "total": scorecard.total,
            "max_points": scorecard.max_points,
            "passed": scorecard.passed,
        }
    )


def practised(records: Records, owner: str, rubric_id: str | None = None) -> list[Practised]:
    """All attempts of `owner` (for one rubric), oldest first, each with its result."""
    attempts = records.attempts.all(owner, rubric_id)
    cards = records.many([attempt.grading_id for attempt in attempts if attempt.grading_id])
    rubrics = {digest: _content(records, digest) for digest in {attempt.rubric_digest for attempt in attempts}}
    found = []
    for attempt in attempts:
        rubric, card = rubrics[attempt.rubric_digest], cards.get(attempt.grading_id or "")
        comparison = compare(rubric, attempt.own_points, card) if card else None
        found.append(Practised(attempt, rubric, card, comparison))
    return found


def _rubric_of(records: Records, attempt: Attempt) -> Rubric:
    return _content(records, attempt.rubric_digest)


def _content(records: Records, digest: str) -> Rubric:
    rubric = records.rubrics.content(digest)
    assert rubric is not None  # a foreign key of the attempt requires it
    return rubric

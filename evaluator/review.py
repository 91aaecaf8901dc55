"""When a person has to look, and why. Pure; the sentences are in the catalogue `review`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evaluator.rubric import Rubric
from evaluator.scorecard import Guard, ReviewReason, Sum, UngradedVerdict, Verdict
from evaluator.states import Read
from evaluator.transcript import Transcript

LEAST_CONFIDENCE = 0.12  # a distribution flatter than this says little more than the scale's middle
NEAR_PASS_MARK = 0.08  # of the maximum
GUESSED_ROLES = ("agent_by_order", "agent_by_phrases")


def reasons_for(
    rubric: Rubric,
    transcript: Transcript,
    verdicts: Sequence[Verdict | UngradedVerdict],
    guards: Sequence[Guard],
    total: Sum,
    read: Read | None,
) -> tuple[ReviewReason, ...]:
    """Every reason for a person to look at this grading; none means that it may stand alone."""
    return (
        *(ReviewReason(code=f"guard_{guard.code}") for guard in {guard.code: guard for guard in guards}.values()),
        *(reason for verdict in verdicts for reason in _about(verdict)),
        *_about_total(rubric, total),
        *_about_reading(rubric, transcript, read),
    )


def _about(verdict: Verdict | UngradedVerdict) -> Iterator[ReviewReason]:
    if isinstance(verdict, UngradedVerdict):
        yield ReviewReason(code="ungraded", criterion=verdict.criterion, values={"cause": verdict.ungraded.cause})
        return
    if verdict.kind == "fatal":
        if verdict.distribution[1].probability >= 0.25:
            yield ReviewReason(code="fatal", criterion=verdict.criterion)
        return
    if verdict.confidence < LEAST_CONFIDENCE:
        yield ReviewReason(code="uncertain", criterion=verdict.criterion)
    if not verdict.evidence and verdict.points >= verdict.max_points / 2:
        yield ReviewReason(code="no_evidence", criterion=verdict.criterion)


def _about_total(rubric: Rubric, total: Sum) -> Iterator[ReviewReason]:
    if total.total is None or total.passed is None:
        yield ReviewReason(code="undecided")
    elif abs(total.total - rubric.pass_mark) < NEAR_PASS_MARK * rubric.max_points:
        yield ReviewReason(code="near_pass_mark")


def _about_reading(rubric: Rubric, transcript: Transcript, read: Read | None) -> Iterator[ReviewReason]:
    if read and read.skipped:
        values = {"skipped": str(len(read.skipped)), "turns": str(len(transcript.turns))}
        yield ReviewReason(code="windowed", values=values)
    if any(assumption.code in GUESSED_ROLES for assumption in transcript.assumptions):
        yield ReviewReason(code="roles_guessed")
    if not rubric.references:
        yield ReviewReason(code="no_reference")

"""When a person has to look, and why. Pure; the sentences are in the catalogue `review`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from evaluator.grading.material import Read
from evaluator.grading.tuned import FATAL_LOOKED_AT_FROM, LEAST_CONFIDENCE, MOST_DISAGREEMENT, NEAR_PASS_MARK
from evaluator.judge import Answer, Ungraded, subject_of
from evaluator.rubric import Rubric
from evaluator.scorecard import Guard, ReviewReason, Sum, UngradedVerdict, Verdict
from evaluator.transcript import Transcript

GUESSED_ROLES = ("agent_by_order", "agent_by_phrases", "agent_only_speaker", "several_agents", "same_agent")


class Outcome(Protocol):
    """The findings of one grading, read-only."""

    @property
    def verdicts(self) -> Sequence[Verdict | UngradedVerdict]: ...

    @property
    def guards(self) -> Sequence[Guard]: ...

    @property
    def answers(self) -> Mapping[str, Answer | Ungraded]: ...

    @property
    def read(self) -> Read | None: ...

    @property
    def unasked(self) -> Sequence[str]: ...


def reasons_for(
    rubric: Rubric,
    transcript: Transcript,
    outcome: Outcome,
    total: Sum,
) -> tuple[ReviewReason, ...]:
    """Every reason for a person to look at this grading; none means that it may be used as it is."""
    return (
        *(ReviewReason(code=f"guard_{code}") for code in dict.fromkeys(guard.code for guard in outcome.guards)),
        *(reason for verdict in outcome.verdicts for reason in _about(verdict)),
        *(ReviewReason(code="likeness_alone", criterion=criterion) for criterion in outcome.unasked),
        *_about_votes(rubric, outcome.answers),
        *_about_total(rubric, total),
        *_about_reading(rubric, transcript, outcome.read),
    )


def _about(verdict: Verdict | UngradedVerdict) -> Iterator[ReviewReason]:
    if isinstance(verdict, UngradedVerdict):
        yield ReviewReason(code="ungraded", criterion=verdict.criterion, values={"cause": verdict.ungraded.cause})
        return
    if verdict.kind == "fatal":
        if verdict.distribution[1].probability >= FATAL_LOOKED_AT_FROM:
            yield ReviewReason(code="fatal", criterion=verdict.criterion)
        return
    if verdict.confidence < LEAST_CONFIDENCE:
        yield ReviewReason(code="uncertain", criterion=verdict.criterion)
    if not verdict.evidence and verdict.points >= verdict.max_points / 2:
        yield ReviewReason(code="no_evidence", criterion=verdict.criterion)


def _about_votes(rubric: Rubric, answers: Mapping[str, Answer | Ungraded]) -> Iterator[ReviewReason]:
    """Criteria on which the judges of a panel differ widely."""
    for criterion in rubric.criteria:
        about = ((subject_of(name), answer) for name, answer in answers.items())
        own = [answer for subject, answer in about if subject and subject.weighs(criterion.id)]
        apart = [answer.disagreement or 0.0 for answer in own if isinstance(answer, Answer)]
        if apart and max(apart) >= MOST_DISAGREEMENT:
            yield ReviewReason(code="disagreement", criterion=criterion.id, values={"apart": f"{max(apart):.0%}"})


def _about_total(rubric: Rubric, total: Sum) -> Iterator[ReviewReason]:
    if total.total is None or total.passed is None:
        yield ReviewReason(code="undecided")
    elif abs(total.total - rubric.pass_mark) < NEAR_PASS_MARK * rubric.max_points:
        yield ReviewReason(code="near_pass_mark")


def _about_reading(rubric: Rubric, transcript: Transcript, read: Read | None) -> Iterator[ReviewReason]:
    if read and read.skipped:
        values = {"skipped": str(len(read.skipped)), "turns": str(len(transcript.turns))}
        yield ReviewReason(code="windowed", values=values)
    doubts = {assumption.code for assumption in transcript.doubts}
    if doubts & set(GUESSED_ROLES):
        yield ReviewReason(code="roles_guessed")
    if doubts - set(GUESSED_ROLES):
        yield ReviewReason(code="transcript_doubtful")
    for assumption in transcript.assumptions:
        if assumption.code == "words_unclear":
            yield ReviewReason(code="words_unclear", values=assumption.values)
    if rubric.form == "dialogue" and any(assumption.code == "unlabelled" for assumption in transcript.assumptions):
        yield ReviewReason(code="no_speakers")
    if not rubric.references:
        yield ReviewReason(code="no_reference")

"""A sitting from start to result.

Every answer is stored at once; the clock is computed from stored times, so that a killed program resumes where it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from datetime import datetime
from typing import Literal

from evaluator.encoding import Frozen
from evaluator.errors import InputError
from evaluator.exams import (
    ExamPaper,
    ExamQuestion,
    ExamSum,
    QuestionOutcome,
    add_up,
    corrected_outcome,
    grade_by_key,
    outcome_of,
)
from evaluator.grading import ReportProgress, evaluate, open_judge
from evaluator.judge import Judge
from evaluator.settings import Settings, load_settings
from evaluator.storage import KeptSitting, Records, SittingEvent, now
from evaluator.transcript import parse

OnQuestion = Callable[[int, int, str], None]
GRACE_S = 5.0  # an answer already on its way when the time is up still counts


class Clock(Frozen):
    """Seconds used and seconds left; None if there is no limit."""

    used_s: float
    left_s: float | None

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return self.left_s is not None and self.left_s <= 0


class Sitting(Frozen):
    """The current state of a sitting. `outcomes` are empty until it was handed in and graded."""

    id: str
    owner: str
    candidate: str
    at: str
    paper: ExamPaper
    state: Literal["running", "paused", "submitted"]
    answers: dict[str, str]
    clock: Clock
    outcomes: tuple[QuestionOutcome, ...]

    @property
    def graded(self) -> bool:
        """Whether every question has an outcome."""
        return len(self.outcomes) == len(self.paper.questions)

    @property
    def result(self) -> ExamSum:
        """The total of the sitting."""
        return add_up(self.paper, self.outcomes)

    def outcome(self, question: str) -> QuestionOutcome | None:
        """Returns the outcome of a question; None until it is graded."""
        return next((one for one in self.outcomes if one.question == question), None)


def begin(records: Records, paper: ExamPaper, *, candidate: str = "", owner: str = "", timed: bool = True) -> str:
    """Begins a sitting and returns its id; the paper's time limit applies unless `timed` is False."""
    return records.sittings.begin(
        paper=paper.model_dump(mode="json"),
        digest=paper.digest,
        title=paper.title,
        candidate=candidate,
        owner=owner,
        limit_s=paper.minutes * 60 if timed and paper.minutes else None,
    )


def open_sitting(records: Records, id_or_prefix: str) -> Sitting:
    """Returns the sitting; raises InputError if it does not exist."""
    return sittings_of(records, [records.sittings.get(id_or_prefix)])[0]


def sittings_of(records: Records, kept: Sequence[KeptSitting]) -> list[Sitting]:
    """Returns stored sittings with people's corrections applied."""
    found = [_sitting(records, one) for one in kept]
    ids = [outcome.grading for one in found for outcome in one.outcomes if outcome.grading]
    cards, given = (records.many(ids), records.given_points(ids)) if ids else ({}, {})
    return [
        one.model_copy(
            update={
                "outcomes": tuple(
                    corrected_outcome(outcome, one.paper.question(outcome.question), cards, given)
                    for outcome in one.outcomes
                )
            }
        )
        for one in found
    ]


def write_answer(records: Records, sitting: str, question: str, answer: str) -> None:
    """Stores an answer; raises InputError if the sitting is paused, was handed in, or its time is up."""
    clock = _clock(records.sittings.get(sitting), records.sittings.events(sitting))
    if clock.left_s is not None and clock.left_s < -GRACE_S:
        raise InputError("sitting_time_up")
    records.sittings.answer(sitting, question, answer)


def pause(records: Records, sitting: str) -> bool:
    """Stops the clock; returns False if it is not running."""
    return records.sittings.mark(sitting, "pause", "paused", ("running",))


def resume(records: Records, sitting: str) -> bool:
    """Resumes the clock; returns False if it is not paused."""
    return records.sittings.mark(sitting, "resume", "running", ("paused",))


def submit(records: Records, sitting: str) -> bool:
    """Hands the paper in; returns False if that was done before."""
    return records.sittings.mark(sitting, "submit", "submitted", ("running", "paused"))


async def grade_sitting(
    records: Records,
    sitting_id: str,
    *,
    settings: Settings | None = None,
    judge: Judge | None = None,
    report: ReportProgress | None = None,
    on_question: OnQuestion | None = None,
) -> Sitting:
    """Grades a paper that was handed in.

    Keys grade at once; open questions are graded one after the other, each stored as soon as it is known. Raises what
    `evaluate` raises; what was graded is kept, and the next call continues.
    """
    settings = settings or load_settings()
    sitting = await asyncio.to_thread(open_sitting, records, sitting_id)
    if sitting.state != "submitted":
        raise InputError("sitting_not_submitted")
    outcomes = {question.id: _by_key(question, sitting) for question in sitting.paper.questions if question.by_key}
    outcomes |= {outcome.question: outcome for outcome in sitting.outcomes if outcome.grading}
    await _keep(records, sitting, outcomes)
    left = [question for question in sitting.paper.questions if question.id not in outcomes]
    empty = [question for question in left if not sitting.answers.get(question.id, "").strip()]
    outcomes |= {
        one.id: QuestionOutcome(question=one.id, state="graded", points=0.0, max_points=one.points) for one in empty
    }
    left = [question for question in left if question not in empty]
    opening = judge is None and bool(left)
    opened = closing(await asyncio.to_thread(open_judge, settings)) if opening else nullcontext(judge)
    with opened as chosen:
        for done, question in enumerate(left):
            if on_question:
                on_question(done, len(left), question.text)
            assert question.rubric is not None
            card = await evaluate(
                parse(sitting.answers[question.id], form=question.rubric.form),
                question.rubric,
                judge=chosen,
                settings=settings,
                records=records,
                report=report or (lambda _: None),
                label=" · ".join(filter(None, (sitting.candidate, f"{question.number}. {question.text[:40]}"))),
                owner=sitting.owner,
            )
            outcomes[question.id] = outcome_of(question, card)
            await _keep(records, sitting, outcomes)
    await _keep(records, sitting, outcomes)
    return await asyncio.to_thread(open_sitting, records, sitting.id)


async def _keep(records: Records, sitting: Sitting, outcomes: dict[str, QuestionOutcome]) -> None:
    ordered = [outcomes[one.id].model_dump(mode="json") for one in sitting.paper.questions if one.id in outcomes]
    await asyncio.to_thread(records.sittings.finish, sitting.id, ordered)


def _by_key(question: ExamQuestion, sitting: Sitting) -> QuestionOutcome:
    grade = grade_by_key(question, sitting.answers.get(question.id, ""))
    return QuestionOutcome(
        question=question.id,
        state="ungraded" if grade.points is None else "graded",
        points=grade.points,
        max_points=question.points,
        review=grade.points is None,
    )


def _sitting(records: Records, kept: KeptSitting) -> Sitting:
    return Sitting(
        id=kept.id,
        owner=kept.owner,
        candidate=kept.candidate,
        at=kept.at,
        paper=ExamPaper.model_validate(kept.paper),
        state=kept.state,  # type: ignore[arg-type]
        answers=records.sittings.answers(kept.id),
        clock=_clock(kept, records.sittings.events(kept.id)),
        outcomes=tuple(QuestionOutcome.model_validate(one) for one in kept.outcomes),
    )


def _clock(kept: KeptSitting, events: Sequence[SittingEvent]) -> Clock:
    used = used_seconds([(one.what, one.at) for one in events], now())
    return Clock(used_s=used, left_s=None if kept.limit_s is None else kept.limit_s - used)


def used_seconds(events: Sequence[tuple[str, str]], until: str) -> float:
    """Seconds that the clock has run, from each start or resume to the next pause or handing in, or to `until`.

    A stretch that ends before it began, because somebody set the computer's clock back, counts as no time.
    """
    total, since = 0.0, None
    for what, at in events:
        moment = datetime.fromisoformat(at)
        if what in ("begin", "resume"):
            since = since or moment
        elif since is not None:
            total += max((moment - since).total_seconds(), 0.0)
            since = None
    last = (datetime.fromisoformat(until) - since).total_seconds() if since else 0.0
    return round(total + max(last, 0.0), 3)

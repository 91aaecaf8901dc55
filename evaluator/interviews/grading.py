"""Grades each answer of an interview with its question's rubric, by the same path as every other grading."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from typing import Any

from evaluator.encoding import Frozen
from evaluator.exams import ExamPaper, ExamQuestion, ExamSum, QuestionOutcome, add_up, corrected_outcome, outcome_of
from evaluator.grading import ReportProgress, evaluate, open_judge
from evaluator.interviews.segments import Found, answer_of, check
from evaluator.judge import Judge
from evaluator.settings import Settings, load_settings
from evaluator.storage import KeptInterview, Records
from evaluator.transcript import Transcript

OnQuestion = Callable[[int, int, str], None]  # done, total, the question's wording


class Interview(Frozen):
    """A stored interview. `outcomes` include people's corrections."""

    id: str
    owner: str
    candidate: str
    round: str
    at: str
    paper: ExamPaper
    transcript: Transcript
    found: Found
    outcomes: tuple[QuestionOutcome, ...]

    @property
    def result(self) -> ExamSum:
        """The total of the interview."""
        return add_up(self.paper, self.outcomes)

    def outcome(self, question: str) -> QuestionOutcome | None:
        """Returns the outcome of a question; None while it is not graded."""
        return next((one for one in self.outcomes if one.question == question), None)


def keep(
    records: Records,
    paper: ExamPaper,
    transcript: Transcript,
    found: Found,
    *,
    candidate: str = "",
    round: str = "",
    owner: str = "",
) -> str:
    """Stores an ungraded interview and returns its id."""
    check(found, transcript, {question.id: question for question in paper.questions})
    return records.interviews.add(
        paper=paper.model_dump(mode="json"),
        transcript=transcript,
        segments=found.model_dump(mode="json"),
        candidate=candidate,
        round=round,
        title=paper.title,
        owner=owner,
    )


def correct_segments(records: Records, interview: Interview, found: Found) -> None:
    """Stores changed segments; questions whose words changed lose their outcome until they are graded again."""
    check(found, interview.transcript, {question.id: question for question in interview.paper.questions})
    same = {
        question.id
        for question in interview.paper.questions
        if found.of(question.id) == interview.found.of(question.id)
    }
    kept = [outcome.model_dump(mode="json") for outcome in interview.outcomes if outcome.question in same]
    records.interviews.change(interview.id, segments=found.model_dump(mode="json"), outcomes=kept)


def open_interview(records: Records, id_or_prefix: str) -> Interview:
    """Returns the stored interview; raises InputError if it does not exist."""
    return interviews_of(records, [records.interviews.get(id_or_prefix)])[0]


def interviews_of(records: Records, kept: Sequence[KeptInterview]) -> list[Interview]:
    """Returns stored interviews with people's corrections applied; all gradings are read at once."""
    found = [_interview(one) for one in kept]
    ids = [outcome.grading for one in found for outcome in one.outcomes if outcome.grading]
    cards, given = records.many(ids), records.given_points(ids)
    return [
        one.model_copy(
            update={
                "outcomes": tuple(
                    corrected_outcome(
                        outcome,
                        one.paper.question(outcome.question),
                        cards,
                        given,
                        doubted=_is_doubted(one.found, outcome.question),
                    )
                    for outcome in one.outcomes
                )
            }
        )
        for one in found
    ]


def _interview(kept: KeptInterview) -> Interview:
    return Interview(
        id=kept.id,
        owner=kept.owner,
        candidate=kept.candidate,
        round=kept.round,
        at=kept.at,
        paper=ExamPaper.model_validate(kept.paper),
        transcript=kept.transcript,
        found=Found.model_validate(kept.segments),
        outcomes=tuple(QuestionOutcome.model_validate(one) for one in kept.outcomes),
    )


async def grade_interview(
    records: Records,
    interview_id: str,
    *,
    settings: Settings | None = None,
    judge: Judge | None = None,
    report: ReportProgress | None = None,
    on_question: OnQuestion | None = None,
    fresh: bool = False,
) -> Interview:
    """Grades every question that was asked, stores each outcome at once, and returns the interview.

    If it is stopped, what was graded is kept. Raises what `evaluate` raises.
    """
    settings = settings or load_settings()
    interview = await asyncio.to_thread(open_interview, records, interview_id)
    asked = [question for question in interview.paper.questions if question.id in interview.found.asked]
    opened = closing(await asyncio.to_thread(open_judge, settings)) if judge is None else nullcontext(judge)
    outcomes: list[QuestionOutcome] = []
    with opened as chosen:
        for done, question in enumerate(asked):
            if on_question:
                on_question(done, len(asked), question.text)
            transcript = answer_of(interview.transcript, interview.found, question.id)
            assert question.rubric is not None  # a question with a key is not asked in an interview
            card = await evaluate(
                transcript,
                question.rubric,
                judge=chosen,
                settings=settings,
                records=records,
                report=report or (lambda _: None),
                label=_label(interview, question),
                owner=interview.owner,
                fresh=fresh,
            )
            outcomes.append(outcome_of(question, card, doubted=_is_doubted(interview.found, question.id)))
            kept: list[dict[str, Any]] = [outcome.model_dump(mode="json") for outcome in outcomes]
            await asyncio.to_thread(records.interviews.change, interview.id, outcomes=kept)
    return await asyncio.to_thread(open_interview, records, interview.id)


def _is_doubted(found: Found, question: str) -> bool:
    mine = {piece.turn for piece in found.of(question)}
    return any(doubt.turn in mine for doubt in found.doubts)


def _label(interview: Interview, question: ExamQuestion) -> str:
    return " · ".join(filter(None, (interview.candidate, f"{question.number}. {question.text[:40]}")))


__all__ = ["Interview", "correct_segments", "grade_interview", "interviews_of", "keep", "open_interview"]

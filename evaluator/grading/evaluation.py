"""The single path from a text to a scorecard: the command line, the page, batches and calibration call `evaluate`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from evaluator import rubrics
from evaluator.encoding import redact_value
from evaluator.grading.asking import Anchored, Asking, Progress, ReportProgress
from evaluator.grading.evidence import Matcher, statements_of
from evaluator.grading.last_words import LastWords, closings_of
from evaluator.grading.material import Read, redactions, state_for
from evaluator.grading.noticing import guards_of
from evaluator.grading.plan import Plan, digest_of, plan_of
from evaluator.grading.review import reasons_for
from evaluator.grading.similarity import Likeness
from evaluator.grading.topic import on_topic
from evaluator.grading.tuned import ACCUSED_FROM, STEERED_FROM
from evaluator.grading.verdicts import Answered, judge_criterion, judge_key_point, judge_silence
from evaluator.judge import STEERING, TOPIC, Answer, Judge, Ungraded, choose, wording_of_questions
from evaluator.judge.combined import RememberingJudge, asking_again, shipped_answers
from evaluator.rubric import ROLES_OF, Rubric, Speaker
from evaluator.rubrics import YES
from evaluator.scorecard import (
    METHOD,
    Guard,
    KeyPointResult,
    ReferenceUse,
    Scorecard,
    UngradedVerdict,
    Usage,
    Verdict,
    add_up,
)
from evaluator.settings import Settings, load_settings
from evaluator.storage import Records, memo_key, new_id, open_memo, open_records
from evaluator.transcript import Transcript, parse, spans_of

if TYPE_CHECKING:
    from evaluator.profiles import Profile


async def evaluate(
    transcript: Transcript | str,
    rubric: Rubric | str | Path,
    *,
    judge: Judge | None = None,
    settings: Settings | None = None,
    records: Records | None = None,
    profile: Profile | str | Path | None = None,
    fresh: bool = False,
    report: ReportProgress | None = None,
    label: str = "",
    owner: str = "",
) -> Scorecard:
    """Grades one text and stores the grading.

    `transcript` may be plain text, which is then parsed; `rubric` is the id of a shipped rubric or one of the user's
    own, or a file. Without `judge` the one from the settings is used, and without `records` the user's own. The same
    input with the same settings finds the stored scorecard (of the same `owner`), or stores a copy under another
    `label`, without asking the model; `fresh` asks the model again about the text. A calibration `profile`, or its
    file, converts the points to the scale of the people it was fitted to; one that does not fit rubric, prompts or
    model is refused before the model is asked. `report` is called with each step and verdict.

    Raises InputError, RubricError, ModelError, BudgetExceeded or StorageError, each with a sentence that says what to
    do. A question that the model could not answer raises nothing: it becomes an ungraded verdict. If the task is
    cancelled, nothing is stored.
    """
    settings = settings or load_settings()
    rubric = rubric if isinstance(rubric, Rubric) else rubrics.find(rubric, settings)
    transcript = parse(transcript, form=rubric.form) if isinstance(transcript, str) else transcript
    with ExitStack() as opened:  # only what is opened here is closed here
        judge = judge or opened.enter_context(closing(await asyncio.to_thread(open_judge, settings)))
        fitted = await asyncio.to_thread(fit_for, profile, rubric, judge) if profile else None
        store = records or opened.enter_context(closing(open_records(settings)))
        shared = await share(rubric, judge, settings, fitted)
        key = request_key(transcript, rubric, judge, shared.references, fitted)
        scorecard = await evaluate_shared(transcript, shared, store, key, fresh=fresh, report=report, owner=owner)
        kept = await asyncio.to_thread(store.save, scorecard, transcript, key, rubric=rubric, label=label, owner=owner)
        return scorecard if kept == scorecard.id else await asyncio.to_thread(store.get, kept)


class Shared(NamedTuple):
    """What all gradings with one rubric share, so that a batch computes it once."""

    rubric: Rubric
    judge: Judge
    references: Sequence[ReferenceUse]
    profile: Profile | None = None
    anchors: Callable[[], Awaitable[Anchored]] | None = (
        None  # asks about the anchors once for all; otherwise each grading asks
    )


async def share(rubric: Rubric, judge: Judge, settings: Settings, profile: Profile | None = None) -> Shared:
    """The references for a rubric, and the judge and profile to use with them."""
    references = await asyncio.to_thread(_pull, rubric, settings)
    return Shared(rubric, judge, references, profile)


async def evaluate_shared(
    transcript: Transcript,
    shared: Shared,
    records: Records,
    key: str,
    *,
    fresh: bool = False,
    whole: bool = False,
    report: ReportProgress | None = None,
    owner: str = "",
) -> Scorecard:
    """The scorecard of one text: the one stored under `key` (its `request_key`), otherwise a new, unstored one.

    With `whole` a stored scorecard with an ungraded criterion does not count.
    """
    found = None if fresh else await asyncio.to_thread(records.find, key, owner or None)
    if found is not None and not (whole and found.coverage < 1):
        return found
    anchors = await shared.anchors() if shared.anchors else {}
    with asking_again(fresh):
        card = await grade(
            transcript, shared.rubric, shared.judge, shared.references, report or (lambda _: None), anchors
        )
    if shared.profile:
        from evaluator.profiles import apply_profile

        card = await asyncio.to_thread(apply_profile, card, transcript, shared.profile)
    return card


def fit_for(profile: Profile | str | Path, rubric: Rubric, judge: Judge) -> Profile:
    """The profile, loaded if a file is named; InputError if it does not fit rubric, prompts, model or scoring."""
    from evaluator.profiles import fitting, stamp_for

    return fitting(profile, stamp_for(rubric.digest, judge.stamp))


def open_judge(settings: Settings, name: str | None = None) -> RememberingJudge:
    """The judge from the settings (or `name`), with its answers cached on disk.

    It already knows the embedded model's answers about the shipped rubrics' anchors.
    """
    memo = open_memo(settings)

    def remembering(judge: Judge) -> RememberingJudge:
        return RememberingJudge(judge, memo, shipped_answers())

    return remembering(choose(name or settings.model, settings, of_members=remembering))


def request_key(
    transcript: Transcript,
    rubric: Rubric,
    judge: Judge,
    references: Sequence[ReferenceUse],
    profile: Profile | None = None,
) -> str:
    """A key that is equal for equal input, rubric, references, judge, profile and method.

    Assumptions about the speakers are part of the input: confirming a guess yields a scorecard without the doubt.
    """
    fitted = profile.digest if profile else ""
    digests = sorted(use.digest for use in references)
    said = [
        transcript.digest,
        [turn.speaker for turn in transcript.turns],
        [one.code for one in transcript.assumptions],
    ]
    return memo_key(METHOD, said, digest_of(rubric), judge.stamp, digests, fitted)


async def grade(
    transcript: Transcript,
    rubric: Rubric,
    judge: Judge,
    references: Sequence[ReferenceUse],
    report: ReportProgress,
    anchors: Anchored = MappingProxyType({}),
) -> Scorecard:
    """Grades without reading or writing records.

    `anchors` is the result of `read_anchors` for this rubric and judge.
    """
    started = time.perf_counter()
    plan = plan_of(rubric, judge.traits)
    guards, read = await asyncio.to_thread(read_text, plan.rubric, transcript, judge.traits.context_tokens)
    if read is None:
        return _scorecard(transcript, plan, judge, references, _nothing_said(plan.rubric, guards))
    report(Progress("reading", 0, 1))
    asked = Asking(rubric, judge, read.state, report, anchors)
    first = plan.all_questions if asked.at_once else plan.questions[0]
    # The judge reads while the text is compared with the rubric: the first verdict waits for both.
    seen, _ = await asyncio.gather(asyncio.to_thread(_look, plan, transcript, guards), asked.about([*first]))
    verdicts = await _judge_criteria(plan, asked, seen, report)
    answered = await asked.about(plan.all_questions)
    outcome = await asyncio.to_thread(_conclude, plan, asked, answered, seen, verdicts, guards, read)
    as_written, more = await _total_as_written(plan, asked, transcript, guards)
    took = (outcome.usage + more).model_copy(update={"seconds": round(time.perf_counter() - started, 3)})
    return _scorecard(transcript, plan, judge, references, outcome._replace(usage=took, as_written=as_written))


def read_text(
    rubric: Rubric, transcript: Transcript, context_tokens: int | None
) -> tuple[Sequence[Guard], Read | None]:
    """What the guards say about the text, and the text as the judge reads it; None if nobody said anything."""
    guards = guards_of(rubric, transcript)
    if _is_silent(rubric, transcript, guards):
        return guards, None
    return guards, state_for(rubric, transcript, guards, context_tokens)


async def _total_as_written(
    plan: Plan, asked: Asking, transcript: Transcript, guards: Sequence[Guard]
) -> tuple[float | None, Usage]:
    """The total if the words that the guards took out counted; None where they took nothing out or it cannot be told."""
    if not redactions(guards):
        return None, Usage()
    read = state_for(plan.rubric, transcript, (), asked.context_tokens)
    whole = asked.about_another(read.state)
    seen, _ = await asyncio.gather(asyncio.to_thread(_look, plan, transcript, ()), whole.about(plan.all_questions))
    verdicts = await _judge_criteria(plan, whole, seen, lambda _: None)
    return add_up(verdicts, plan.stated.max_points, plan.stated.pass_mark).total, whole.usage


class _Seen(NamedTuple):
    """What the words themselves show, without a judge."""

    alike: Mapping[Speaker, Compared]
    closings: Mapping[str, LastWords]
    deals: float  # the probability that the text deals with the task


def _look(plan: Plan, transcript: Transcript, guards: Sequence[Guard]) -> _Seen:
    places = redactions(guards)
    alike = compare(plan.rubric, transcript, places)
    if not plan.anchored:  # such a judge weighs the last words and the topic itself
        return _Seen(alike, {}, 1.0)
    return _Seen(alike, closings_of(plan.rubric, transcript, places), on_topic(plan.stated, transcript, places))


async def _judge_criteria(
    plan: Plan, asked: Asking, seen: _Seen, report: ReportProgress
) -> list[Verdict | UngradedVerdict]:
    """The verdicts in order: one by one as their questions are answered, or all together if they already are."""

    async def of(place: int) -> Verdict | UngradedVerdict:
        answered = await asked.about(plan.asked_for(place))
        criterion = plan.rubric.criteria[place]
        closing = seen.closings.get(criterion.id)
        about = (plan.rubric, criterion, plan.questions[place], answered, *seen.alike[criterion.speaker], closing)
        return judge_criterion(*about) if asked.at_once else await asyncio.to_thread(judge_criterion, *about)

    verdicts = []
    for place in range(len(plan.rubric.criteria)):
        verdicts.append(await of(place))
        report(Progress("criterion", len(verdicts), len(plan.rubric.criteria), verdicts[-1]))
    return verdicts


def _conclude(
    plan: Plan,
    asked: Asking,
    answered: Answered,
    seen: _Seen,
    verdicts: Sequence[Verdict | UngradedVerdict],
    guards: Sequence[Guard],
    read: Read,
) -> _Outcome:
    likeness = seen.alike["agent"].likeness
    return _Outcome(
        tuple(verdicts),
        tuple(judge_key_point(point, name, answered, likeness) for name, point in plan.points),
        (*guards, *_judged_guards(answered, asked.anchored, seen.deals)),
        asked.usage,
        asked.model,
        asked.answers,
        read,
        plan.unasked,
    )


class _Outcome(NamedTuple):
    verdicts: tuple[Verdict | UngradedVerdict, ...]
    key_points: tuple[KeyPointResult, ...]
    guards: tuple[Guard, ...]
    usage: Usage = Usage()
    model: str = ""
    answers: Mapping[str, Answer | Ungraded] = {}
    read: Read | None = None
    unasked: tuple[str, ...] = ()
    as_written: float | None = None


class Compared(NamedTuple):
    """The quotable sentences of some speakers, and their likeness to the reference answers."""

    matcher: Matcher
    likeness: Likeness


def compare(
    rubric: Rubric, transcript: Transcript, left_out: Sequence[tuple[str, int, int]] = ()
) -> dict[Speaker, Compared]:
    """The sentences that can prove something, by the speakers allowed, compared with what the rubric says."""
    wanted: set[Speaker] = {"agent", *(criterion.speaker for criterion in rubric.criteria)}
    statements = statements_of(rubric)
    matchers = {speaker: Matcher(spans_of(transcript, ROLES_OF[speaker], left_out), statements) for speaker in wanted}
    return {speaker: Compared(matcher, Likeness(rubric, matcher)) for speaker, matcher in matchers.items()}


def _is_silent(rubric: Rubric, transcript: Transcript, guards: Sequence[Guard]) -> bool:
    """True if nobody whom a criterion considers said a word: a call may be judged by what its customer says."""
    if not any(turn.text.strip() for turn in transcript.turns):
        return True
    agent_alone = all(criterion.speaker == "agent" for criterion in rubric.criteria)
    return agent_alone and any(guard.code == "empty" for guard in guards)


def _nothing_said(rubric: Rubric, guards: Sequence[Guard]) -> _Outcome:
    """Silence reaches the lowest level of everything: that needs no model, and a person is asked to look."""
    verdicts = tuple(judge_silence(criterion) for criterion in rubric.criteria)
    found = guards if any(guard.code == "empty" for guard in guards) else [*guards, Guard(code="empty", detail="")]
    points = tuple(
        KeyPointResult(
            id=point.id,
            text=point.text,
            reference=reference.id,
            criteria=point.criteria,
            probability=0.0,
            covered=False,
        )
        for reference in rubric.references
        for point in reference.key_points
    )
    return _Outcome(verdicts, points, tuple(found))


def _judged_guards(answered: Answered, anchored: bool, deals: float) -> list[Guard]:
    """Guards about the text as a whole: off-topic, or addressed to the grader.

    Off-topic is decided by contrast with other tasks, or by a model that needs no anchors.
    """
    found = []
    topic, steering = answered.text.get(TOPIC.id), answered.text.get(STEERING.id)
    if isinstance(topic, Answer) and not anchored:
        deals = topic.probabilities[YES]
    if 1 - deals >= ACCUSED_FROM:
        found.append(Guard(code="off_topic", detail="", probability=round(1 - deals, 4)))
    if isinstance(steering, Answer) and steering.probabilities[YES] >= STEERED_FROM:
        found.append(Guard(code="steering", detail="model", probability=round(steering.probabilities[YES], 4)))
    return found


def _scorecard(
    transcript: Transcript, plan: Plan, judge: Judge, references: Sequence[ReferenceUse], outcome: _Outcome
) -> Scorecard:
    rubric = plan.stated
    total = add_up(outcome.verdicts, rubric.max_points, rubric.pass_mark)
    reasons = reasons_for(rubric, transcript, outcome, total)
    return Scorecard(
        id=new_id(),
        rubric=plan.stamp,
        total=total.total,
        total_as_written=outcome.as_written,
        max_points=total.max_points,
        pass_mark=rubric.pass_mark,
        passed=total.passed,
        coverage=total.coverage,
        verdicts=outcome.verdicts,
        key_points=outcome.key_points,
        references=tuple(references),
        guards=outcome.guards,
        review=bool(reasons),
        review_reasons=reasons,
        judge=redact_value(  # a name may be an address with a password
            {
                **judge.stamp,
                "name": judge.name,
                "answered_by": outcome.model or judge.name,
                "arithmetic": str(METHOD),
                "questions": wording_of_questions(rubric.language),
            }
        ),
        usage=outcome.usage,
        transcript_digest=transcript.digest,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        raw={name: answer.model_dump(exclude_defaults=True) for name, answer in outcome.answers.items()},
    )


def _pull(rubric: Rubric, settings: Settings) -> list[ReferenceUse]:
    from evaluator.references import open_store, pull

    return pull(rubric, store=open_store(settings))

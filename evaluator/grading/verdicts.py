"""From answers to verdicts: the judge's answers about the text and its anchors, and what the words resemble."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from evaluator.grading.anchoring import (
    Placed,
    Witness,
    blend,
    confidence,
    expected,
    happened,
    place,
    slope,
    spread_over,
    unanchored,
    witness,
)
from evaluator.grading.evidence import Matcher, statement_of_check, wanted_for
from evaluator.grading.last_words import LastWords
from evaluator.grading.proof import claim_of_check, claim_of_point, is_proved, likelihood
from evaluator.grading.similarity import Likeness, both, points_of
from evaluator.grading.steps import last_step, noted, step, step_of_witness, steps_of_direct
from evaluator.grading.tuned import (
    APPLICABLE_FROM,
    COVERED_FROM,
    DIRECT_SPREAD,
    EVEN,
    EVENT_SPREAD,
    LEAST_POSITION_SPREAD,
    MET_FROM,
    MISSING_BELOW,
    SHARE_OF_CLOSING,
    SHARE_OF_LIKENESS,
)
from evaluator.judge import Answer, Question, Subject, Ungraded
from evaluator.rubric import Check, Criterion, KeyPoint, Rubric
from evaluator.rubrics import NO, YES
from evaluator.scorecard import (
    Evidence,
    KeyPointResult,
    LevelShare,
    Part,
    PointStep,
    UngradedVerdict,
    Verdict,
    WhyUngraded,
    nearest_level,
)
from evaluator.transcript import evidence_of

PROOFS, NEAREST = 3, 2  # most sentences shown for a criterion

Answers = Mapping[str, Answer | Ungraded]


class Answered(NamedTuple):
    """A set of questions, answered about the text and, if the judge needs it, about the anchors."""

    text: Answers
    empty: Answers | None = None
    references: Sequence[Answers] = ()

    @property
    def anchored(self) -> bool:
        return self.empty is not None


def judge_criterion(
    rubric: Rubric,
    criterion: Criterion,
    questions: Sequence[Question],
    answered: Answered,
    matcher: Matcher,
    likeness: Likeness,
    closing: LastWords | None = None,
) -> Verdict | UngradedVerdict:
    """One criterion's verdict with its evidence; ungraded as soon as one of its questions has no answer.

    Without questions, likeness to the reference decides alone.
    """
    for question in questions:
        answer = answered.text.get(question.id)
        if not isinstance(answer, Answer):
            return _ungraded(criterion, answer)
    if answered.anchored and (failed := _first_failure(answered)):
        return _ungraded(criterion, failed)
    steps: list[PointStep] = []
    if not answered.anchored:
        shares = _direct_shares(criterion, questions, answered.text)
        steps += steps_of_direct(criterion.id, deciding(questions), answered.text)
    elif criterion.kind in ("fatal", "penalty"):
        shares = _unwanted_shares(criterion, questions, answered, steps)
    else:
        placed = _position(rubric, criterion, questions, answered, likeness, steps)
        if closing:
            last = Placed(closing.position, LEAST_POSITION_SPREAD)
            placed = noted(steps, "closing", blend(placed, last, SHARE_OF_CLOSING), of=last, share=SHARE_OF_CLOSING)
        if placed is None:
            return _ungraded(criterion, None)
        shares = spread_over(_levels(criterion), placed)
    verdict = _verdict(rubric, criterion, questions, answered, shares, matcher)
    verdict = verdict.model_copy(update={"steps": (*steps, last_step(verdict, steps))})
    return verdict if closing is None else _quoting(verdict, closing)


def _first_failure(answered: Answered) -> Ungraded | None:
    """A question that counts here and failed about the text or an anchor.

    Without it the other questions would yield different points, and nobody would notice.
    """
    told = [answers.get(name) for answers in (answered.empty or {}, *answered.references) for name in answered.text]
    return next((one for one in (*answered.text.values(), *told) if isinstance(one, Ungraded)), None)


def deciding(questions: Sequence[Question]) -> list[Question]:
    """The questions about how good a text is by a criterion, without whether it applies; none if likeness decides."""
    return [question for question in questions if not question.subject or question.subject.kind != "applies"]


def judge_silence(criterion: Criterion) -> Verdict:
    """The verdict on somebody who said nothing: certainly the lowest level, but nothing bad happened either."""
    shares = _shares(criterion, None, [1.0] + [0.0] * (_level_count(criterion) - 1))
    return Verdict(
        criterion=criterion.id,
        name=criterion.name,
        kind=criterion.kind,
        points=0.0 if criterion.kind in ("fatal", "checklist") else shares[0].points,
        max_points=criterion.points,
        level=0,
        level_description=shares[0].description,
        distribution=shares,
        confidence=1.0,
        steps=(PointStep(code="silent"),),
    )


def judge_key_point(point: KeyPoint, reference: str, answered: Answered, likeness: Likeness) -> KeyPointResult:
    """Whether a key point is made, and where: the nearest sentence, and the judge's answer if it was asked."""
    said, near = likeness.of_point(reference, point)
    asked = Subject("key_point", reference, point.id).id
    if asked in answered.text and not answered.anchored:
        answer = answered.text[asked]
        probability = answer.probabilities[YES] if isinstance(answer, Answer) else None
    else:
        failed = (
            _first_failure(answered._replace(text={asked: answered.text[asked]})) if asked in answered.text else None
        )
        judged = _witness_of(asked, answered)
        probability = None if failed else both(said, judged.position if judged else None)
    covered = None if probability is None else probability >= COVERED_FROM
    near_at = max(near.text, near.example or 0.0)
    met = is_met(asked, answered)
    proved = bool(near.span and covered) and is_proved(near.span.text if near.span else "", claim_of_point(point), met)
    missing = covered is False and probability is not None and probability < MISSING_BELOW and met is not True
    evidence: tuple[Evidence, ...] = ()
    if near.span and covered:
        nearest = evidence_of(near.span, "for", near_at)
        evidence = (nearest.model_copy(update={"statement": point.text, "verified": proved}),)
    return KeyPointResult(
        id=point.id,
        text=point.text,
        reference=reference,
        criteria=point.criteria,
        probability=None if probability is None else round(probability, 4),
        covered=covered,
        evidence=evidence,
        verified=None if covered is None else proved or missing,
    )


def _position(
    rubric: Rubric,
    criterion: Criterion,
    questions: Sequence[Question],
    answered: Answered,
    likeness: Likeness,
    steps: list[PointStep],
) -> Placed | None:
    """The text's position by a criterion; adds how it was found to `steps`."""
    asked = [question.id for question in deciding(questions)]
    judged = [found for question_id in asked if (found := _witness_of(question_id, answered, steps))]
    points = {
        (reference, point.id): found.position
        for reference, points in points_of(rubric, criterion).items()
        for point in points
        # The judge's view of a key point counts once: as the criterion's own question or in the coverage.
        if (question_id := Subject("key_point", reference, point.id).id) not in asked
        and (found := _witness_of(question_id, answered))
    }
    alike, share = likeness.of_criterion(criterion, points), SHARE_OF_LIKENESS[rubric.form]
    asked_alone = noted(steps, "judged", place(judged) if judged else None)
    noted(steps, "likeness", alike)
    if asked_alone is None or alike is None:
        return asked_alone or alike
    return noted(steps, "blended", blend(asked_alone, alike, share), share=share)


def _witness_of(question: str, answered: Answered, steps: list[PointStep] | None = None) -> Witness | None:
    """The text's position between silence and the best reference by the question with that id.

    None if it was not asked or the anchors cannot tell. Without a reference answer only silence is known. What was read is
    added to `steps`.
    """
    empty = _reading(question, answered.empty or {})
    own = _reading(question, answered.text)
    if own is None or empty is None:
        return None
    highest = [value for answers in answered.references if (value := _reading(question, answers)) is not None]
    if answered.references and not highest:
        return None
    found = witness(own, empty, max(highest)) if highest else unanchored(own, empty)
    if steps is not None:
        steps.append(step_of_witness(question, own, empty, max(highest, default=None), found))
    return found


def _reading(question: str, answers: Answers) -> float | None:
    answer = answers.get(question)
    return slope([*answer.probabilities.values()]) if isinstance(answer, Answer) else None


def _unwanted_shares(
    criterion: Criterion, questions: Sequence[Question], answered: Answered, steps: list[PointStep]
) -> list[float]:
    """Penalties and fatal items: neither silence nor the reference shows them, so both are lower anchors."""
    chances = []
    for question in deciding(questions):
        own = _reading(question.id, answered.text)
        lower = [_reading(question.id, answers) for answers in (answered.empty or {}, *answered.references)]
        known = [value for value in lower if value is not None] or [0.0]
        chances.append(happened(own or 0.0, min(known), max(known)))
        steps.append(step("happened", question.id, reading=own or 0.0, anchor=max(known), position=chances[-1]))
    chance = sum(chances) / len(chances)
    if criterion.kind == "fatal":
        return [1 - chance, chance]
    return spread_over(_levels(criterion), Placed(chance, EVENT_SPREAD))


def _direct_shares(criterion: Criterion, questions: Sequence[Question], answers: Answers) -> list[float]:
    """The view of a judge that needs no anchors: its distribution over the levels, or the mean of the checks."""
    first = answers[questions[0].id]
    assert isinstance(first, Answer)
    if questions[0].subject == Subject("criterion", criterion.id):
        return list(first.probabilities.values())
    chances = [
        expected([*answer.probabilities.values()])
        for question in questions
        if question.subject
        and question.subject.weighs(criterion.id)
        and isinstance(answer := answers[question.id], Answer)
    ]
    return spread_over(_levels(criterion), Placed(sum(chances) / len(chances), DIRECT_SPREAD))


def _levels(criterion: Criterion) -> list[float]:
    """Points of the levels as shares of the highest; a checklist has one level per number of checks met."""
    if criterion.kind == "checklist":
        return [number / len(criterion.checks) for number in range(len(criterion.checks) + 1)]
    return [level.points / criterion.levels[-1].points for level in criterion.levels]


def _level_count(criterion: Criterion) -> int:
    return 2 if criterion.kind == "fatal" else len(_levels(criterion))


def _shares(criterion: Criterion, options: Sequence[str] | None, probabilities: list[float]) -> tuple[LevelShare, ...]:
    """The levels with their probabilities; `options` are the words of a fatal item's two options."""
    if criterion.kind == "fatal":
        points, words = [0.0, 0.0], list(options or ("", ""))
    elif criterion.kind == "checklist":
        points = [share * criterion.points for share in _levels(criterion)]
        words = [f"{number}/{len(criterion.checks)}" for number in range(len(points))]
    else:
        points = [level.points for level in criterion.levels]
        words = [level.description for level in criterion.levels]
    return tuple(
        LevelShare(points=value, description=word, probability=round(chance, 6))
        for value, word, chance in zip(points, words, probabilities, strict=True)
    )


def _verdict(
    rubric: Rubric,
    criterion: Criterion,
    questions: Sequence[Question],
    answered: Answered,
    probabilities: list[float],
    matcher: Matcher,
) -> Verdict:
    shares = _shares(criterion, [option.text for option in questions[0].options] if questions else None, probabilities)
    points = sum(share.points * share.probability for share in shares)
    level = nearest_level(shares, points) if criterion.kind != "fatal" else int(shares[1].probability >= 0.5)
    return Verdict(
        criterion=criterion.id,
        name=criterion.name,
        kind=criterion.kind,
        points=round(points, 4),
        max_points=criterion.points,
        level=level,
        level_description=shares[level].description,
        distribution=shares,
        confidence=round(confidence(probabilities), 4),
        evidence=_evidence(rubric, criterion, matcher, answered, happened=_has_happened(criterion, points, level)),
        not_applicable=_is_not_applicable(criterion, answered),
        parts=_parts(criterion, answered, matcher),
    )


def _has_happened(criterion: Criterion, points: float, level: int) -> bool:
    """Whether a fatal item happened, or a penalty takes at least half of its points."""
    return level == 1 if criterion.kind == "fatal" else points >= criterion.points / 2


def _evidence(
    rubric: Rubric, criterion: Criterion, matcher: Matcher, answered: Answered, happened: bool
) -> tuple[Evidence, ...]:
    """The sentences that prove something about a criterion, then the nearest ones, which prove nothing.

    There are at most PROOFS and NEAREST of them. A sentence near to what the judge found missing is shown as speaking
    against.
    """
    found: dict[tuple[str, int], Evidence] = {}
    for wanted in wanted_for(rubric, criterion):
        candidate = matcher.candidate(wanted.statement)
        if candidate is None:
            continue
        span, cosine = candidate
        met = happened if wanted.unwanted else is_met(wanted.question, answered)
        against = wanted.unwanted or met is False
        item = evidence_of(span, "against" if against else "for", cosine).model_copy(
            update={"statement": wanted.claim.text, "verified": is_proved(span.text, wanted.claim, met)}
        )
        place = (item.turn, item.start)
        if place not in found or (item.verified and not found[place].verified):
            found[place] = item
    ordered = sorted(found.values(), key=lambda item: -item.weight)
    proofs = [item for item in ordered if item.verified][:PROOFS]
    return (*proofs, *[item for item in ordered if not item.verified][:NEAREST])


def is_met(question: str, answered: Answered) -> bool | None:
    """Whether the judge says yes to a question about the whole text; None if it was not asked or cannot tell."""
    share = _share_of(question, answered)
    return None if share is None else share >= MET_FROM


def _share_of(question: str, answered: Answered) -> float | None:
    """How far the judge says yes: between silence and the reference, or unchanged if no anchors are needed."""
    if answered.anchored:
        found = _witness_of(question, answered)
        return found.position if found else None
    answer = answered.text.get(question)
    return expected([*answer.probabilities.values()]) if isinstance(answer, Answer) else None


def _parts(criterion: Criterion, answered: Answered, matcher: Matcher) -> tuple[Part, ...]:
    """The checks of a criterion, met or not; undecided if the judge misses what a sentence seems to say."""
    if criterion.kind in ("fatal", "penalty"):
        return ()
    found = []
    for check in criterion.checks:
        share = _share_of(Subject("check", criterion.id, check.id).id, answered)
        met = None if share is None else share >= MET_FROM
        met = None if met is False and _seems_said(check, matcher) else met
        text = check.question if met is None else check.yes if met else check.no
        found.append(Part(id=check.id, text=text, met=met, probability=None if share is None else round(share, 4)))
    return tuple(found)


def _seems_said(check: Check, matcher: Matcher) -> bool:
    """Whether the nearest sentence, by its words alone, says rather than denies that a check is met."""
    candidate = matcher.candidate(statement_of_check(check))
    return candidate is not None and likelihood(candidate[0].text, claim_of_check(check)) >= EVEN


def _quoting(verdict: Verdict, closing: LastWords) -> Verdict:
    """The verdict with the last words added to its evidence."""
    last = evidence_of(closing.span, "for" if closing.position >= 0.5 else "against", closing.nearest)
    others = (item for item in verdict.evidence if (item.turn, item.start) != (last.turn, last.start))
    return verdict.model_copy(update={"evidence": (*others, last)})


def _is_not_applicable(criterion: Criterion, answered: Answered) -> bool:
    if not criterion.optional:
        return False
    question_id = Subject("applies", criterion.id).id
    own = answered.text.get(question_id)
    if not isinstance(own, Answer):
        return False
    if not answered.anchored:
        return own.probabilities[NO] > APPLICABLE_FROM
    readings = [
        slope([*answer.probabilities.values()])
        for answer in [own, *(answers.get(question_id) for answers in answered.references)]
        if isinstance(answer, Answer)
    ]
    empty = (answered.empty or {}).get(question_id)
    if len(readings) < 2 or not isinstance(empty, Answer):
        return False
    found = witness(readings[0], slope([*empty.probabilities.values()]), max(readings[1:]))
    return found is not None and found.position < 1 - APPLICABLE_FROM


def _ungraded(criterion: Criterion, answer: Answer | Ungraded | None) -> UngradedVerdict:
    why = answer if isinstance(answer, Ungraded) else Ungraded(question="", cause="unreadable", detail="no answer")
    return UngradedVerdict(
        criterion=criterion.id,
        name=criterion.name,
        kind=criterion.kind,
        max_points=criterion.points,
        ungraded=WhyUngraded(cause=why.cause, detail=why.detail),
    )

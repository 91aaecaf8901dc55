"""The result of grading: verdicts with evidence, key points, guards, and the totals computed from them.

All computations here are pure: no model, no disk, no clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from evaluator.encoding import Frozen
from evaluator.rubric import CriterionKind, Role

SCHEMA_VERSION = 1
METHOD = 18  # raised when scoring, or what a reader gets, changes: stored gradings would then differ from new ones

Direction = Literal["for", "against"]
UngradedCause = Literal["refused", "unreadable", "timeout", "unreachable", "too_long", "stopped", "budget"]


class Usage(Frozen):
    """Tokens and seconds that an answer or a run took; `cached_tokens` belong to a prefix that was not read again."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    generated_tokens: int = 0
    requests: int = 0
    seconds: float = 0.0  # waiting time; a grading states its wall time
    cost: float | None = None  # in US dollars; None if the model has no price

    def __add__(self, other: Usage) -> Usage:
        cost = None if self.cost is None and other.cost is None else (self.cost or 0.0) + (other.cost or 0.0)
        return Usage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            generated_tokens=self.generated_tokens + other.generated_tokens,
            requests=self.requests + other.requests,
            seconds=self.seconds + other.seconds,
            cost=cost,
        )


class Evidence(Frozen):
    """Words of the speaker, taken from the transcript:

    `transcript.turn(turn).text[start:end] == text` holds exactly.
    """

    turn: str
    role: Role
    speaker: str | None
    start: int
    end: int
    text: str
    direction: Direction
    weight: float  # 0 to 1: cosine of these words with the statement; 1 for words that a guard found
    statement: str | None = None  # the statement that they were selected for
    # True: they prove it. False: they are merely nearest to it. None: not checked (guards, last words, older records).
    verified: bool | None = None


class LevelShare(Frozen):
    """A level and the probability that the judge gives it."""

    points: float
    description: str
    probability: float


class Part(Frozen):
    """A check of a criterion: whether it was met, by the judge's reading of the whole text.

    `met` is None if the check was not asked, if the answer could not be read, or if a sentence seems to say what the
    judge missed.
    """

    id: str
    text: str  # the answer that matches `met`, in the rubric's words; the question if that is None
    met: bool | None
    probability: float | None  # 0 silence, 1 the reference answer; for a judge without anchors the probability of yes


class PointStep(Frozen):
    """One step from the judge's answers to the points of a criterion; the last value is what the next step starts from.

    `code` is a key of the catalogue `explain`, `question` the id of the question that it reads, and `values` the numbers
    in the sentence. Positions run from 0 (silence) to 1 (the reference answer).
    """

    code: str
    question: str | None = None
    values: dict[str, float] = {}


class Verdict(Frozen):
    """The judgement of one criterion.

    `points` is the expected value of `distribution`; `level` is the nearest level.
    """

    criterion: str
    name: str
    kind: CriterionKind
    points: float
    max_points: float
    level: int
    level_description: str
    distribution: tuple[LevelShare, ...]  # lowest level first; probabilities sum to 1
    confidence: float  # 0 (all levels alike) to 1 (one level certain)
    interval: tuple[float, float] | None = None  # points, from a calibration profile
    evidence: tuple[Evidence, ...] = ()
    not_applicable: bool = False
    parts: tuple[Part, ...] = ()
    steps: tuple[PointStep, ...] = ()  # how the points came about, in order; empty in older records


class WhyUngraded(Frozen):
    """Why a criterion has no points."""

    cause: UngradedCause
    detail: str = ""


class UngradedVerdict(Frozen):
    """One criterion that could not be judged. It is not zero: it counts as missing, and a person has to look."""

    criterion: str
    name: str
    kind: CriterionKind
    max_points: float
    ungraded: WhyUngraded

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """None: nothing was judged, so there is nothing to prove."""
        return ()


class KeyPointResult(Frozen):
    """A key point of the reference answer: covered or missing; `covered` is None if it could not be judged."""

    id: str
    text: str
    reference: str
    criteria: tuple[str, ...]
    probability: float | None
    covered: bool | None
    evidence: tuple[Evidence, ...] = ()
    # True: a sentence proves that it is covered, or nothing in the text suggests it. False: `covered` is a guess. None:
    # not checked (older records).
    verified: bool | None = None


class Guard(Frozen):
    """Something in the text that a person should know about; `code` is a key of the catalogue `guards`."""

    code: str  # "steering", "forged_delimiter", "invisible_characters", "too_short", "empty", "off_topic", …
    detail: str
    evidence: tuple[Evidence, ...] = ()
    probability: float | None = None


class ReferenceUse(Frozen):
    """A reference that the grading used, with its source."""

    id: str
    kind: Literal["reference_answer", "explanation"]
    text: str
    source: str
    digest: str
    matched_by: Literal["item", "meaning"]
    score: float | None = None


class ReviewReason(Frozen):
    """Why a person should look; `code` is a key of the catalogue `review`."""

    code: str
    criterion: str | None = None
    values: dict[str, str] = {}


class RubricStamp(Frozen):
    """The rubric that was used."""

    id: str
    version: int
    title: str
    language: str
    digest: str


class Scorecard(Frozen):
    """All verdicts on one response, with the total that they add up to; its JSON is the documented output."""

    schema_version: int = SCHEMA_VERSION
    id: str  # id of the stored record
    rubric: RubricStamp
    total: float | None  # None if nothing could be graded
    total_as_written: float | None = None  # had the words that a guard took out counted; None where none were taken out
    max_points: float
    pass_mark: float
    passed: bool | None  # None while ungraded criteria could still decide it
    interval: tuple[float, float] | None = None
    coverage: float  # share of max_points that was graded, 0 to 1
    verdicts: tuple[Verdict | UngradedVerdict, ...]
    key_points: tuple[KeyPointResult, ...] = ()
    references: tuple[ReferenceUse, ...] = ()
    guards: tuple[Guard, ...] = ()
    review: bool
    review_reasons: tuple[ReviewReason, ...] = ()
    profile: str | None = None  # calibration profile, name and version
    decision: Literal["alone", "person"] | None = None  # who decides under the profile's policy; None without a profile
    judge: dict[str, str]  # Judge.stamp
    usage: Usage = Usage()
    transcript_digest: str
    created_at: str  # ISO 8601, UTC
    raw: dict[str, Any] = {}  # per question id: raw and corrected probabilities, as the judge returned them


class Sum(Frozen):
    """What the verdicts add up to."""

    total: float | None
    max_points: float
    passed: bool | None
    coverage: float


def nearest_level(shares: Sequence[LevelShare], points: float) -> int:
    """Index of the level whose points are nearest; the lower one in a tie."""
    return min(range(len(shares)), key=lambda place: (abs(shares[place].points - points), place))


def add_up(verdicts: Sequence[Verdict | UngradedVerdict], max_points: float, pass_mark: float) -> Sum:
    """Compute the total, whether it passes, and how much of the maximum was graded.

    Score and checklist criteria count towards the maximum; those that do not apply are removed from it, and the rest
    are scaled up to it. Bonuses add, penalties subtract, and the total never falls below 0. A fatal item that happened
    makes it 0 and not passed. What is ungraded counts neither way: `passed` is None while it could still decide, and so
    is `total` if none of the criteria that count towards the maximum was graded.
    """
    counted = [item for item in verdicts if item.kind in ("score", "checklist")]
    applicable = [item for item in counted if not (isinstance(item, Verdict) and item.not_applicable)]
    open_points = sum(item.max_points for item in applicable if isinstance(item, UngradedVerdict))
    base = sum(item.max_points for item in applicable)
    graded = [item for item in verdicts if isinstance(item, Verdict) and not item.not_applicable]
    fatal = any(item.kind == "fatal" and item.level == 1 for item in graded)
    if not fatal and not any(item.kind in ("score", "checklist") for item in graded):
        return Sum(total=None, max_points=max_points, passed=None, coverage=0.0)
    scale = max_points / base if base else 0.0
    earned = sum(item.points for item in graded if item.kind in ("score", "checklist")) * scale
    earned += sum(item.points for item in graded if item.kind == "bonus")
    earned -= sum(item.points for item in graded if item.kind == "penalty")
    total = 0.0 if fatal else round(max(earned, 0.0), 4)
    return Sum(
        total=total,
        max_points=max_points,
        passed=_passed(verdicts, total, total + open_points * scale, pass_mark, fatal),
        coverage=round(1 - open_points / base, 4) if base else 0.0,
    )


def _passed(
    verdicts: Sequence[Verdict | UngradedVerdict], least: float, most: float, pass_mark: float, fatal: bool
) -> bool | None:
    missing = [item for item in verdicts if isinstance(item, UngradedVerdict)]
    if fatal:
        return False
    if any(item.kind in ("fatal", "penalty") for item in missing):
        return None
    bonus = sum(item.max_points for item in missing if item.kind == "bonus")
    if least >= pass_mark:
        return True
    return False if most + bonus < pass_mark else None


def corrected(card: Scorecard, points: Mapping[str, float]) -> Sum:
    """The sum of the scorecard with `points` (by criterion) replacing its own where given.

    For a fatal criterion 1 means that it happened. A criterion that could not be judged counts as soon as a person gave
    it points; one that did not apply counts again.
    """
    return add_up(_verdicts(card, points), card.max_points, card.pass_mark)


def corrected_card(card: Scorecard, points: Mapping[str, float]) -> Scorecard:
    """The scorecard with these points: their verdicts have no evidence, and the sum is that of `corrected`.

    Returns the card itself if no points are given.
    """
    if not points:
        return card
    return card.model_copy(update={"verdicts": _verdicts(card, points), **dict(corrected(card, points))})


def _verdicts(card: Scorecard, points: Mapping[str, float]) -> tuple[Verdict | UngradedVerdict, ...]:
    return tuple(_with(verdict, points) for verdict in card.verdicts)


def _with(verdict: Verdict | UngradedVerdict, points: Mapping[str, float]) -> Verdict | UngradedVerdict:
    given = points.get(verdict.criterion)
    if given is None:
        return verdict
    return Verdict(
        criterion=verdict.criterion,
        name=verdict.name,
        kind=verdict.kind,
        points=0.0 if verdict.kind == "fatal" else given,
        max_points=verdict.max_points,
        level=int(given >= 0.5) if verdict.kind == "fatal" else 0,
        level_description="",
        distribution=(),
        confidence=1.0,
    )

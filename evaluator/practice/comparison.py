"""Where a trainee's own grades differ from the grader's, and which words explain it. No model, no disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal

from evaluator.encoding import Frozen
from evaluator.messages import say
from evaluator.practice.tuned import UNSURE_FROM
from evaluator.rubric import Criterion, CriterionKind, Rubric
from evaluator.scorecard import (
    Evidence,
    KeyPointResult,
    LevelShare,
    Scorecard,
    UngradedVerdict,
    Verdict,
    add_up,
    nearest_level,
)
from evaluator.storage import OwnPoint

View = Literal["agree", "unsure", "kinder", "stricter", "not_rated", "ungraded", "not_applicable"]
QUOTED = 3  # quotations in one explanation
MISSING = 4  # key points in one explanation


class Gap(Frozen):
    """One criterion from both sides. `own` and `graded` are points of `max_points`; None if there are none.

    For a penalty the points are those lost; for a fatal item 1 says that it happened (`max_points` is then 1).
    """

    criterion: str
    name: str
    kind: CriterionKind
    max_points: float
    own: float | None
    own_comment: str
    graded: float | None
    view: View
    own_level: str  # what a text at the level that the trainee chose must show; empty for checklists
    level: str  # what the grader saw
    evidence: tuple[Evidence, ...]
    missing: tuple[KeyPointResult, ...]
    covered: tuple[KeyPointResult, ...]

    @property
    def favour(self) -> float | None:
        """How many points more than the grader the trainee gave themselves; negative means stricter."""
        if self.own is None or self.graded is None:
            return None
        return (self.own - self.graded) * (-1 if self.kind in ("penalty", "fatal") else 1)

    @property
    def quotations(self) -> tuple[Evidence, ...]:
        """The words that explain the difference: against if the trainee was kinder, for if stricter."""
        wanted = "against" if self.view == "kinder" else "for"
        fitting = [item for item in self.evidence if item.direction == wanted] or list(self.evidence)
        return tuple(sorted(fitting, key=lambda item: -item.weight)[:QUOTED])


class Comparison(Frozen):
    """Both sides of one attempt. Totals are of `max_points`; None if there is nothing to add up."""

    gaps: tuple[Gap, ...]
    own_total: float | None
    graded_total: float | None
    max_points: float
    pass_mark: float
    leaning: float | None  # mean of `favour` as a share of each criterion's points, -1 to 1; None if there are none
    distance: float | None  # mean absolute difference as such shares, 0 to 1

    def widest(self, count: int = 3) -> list[Gap]:
        """The criteria with the largest differences, widest first; empty if they agree."""
        parted = [gap for gap in self.gaps if gap.view in ("kinder", "stricter")]
        return sorted(parted, key=lambda gap: -_share(gap))[:count]


def compare(rubric: Rubric, own: Mapping[str, OwnPoint], scorecard: Scorecard) -> Comparison:
    """The trainee's `own` points (by criterion id) beside the grader's, in the rubric's order."""
    verdicts = {verdict.criterion: verdict for verdict in scorecard.verdicts}
    gaps = tuple(
        _gap(criterion, own.get(criterion.id), verdicts[criterion.id], scorecard.key_points)
        for criterion in rubric.criteria
        if criterion.id in verdicts
    )
    shares = [(gap.favour or 0.0) / gap.max_points for gap in gaps if gap.favour is not None and gap.kind != "fatal"]
    return Comparison(
        gaps=gaps,
        own_total=own_total(rubric, own),
        graded_total=scorecard.total,
        max_points=rubric.max_points,
        pass_mark=rubric.pass_mark,
        leaning=sum(shares) / len(shares) if shares else None,
        distance=sum(map(abs, shares)) / len(shares) if shares else None,
    )


def own_total(rubric: Rubric, own: Mapping[str, OwnPoint]) -> float | None:
    """The trainee's total, computed like a scorecard's; None unless all points are given."""
    if any(criterion.id not in own for criterion in rubric.criteria):
        return None
    verdicts = [_as_verdict(criterion, own[criterion.id].points) for criterion in rubric.criteria]
    return add_up(verdicts, rubric.max_points, rubric.pass_mark).total


def explain(gap: Gap, language: str | None = None) -> list[str]:
    """The difference in plain sentences: both sides' points, what each level requires, what is missing."""
    most = 1.0 if gap.kind == "fatal" else gap.max_points
    values = {
        "own": "–" if gap.own is None else f"{gap.own:g}",
        "graded": "–" if gap.graded is None else f"{round(gap.graded, 1):g}",
        "most": f"{most:g}",
        "difference": f"{abs(gap.favour or 0):.1f}",
        "own_level": gap.own_level,
        "level": gap.level,
    }
    sentences = [say(f"ui_practice.explain_{gap.view}{'_fatal' if gap.kind == 'fatal' else ''}", language, **values)]
    if gap.view in ("kinder", "stricter") and gap.own_level and gap.own_level != gap.level:
        sentences.append(say("ui_practice.explain_levels", language, **values))
    if gap.view == "kinder" and gap.missing:
        points = say("ui.semicolon", language).join(point.text for point in gap.missing[:MISSING])
        sentences.append(say("ui_practice.explain_missing", language, points=points))
    if gap.view == "stricter" and gap.covered:
        points = say("ui.semicolon", language).join(point.text for point in gap.covered[:MISSING])
        sentences.append(say("ui_practice.explain_covered", language, points=points))
    if gap.view == "kinder" and not gap.evidence and gap.kind not in ("fatal", "penalty"):
        sentences.append(say("ui_practice.explain_no_words", language))
    return sentences


def _gap(
    criterion: Criterion,
    own: OwnPoint | None,
    verdict: Verdict | UngradedVerdict,
    key_points: Sequence[KeyPointResult],
) -> Gap:
    graded = _points_of(verdict)
    concerning = [point for point in key_points if not point.criteria or criterion.id in point.criteria]
    return Gap(
        criterion=criterion.id,
        name=criterion.name,
        kind=criterion.kind,
        max_points=1.0 if criterion.kind == "fatal" else criterion.points,
        own=own.points if own else None,
        own_comment=own.comment if own else "",
        graded=graded,
        view=_view(criterion, own.points if own else None, verdict, graded),
        own_level=_level_text(criterion, own.points) if own else "",
        level=verdict.level_description if isinstance(verdict, Verdict) else "",
        evidence=verdict.evidence if isinstance(verdict, Verdict) else (),
        missing=tuple(point for point in concerning if point.covered is False),
        covered=tuple(point for point in concerning if point.covered),
    )


def _points_of(verdict: Verdict | UngradedVerdict) -> float | None:
    if not isinstance(verdict, Verdict) or verdict.not_applicable:
        return None
    return float(verdict.level) if verdict.kind == "fatal" else verdict.points


def _view(criterion: Criterion, own: float | None, verdict: Verdict | UngradedVerdict, graded: float | None) -> View:
    if isinstance(verdict, UngradedVerdict):
        return "ungraded"
    if verdict.not_applicable:
        return "not_applicable"
    if own is None or graded is None:
        return "not_rated"
    if abs(own - graded) <= _tolerance(criterion):
        return "agree"
    if _own_chance(verdict, own) >= UNSURE_FROM:
        return "unsure"
    higher = own > graded
    return "kinder" if higher != (criterion.kind in ("penalty", "fatal")) else "stricter"


def _tolerance(criterion: Criterion) -> float:
    """Half the smallest distance between two levels: anything closer means the same level."""
    if criterion.kind == "fatal":
        return 0.5
    if criterion.checks and not criterion.levels:
        return criterion.points / len(criterion.checks) / 2
    return min(high.points - low.points for low, high in pairwise(criterion.levels)) / 2


def _own_chance(verdict: Verdict, own: float) -> float:
    """The probability that the grader gives to the level that the trainee chose."""
    if verdict.kind == "fatal":
        return verdict.distribution[int(own >= 0.5)].probability
    return verdict.distribution[nearest_level(verdict.distribution, own)].probability


def _level_text(criterion: Criterion, points: float) -> str:
    if not criterion.levels:
        return ""
    return min(criterion.levels, key=lambda level: abs(level.points - points)).description


def _share(gap: Gap) -> float:
    return abs(gap.favour or 0.0) / gap.max_points


def _as_verdict(criterion: Criterion, points: float) -> Verdict:
    """The trainee's points as a verdict for `add_up`."""
    happened = criterion.kind == "fatal" and points >= 0.5
    return Verdict(
        criterion=criterion.id,
        name=criterion.name,
        kind=criterion.kind,
        points=0.0 if criterion.kind == "fatal" else points,
        max_points=criterion.points,
        level=int(happened),
        level_description="",
        distribution=(LevelShare(points=points, description="", probability=1.0),),
        confidence=1.0,
    )

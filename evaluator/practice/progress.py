"""Progress over attempts, and what to train next. Pure, except for looking up references at the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from evaluator.encoding import Frozen
from evaluator.practice.attempting import Practised
from evaluator.practice.comparison import Gap, own_total
from evaluator.practice.tuned import FADING, LEAST_LOSS
from evaluator.rubric import Criterion, Rubric
from evaluator.scorecard import ReferenceUse

if TYPE_CHECKING:
    from evaluator.references import ReferenceStore

REFERENCES = 3


class PracticeStep(Frozen):
    """One attempt in a series. Shares are of the maximum, 0 to 1; None if there is no figure."""

    attempt: str
    at: str
    own_total: float | None
    graded_total: float | None
    max_points: float
    pass_mark: float
    distance: float | None  # distance between own and graded points, as a share of the points
    criteria: dict[str, float | None]  # the grader's points as a share, by criterion name

    @property
    def own_share(self) -> float | None:
        """The trainee's own total as a share of the maximum."""
        return None if self.own_total is None else self.own_total / self.max_points

    @property
    def graded_share(self) -> float | None:
        """The grader's total as a share of the maximum."""
        return None if self.graded_total is None else self.graded_total / self.max_points


class Advice(Frozen):
    """One criterion to train: what was lost, what the next level requires, and which key points were missing."""

    rubric_id: str
    rubric_title: str
    criterion: str
    name: str
    loss: float  # share of the points that was lost, newer attempts counting more, 0 to 1
    attempts: int
    max_points: float
    reached: str  # the level that was reached last
    wanted: str  # the next level above it; empty where the highest was reached
    missing: tuple[str, ...]  # key points missing from the last attempt
    blind: bool  # trainees rated themselves at least half a level higher
    references: tuple[ReferenceUse, ...] = ()


def trace(history: Sequence[Practised]) -> list[PracticeStep]:
    """One step per attempt, in the order given; `history` is the result of `practised` for one rubric."""
    return [_step(entry) for entry in history]


def advise(history: Iterable[Practised], count: int = 3) -> list[Advice]:
    """What to train next: the criteria that cost most; among equals first those that the trainee did not notice.

    Attempts with several rubrics may be mixed. Empty if nothing was graded yet or next to nothing was lost. A criterion
    whose top level the last attempt reached is left out, whatever earlier attempts lost.
    """
    seen: dict[tuple[str, str], list[tuple[Practised, Gap]]] = defaultdict(list)
    for entry in history:
        for gap in entry.comparison.gaps if entry.comparison else ():
            if gap.graded is not None and gap.kind in ("score", "checklist", "penalty", "fatal"):
                seen[entry.rubric.id, gap.criterion].append((entry, gap))
    improvable = [entries for entries in seen.values() if not _at_the_top(*entries[-1])]
    wanted = [one for one in map(_advise, improvable) if one.loss >= LEAST_LOSS]
    return sorted(wanted, key=lambda one: (-round(one.loss, 1), not one.blind, -one.max_points))[:count]


def with_references(advice: Advice, rubric: Rubric, store: ReferenceStore, count: int = REFERENCES) -> Advice:
    """`advice` with up to `count` references that fit its criterion: the rubric's own first, then by meaning.

    Blocks for about 25 ms (an embedding); call it from asyncio through `asyncio.to_thread`.
    """
    from evaluator.references import find

    criterion = rubric.criterion(advice.criterion)
    store.index_rubric(rubric)
    hits = find(_asked_for(criterion), kind="explanation", language=rubric.language, k=count, store=store)
    uses = [
        ReferenceUse(
            id=hit.entry.id,
            kind="explanation",
            text=hit.entry.text,
            source=hit.entry.source,
            digest=hit.entry.digest,
            matched_by="item" if hit.entry.item == rubric.id else "meaning",
            score=round(hit.score, 4),
        )
        for hit in hits
    ]
    uses.sort(key=lambda use: use.matched_by != "item")
    return advice.model_copy(update={"references": tuple(uses)})


def _step(entry: Practised) -> PracticeStep:
    comparison = entry.comparison
    return PracticeStep(
        attempt=entry.attempt.id,
        at=entry.attempt.at,
        own_total=own_total(entry.rubric, entry.attempt.own_points),
        graded_total=comparison.graded_total if comparison else None,
        max_points=entry.rubric.max_points,
        pass_mark=entry.rubric.pass_mark,
        distance=comparison.distance if comparison else None,
        criteria={
            gap.name: None if gap.graded is None else 1 - _lost(gap)
            for gap in (comparison.gaps if comparison else ())
            if gap.kind in ("score", "checklist")
        },
    )


def _advise(entries: list[tuple[Practised, Gap]]) -> Advice:
    """Advice on one criterion from all attempts at it, oldest first."""
    weights = [FADING ** (len(entries) - place) for place in range(1, len(entries) + 1)]
    losses = [_lost(gap) for _, gap in entries]
    entry, gap = entries[-1]
    return Advice(
        rubric_id=entry.rubric.id,
        rubric_title=entry.rubric.title,
        criterion=gap.criterion,
        name=gap.name,
        loss=sum(weight * loss for weight, loss in zip(weights, losses, strict=True)) / sum(weights),
        attempts=len(entries),
        max_points=gap.max_points,
        reached=gap.level,
        wanted=_next_level(entry.rubric.criterion(gap.criterion), gap.graded or 0.0),
        missing=tuple(point.text for point in gap.missing),
        blind=gap.view == "kinder",
    )


def _at_the_top(entry: Practised, gap: Gap) -> bool:
    """Whether the attempt reached the criterion's best level, so that there is nothing to train."""
    criterion = entry.rubric.criterion(gap.criterion)
    return bool(criterion.levels) and not _next_level(criterion, gap.graded or 0.0)


def _lost(gap: Gap) -> float:
    """Share of the criterion's points that was lost, 0 to 1."""
    share = (gap.graded or 0.0) / gap.max_points
    return share if gap.kind in ("penalty", "fatal") else 1 - share


def _next_level(criterion: Criterion, points: float) -> str:
    """What the level above the nearest one requires; for a penalty the level below, where less is lost."""
    if not criterion.levels:
        return criterion.description
    nearest = min(range(len(criterion.levels)), key=lambda place: abs(criterion.levels[place].points - points))
    place = nearest + (-1 if criterion.kind == "penalty" else 1)
    return criterion.levels[place].description if 0 <= place < len(criterion.levels) else ""


def _asked_for(criterion: Criterion) -> str:
    best = criterion.levels[-1].description if criterion.levels else ""
    return f"{criterion.name}\n{criterion.description or best}".strip()

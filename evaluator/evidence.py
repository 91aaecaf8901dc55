"""Evidence: the speaker's own sentences that bear most on a criterion or a key point. Picked, never generated."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from evaluator.rubric import Criterion, KeyPoint, Rubric
from evaluator.scorecard import Evidence
from evaluator.spans import Comparison, Span

if TYPE_CHECKING:
    from evaluator.references.embedding import Vectors

PER_CRITERION = 3
LEAST_SIMILARITY = 0.28  # below this a sentence has nothing to do with what is asked (docs/design/judging.md)


class Matcher:
    """Compares the sentences of one text with what a rubric asks for."""

    def __init__(self, spans: list[Span]) -> None:
        self.spans = spans
        self._comparison = Comparison(spans) if spans else None

    def best(self, text: str) -> tuple[float, Span | None]:
        """The sentence nearest to `text`, with the cosine; (0, None) when there are no sentences."""
        if self._comparison is None:
            return 0.0, None
        row = self._comparison.similarities(query_vectors((text,)))[0]
        at = int(row.argmax())
        return float(row[at]), self.spans[at]

    def pick(self, wanted: Sequence[str], direction: Literal["for", "against"], most: int = PER_CRITERION) -> list[Evidence]:
        """Up to `most` sentences that are nearest to any of the wanted statements, nearest first."""
        if self._comparison is None or not wanted:
            return []
        scores = self._comparison.similarities(query_vectors(tuple(wanted))).max(axis=0)
        order = sorted(range(len(self.spans)), key=lambda number: -scores[number])[:most]
        return [
            evidence_of(self.spans[number], direction, float(scores[number]))
            for number in order
            if scores[number] >= LEAST_SIMILARITY
        ]


class Wanted(NamedTuple):
    """What would speak for a criterion, and what against it, as statements."""

    good: list[str]
    bad: list[str]


def wanted_for(rubric: Rubric, criterion: Criterion) -> Wanted:
    """The statements of a criterion: its checks, its key points, its best and its lowest level."""
    points = [point.text for point in key_points_of(rubric, criterion)]
    good = [f"{check.question} {check.yes}" for check in criterion.checks] + points
    bad = [check.no for check in criterion.checks]
    if criterion.levels:
        good, bad = [*good, criterion.levels[-1].description], [*bad, criterion.levels[0].description]
    return Wanted(good or [criterion.description or criterion.name], bad)


def key_points_of(rubric: Rubric, criterion: Criterion) -> list[KeyPoint]:
    """The key points that belong to a criterion; those that name none belong to all."""
    points = [point for reference in rubric.references for point in reference.key_points]
    return [point for point in points if not point.criteria or criterion.id in point.criteria]


def evidence_of(span: Span, direction: Literal["for", "against"], weight: float) -> Evidence:
    """A span as evidence, with its exact words and place."""
    return Evidence(
        turn=span.turn.id,
        role=span.turn.role,
        speaker=span.turn.speaker,
        start=span.start,
        end=span.end,
        text=span.text,
        direction=direction,
        weight=round(min(max(weight, 0.0), 1.0), 4),
    )


@lru_cache(maxsize=256)
def query_vectors(texts: tuple[str, ...]) -> Vectors:
    """Vectors of a rubric's statements; they are asked for again with every text that is graded."""
    from evaluator.references.space import passage_vectors

    return passage_vectors(texts)

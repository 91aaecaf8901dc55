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
COMMON_PART = 0.6  # how much of a sentence's mean similarity to all statements is taken away
LEAST_SIMILARITY = 0.28  # below this a sentence has nothing to do with what is asked (docs/design/judging.md)


class Matcher:
    """Compares the sentences of one text with all statements of a rubric."""

    def __init__(self, spans: list[Span], statements: Sequence[str]) -> None:
        self.spans = spans
        self._rows = {text: number for number, text in enumerate(dict.fromkeys(statements))}
        if spans and self._rows:
            self._cosines = Comparison(spans).similarities(query_vectors(tuple(self._rows)))
            self._leanings = self._cosines - COMMON_PART * self._cosines.mean(axis=0)

    def nearest(self, statement: str) -> tuple[float, Span | None]:
        """The highest cosine of any sentence with a statement, and the sentence that is nearest to it for its own sake:
        one that resembles every statement (a long one, say) proves none of them. (0, None) when there is no sentence."""
        if not self.spans:
            return 0.0, None
        row = self._rows[statement]
        return float(self._cosines[row].max()), self.spans[int(self._leanings[row].argmax())]

    def pick(self, wanted: Sequence[str], direction: Literal["for", "against"], most: int = PER_CRITERION) -> list[Evidence]:
        """Up to `most` sentences, each the nearest to one of the wanted statements, the most telling first."""
        if not self.spans:
            return []
        found: dict[int, float] = {}
        rows = [self._rows[text] for text in wanted]
        for row in sorted(rows, key=lambda row: -self._leanings[row].max()):
            at = int(self._leanings[row].argmax())
            if self._cosines[row, at] >= LEAST_SIMILARITY:
                found.setdefault(at, float(self._cosines[row, at]))
        return [evidence_of(self.spans[at], direction, weight) for at, weight in [*found.items()][:most]]


class Wanted(NamedTuple):
    """What would speak for a criterion, and what against it, as statements."""

    good: list[str]
    bad: list[str]


def wanted_for(rubric: Rubric, criterion: Criterion) -> Wanted:
    """The statements of a criterion: its checks and key points, or else its best level; and its lowest level.

    A penalty or a fatal item is proved by what it describes, so there the statement is what speaks against."""
    if criterion.kind in ("fatal", "penalty"):
        return Wanted([], [f"{criterion.name} {criterion.description}".strip()])
    checks = [f"{check.question} {check.yes}" for check in criterion.checks]
    good = checks + [point.text for point in key_points_of(rubric, criterion)]
    top = [criterion.levels[-1].description] if criterion.levels else [criterion.description or criterion.name]
    return Wanted(good or top, [criterion.levels[0].description] if criterion.levels else [])


def statements_of(rubric: Rubric) -> list[str]:
    """Every statement that a text is compared with under this rubric."""
    wanted = [wanted_for(rubric, criterion) for criterion in rubric.criteria]
    points = [point.text for reference in rubric.references for point in reference.key_points]
    return [text for item in wanted for text in (*item.good, *item.bad)] + points


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

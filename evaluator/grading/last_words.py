"""Places somebody's last words between those of a conversation that went badly and one that went well.

Whether a customer was helped shows in how the customer leaves. A rubric gives a few sentences for both ends; the last
turn is placed on the line between them by its embedding, without a model. Both ends are anchored by the sentences
themselves, each measured leaving itself out. docs/benchmarks.md shows what this adds to a small model's reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from evaluator.grading.tuned import LEAST_APART
from evaluator.rubric import Closing, Rubric
from evaluator.transcript import Span, Transcript, spans_of

if TYPE_CHECKING:
    from evaluator.references import Vectors


class LastWords(NamedTuple):
    """The last turn considered, its position (0 like the low sentences, 1 like the high ones), and its highest cosine.

    The cosine is with a sentence of the end that it is nearer to.
    """

    span: Span
    position: float
    nearest: float


def closings_of(
    rubric: Rubric, transcript: Transcript, left_out: Sequence[tuple[str, int, int]] = ()
) -> dict[str, LastWords]:
    """The position of the last words by criterion id, for criteria with closing sentences whose speaker spoke."""
    distinct = {criterion.closing for criterion in rubric.criteria if criterion.closing}
    found = {closing: last_words(closing, transcript, left_out) for closing in distinct}
    return {item.id: last for item in rubric.criteria if item.closing and (last := found[item.closing])}


def last_words(
    closing: Closing, transcript: Transcript, left_out: Sequence[tuple[str, int, int]] = ()
) -> LastWords | None:
    """The position of the last turn between the closing sentences; None if the speaker said nothing."""
    from evaluator.references import passage_vectors

    spans = spans_of(transcript, {closing.speaker}, left_out)
    if not spans:
        return None
    own = [span for span in spans if span.turn.id == spans[-1].turn.id]
    ends = _ends(closing)
    (vector,) = passage_vectors([" ".join(span.text for span in own)])
    near_low, near_high = ends.low @ vector, ends.high @ vector
    leaning = float(near_high.mean() - near_low.mean())
    position = min(max((leaning - ends.lowest) / (ends.highest - ends.lowest), 0.0), 1.0)
    nearest = near_high if position >= 0.5 else near_low
    return LastWords(_quoted(own, left_out), position, float(nearest.max()))


def _quoted(own: list[Span], left_out: Sequence[tuple[str, int, int]]) -> Span:
    """The whole turn, or its last sentence if something in the turn must not be quoted."""
    turn = own[-1].turn
    return own[-1] if any(name == turn.id for name, _, _ in left_out) else Span(turn, own[0].start, own[-1].end)


class _Ends(NamedTuple):
    low: Vectors  # (n, dimensions)
    high: Vectors
    lowest: float  # leaning of the low sentences
    highest: float


@lru_cache(maxsize=64)
def _ends(closing: Closing) -> _Ends:
    from evaluator.references import passage_vectors

    low, high = passage_vectors(closing.low), passage_vectors(closing.high)
    lowest = -_leaning_of_own(low, high)
    highest = _leaning_of_own(high, low)
    return _Ends(low, high, lowest, max(highest, lowest + LEAST_APART))


def _leaning_of_own(own: Vectors, other: Vectors) -> float:
    """How much nearer one end's sentences lie to each other than to the other end's, each leaving itself out."""
    alike = own @ own.T
    among = (alike.sum() - alike.trace()) / (len(own) * (len(own) - 1))
    return float(among - (own @ other.T).mean())

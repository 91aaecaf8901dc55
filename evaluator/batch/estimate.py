"""What a batch will take, estimated from a pilot of a few items."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from statistics import linear_regression, mean, stdev

from evaluator.encoding import Frozen
from evaluator.errors import InputError
from evaluator.scorecard import Scorecard
from evaluator.storage import BatchItem, Records

# Two-sided 95% points of Student's t for 1 to 10 degrees of freedom (Fisher and Yates). Above that the first two terms
# of its expansion about the normal point z are used: z + (z³ + z) / (4 · degrees of freedom), at most .03 too small.
_T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)


_MOST = 500  # graded items that an estimate uses at most


class BatchEstimate(Frozen):
    """Time, tokens and money for the waiting items; ranges are 95% prediction intervals, None below two items."""

    pilot: int  # items that the estimate is based on
    failed: int  # items of the pilot that failed
    waiting: int  # items that it covers
    seconds: float
    seconds_range: tuple[float, float] | None
    tokens: float
    cost_usd: float | None  # None if the model has no price
    cost_range: tuple[float, float] | None


def pilot_positions(lengths: list[int], size: int = 5) -> list[int]:
    """Positions of `size` items spread evenly over the lengths, from shortest to longest, to represent all items."""
    order = sorted(range(len(lengths)), key=lambda position: (lengths[position], position))
    if len(order) <= size:
        return sorted(order)
    step = (len(order) - 1) / (size - 1)
    return sorted(order[round(step * number)] for number in range(size))


def estimate(records: Records, batch_id: str) -> BatchEstimate:
    """What the waiting items of a batch will take, from the graded ones; InputError if there are none.

    Longer texts take longer, and a pilot contains the shortest and the longest. The cost of each graded item is
    therefore moved along the least-squares line to the mean length of the waiting ones (the regression estimator of a
    mean, Cochran 1977).
    """
    done = [item for item in records.batches.items(batch_id, "done", limit=_MOST) if item.grading_id]
    if not done:
        raise InputError("batch_pilot_empty")
    cards = records.many([item.grading_id or "" for item in done])
    kept = [item for item in done if item.grading_id in cards]
    used = [cards[item.grading_id or ""].usage for item in kept]
    counts = records.batches.get(batch_id)
    waiting = counts.waiting + counts.running
    lengths = records.batches.lengths(batch_id, [item.position for item in done])
    middle = records.batches.mean_length(batch_id, ("waiting", "running"))
    of_done, of_kept = ([lengths.get(item.position, 0) for item in some] for some in (done, kept))
    share = _overlap(done)
    seconds = at_length([value * share for value in map(_seconds, done)], of_done, middle)
    tokens = at_length([float(usage.prompt_tokens + usage.generated_tokens) for usage in used], of_kept, middle)
    costs = [usage.cost for usage in used if usage.cost is not None]
    priced = len(costs) == len(used)
    costs = at_length(costs, of_kept, middle) if priced else []
    return BatchEstimate(
        pilot=len(done),
        failed=records.batches.count_tried(batch_id, "failed"),
        waiting=waiting,
        seconds=waiting * mean(seconds),
        seconds_range=predict_sum(seconds, waiting),
        tokens=waiting * mean(tokens) if tokens else 0.0,
        cost_usd=waiting * mean(costs) if priced and costs else None,
        cost_range=predict_sum(costs, waiting) if priced else None,
    )


def at_length(values: list[float], lengths: Sequence[int], middle: float) -> list[float]:
    """The costs of items of these lengths, moved to the length `middle` along the least-squares line.

    They are returned unchanged with fewer than three lengths, or if longer items took less. None falls below 0.
    """
    if len(set(lengths)) < 3:
        return values
    slope = max(linear_regression(lengths, values).slope, 0.0)
    return [max(value + slope * (middle - length), 0.0) for value, length in zip(values, lengths, strict=True)]


def predict_sum(sample: list[float], count: int) -> tuple[float, float] | None:
    """95% interval for the sum of `count` new values like `sample`; None if the sample has fewer than two.

    count * mean ± t(n-1) * s * sqrt(count + count² / n): the spread of the new values and that of the estimated mean
    (prediction interval for a sum of normal values), cut off at 0.
    """
    size = len(sample)
    if size < 2:
        return None
    t = _T95[size - 2] if size - 2 < len(_T95) else 1.960 + 2.372 / (size - 1)
    half = t * stdev(sample) * math.sqrt(count + count**2 / size)
    middle = count * mean(sample)
    return max(0.0, middle - half), middle + half


def total_usage(cards: dict[str, Scorecard]) -> tuple[int, float | None]:
    """Tokens and US dollars (None without a price) used by the scorecards."""
    tokens = sum(card.usage.prompt_tokens + card.usage.generated_tokens for card in cards.values())
    costs = [card.usage.cost for card in cards.values() if card.usage.cost is not None]
    return tokens, sum(costs) if costs else None


def _overlap(done: list[BatchItem]) -> float:
    """Ratio of clock time to item time: below 1 if items were graded concurrently."""
    spans = [(_moment(item.started_at), _moment(item.finished_at)) for item in done]
    busy = sum(end - start for start, end in spans)
    covered, until = 0.0, -math.inf
    for start, end in sorted(spans):  # idle time between two runs does not count
        covered += max(0.0, end - max(start, until))
        until = max(until, end)
    return covered / busy if busy else 1.0


def _seconds(item: BatchItem) -> float:
    return _moment(item.finished_at) - _moment(item.started_at)


def _moment(text: str | None) -> float:
    return datetime.fromisoformat(text).timestamp() if text else 0.0

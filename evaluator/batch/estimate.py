"""What a batch will take, told from a pilot of a few items."""

from __future__ import annotations

import math
from datetime import datetime
from statistics import mean, stdev

from pydantic import BaseModel, ConfigDict

from evaluator.errors import InputError
from evaluator.scorecard import Scorecard
from evaluator.storage import BatchItem, Records

# Two-sided 95 % points of Student's t for 1 to 10 degrees of freedom (Fisher and Yates); above that the first two terms
# of its expansion about the normal point z: z + (z³ + z) / (4 · degrees of freedom), at most .03 too small.
_T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)


class Estimate(BaseModel):
    """Time, tokens and money for the items that wait; the ranges are 95 % prediction intervals, None below
    two items.
    """

    model_config = ConfigDict(frozen=True)

    pilot: int  # items that the estimate rests on
    failed: int  # items of the pilot that failed
    waiting: int  # items that it is for
    seconds: float
    seconds_range: tuple[float, float] | None
    tokens: float
    cost_usd: float | None  # None: the model has no price
    cost_range: tuple[float, float] | None


def pilot_positions(lengths: list[int], size: int = 5) -> list[int]:
    """Positions of `size` items spread evenly over the lengths, shortest and longest included, so that a pilot stands for
    the whole.
    """
    order = sorted(range(len(lengths)), key=lambda position: (lengths[position], position))
    if len(order) <= size:
        return sorted(order)
    step = len(order) / size
    return sorted(order[int(step * (number + 0.5))] for number in range(size))


def estimate(records: Records, batch_id: str) -> Estimate:
    """What the waiting items of a batch will take, from those that were graded; InputError when none was."""
    items = records.batches.items(batch_id)
    done = [item for item in items if item.state == "done" and item.grading_id]
    if not done:
        raise InputError("batch_pilot_empty")
    cards = records.batches.scorecards(batch_id)
    used = [cards[item.grading_id].usage for item in done if item.grading_id in cards]
    waiting = sum(item.state in ("waiting", "running") for item in items)
    share = _overlap(done)
    seconds = [value * share for value in map(_seconds, done)]
    costs = [usage.cost for usage in used if usage.cost is not None]
    priced = len(costs) == len(used)
    return Estimate(
        pilot=len(done),
        failed=sum(item.state == "failed" and item.tries > 0 for item in items),
        waiting=waiting,
        seconds=waiting * mean(seconds),
        seconds_range=predict_sum(seconds, waiting),
        tokens=waiting * mean(usage.prompt_tokens + usage.generated_tokens for usage in used) if used else 0.0,
        cost_usd=waiting * mean(costs) if priced and costs else None,
        cost_range=predict_sum(costs, waiting) if priced else None,
    )


def predict_sum(sample: list[float], count: int) -> tuple[float, float] | None:
    """95 % interval for the sum of `count` new values like `sample`; None where the sample is smaller than
    two.

    count * mean ± t(n-1) * s * sqrt(count + count² / n): the spread of the new values and that of the mean
    estimated from the sample (prediction interval for a sum of normal values); cut off at 0.
    """
    size = len(sample)
    if size < 2:
        return None
    t = _T95[size - 2] if size - 2 < len(_T95) else 1.960 + 2.372 / (size - 1)
    half = t * stdev(sample) * math.sqrt(count + count**2 / size)
    middle = count * mean(sample)
    return max(0.0, middle - half), middle + half


def total_usage(cards: dict[str, Scorecard]) -> tuple[int, float | None]:
    """Tokens and US dollars (None without a price) that the scorecards took."""
    tokens = sum(card.usage.prompt_tokens + card.usage.generated_tokens for card in cards.values())
    costs = [card.usage.cost for card in cards.values() if card.usage.cost is not None]
    return tokens, sum(costs) if costs else None


def _overlap(done: list[BatchItem]) -> float:
    """How much of an item's time passed on the clock: below 1 when items were graded at the same time."""
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

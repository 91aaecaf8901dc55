"""Which items of a batch a person should look at, most urgent first."""

from __future__ import annotations

from typing import NamedTuple

from evaluator.scorecard import Scorecard, UngradedVerdict, Verdict
from evaluator.storage import BatchItem


class ReviewItem(NamedTuple):
    """An item that needs a person, and why: codes of the catalogue `review`, or "failed"."""

    item: BatchItem
    scorecard: Scorecard | None
    reasons: tuple[str, ...]


def review_queue(items: list[BatchItem], scorecards: dict[str, Scorecard]) -> list[ReviewItem]:
    """Failed items and those flagged for review, most urgent first.

    Items without a result come first; then the order depends on what is missing, on guards that fired, on whether the
    result is open or close to the pass mark (as a share of the maximum), and last on the least certain criterion.
    """
    queue = []
    for item in items:
        card = scorecards.get(item.grading_id or "")
        if card is not None and card.review:
            reasons = tuple(dict.fromkeys(reason.code for reason in card.review_reasons))
            queue.append(ReviewItem(item, card, reasons))
        elif item.state == "failed":
            queue.append(ReviewItem(item, None, ("failed",)))
    return sorted(queue, key=_need)


def _need(entry: ReviewItem) -> tuple[float, ...]:
    """A sort key; smaller is more urgent."""
    card = entry.scorecard
    if card is None:
        return (0.0, float(entry.item.position))
    ungraded = sum(isinstance(verdict, UngradedVerdict) for verdict in card.verdicts)
    certain = [verdict.confidence for verdict in card.verdicts if isinstance(verdict, Verdict)]
    return (
        1.0,
        -ungraded,
        -len(card.guards),
        _distance(card),
        min(certain, default=0.0),
        float(entry.item.position),
    )


def _distance(card: Scorecard) -> float:
    """Distance of the total from the pass mark, as a share of the maximum; 0 while passing is open."""
    if card.total is None or card.passed is None or not card.max_points:
        return 0.0
    return abs(card.total - card.pass_mark) / card.max_points

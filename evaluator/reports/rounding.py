"""Rounded points that add up: 1.1 + 1.7 + 1.1 must not be shown with a total of 4."""

from __future__ import annotations

import math
from collections.abc import Sequence

from evaluator.scorecard import Scorecard, Verdict


def round_to_total(values: Sequence[float], digits: int = 1) -> list[float]:
    """The values rounded to `digits` so that they add up to their rounded sum (largest remainder method).

    Each value changes by less than one unit of the last digit; the order of the values is preserved.
    """
    unit = 10**digits
    scaled = [value * unit for value in values]
    floors = [math.floor(value + 1e-9) for value in scaled]
    missing = round(sum(scaled)) - sum(floors)
    by_remainder = sorted(range(len(scaled)), key=lambda place: floors[place] - scaled[place])
    for place in by_remainder[: max(0, missing)]:
        floors[place] += 1
    return [value / unit for value in floors]


def shown_points(card: Scorecard) -> dict[str, float]:
    """The points to show for each criterion, with one decimal, adding up to the total shown."""
    verdicts = [one for one in card.verdicts if isinstance(one, Verdict) and one.kind != "fatal"]
    signed = [-one.points if one.kind == "penalty" else one.points for one in verdicts]
    alone = {one.criterion: round(one.points, 1) for one in verdicts}
    adds_up = card.total is not None and abs(sum(signed) - card.total) < 0.005
    if not adds_up or any(one.kind == "penalty" for one in verdicts):
        return alone
    return dict(zip(alone, round_to_total(signed), strict=True))

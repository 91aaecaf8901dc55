"""From readings to a position between an empty answer and the reference answer. Pure arithmetic.

A small model's probabilities rank texts well but scale them badly: it prefers some options whatever the text says, and
its distributions for excellent and hopeless answers lie close together. So each question is asked about three texts:
the candidate's, an empty one and the reference answer. The reading of the empty text is the model's prior and is
subtracted (contextual calibration, Zhao et al. 2021); that of the reference marks the upper end. The candidate's
position between the two is the reading, and the distance between the two is the question's weight: a question that
cannot tell the reference answer from silence has nothing to say.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from evaluator.grading.tuned import EDGE, HAPPENED_MIDDLE, HAPPENED_STEEPNESS, LEAST_GAIN, LEAST_POSITION_SPREAD

LEAST_PROBABILITY = 1e-6


class Witness(NamedTuple):
    """One reading: the text's position between silence (0) and the reference (1), and its weight."""

    position: float
    weight: float


class Placed(NamedTuple):
    """A position in [0, 1] with its standard deviation."""

    position: float
    spread: float


def slope(probabilities: Sequence[float]) -> float:
    """How far a distribution leans towards the last option.

    That is the least-squares slope of the log-probabilities over the options' positions 0 … 1; for two options it is
    the logit.
    """
    logs = [math.log(max(value, LEAST_PROBABILITY)) for value in probabilities]
    places = [number / (len(logs) - 1) for number in range(len(logs))]
    middle, mean = sum(places) / len(places), sum(logs) / len(logs)
    across = sum((place - middle) * (value - mean) for place, value in zip(places, logs, strict=True))
    return across / sum((place - middle) ** 2 for place in places)


def expected(probabilities: Sequence[float]) -> float:
    """The expected position of a distribution whose options are evenly spaced from 0 to 1.

    For two options it is the probability of the second.
    """
    return sum(place * value for place, value in enumerate(probabilities)) / (len(probabilities) - 1)


def witness(reading: float, empty: float, reference: float) -> Witness | None:
    """The position of a reading between its two anchors; None if the anchors are not apart in the right direction."""
    gain = reference - empty
    if gain < LEAST_GAIN:
        return None
    return Witness(min(max((reading - empty) / gain, 0.0), 1.0), gain)


def unanchored(reading: float, empty: float) -> Witness:
    """A reading with only a lower anchor: the logistic curve of its distance from silence.

    It ranks texts, but its scale is the model's own, so the scorecard says that it is not anchored.
    """
    return Witness(1 / (1 + math.exp(-(reading - empty))), 1.0)


def place(witnesses: Sequence[Witness]) -> Placed:
    """The weighted mean of the witnesses; its spread is their standard error, with a floor. ValueError without any."""
    total = sum(item.weight for item in witnesses)
    if not total:
        raise ValueError("no witness")
    mean = sum(item.position * item.weight for item in witnesses) / total
    variance = sum(item.weight * (item.position - mean) ** 2 for item in witnesses) / total
    effective = total**2 / sum(item.weight**2 for item in witnesses)  # Kish's effective number of witnesses
    return Placed(mean, max(LEAST_POSITION_SPREAD, math.sqrt(variance / effective)))


def blend(first: Placed | None, second: Placed | None, share_of_second: float) -> Placed | None:
    """Two views of the same thing combined; if one is missing, the other alone."""
    if first is None or second is None:
        return first or second
    position = (1 - share_of_second) * first.position + share_of_second * second.position
    apart = abs(first.position - second.position) / 2
    return Placed(position, max(first.spread, second.spread, apart))


def spread_over(levels: Sequence[float], placed: Placed) -> list[float]:
    """Probabilities of levels (rising, as shares of the maximum) whose expected value is the position.

    It is a normal curve of the given spread, cut at the levels and tilted until its mean is right.
    """
    wanted = min(max(placed.position, levels[0] + EDGE), levels[-1] - EDGE)
    low, high = -8.0, 9.0
    for _ in range(60):
        middle = (low + high) / 2
        shares = _normal(levels, middle, placed.spread)
        mean = sum(level * share for level, share in zip(levels, shares, strict=True))
        low, high = (middle, high) if mean < wanted else (low, middle)
    return shares


def happened(reading: float, empty: float, reference: float) -> float:
    """The probability of something that neither silence nor the reference answer shows."""
    return 1 / (1 + math.exp(-HAPPENED_STEEPNESS * (reading - max(empty, reference) - HAPPENED_MIDDLE)))


def confidence(probabilities: Sequence[float]) -> float:
    """1 minus the normalised entropy: 0 if all options are equally likely, 1 if one is certain."""
    if len(probabilities) < 2:
        return 1.0
    entropy = -sum(value * math.log(value) for value in probabilities if value > 0)
    return max(0.0, 1 - entropy / math.log(len(probabilities)))


def _normal(levels: Sequence[float], middle: float, spread: float) -> list[float]:
    exponents = [-((level - middle) ** 2) / (2 * spread**2) for level in levels]
    highest = max(exponents)
    raw = [math.exp(value - highest) for value in exponents]
    return [value / sum(raw) for value in raw]

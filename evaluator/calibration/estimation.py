"""The mean of a large ungraded batch from many machine grades and few human ones, and whom to ask next.

Prediction-powered inference, power-tuned (Angelopoulos, Duchi and Zrnic, "PPI++", 2023); sampling after Zrnic
and Candès, "Active statistical inference", 2024. The interval is valid however bad the machine is; a good
machine makes it shorter.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from evaluator.errors import InputError

Array = NDArray[np.float64]


class MeanEstimate(BaseModel):
    """The mean human points of the whole batch, with an interval; beside it what the human grades alone
    would give.
    """

    model_config = ConfigDict(frozen=True)

    mean: float
    low: float
    high: float
    confidence: float
    tuning: float  # lambda: how far the machine is trusted, 0 not at all
    humans_alone: tuple[float, float, float]  # mean, low, high
    graded: int
    ungraded: int

    @property
    def worth(self) -> float:
        """How many times as many human grades would give the same width without the machine; 1 where both widths are 0."""
        if self.high <= self.low:
            return 1.0
        return ((self.humans_alone[2] - self.humans_alone[1]) / (self.high - self.low)) ** 2


def estimate_mean(human: Array, machine: Array, machine_ungraded: Array, *, confidence: float = 0.95) -> MeanEstimate:
    """Mean over the batch of graded items (human and machine points, shape (n,)) and ungraded ones
    (machine, shape (N,)).

    The graded items must be a random draw from the batch. theta = mean(lambda f') + mean(y - lambda f) with
    the lambda of least variance; the interval is normal. Raises InputError with fewer than ten human
    grades.
    """
    from scipy.stats import norm

    n, rest = len(human), len(machine_ungraded)
    if n < 10:
        raise InputError("calibration_too_few_labels", n=n, needed=10, more=10 - n)
    tuning = _tune(human, machine, machine_ungraded)
    rectifier = human - tuning * machine
    mean = rectifier.mean() + (tuning * machine_ungraded.mean() if rest else tuning * machine.mean())
    variance = rectifier.var(ddof=1) / n + (tuning**2 * machine_ungraded.var(ddof=1) / rest if rest > 1 else 0)
    reach = float(norm.ppf((1 + confidence) / 2))
    alone = reach * human.std(ddof=1) / np.sqrt(n)
    half = reach * np.sqrt(variance) if rest > 1 else alone
    return MeanEstimate(
        mean=float(mean),
        low=float(mean - half),
        high=float(mean + half),
        confidence=confidence,
        tuning=tuning,
        humans_alone=(float(human.mean()), float(human.mean() - alone), float(human.mean() + alone)),
        graded=n,
        ungraded=rest,
    )


def _tune(human: Array, machine: Array, ungraded: Array) -> float:
    """lambda = cov(y, f) / ((1 + n / N) var f), kept within 0 and 1; 0 where the machine says the same of
    all.
    """
    if len(ungraded) < 2:
        return 0.0
    variance = np.concatenate([machine, ungraded]).var(ddof=1)
    if variance < 1e-12:
        return 0.0
    covariance = np.cov(human, machine)[0, 1]
    return float(np.clip(covariance / ((1 + len(human) / len(ungraded)) * variance), 0, 1))


class Wanted(BaseModel):
    """An item to give to a human, and the chance that it was drawn with."""

    model_config = ConfigDict(frozen=True)

    item: str
    chance: float


def pick_next(ids: Sequence[str], uncertainty: Array, count: int, *, seed: int = 0) -> list[Wanted]:
    """`count` items whose human grades shorten the interval fastest: drawn in proportion to the machine's
    uncertainty.

    A fifth of the chance is spread evenly, so that an item of which the machine is wrongly sure can still
    be drawn. The most uncertain come first.
    """
    count = min(count, len(ids))
    if not count:
        return []
    weights = np.maximum(uncertainty, 0) + 1e-12
    shares = 0.8 * weights / weights.sum() + 0.2 / len(ids)
    drawn = np.random.default_rng(seed).choice(len(ids), count, replace=False, p=shares)
    ordered = sorted(drawn, key=lambda place: (-uncertainty[place], ids[place]))
    return [Wanted(item=ids[place], chance=float(min(1.0, count * shares[place]))) for place in ordered]

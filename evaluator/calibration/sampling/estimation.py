"""Estimate the mean of a large ungraded batch from many machine grades and few human ones.

Prediction-powered inference, power-tuned (Angelopoulos, Duchi and Zrnic, "PPI++", 2023), if the human grades are a
plain random draw; active statistical inference (Zrnic and Candès, 2024) if items were drawn with individual chances
(`drawing`). Both intervals are valid however bad the machine is; a good machine makes them shorter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evaluator.encoding import Frozen
from evaluator.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
LEAST = 10  # with fewer human grades a normal interval promises too much
NAMED = 20  # most items that a sentence names


class MeanEstimate(Frozen):
    """The mean human points of the whole batch, with an interval, and the estimate from the human grades alone."""

    mean: float
    low: float
    high: float
    confidence: float
    tuning: float  # lambda: how far the machine is trusted; 0 means not at all
    humans_alone: tuple[float, float, float]  # mean, low, high
    graded: int
    ungraded: int

    @property
    def worth(self) -> float:
        """How many times as many human grades would give the same width without the machine; 1 if both widths are 0."""
        if self.high <= self.low:
            return 1.0
        return ((self.humans_alone[2] - self.humans_alone[1]) / (self.high - self.low)) ** 2


def estimate_batch(
    means: pd.DataFrame, machine: pd.DataFrame, draw: pd.DataFrame | None = None, *, confidence: float = 0.95
) -> dict[str, MeanEstimate]:
    """The mean human points by criterion over all rows of `machine` (one row per item, one column per criterion).

    `means` has the items that people graded. Without `draw` they are treated as a random draw; with it (`drawing`, the
    same items) only drawn items count, weighted by their chances. An item without machine points is left out of that
    criterion. Raises InputError if fewer than ten items were graded, or a drawn one was not.
    """
    human = _aligned(means, machine)
    if draw is not None and len(waiting := want_grades(means, machine, draw)):
        raise InputError("calibration_drawn_ungraded", count=len(waiting), items=name_wanted(waiting))
    return {str(name): _estimate_one(human[name], machine[name].dropna(), draw, confidence) for name in human}


def _aligned(means: pd.DataFrame, machine: pd.DataFrame) -> pd.DataFrame:
    """The humans' means aligned with the machine's rows, in the criteria that both have."""
    return means.reindex(index=machine.index, columns=[name for name in means.columns if name in machine.columns])


def _estimate_one(human: pd.Series, machine: pd.Series, draw: pd.DataFrame | None, confidence: float) -> MeanEstimate:
    points, grades = machine.to_numpy(float), human.reindex(machine.index).to_numpy(float)
    if draw is not None:
        known = draw.reindex(machine.index)
        chance, drawn = known["chance"].to_numpy(float), known["drawn"].to_numpy(bool)
        return estimate_drawn(grades, points, chance, drawn, confidence=confidence)
    graded = ~np.isnan(grades)
    return estimate_mean(grades[graded], points[graded], points[~graded], confidence=confidence)


def want_grades(means: pd.DataFrame, machine: pd.DataFrame, draw: pd.DataFrame) -> pd.DataFrame:
    """The drawn items that need human grades, one row per item and one column per criterion; True where missing."""
    human = _aligned(means, machine)
    missing = human.isna() & machine[human.columns].notna()
    return missing[draw["drawn"].reindex(machine.index).astype(bool) & missing.any(axis=1)]


def name_wanted(missing: pd.DataFrame) -> str:
    """Those items on one line, at most twenty, with the criteria if only some are missing."""
    names = [
        str(item) if row.all() else f"{item} ({', '.join(map(str, row.index[row]))})"
        for item, row in missing.head(NAMED).iterrows()
    ]
    return ", ".join(names) + (" …" if len(missing) > NAMED else "")


def estimate_mean(human: Array, machine: Array, machine_ungraded: Array, *, confidence: float = 0.95) -> MeanEstimate:
    """Mean over a batch of graded items (human and machine points, shape (n,)) and ungraded ones (machine, (N,)).

    The graded items must be a random draw from the batch. theta = mean(lambda f') + mean(y - lambda f) with the lambda
    of least variance; the interval is normal. Raises InputError with fewer than ten human grades.
    """
    n, rest = len(human), len(machine_ungraded)
    _require(n)
    tuning = _tune(human, machine, machine_ungraded)
    rectifier = human - tuning * machine
    mean = rectifier.mean() + (tuning * machine_ungraded.mean() if rest else tuning * machine.mean())
    variance = rectifier.var(ddof=1) / n + (tuning**2 * machine_ungraded.var(ddof=1) / rest if rest > 1 else 0)
    reach = _reach(confidence)
    alone = reach * human.std(ddof=1) / np.sqrt(n)
    half = reach * np.sqrt(variance) if rest > 1 else alone
    return _stated((mean, half), (human.mean(), alone), confidence, tuning, n, rest)


def _tune(human: Array, machine: Array, ungraded: Array) -> float:
    """lambda = cov(y, f) / ((1 + n / N) var f), clipped to 0 to 1; 0 if the machine's points are all equal."""
    if len(ungraded) < 2:
        return 0.0
    variance = np.concatenate([machine, ungraded]).var(ddof=1)
    if variance < 1e-12:
        return 0.0
    covariance = np.cov(human, machine)[0, 1]
    return float(np.clip(covariance / ((1 + len(human) / len(ungraded)) * variance), 0, 1))


def estimate_drawn(
    human: Array, machine: Array, chance: Array, drawn: NDArray[np.bool_], *, confidence: float = 0.95
) -> MeanEstimate:
    """Mean over a batch of N items, each drawn for a human independently with its own chance.

    All arrays have shape (N,): `human` counts only where `drawn`, `machine` and `chance` (above 0) everywhere. With w =
    drawn / chance (Zrnic and Candès, "Active statistical inference", 2024, equation 2)

        theta = mean(t),  t = g + (y - g) w,  g = lambda f + c,  variance = var(t) / N · n / (n - 1)

    var(t) is the sample variance over all N items; n / (n - 1) accounts for the n grades that c was estimated from.
    Their c = sum(w (y - lambda f)) / sum(w) removes the machine's mean error, so that it does not widen the interval
    (Hájek); lambda is the one of least variance, clipped to 0 to 1; at 0 only the humans are left. The interval is
    normal. With equal chances this is `estimate_mean`. Raises InputError with fewer than ten human grades.
    """
    n, size = int(drawn.sum()), len(machine)
    _require(n)
    weight = drawn / chance
    grades = np.where(drawn, human, 0.0)
    humans, machines = (np.average(points, weights=weight) for points in (grades, machine))
    # t = humans + own + lambda * shift, with c substituted
    own, shift = (grades - humans) * weight, (machine - machines) * (1 - weight)
    spread = shift.var(ddof=1)
    tuning = float(np.clip(-np.cov(own, shift)[0, 1] / spread, 0, 1)) if spread > 1e-12 else 0.0
    mean = humans + tuning * shift.mean()
    scale = _reach(confidence) * np.sqrt(n / (n - 1) / size)
    half, alone = (scale * t.std(ddof=1) for t in (own + tuning * shift, own))
    return _stated((mean, half), (humans, alone), confidence, tuning, n, size - n)


def _stated(
    both: tuple[float, float], humans: tuple[float, float], confidence: float, tuning: float, graded: int, ungraded: int
) -> MeanEstimate:
    """The estimate from means and half widths, with the machine and from humans alone."""
    (mean, half), (alone, reach) = both, humans
    return MeanEstimate(
        mean=float(mean),
        low=float(mean - half),
        high=float(mean + half),
        confidence=confidence,
        tuning=tuning,
        humans_alone=(float(alone), float(alone - reach), float(alone + reach)),
        graded=graded,
        ungraded=ungraded,
    )


def _require(n: int) -> None:
    if n < LEAST:
        raise InputError("calibration_too_few_labels", n=n, needed=LEAST, more=LEAST - n)


def _reach(confidence: float) -> float:
    """Standard errors on either side of a normal interval."""
    from scipy.stats import norm

    return float(norm.ppf((1 + confidence) / 2))

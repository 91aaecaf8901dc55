"""How far humans agree with each other: the ceiling against which any agreement with a machine is read.

There are three ceilings, each for the figure beside which it is shown: two humans (pairwise), one human against the
mean of the others, and the mean of a panel of 2 to 5 against the mean of the others.
"""

from __future__ import annotations

import warnings
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from evaluator.calibration.agreement.figures import SEED, Statistic, to_levels
from evaluator.calibration.agreement.formulas import FORMULAS, ON_LEVELS, Array
from evaluator.encoding import Frozen

MOST_PAIRS = 60
MOST_ITEMS = 3000  # above this a random sample is used: the ceiling's interval is narrow by then
RESAMPLES = 200
LEAST_SHARED, LEAST_RESAMPLED = 3, 10  # items that a pair must share for a figure, and for an interval
MOST_RESAMPLED = 200_000  # items times resamples; with many items fewer resamples are enough
PANELS = (2, 3, 4, 5)


class Ceiling(Frozen):
    """Human-to-human figures for one criterion, by name of the figure."""

    pairwise: dict[str, Statistic]
    one_against_rest: dict[str, Statistic]
    panels: dict[int, dict[str, Statistic]]  # by panel size


def measure_ceiling(grades: Array, *, step: float = 1.0, names: tuple[str, ...] = tuple(FORMULAS)) -> Ceiling:
    """Return the ceilings of grades of shape (items, graders), with gaps as NaN.

    With one grader every figure is undefined and says so.
    """
    if len(grades) > MOST_ITEMS:
        grades = grades[np.sort(np.random.default_rng(SEED).choice(len(grades), MOST_ITEMS, replace=False))]
    return Ceiling(
        pairwise=_average(_pair_up(grades), names, step),
        one_against_rest=_average(_split(grades, 1), names, step),
        panels={size: _average(_split(grades, size), names, step) for size in PANELS},
    )


GraderPair = tuple[Array, Array]


def _pair_up(grades: Array) -> list[GraderPair]:
    """Pair up the columns; with many graders, an evenly spaced choice of MOST_PAIRS pairs."""
    pairs = list(combinations(range(grades.shape[1]), 2))
    chosen = pairs[:: max(1, -(-len(pairs) // MOST_PAIRS))]
    return [(grades[:, a], grades[:, b]) for a, b in chosen]


def _split(grades: Array, size: int) -> list[GraderPair]:
    """Pair the mean of a panel of `size` with the mean of all others, for each grader or for 20 random panels."""
    graders = grades.shape[1]
    if graders <= size:
        return []
    draw = np.random.default_rng(SEED)
    panels = (
        [[g] for g in range(graders)] if size == 1 else [draw.choice(graders, size, replace=False) for _ in range(20)]
    )
    return [_means(grades, np.isin(np.arange(graders), panel), size) for panel in panels]


def _means(grades: Array, inside: NDArray[np.bool_], size: int) -> GraderPair:
    """Item means of the panel and of the others; NaN where a panel member has no grade."""
    with warnings.catch_warnings():  # an item that nobody else graded has no mean, and drops out as NaN
        warnings.simplefilter("ignore", RuntimeWarning)
        return grades[:, inside].mean(axis=1), np.nanmean(grades[:, ~inside], axis=1)


def _average(pairs: list[GraderPair], names: tuple[str, ...], step: float) -> dict[str, Statistic]:
    return {name: _average_one(pairs, name, step) for name in names}


def _average_one(pairs: list[GraderPair], name: str, step: float) -> Statistic:
    """Average the figure over pairs: n is the mean number of shared items, the interval resamples items."""
    if not pairs:
        return Statistic(name=name, value=None, n=0, why="one_grader")
    if name in ON_LEVELS:
        pairs = [(to_levels(x, step), to_levels(y, step)) for x, y in pairs]
    pairs = [pair for pair in pairs if _shared(*pair).sum() >= LEAST_SHARED]
    whole = [np.stack(pair)[:, _shared(*pair)] for pair in pairs]
    n = round(float(np.mean([x.size for x, _ in whole]))) if whole else 0
    values = np.array([FORMULAS[name](x, y) for x, y in whole])
    if not len(values) or np.isnan(values).all():
        return Statistic(name=name, value=None, n=n, why="constant" if len(values) else "too_few_items")
    low, high = _bound(pairs, name) if n >= LEAST_RESAMPLED else (None, None)
    return Statistic(name=name, value=float(np.nanmean(values)), n=n, low=low, high=high)


def _shared(x: Array, y: Array) -> NDArray[np.bool_]:
    return ~(np.isnan(x) | np.isnan(y))


def _bound(pairs: list[GraderPair], name: str) -> tuple[float | None, float | None]:
    """95% interval of the mean over pairs, or None where it is undefined.

    All pairs use the same resampled items, each restricted to the items that it shares, as the figure itself does.
    """
    items = len(pairs[0][0])
    size = min(RESAMPLES, max(50, MOST_RESAMPLED // items)), items
    index = np.random.default_rng(SEED).integers(0, items, size)
    with warnings.catch_warnings():  # a resample on which no pair has the figure drops out as NaN
        warnings.simplefilter("ignore", RuntimeWarning)
        means = np.nanmean([_resample(*pair, name, index) for pair in pairs], axis=0)
        low, high = np.nanquantile(means, [0.025, 0.975])
    return (float(low), float(high)) if np.isfinite([low, high]).all() else (None, None)


def _resample(x: Array, y: Array, name: str, index: NDArray[np.int64]) -> Array:
    """The figure of one pair for each row of `index`; NaN where too few items have both grades."""
    known = _shared(x, y)[index]
    counts, values = known.sum(axis=1), np.full(len(index), np.nan)
    for count in np.unique(counts[counts >= LEAST_SHARED]):  # rows of equal length share one call
        rows = counts == count
        places = index[rows][known[rows]].reshape(-1, count)
        values[rows] = FORMULAS[name](x[places], y[places])
    return values

"""Agreement formulas over the last axis of arrays, so that thousands of bootstrap samples take one call.

`figures.py` takes each published figure from a library and only the resamples from here; a test checks that the two
agree. Every function takes x and y of shape (..., n) and returns shape (...,); undefined values are NaN.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Formula = Callable[[Array, Array], Array]


def pearson(x: Array, y: Array) -> Array:
    """Product-moment correlation."""
    dx, dy = x - x.mean(-1, keepdims=True), y - y.mean(-1, keepdims=True)
    return _divide((dx * dy).sum(-1), np.sqrt((dx**2).sum(-1) * (dy**2).sum(-1)))


def spearman(x: Array, y: Array) -> Array:
    """Rank correlation; ties share their mean rank."""
    from scipy.stats import rankdata

    return pearson(rankdata(x, axis=-1), rankdata(y, axis=-1))


def mae(x: Array, y: Array) -> Array:
    """Mean absolute difference."""
    return np.abs(x - y).mean(-1)


def rmse(x: Array, y: Array) -> Array:
    """Root of the mean squared difference."""
    return np.sqrt(((x - y) ** 2).mean(-1))


def bias(x: Array, y: Array) -> Array:
    """Mean of x minus y."""
    return (x - y).mean(-1)


def exact(x: Array, y: Array) -> Array:
    """Share of equal grades; x and y are on the same levels."""
    return (np.abs(x - y) < 1e-9).mean(-1)


def adjacent(x: Array, y: Array) -> Array:
    """Share of grades at most one level apart; x and y are in units of levels."""
    return (np.abs(x - y) < 1 + 1e-9).mean(-1)


def qwk(x: Array, y: Array) -> Array:
    """Cohen's kappa with quadratic weights, from moments: 1 - E(x-y)² / E over independent pairs."""
    expected = x.var(-1) + y.var(-1) + (x.mean(-1) - y.mean(-1)) ** 2
    return 1 - _divide(((x - y) ** 2).mean(-1), expected)


def alpha(x: Array, y: Array) -> Array:
    """Krippendorff's alpha for interval data and two complete graders: 1 - observed / expected disagreement."""
    pooled = np.concatenate([x, y], axis=-1)
    return 1 - _divide(((x - y) ** 2).mean(-1), 2 * pooled.var(-1, ddof=1))


def icc(x: Array, y: Array) -> Array:
    """ICC(2,1) for two complete graders: absolute agreement of single grades."""
    return icc_of_many(np.stack([x, y], axis=-1))


def icc_of_many(grades: Array) -> Array:
    """ICC(2,1) of Shrout and Fleiss (1979) for grades of shape (..., items, graders) without gaps."""
    n, k = grades.shape[-2:]
    grand = grades.mean((-2, -1))
    rows = k * ((grades.mean(-1) - grand[..., None]) ** 2).sum(-1)
    columns = n * ((grades.mean(-2) - grand[..., None]) ** 2).sum(-1)
    error = ((grades - grand[..., None, None]) ** 2).sum((-2, -1)) - rows - columns
    msr, msc, mse = rows / max(n - 1, 1), columns / (k - 1), error / max((n - 1) * (k - 1), 1)
    return _divide(msr - mse, msr + (k - 1) * mse + k * (msc - mse) / n)


def _divide(above: Array, below: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.abs(below) < 1e-12, np.nan, above / below)


FORMULAS: dict[str, Formula] = {
    "qwk": qwk,
    "pearson": pearson,
    "spearman": spearman,
    "mae": mae,
    "rmse": rmse,
    "bias": bias,
    "exact": exact,
    "adjacent": adjacent,
    "icc": icc,
    "alpha": alpha,
}
ON_LEVELS = {"qwk", "exact", "adjacent"}  # formulas that need level numbers, not points

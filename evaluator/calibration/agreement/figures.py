"""Agreement of two graders: each figure with n, a bootstrap interval, and the reason where it is undefined.

Figures come from scikit-learn, scipy and `formulas.py`; the human ceiling for the same row is in `ceiling.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from evaluator.calibration.agreement import formulas
from evaluator.calibration.agreement.formulas import FORMULAS, ON_LEVELS, Array, icc_of_many
from evaluator.encoding import Frozen
from evaluator.messages import say

if TYPE_CHECKING:
    import pandas as pd

RESAMPLES = 1000
MOST_RESAMPLED = 2_000_000  # items times resamples; with many items the interval is narrow and needs fewer
SEED = 20261121


class Statistic(Frozen):
    """One figure. `value` is None where it is undefined; `why` then names the reason in the catalogue.

    `low` and `high` bound a 95% percentile-bootstrap interval over items; None where there is no interval.
    """

    name: str
    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    why: str | None = None

    def text(self, language: str | None = None) -> str:
        """The figure as text, such as ".71 [.65, .76], n = 400", or why there is none."""
        if self.value is None:
            return say(f"calibration.why_{self.why}", language, n=self.n)
        interval = "" if self.low is None else f" [{self.low:.2f}, {self.high:.2f}]"
        return f"{self.value:.2f}{interval}, n = {self.n}"


def find_step(points: Array) -> float:
    """The step of a scale: 1 for whole points, .5 for halves, otherwise the smallest distance between two grades seen.

    Distances that come only from rounding errors in sums of the same points are ignored.
    """
    values = np.unique(points[~np.isnan(points)].round(9))
    for step in (1.0, 0.5, 0.25, 0.1):
        if np.allclose(values / step, np.round(values / step), atol=1e-6):
            return step
    return float(np.diff(values).min()) if len(values) > 1 else 1.0


def to_levels(points: Array, step: float) -> Array:
    """Points as numbers of steps, with halves rounded up as people do."""
    return np.floor(points / step + 0.5)


def compare(
    x: Array, y: Array, *, step: float = 1.0, names: Iterable[str] = FORMULAS, resamples: int = RESAMPLES
) -> dict[str, Statistic]:
    """All figures for two graders' points, shape (n,) each; items with a gap (NaN) on either side are left out.

    QWK, exact and adjacent agreement are computed on levels of `step` points, the others on the points themselves.
    """
    both = ~(np.isnan(x) | np.isnan(y))
    x, y = np.asarray(x[both], float), np.asarray(y[both], float)
    levels = to_levels(x, step), to_levels(y, step)
    return {name: _measure(name, *(levels if name in ON_LEVELS else (x, y)), resamples) for name in names}


def _measure(name: str, x: Array, y: Array, resamples: int) -> Statistic:
    n = len(x)
    why = _find_why(name, x, y)
    if why:
        return Statistic(name=name, value=None, n=n, why=why)
    value = _CALCULATE[name](x, y)
    if not np.isfinite(value):
        return Statistic(name=name, value=None, n=n, why="undefined")
    low, high = _bound(name, x, y, resamples)
    return Statistic(name=name, value=float(value), n=n, low=low, high=high)


def _find_why(name: str, x: Array, y: Array) -> str | None:
    """Why the figure is undefined on this data, or None."""
    if len(x) == 0:
        return "no_items"
    if name in ("mae", "rmse", "bias", "exact", "adjacent"):
        return None
    if len(x) < 3:
        return "too_few_items"
    if name in ("pearson", "spearman"):
        return "constant" if np.ptp(x) < 1e-12 or np.ptp(y) < 1e-12 else None
    return "constant" if np.ptp(np.concatenate([x, y])) < 1e-12 else None


def _bound(name: str, x: Array, y: Array, resamples: int) -> tuple[float | None, float | None]:
    """95% percentile interval over items; pairs are resampled together."""
    if len(x) < 3 or resamples < 1:
        return None, None
    resamples = min(resamples, max(200, MOST_RESAMPLED // len(x)))
    values = resample(name, x, y, resamples)
    values = values[np.isfinite(values)]
    if len(values) < 0.9 * resamples:
        return None, None
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def resample(name: str, x: Array, y: Array, resamples: int = RESAMPLES) -> Array:
    """The figure on `resamples` bootstrap samples of the items, shape (resamples,), always with the same seed."""
    draw = np.random.default_rng(SEED)
    block = max(1, int(4e6 // len(x)))
    parts = []
    for start in range(0, resamples, block):
        index = draw.integers(0, len(x), (min(block, resamples - start), len(x)))
        parts.append(FORMULAS[name](x[index], y[index]))
    return np.concatenate(parts)


def _qwk(x: Array, y: Array) -> float:
    from sklearn.metrics import cohen_kappa_score

    low, high = min(x.min(), y.min()), max(x.max(), y.max())
    if high - low > 5000:  # the library's confusion matrix would not fit in memory; the formula gives the same figure
        return float(formulas.qwk(x, y))
    codes = (x - low).astype(int), (y - low).astype(int)
    return float(cohen_kappa_score(*codes, labels=np.arange(int(high - low) + 1), weights="quadratic"))


def _pearson(x: Array, y: Array) -> float:
    from scipy.stats import pearsonr

    return float(pearsonr(x, y).statistic)


def _spearman(x: Array, y: Array) -> float:
    from scipy.stats import spearmanr

    return float(spearmanr(x, y).statistic)


def _mae(x: Array, y: Array) -> float:
    from sklearn.metrics import mean_absolute_error

    return float(mean_absolute_error(y, x))


def _rmse(x: Array, y: Array) -> float:
    from sklearn.metrics import root_mean_squared_error

    return float(root_mean_squared_error(y, x))


def _icc(x: Array, y: Array) -> float:
    return icc_of(np.column_stack([x, y]))


def _alpha(x: Array, y: Array) -> float:
    return alpha_of(np.column_stack([x, y]))


def icc_of(grades: Array) -> float:
    """ICC(2,1), absolute agreement of single grades, of shape (items, graders); items with a gap are left out."""
    return float(icc_of_many(grades[~np.isnan(grades).any(axis=1)]))


def alpha_of(grades: Array) -> float:
    """Krippendorff's alpha for interval data, shape (items, graders), gaps as NaN; NaN if all grades are equal.

    Computed from moments, after Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011. The library of that
    name builds a table of all pairs of distinct values for every item, which fills any memory for a few hundred
    expected points.
    """
    counts = (~np.isnan(grades)).sum(axis=1)
    paired, counts = grades[counts > 1], counts[counts > 1]
    sums, squares = np.nansum(paired, axis=1), np.nansum(paired**2, axis=1)
    n = counts.sum()
    observed = (2 * (counts * squares - sums**2) / (counts - 1)).sum() / n
    expected = 2 * (n * squares.sum() - sums.sum() ** 2) / (n * (n - 1))
    return float(1 - observed / expected) if expected > 1e-12 else float("nan")


def _take(name: str):
    return lambda x, y: float(FORMULAS[name](x, y))


_CALCULATE = {
    "qwk": _qwk,
    "pearson": _pearson,
    "spearman": _spearman,
    "mae": _mae,
    "rmse": _rmse,
    "icc": _icc,
    "alpha": _alpha,
    "bias": _take("bias"),
    "exact": _take("exact"),
    "adjacent": _take("adjacent"),
}


class Group(Frozen):
    """Agreement on a subset of the items: a score band, a language, a length."""

    kind: str  # "band", "language", "length"
    label: str
    figures: dict[str, Statistic]


def compare_groups(
    x: Array,
    y: Array,
    kind: str,
    labels: Sequence[str],
    *,
    step: float = 1.0,
    names: Iterable[str] = ("pearson", "mae", "bias", "qwk"),
) -> list[Group]:
    """Figures for each label, in label order; `labels` has one entry per item."""
    marks = np.asarray(labels)
    return [
        Group(
            kind=kind,
            label=label,
            figures=compare(x[marks == label], y[marks == label], step=step, names=names),
        )
        for label in sorted(set(labels))
    ]


def band(points: Array, count: int = 3) -> list[str]:
    """The part of the seen range that each grade lies in, such as "-2 to -0.67": equally wide, lowest first."""
    low, high = np.nanmin(points), np.nanmax(points)
    edges = np.linspace(low, high, count + 1)
    where = np.clip(np.searchsorted(edges, points, side="right") - 1, 0, count - 1)
    return [f"{index + 1}: {edges[index]:.3g} … {edges[index + 1]:.3g}" for index in where]


def length_band(texts: Sequence[str]) -> list[str]:
    """Short, middle or long third of the texts, with its range of characters."""
    lengths = np.array([len(text) for text in texts])
    edges = np.quantile(lengths, [0, 1 / 3, 2 / 3, 1]).astype(int)
    where = np.clip(np.searchsorted(edges[1:3], lengths, side="left"), 0, 2)
    return [f"{index + 1}: {edges[index]} … {edges[index + 1]}" for index in where]


def align(machine: pd.Series, humans: pd.DataFrame) -> tuple[list[str], Array, Array]:
    """Align the grades on the n items that have points from the machine and at least one human.

    Returns the item ids in the humans' order, the machine's points of shape (n,), and the humans' of shape (n,
    graders).
    """
    ids = humans.dropna(how="all").index.intersection(machine.dropna().index)
    return list(ids), machine.loc[ids].to_numpy(float), humans.loc[ids].to_numpy(float)

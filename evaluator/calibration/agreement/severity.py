"""How harsh, how consistent and how independent each grader is, including the machine.

Severity comes from an additive mixed model, points ~ grader + (1 | item), fitted by statsmodels (REML). Grader effects
are fixed and item effects random, so that graders who saw different items stay comparable. Fit is the mean square of a
grader's standardised residuals (outfit, as in many-facet Rasch measurement): 1 is usual, above 1.5 is noise.
"""

from __future__ import annotations

import warnings
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from evaluator.calibration.tuned import COPY_ITEMS, COPY_P, COPY_SHARE, COPY_USUAL, LEAST_RELATION, MISFIT
from evaluator.encoding import Frozen

Array = NDArray[np.float64]
Places = NDArray[np.intp]  # indices of rows or columns
MACHINE = "machine"
MOST_ITEMS = 1000  # limits the mixed model's cost; above it a random sample is used


class Severity(Frozen):
    """One grader in one criterion; points are on the criterion's scale."""

    grader: str
    n: int
    severity: float | None  # points below the average grader; positive means harsher
    low: float | None  # 95% interval
    high: float | None
    outfit: float | None
    relation: float | None  # Pearson with the mean of the others
    misfit: bool


class Copy(Frozen):
    """Two graders who agree more often than grading alone explains."""

    first: str
    second: str
    n: int
    equal: float  # share of equal grades
    usual: float  # median share over all pairs
    p: float  # probability of that many at the usual share, times the number of pairs


def measure_severity(grades: Array, graders: list[str]) -> list[Severity]:
    """Severity, consistency and fit of every column of (items, graders), with gaps as NaN; the harshest first.

    Severity and fit are None if there is one grader or no item with two grades, and for a grader who shares no item
    with another.
    """
    model = _fit_model(grades)
    rows = []
    for index, grader in enumerate(graders):
        relation = _relate(grades, index)
        effect, error, outfit = (None if values is None else _finite(values[index]) for values in model)
        half = None if error is None else 1.96 * error
        rows.append(
            Severity(
                grader=grader,
                n=int((~np.isnan(grades[:, index])).sum()),
                severity=None if effect is None else -effect,
                low=None if effect is None or half is None else -effect - half,
                high=None if effect is None or half is None else -effect + half,
                outfit=outfit,
                relation=relation,
                misfit=bool((outfit or 0) > MISFIT or (relation is not None and relation < LEAST_RELATION)),
            )
        )
    return sorted(rows, key=lambda row: -(row.severity or 0))


def _fit_model(grades: Array) -> tuple[Array | None, Array | None, Array | None]:
    """Grader effects (summing to 0), their standard errors, and outfit mean squares.

    Values are NaN for a grader without a shared item.
    """
    shared = (~np.isnan(grades)).sum(axis=1) >= 2
    if grades.shape[1] < 2 or shared.sum() < 3 or np.nanstd(grades[shared]) < 1e-12:
        return None, None, None
    grades = grades[shared]
    if len(grades) > MOST_ITEMS:
        grades = grades[np.sort(np.random.default_rng(0).choice(len(grades), MOST_ITEMS, replace=False))]
    items, columns = np.nonzero(~np.isnan(grades))
    present = np.unique(columns)
    design = (columns[:, None] == present[None, :]).astype(float)
    model = _run_mixed(grades[items, columns], design, items)
    if model is None:
        return None, None, None
    residuals = _standardise(model, grades[items, columns], design, items)
    centring = np.eye(len(present)) - 1 / len(present)
    covariance = centring @ np.asarray(model.cov_params())[: len(present), : len(present)] @ centring.T
    return (
        _spread(centring @ np.asarray(model.fe_params), present, grades.shape[1]),
        _spread(np.sqrt(np.maximum(np.diag(covariance), 0)), present, grades.shape[1]),
        _spread([float((residuals[columns == g] ** 2).mean()) for g in present], present, grades.shape[1]),
    )


def _run_mixed(points: Array, design: Array, items: Places):
    from numpy.linalg import LinAlgError
    from statsmodels.regression.mixed_linear_model import MixedLM

    with warnings.catch_warnings():  # a variance at its boundary still yields the additive effects
        warnings.simplefilter("ignore")
        try:
            return MixedLM(points, design, groups=items).fit(reml=True, method=["bfgs", "powell"])
        except (LinAlgError, ValueError):
            return None


def _standardise(model, points: Array, design: Array, items: Places) -> Array:
    """Residuals after grader and item (best linear unbiased prediction), in standard deviations."""
    rest = points - design @ np.asarray(model.fe_params)
    between, within = float(np.asarray(model.cov_re)[0, 0]), float(model.scale)
    counts = np.bincount(items)
    worth = np.bincount(items, rest) * between / (counts * between + within)
    return (rest - worth[items]) / np.sqrt(within)


def _spread(values, present: Places, width: int) -> Array:
    whole = np.full(width, np.nan)
    whole[present] = values
    return whole


def _relate(grades: Array, index: int) -> float | None:
    others = np.delete(grades, index, axis=1)
    counts = (~np.isnan(others)).sum(axis=1)
    both = (counts > 0) & ~np.isnan(grades[:, index])
    if both.sum() < 3:
        return None
    x, y = grades[both, index], np.nanmean(others[both], axis=1)
    if np.ptp(x) < 1e-12 or np.ptp(y) < 1e-12:
        return None
    return float(np.corrcoef(x, y)[0, 1])


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def find_copies(grades: Array, graders: list[str]) -> list[Copy]:
    """Pairs with at least 90% equal grades on ten or more items, where the usual pair has far fewer (binomial test).

    With only two graders there is no usual pair; the share that two independent graders with the same distributions
    would reach is used instead.
    """
    from scipy.stats import binomtest

    pairs = [pair for pair in combinations(range(grades.shape[1]), 2)]
    shares = {pair: _share_equal(grades[:, pair[0]], grades[:, pair[1]]) for pair in pairs}
    known = [share for share, n in shares.values() if n]
    copies = []
    for (a, b), (share, n) in shares.items():
        usual = float(np.median(known)) if len(pairs) > 2 else _share_by_chance(grades[:, a], grades[:, b])
        if n < COPY_ITEMS or share < COPY_SHARE or usual > COPY_USUAL:
            continue
        p = min(1.0, len(pairs) * binomtest(round(share * n), n, min(max(usual, 0.01), 0.99), "greater").pvalue)
        if p < COPY_P:
            copies.append(Copy(first=graders[a], second=graders[b], n=n, equal=share, usual=usual, p=p))
    return copies


def _share_equal(x: Array, y: Array) -> tuple[float, int]:
    both = ~(np.isnan(x) | np.isnan(y))
    return (float((x[both] == y[both]).mean()) if both.any() else 0.0), int(both.sum())


def _share_by_chance(x: Array, y: Array) -> float:
    x, y = x[~np.isnan(x)], y[~np.isnan(y)]
    return float(sum((x == value).mean() * (y == value).mean() for value in np.intersect1d(x, y)))

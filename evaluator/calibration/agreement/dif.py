"""Differential item functioning: whether people of two groups who do equally well get different points.

*Matched*: a criterion's points are regressed on the rest of the total, its square and the group (linear-regression DIF, the
counterpart of Swaminathan and Rogers 1990 for points), with errors that allow for unequal spread (HC3). *Passing* is compared by
the Mantel-Haenszel odds ratio over strata (statsmodels' `StratifiedTable`). *Against people*: where people graded too, how far
the machine's points lie above theirs, by group (Welch). Sizes are labelled by the limits that ETS and NAEP use: below 0.17
standard deviations a difference is negligible, from 0.25 on large; an odds ratio counts as |-2.35 ln(ratio)|, 1 and 1.5.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evaluator.encoding import Frozen

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Size = Literal["negligible", "moderate", "large"]

LEAST = 3  # people of each group


class GroupGap(Frozen):
    """How the focal group's points differ from the reference group's, in points, with a 95% interval.

    `effect` is in standard deviations of the points of both groups. `size` is "negligible" unless the interval excludes 0.
    """

    focal: int  # people in the group
    reference: int
    difference: float
    low: float
    high: float
    effect: float
    size: Size


class OddsRatio(Frozen):
    """The Mantel-Haenszel ratio of the focal group's odds to the reference group's, with a 95% interval."""

    strata: int
    ratio: float
    low: float
    high: float
    p: float  # of the continuity-corrected Mantel-Haenszel test
    size: Size


def matched_difference(points: Array, focal: Flags, matching: Array) -> GroupGap | None:
    """The difference of `points` (n,) between groups with the same matching score (n,); None below LEAST of each group.

    The matching score must not contain the points themselves: use the rest of the total. A score that measures ability
    with error leaves some of a true difference in ability in the result.
    """
    import statsmodels.api as sm

    if min(int(focal.sum()), int((~focal).sum())) < LEAST:
        return None
    columns = [np.ones(len(points)), focal.astype(float)]
    if matching.std() > 0:
        score = (matching - matching.mean()) / matching.std()
        columns += [score, score**2] if len(np.unique(score)) > 2 else [score]
    fit = sm.OLS(points, np.column_stack(columns)).fit(cov_type="HC3")
    low, high = map(float, fit.conf_int()[1])
    return _difference(float(fit.params[1]), low, high, points, focal)


def difference_to_people(machine: Array, people: Array, focal: Flags) -> GroupGap | None:
    """How much further above people's points the machine's lie in the focal group than in the other; None below two each."""
    from scipy import stats

    gap = machine - people
    own, other = gap[focal], gap[~focal]
    if min(len(own), len(other)) < LEAST:
        return None
    found = stats.ttest_ind(own, other, equal_var=False)
    interval = found.confidence_interval(0.95)
    difference = float(own.mean() - other.mean())
    low, high = (float(value) if math.isfinite(value) else difference for value in (interval.low, interval.high))
    return _difference(difference, low, high, people, focal)


def odds_ratio(passed: Flags, focal: Flags, strata: Array) -> OddsRatio | None:
    """The Mantel-Haenszel odds ratio of passing, over strata; None if no stratum has both groups and both outcomes."""
    from statsmodels.stats.contingency_tables import StratifiedTable

    tables = []
    for stratum in np.unique(strata):
        inside = strata == stratum
        table = [[np.sum(inside & who & what) for what in (passed, ~passed)] for who in (focal, ~focal)]
        if min(map(sum, table)) > 0 and min(map(sum, zip(*table, strict=True))) > 0:
            tables.append(np.array(table, dtype=float))
    if not tables:
        return None
    found = StratifiedTable(tables)
    ratio = float(found.oddsratio_pooled)
    if not (math.isfinite(ratio) and ratio > 0):
        return None
    low, high = map(float, found.oddsratio_pooled_confint())
    p = float(found.test_null_odds(correction=True).pvalue)
    size: Size = "negligible" if low <= 1 <= high else _size(abs(-2.35 * math.log(ratio)), 1.0, 1.5)
    return OddsRatio(strata=len(tables), ratio=ratio, low=low, high=high, p=p, size=size)


def _difference(difference: float, low: float, high: float, points: Array, focal: Flags) -> GroupGap:
    spread = float(points.std(ddof=1))
    effect = difference / spread if spread else 0.0
    size: Size = "negligible" if low <= 0 <= high else _size(abs(effect), 0.17, 0.25)
    counts = {"focal": int(focal.sum()), "reference": int((~focal).sum())}
    return GroupGap(**counts, difference=difference, low=low, high=high, effect=effect, size=size)


def _size(value: float, moderate: float, large: float) -> Size:
    return "large" if value >= large else "moderate" if value >= moderate else "negligible"

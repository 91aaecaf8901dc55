"""The targets of a fit: the humans' points for each item, as if everybody had graded everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluator.calibration.data import Grades
from evaluator.errors import InputError

Array = NDArray[np.float64]


class Targets(NamedTuple):
    """Mean human points adjusted for who graded, and the number of grades of each item."""

    criteria: tuple[str, ...]
    ids: list[str]
    points: Array  # (items, criteria)
    counts: Array  # (items,)


def pick_targets(known: Sequence[str], grades: Grades, needed: int, most: int, seed: int) -> Targets:
    """Targets of the `known` items that have grades in every fitted criterion, in their order; at most `most` of them.

    Raises InputError with the missing number if fewer than `needed` items have them, and if all grades are equal.
    """
    table = grades.table[grades.table["item"].isin(set(known))]
    if table.empty:
        raise InputError("calibration_no_shared_items")
    means = _adjust_for_graders(table)[grades.criteria]
    criteria = _choose_criteria(means, needed)
    means = means[list(criteria)].dropna()
    ids = [item for item in known if item in means.index]
    if len(ids) > most:
        ids = sorted(np.random.default_rng(seed).choice(ids, most, replace=False).tolist())
    counts = table.groupby("item").size().loc[ids].to_numpy(float)
    points = means.loc[ids].to_numpy(float)
    _refuse_equal(points, criteria)
    return Targets(criteria, ids, points, counts)


def _choose_criteria(means, needed: int) -> tuple[str, ...]:
    """The criteria, minus the scarcest while too few items have all; InputError if even one alone has too few."""
    counts, names = means.count(), list(means.columns)
    most = int(counts.max())
    if most < needed:
        raise InputError("calibration_too_few_labels", n=most, needed=needed, more=needed - most)
    while len(means[names].dropna()) < needed:
        names.remove(min(names, key=lambda name: counts[name]))
    return tuple(names)


def _adjust_for_graders(table):
    """Item means by criterion; if items had different graders, each grader's severity is removed first.

    Severities and item means are fitted in turn (the additive model by backfitting), with severities shrunk by a weight
    of two items.
    """
    items, graders = [table["item"], table["criterion"]], [table["grader"], table["criterion"]]
    points = table["points"]
    if _patchy(table):
        counts = points.groupby(graders).transform("size")
        severity = 0.0
        for _ in range(20):
            worth = (points - severity).groupby(items).transform("mean")
            severity = (points - worth).groupby(graders).transform("sum") / (counts + 2)
        points = points - severity
    return points.groupby(items).mean().unstack("criterion")


def _patchy(table) -> bool:
    """Whether some grader skipped some item."""
    cells = table["item"].nunique() * table["grader"].nunique() * table["criterion"].nunique()
    return len(table) < cells


def _refuse_equal(targets: Array, criteria: Sequence[str]) -> None:
    for index, name in enumerate(criteria):
        if np.ptp(targets[:, index]) < 1e-9:
            raise InputError("calibration_all_equal", criterion=name)

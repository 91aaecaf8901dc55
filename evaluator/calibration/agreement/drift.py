"""Anchor items graded again: have the machine's scores moved since the last time?

A warning requires a mean shift that chance does not explain (paired t-test with Holm's correction over criteria) and
that matters (at least `tolerance` of the scale). Single items that moved far are always listed; if a warning is due and
none moved far, those that moved most are listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from evaluator.calibration.data import Scale
from evaluator.encoding import Frozen
from evaluator.errors import InputError
from evaluator.profiles import Stamp

if TYPE_CHECKING:
    import pandas as pd


class Moved(Frozen):
    """One item before and after, in points."""

    item: str
    before: float
    after: float


class Drift(Frozen):
    """The drift of one criterion: `shift` is after minus before, in points, with its 95% interval."""

    criterion: str
    n: int
    shift: float
    low: float
    high: float
    p: float
    warning: bool
    moved: tuple[Moved, ...]


def find_drift(
    before: pd.DataFrame,
    after: pd.DataFrame,
    scales: Mapping[str, Scale] | None = None,
    *,
    tolerance: float = 0.05,
    item_tolerance: float = 0.15,
    rate: float = 0.05,
) -> list[Drift]:
    """Drift by criterion between two tables of machine points, one row per item and one column per criterion.

    Tolerances are shares of the scale (`scales`, otherwise the range seen). Raises InputError without two shared items.
    """
    criteria = [name for name in before.columns if name in after.columns]
    ids = before.index.intersection(after.index)
    if len(ids) < 2 or not criteria:
        raise InputError("calibration_no_anchors")
    limits = tolerance, item_tolerance
    rows = [
        _compare(name, before.loc[ids, name], after.loc[ids, name], (scales or {}).get(name), limits)
        for name in criteria
    ]
    return _warn([row for row in rows if row], tolerance, rate)


def _compare(
    name: str, before: pd.Series, after: pd.Series, scale: Scale | None, limits: tuple[float, float]
) -> tuple[Drift, float] | None:
    from scipy.stats import t, ttest_rel

    both = before.notna() & after.notna()
    before, after = before[both], after[both]
    if len(before) < 2:
        return None
    width = scale.width if scale else float(max(before.max(), after.max()) - min(before.min(), after.min())) or 1.0
    change = (after - before).to_numpy()
    error = change.std(ddof=1) / np.sqrt(len(change))
    p = float(ttest_rel(after, before).pvalue) if error > 1e-12 else float(abs(change.mean()) < 1e-12)
    half = float(t.ppf(0.975, len(change) - 1) * error)
    moved = tuple(
        Moved(item=str(before.index[i]), before=float(before.iloc[i]), after=float(after.iloc[i]))
        for i in _pick_moved(np.abs(change) / width, *limits)
    )
    shift = float(change.mean())
    return Drift(
        criterion=name,
        n=len(change),
        shift=shift,
        low=shift - half,
        high=shift + half,
        p=p,
        warning=False,
        moved=moved,
    ), width


def _pick_moved(change: np.ndarray, tolerance: float, item_tolerance: float) -> list[int]:
    """Indices of the items that moved far, farthest first; if none did, up to five that moved enough to matter."""
    order = [int(place) for place in np.argsort(-change, kind="stable")]
    far = [place for place in order if change[place] >= item_tolerance]
    return far or [place for place in order if change[place] >= max(tolerance, 1e-9)][:5]


def find_changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Differences between two stamps, by field name of `Stamp`; a field that either leaves open is not compared."""
    return [part for part in Stamp.model_fields if before.get(part) and after.get(part) and before[part] != after[part]]


def _warn(rows: list[tuple[Drift, float]], tolerance: float, rate: float) -> list[Drift]:
    from statsmodels.stats.multitest import multipletests

    if not rows:
        raise InputError("calibration_no_anchors")
    sure = multipletests([row.p for row, _ in rows], rate, "holm")[0]
    return [
        row.model_copy(update={"warning": bool(yes and abs(row.shift) >= tolerance * width)})
        for (row, width), yes in zip(rows, sure, strict=True)
    ]

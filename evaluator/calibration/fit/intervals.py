"""Conformal intervals with a stated coverage, and policies that decide which items a person still grades.

Split and cross-conformal prediction after Vovk et al. (2005) and Barber et al. (2021); scores are absolute errors on
held-out folds, divided by the usual error at that prediction.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray

from evaluator.encoding import Frozen

Array = NDArray[np.float64]


def conformal_quantile(scores: Array, confidence: float) -> float:
    """The ceil((n + 1) · confidence)-th smallest score.

    An interval of that width covers a new item at least as often as the confidence says.

    With too few scores for the confidence the largest is returned, which promises less; `fit` refuses before that
    happens.
    """
    n = len(scores)
    rank = min(n, ceil((n + 1) * confidence - 1e-9))
    return float(np.sort(scores)[rank - 1])


def check_coverage(scores: Array, folds: Sequence[NDArray[np.intp]], confidence: float) -> float:
    """Share of items inside an interval whose width comes only from the other folds."""
    inside = 0
    for test in folds:
        others = np.delete(scores, test)
        inside += int((scores[test] <= conformal_quantile(others, confidence)).sum())
    return inside / len(scores)


def fit_spread(predicted: Array, human: Array) -> tuple[tuple[float, float, float], float, float]:
    """How the size of errors varies with the prediction: coefficients of (1, z, z²) for log |error|, centre, scale.

    The curve is shrunk towards flat with a weight of 100 items, and the intercept makes its mean 0.
    """
    centre, scale = float(predicted.mean()), float(predicted.std()) or 1.0
    z = (predicted - centre) / scale
    size = np.log(np.abs(predicted - human) + 0.1 * np.abs(predicted - human).mean() + 1e-12)
    basis = np.column_stack([z, z**2])
    basis, size = basis - basis.mean(0), size - size.mean()
    slope = np.linalg.solve(basis.T @ basis + 100 * np.eye(2), basis.T @ size)
    intercept = -float(slope[1] * (z**2).mean())
    return (intercept, float(slope[0]), float(slope[1])), centre, scale


class PolicyPoint(Frozen):
    """Which items the machine grades alone, and how well that works on items with known human points."""

    share: float  # graded alone, 0 to 1
    agreement: float | None  # share of those within `tolerance` of the humans; None if nothing is graded alone
    widest: float | None  # largest half width that is still graded alone
    n: int
    minutes_saved: float


def trace_policies(
    half: Array, predicted: Array, human: Array, *, tolerance: float, minutes_an_item: float = 3.0
) -> list[PolicyPoint]:
    """Agreement against the share graded alone, surest items first, at every twentieth of the items; shape (n,) each.

    Equally sure items stay together, because a width lets all of them or none be graded alone.
    """
    order = np.lexsort((np.arange(len(half)), half))
    close, widths = (np.abs(predicted - human) <= tolerance + 1e-9)[order], half[order]
    steps = {max(1, round(len(order) * step / 20)) for step in range(1, 21)} if len(order) else set()
    counts = sorted({int(np.searchsorted(widths, widths[step - 1], side="right")) for step in steps})
    return [
        PolicyPoint(
            share=count / len(order),
            agreement=float(close[:count].mean()),
            widest=float(widths[count - 1]),
            n=count,
            minutes_saved=minutes_an_item * count,
        )
        for count in counts
    ]


def choose_policy(policies: Sequence[PolicyPoint], *, share: float, agreement: float) -> PolicyPoint | None:
    """The policy that grades most alone, at least `share`, with at least `agreement` on those; None if none does."""
    good = [policy for policy in policies if policy.share >= share - 1e-9 and (policy.agreement or 0) >= agreement]
    return max(good, key=lambda policy: policy.share, default=None)


def crosses(low: Array, high: Array, pass_mark: float) -> NDArray[np.bool_]:
    """Items whose interval spans both passing and failing, so that a person decides."""
    return (low < pass_mark) & (high >= pass_mark)

"""May the machine replace one of us? The alternative annotator test (Calderon, Reichart and Dror, ACL 2025).

Each human in turn is left out. On every item the machine and the left-out human are each compared with the other
humans; d = 1 where only the human is at least as close, -1 where only the machine is, 0 where both are. The machine
passes against a human if the mean of d is below epsilon (how much more a human costs than a machine), by a one-sided
t-test (the Wilcoxon test below 30 items) with Benjamini-Yekutieli control. The winning rate is the share of humans
passed; the machine may replace a human if it is at least one half.
"""

from __future__ import annotations

from math import ceil, log2
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evaluator.calibration.tuned import EPSILON
from evaluator.encoding import Frozen

Array = NDArray[np.float64]
LEAST_T_TEST = 30
LEAST_ITEMS = 5


class Duel(Frozen):
    """The machine against one human."""

    grader: str
    n: int
    machine_wins: float | None  # share of items where the machine is at least as close to the others
    human_wins: float | None
    p: float | None
    passed: bool
    more_items: int | None  # for 80% power; 0 if passed, None if more would not help


class Substitution(Frozen):
    """The verdict over all humans; `winning_rate` (omega) and `advantage` (rho) are None below three humans."""

    epsilon: float
    winning_rate: float | None
    advantage: float | None
    passed: bool | None
    duels: tuple[Duel, ...]
    why: str | None = None

    @property
    def known(self) -> tuple[Duel, ...]:
        """The duels that have enough items for a test."""
        return tuple(duel for duel in self.duels if duel.p is not None)

    @property
    def more_items(self) -> int | None:
        """Items still needed until half of the tested humans could be passed; None if more would not help."""
        wanted = ceil(len(self.known) / 2)
        needed = sorted(duel.more_items for duel in self.duels if duel.more_items is not None)
        return needed[wanted - 1] if wanted and len(needed) >= wanted else None


def duel_humans(
    machine: Array,
    humans: Array,
    graders: list[str],
    *,
    epsilon: float = EPSILON["skilled"],
    alignment: Literal["rmse", "exact"] = "rmse",
    rate: float = 0.05,
) -> Substitution:
    """Run the test on machine points of shape (n,) and human points of shape (n, graders), gaps as NaN.

    Closeness to the others is minus the root mean squared difference ("rmse", for points) or the share of equal grades
    ("exact", for labels). `rate` is the false discovery rate.
    """
    if humans.shape[1] < 3:
        return Substitution(
            epsilon=epsilon, winning_rate=None, advantage=None, passed=None, duels=(), why="three_graders"
        )
    pairs = [_meet(machine, humans, index, alignment) for index in range(humans.shape[1])]
    ps = [_test(human - own, epsilon) for own, human in pairs]
    passed, limits = _control(ps, rate)
    duels = tuple(
        Duel(
            grader=grader,
            n=len(own),
            machine_wins=_mean(own),
            human_wins=_mean(human),
            p=p,
            passed=ok,
            more_items=_count_more(human - own, epsilon, limit, ok),
        )
        for grader, (own, human), p, ok, limit in zip(graders, pairs, ps, passed, limits, strict=True)
    )
    known = [duel for duel in duels if duel.p is not None]
    if not known:
        return Substitution(
            epsilon=epsilon, winning_rate=None, advantage=None, passed=None, duels=duels, why="too_few_to_test"
        )
    winning = sum(duel.passed for duel in known) / len(known)
    advantage = float(np.mean([duel.machine_wins for duel in known]))
    return Substitution(epsilon=epsilon, winning_rate=winning, advantage=advantage, passed=winning >= 0.5, duels=duels)


def _meet(machine: Array, humans: Array, index: int, alignment: str) -> tuple[Array, Array]:
    """1 where the machine, and where the human, is at least as close to the others; one entry per shared item."""
    others = np.delete(humans, index, axis=1)
    usable = ~(np.isnan(machine) | np.isnan(humans[:, index])) & ~np.isnan(others).all(axis=1)
    others = others[usable]
    own = _align(machine[usable], others, alignment)
    human = _align(humans[usable, index], others, alignment)
    return (own >= human - 1e-9).astype(float), (human >= own - 1e-9).astype(float)


def _align(points: Array, others: Array, alignment: str) -> Array:
    difference = points[:, None] - others
    if alignment == "exact":
        return np.nansum(np.abs(difference) < 1e-9, axis=1) / (~np.isnan(others)).sum(axis=1)
    return -np.sqrt(np.nanmean(difference**2, axis=1))


def _test(differences: Array, epsilon: float) -> float | None:
    """p-value of the hypothesis that the mean difference is at least epsilon."""
    from scipy.stats import ttest_1samp, wilcoxon

    if len(differences) < LEAST_ITEMS:
        return None
    if differences.min() >= epsilon:  # no item contradicts the hypothesis
        return 1.0
    if len(differences) < LEAST_T_TEST:
        return float(wilcoxon(differences - epsilon, alternative="less").pvalue)
    if np.ptp(differences) < 1e-12:  # all equal and below epsilon: t is minus infinity
        return 0.0
    return float(ttest_1samp(differences, epsilon, alternative="less").pvalue)


def _control(ps: list[float | None], rate: float) -> tuple[list[bool], list[float]]:
    """Benjamini-Yekutieli: which hypotheses are rejected, and the limit for each p-value at its rank."""
    from statsmodels.stats.multitest import multipletests

    known = [index for index, p in enumerate(ps) if p is not None]
    rejected, limits = [False] * len(ps), [rate] * len(ps)
    if known:
        values = np.array([ps[index] for index in known])
        harmonic = sum(1 / place for place in range(1, len(values) + 1))
        for index, yes, place in zip(
            known, multipletests(values, rate, "fdr_by")[0], values.argsort().argsort(), strict=True
        ):
            rejected[index], limits[index] = bool(yes), rate * (place + 1) / (len(values) * harmonic)
    return rejected, limits


def _count_more(differences: Array, epsilon: float, limit: float, passed: bool) -> int | None:
    """Items still needed for 80% power at this limit, if mean and spread stay; None if the mean is on the wrong side.

    The Wilcoxon test of n items never has a p below 2⁻ⁿ, so at least that many items are required.
    """
    from scipy.stats import norm

    if passed:
        return 0
    n = len(differences)
    if n < LEAST_ITEMS or epsilon - differences.mean() <= 0.01:
        return None
    needed = ((norm.ppf(1 - limit) + norm.ppf(0.8)) * differences.std(ddof=1) / (epsilon - differences.mean())) ** 2
    return max(1, ceil(max(needed, -log2(limit))) - n)


def _mean(values: Array) -> float | None:
    return float(values.mean()) if len(values) else None

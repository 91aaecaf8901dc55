"""Ridge regression over blocks of features; each block's strength is learned by marginal likelihood.

A few readouts of a judge and thousands of embedding coordinates cannot share one penalty: the readouts would be
drowned. Each block b gets a prior variance s_b, so that y ~ N(0, Σ s_b K_b + noise), K_b = X_b X_bᵀ. The strengths
maximise that likelihood (Rasmussen and Williams, 2006, eq. 5.8 and 5.9) together with a log-normal prior, pooled over
all criteria, so that 30 labels can choose eight strengths without harm. Leave-one-out predictions are closed-form (eq.
5.12).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluator.calibration.fit.parameters import DEFAULTS, FitParameters

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Task:
    """One criterion: kernels by block, each with mean diagonal 1; targets with mean 0 and variance 1; noise weights."""

    kernels: dict[str, Array]
    target: Array
    noise: Array  # relative noise variance of each item, mean 1


@dataclass(frozen=True)
class Strengths:
    """Prior variance of each block and of the noise, in units of the target's variance."""

    blocks: dict[str, float]
    noise: float


def learn_strengths(tasks: Sequence[Task], how: FitParameters = DEFAULTS) -> Strengths:
    """The strengths that fit all tasks together best, learned on a random sample of at most `most_learned_from` items."""
    from scipy.optimize import minimize

    tasks = [_thin(task, how.most_learned_from) for task in tasks]
    names = sorted({name for task in tasks for name in task.kernels})
    usual = (how.usual_strength.get(name.split("-")[0], how.other_strength) for name in names)
    prior = np.log([*usual, how.usual_noise])
    found = minimize(
        _cost,
        prior,
        args=(tasks, names, prior, how.strength_spread),
        jac=True,
        method="L-BFGS-B",
        bounds=[(centre - 7, centre + 4) for centre in prior],
        options={"maxiter": 15, "ftol": 1e-4},
    )
    values = np.exp(found.x)
    return Strengths(dict(zip(names, values[:-1].tolist(), strict=True)), float(values[-1]))


def _thin(task: Task, most: int) -> Task:
    n = len(task.target)
    if n <= most:
        return task
    chosen = np.sort(np.random.default_rng(0).choice(n, most, replace=False))
    kernels = {name: kernel[np.ix_(chosen, chosen)] for name, kernel in task.kernels.items()}
    return Task(kernels, task.target[chosen], task.noise[chosen])


def _cost(theta: Array, tasks: Sequence[Task], names: list[str], prior: Array, spread: float) -> tuple[float, Array]:
    """Negative log posterior of the log strengths, and its gradient."""
    values = np.exp(theta)
    cost = float((((theta - prior) / spread) ** 2).sum() / 2)
    slope = (theta - prior) / spread**2
    for task in tasks:
        share, part = _task_cost(task, names, values)
        cost += share
        slope = slope + part
    return cost, slope


def _task_cost(task: Task, names: list[str], values: Array) -> tuple[float, Array]:
    covariance = np.diag(values[-1] * task.noise)
    for name, value in zip(names, values, strict=False):
        if name in task.kernels:
            covariance += value * task.kernels[name]
    inverse, log_det = _invert(covariance)
    dual = inverse @ task.target
    inner = inverse - np.outer(dual, dual)
    slope = [
        value * np.vdot(inner, task.kernels[name]) / 2 if name in task.kernels else 0.0
        for name, value in zip(names, values, strict=False)
    ]
    slope.append(values[-1] * (np.diag(inner) @ task.noise) / 2)
    return float(task.target @ dual + log_det) / 2, np.array(slope)


def _invert(covariance: Array) -> tuple[Array, float]:
    from scipy.linalg import cho_factor, cho_solve

    factor = cho_factor(covariance, lower=True)
    return cho_solve(factor, np.eye(len(covariance))), 2 * float(np.log(np.diag(factor[0])).sum())


def solve(task: Task, strengths: Strengths) -> tuple[Array, Array]:
    """Dual weights, shape (n,), and leave-one-out predictions of the target, shape (n,)."""
    covariance = np.diag(strengths.noise * task.noise)
    for name, kernel in task.kernels.items():
        covariance += strengths.blocks[name] * kernel
    inverse, _ = _invert(covariance)
    dual = inverse @ task.target
    return dual, task.target - dual / np.diag(inverse)

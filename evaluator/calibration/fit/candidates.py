"""The models that a fit chooses from and blends, each as a JSON component with out-of-fold predictions.

mean       the humans' average
scaled     the machine's own points, slope shrunk towards the usual worth of a judge's points
isotonic   the machine's own points through a rising curve
ordinal    one logistic curve per level to pass, over the machine's points of all criteria
           (curves only from `least_curved` labels on: with fewer they fit noise)
judge      block ridge over everything the judge said
blocks     block ridge over everything, including embeddings and form of the text
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluator.calibration.fit.parameters import DEFAULTS, FitParameters
from evaluator.calibration.fit.ridge import Task, learn_strengths, solve
from evaluator.profiles import Linear, Monotone, Ordinal, block_of

Array = NDArray[np.float64]
JUDGE_BLOCKS = ("own", "points", "level", "check", "readout")
FULL_RANK_BLOCKS = (*JUDGE_BLOCKS, "form", "near")  # few columns that each mean something: scaled individually


@dataclass(frozen=True)
class TrainingSample:
    """Training data of a candidate: centred features of shape (n, p), gaps as 0; grades of shape (n, c)."""

    centred: Array
    columns: tuple[str, ...]
    criteria: tuple[str, ...]
    grades: Array
    noise: Array  # relative noise variance of each item's grade

    def take(self, index: Array) -> TrainingSample:
        """A subset of the items."""
        return TrainingSample(self.centred[index], self.columns, self.criteria, self.grades[index], self.noise[index])

    def own(self, criterion: int) -> int | None:
        """The column with the machine's points for that criterion."""
        name = f"points/{self.criteria[criterion]}"
        return self.columns.index(name) if name in self.columns else None


@dataclass(frozen=True)
class FittedComponent:
    """A component fitted to all items, and its out-of-fold predictions, shape (n,)."""

    component: Linear | Monotone | Ordinal
    held_out: Array


def propose(sample: TrainingSample, seed: int, how: FitParameters = DEFAULTS) -> list[list[FittedComponent]]:
    """Candidates for each criterion, in the criteria's order."""
    blocks = _group(sample.columns)
    common = {name: _ScaledBlock.of(sample, ours, name) for name, ours in blocks.items() if name != "points"}
    ridge = [_fit_blocks(sample, blocks, common, "blocks", how)]
    judged = {name: columns for name, columns in blocks.items() if name in JUDGE_BLOCKS}
    if judged and len(judged) < len(blocks):
        ridge.append(_fit_blocks(sample, judged, common, "judge", how))
    simple = [_fit_simple(sample, index, seed, how) for index in range(len(sample.criteria))]
    return [[*ours, *(model[index] for model in ridge)] for index, ours in enumerate(simple)]


def _group(columns: Sequence[str]) -> dict[str, list[int]]:
    blocks: dict[str, list[int]] = {}
    for index, name in enumerate(columns):
        blocks.setdefault(block_of(name), []).append(index)
    return blocks


def _fit_simple(sample: TrainingSample, criterion: int, seed: int, how: FitParameters) -> list[FittedComponent]:
    grades, own = sample.grades[:, criterion], sample.own(criterion)
    fits: list[Callable[[Array, Array], Linear | Monotone | Ordinal]] = [_fit_mean]
    if own is not None:
        points = [index for index, name in enumerate(sample.columns) if block_of(name) == "points"]
        fits.append(_with(_fit_scaled, own, how))
        if len(grades) >= how.least_curved:
            fits += [_with(_fit_isotonic, own), _with(_fit_ordinal, points, how)]
    return [
        FittedComponent(fit(sample.centred, grades), _hold_out(fit, sample.centred, grades, seed, how.inner_folds))
        for fit in fits
    ]


def _with(fit, *settings):
    return lambda centred, grades: fit(centred, grades, *settings)


def _hold_out(fit, centred: Array, grades: Array, seed: int, folds: int) -> Array:
    from sklearn.model_selection import KFold

    predicted = np.empty(len(grades))
    split = KFold(min(folds, len(grades)), shuffle=True, random_state=seed).split(centred)
    for train, test in split:
        predicted[test] = fit(centred[train], grades[train]).predict(centred[test])
    return predicted


def _fit_mean(centred: Array, grades: Array) -> Linear:
    return Linear(label="mean", intercept=float(grades.mean()), features=(), weights=())


def _fit_scaled(centred: Array, grades: Array, own: int, how: FitParameters) -> Linear:
    x = centred[:, own]
    usual = how.usual_relation * grades.std() / (x.std() or 1.0)
    product = ((x - x.mean()) * (grades - grades.mean())).sum()
    pull = how.slope_shrinkage * x.var()
    slope = (product + pull * usual) / (len(x) * x.var() + pull + 1e-12)
    slope = max(0.0, float(slope))
    return Linear(label="scaled", intercept=float(grades.mean() - slope * x.mean()), features=(own,), weights=(slope,))


def _fit_isotonic(centred: Array, grades: Array, own: int) -> Monotone:
    from sklearn.isotonic import IsotonicRegression

    curve = IsotonicRegression(out_of_bounds="clip").fit(centred[:, own], grades)
    x, y = tuple(curve.X_thresholds_.tolist()), tuple(curve.y_thresholds_.tolist())
    return Monotone(label="isotonic", feature=own, x=x, y=y)


def _fit_ordinal(centred: Array, grades: Array, columns: list[int], how: FitParameters) -> Ordinal:
    """Cumulative logits (Frank and Hall, 2001) at up to nine quantiles of the grades that split them.

    Falls back to the mean if no quantile does, as when nearly all grades are the lowest.
    """
    cuts = np.unique(np.quantile(grades, np.linspace(0.1, 0.9, 9), method="higher"))
    cuts = cuts[cuts > grades.min()]
    if not len(cuts):
        return Ordinal(label="ordinal", low=float(grades.mean()), gaps=(), thresholds=())
    means = [grades[grades < cuts[0]].mean()]
    for low, high in zip(cuts, [*cuts[1:], np.inf], strict=True):
        inside = (grades >= low) & (grades < high)
        means.append(grades[inside].mean())
    thresholds = tuple(_fit_threshold(centred, grades >= cut, columns, how.threshold_c) for cut in cuts)
    return Ordinal(label="ordinal", low=float(means[0]), gaps=tuple(np.diff(means).tolist()), thresholds=thresholds)


def _fit_threshold(centred: Array, passed: NDArray[np.bool_], columns: list[int], c: float) -> Linear:
    from sklearn.linear_model import LogisticRegression

    x = centred[:, columns]
    scale = np.where(x.std(0) > 1e-9, x.std(0), 1.0)
    model = LogisticRegression(C=c).fit(x / scale, passed)
    weights = tuple((model.coef_[0] / scale).tolist())
    return Linear(label="threshold", intercept=float(model.intercept_[0]), features=tuple(columns), weights=weights)


@dataclass(frozen=True)
class _ScaledBlock:
    """The columns of one block, scaled to a unit mean kernel, and the divisor of each column."""

    columns: list[int]
    scaled: Array
    divisor: Array
    kernel: Array

    @classmethod
    def of(cls, sample: TrainingSample, columns: list[int], name: str) -> _ScaledBlock:
        scaled, divisor = _scale(sample.centred[:, columns], name)
        return cls(columns, scaled, divisor, scaled @ scaled.T)


def _fit_blocks(
    sample: TrainingSample,
    names: dict[str, list[int]],
    common: dict[str, _ScaledBlock],
    label: str,
    how: FitParameters,
) -> list[FittedComponent]:
    """Block ridge for all criteria together: strengths are pooled, weights are separate for each criterion.

    `common` holds the blocks shared by all criteria: all but the points.
    """
    blocks = [_with_points(sample, names, common, index) for index in range(len(sample.criteria))]
    tasks = [_task(sample, index, ours, how) for index, ours in enumerate(blocks)]
    strengths = learn_strengths(tasks, how)
    candidates = []
    for index, (task, ours) in enumerate(zip(tasks, blocks, strict=True)):
        dual, held_out = solve(task, strengths)
        mean, deviation = _moments(sample.grades[:, index])
        weights: dict[int, float] = {}
        for name, block in ours.items():
            part = strengths.blocks[name] * (block.scaled.T @ dual) + (how.usual_relation if name == "own" else 0.0)
            weights.update(zip(block.columns, (deviation * part / block.divisor).tolist(), strict=True))
        kept = {column: weight for column, weight in weights.items() if weight}
        offset = float(np.array(list(kept.values())) @ sample.centred[:, list(kept)].mean(0)) if kept else 0.0
        component = Linear(label=label, intercept=mean - offset, features=tuple(kept), weights=tuple(kept.values()))
        candidates.append(FittedComponent(component, mean + deviation * (held_out + _expect(ours, len(dual), how))))
    return candidates


def _with_points(
    sample: TrainingSample, names: dict[str, list[int]], common: dict[str, _ScaledBlock], criterion: int
) -> dict[str, _ScaledBlock]:
    """The blocks of one criterion: its own points are kept apart from the other criteria's."""
    own = sample.own(criterion)
    blocks = {name: common[name] for name in names if name != "points"}
    others = [column for column in names.get("points", ()) if column != own]
    if others:
        blocks["points"] = _ScaledBlock.of(sample, others, "points")
    if own is not None:
        blocks["own"] = _ScaledBlock.of(sample, [own], "own")
    return blocks


def _task(sample: TrainingSample, criterion: int, blocks: dict[str, _ScaledBlock], how: FitParameters) -> Task:
    mean, deviation = _moments(sample.grades[:, criterion])
    kernels = {name: block.kernel for name, block in blocks.items()}
    target = (sample.grades[:, criterion] - mean) / deviation
    return Task(kernels, target - _expect(blocks, len(target), how), sample.noise)


def _expect(blocks: dict[str, _ScaledBlock], n: int, how: FitParameters) -> Array:
    """The prediction from the judge's own points before any label, in standard deviations."""
    return how.usual_relation * blocks["own"].scaled[:, 0] if "own" in blocks else np.zeros(n)


def _scale(matrix: Array, name: str) -> tuple[Array, Array]:
    """Centred columns, scaled so that rows have length 1 on average, and the divisor of each column."""
    matrix = matrix - matrix.mean(0)
    divisor = np.ones(matrix.shape[1])
    if name.split("-")[0] in FULL_RANK_BLOCKS:
        divisor = np.where(matrix.std(0) > 1e-9, matrix.std(0), np.inf)
    whole = np.sqrt(((matrix / divisor) ** 2).sum(1).mean()) or 1.0
    return matrix / divisor / whole, divisor * whole


def _moments(grades: Array) -> tuple[float, float]:
    return float(grades.mean()), float(grades.std()) or 1.0

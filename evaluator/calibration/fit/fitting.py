"""The fit: from a judge's readouts to the human scale, selected and checked on held-out items.

    features, grades ──▶ candidates ──▶ shares by stacking ──▶ outer folds: held-out figures, conformal
    width ──▶ Profile

Every step up to the points, including the choice of strengths and shares, is repeated inside each outer fold, so the
figures on a profile are those of unseen items. How errors grow with the prediction (two strongly shrunk numbers) is
estimated from all held-out errors together; the width that turns this into an interval again comes from other folds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from evaluator.calibration.data import Grades, Scale
from evaluator.calibration.fit.candidates import FittedComponent, TrainingSample, propose
from evaluator.calibration.fit.intervals import check_coverage, conformal_quantile, fit_spread
from evaluator.calibration.fit.parameters import DEFAULTS, FitParameters
from evaluator.calibration.fit.targets import pick_targets
from evaluator.profiles import CriterionFit, Features, Figure, Profile, Provenance, Stamp, spread_at

Array = NDArray[np.float64]


@dataclass(frozen=True)
class HeldOut:
    """Points and half widths from fits that did not see the item, and human points, shape (items, criteria) each."""

    ids: tuple[str, ...]
    points: Array
    half: Array
    human: Array


class Fitted(NamedTuple):
    """The profile, and the held-out points that its figures are based on."""

    profile: Profile
    held_out: HeldOut


def fit(
    features: Features,
    grades: Grades,
    *,
    name: str = "profile",
    version: int = 1,
    stamp: Stamp | None = None,
    scales: Mapping[str, Scale] | None = None,
    groups: Mapping[str, str] | None = None,
    confidence: float = 0.9,
    seed: int = 0,
    how: FitParameters = DEFAULTS,
) -> Fitted:
    """Fit a profile to the items that have both features and grades in every fitted criterion.

    `groups` (item -> question, say) keeps the items of a group in one fold, so that figures hold for new questions; if
    the other groups alone have too few items or identical grades, folds are plain. Criteria with too few graded items
    are left out, scarcest first, until enough items have all the others. Raises InputError with the number needed if
    there are too few labels, and if all grades are equal. `how` holds the hyperparameters.
    """
    needed = max(how.least_labels, ceil(confidence / (1 - confidence) - 1e-9))
    criteria, ids, targets, counts = pick_targets(features.ids, grades, needed, how.most_labels, seed)
    sheet = _Sheet.of(features.rows(ids), features.names)
    sample = TrainingSample(sheet.centred, sheet.columns, criteria, targets, counts.mean() / counts)
    folds = _split(ids, targets, groups, seed, how)
    with threadpool_limits(
        1, "blas"
    ):  # on matrices this small, threads that wait for each other cost three times the time
        held_out = _cross_fit(sample, folds, seed, how)
        fits = _assemble(sample, held_out, folds, grades, scales or grades.scales, sheet, confidence, seed, how)
    total = np.abs(held_out.sum(1) - targets.sum(1))
    profile = Profile(
        name=name,
        version=version,
        stamp=stamp or Stamp(),
        confidence=confidence,
        columns=sheet.columns,
        centres=_round(sheet.centres),
        lows=_round(sheet.lows),
        highs=_round(sheet.highs),
        criteria=fits,
        total_quantile=conformal_quantile(total, confidence),
        provenance=_note_origin(grades, ids, len(folds), seed),
    )
    half = [part.half_width(held_out[:, index]) for index, part in enumerate(fits.values())]
    return Fitted(profile, HeldOut(tuple(ids), held_out, np.column_stack(half), targets))


@dataclass(frozen=True)
class _Sheet:
    """The features that vary, centred; gaps are 0, the usual value."""

    centred: Array
    columns: tuple[str, ...]
    centres: Array
    lows: Array
    highs: Array

    @classmethod
    def of(cls, matrix: Array, names: Sequence[str]) -> _Sheet:
        seen = ~np.isnan(matrix).all(0)
        lows, highs = np.full(matrix.shape[1], np.nan), np.full(matrix.shape[1], np.nan)
        lows[seen], highs[seen] = np.nanmin(matrix[:, seen], 0), np.nanmax(matrix[:, seen], 0)
        kept = seen & (np.nan_to_num(highs - lows) > 1e-9)
        matrix = matrix[:, kept]
        centres = np.nanmean(matrix, 0) if kept.any() else np.zeros(0)
        columns = tuple(name for name, keep in zip(names, kept, strict=True) if keep)
        return cls(np.nan_to_num(matrix - centres), columns, centres, lows[kept], highs[kept])


def _split(
    ids: Sequence[str], targets: Array, groups: Mapping[str, str] | None, seed: int, how: FitParameters
) -> list[tuple[Array, Array]]:
    """Folds as (train, test): whole groups if each training fold has something to learn from, otherwise plain."""
    from sklearn.model_selection import GroupKFold, KFold

    if groups and len({groups[item] for item in ids}) > 1:
        marks = [groups[item] for item in ids]
        folds = list(GroupKFold(min(how.outer_folds, len(set(marks)))).split(ids, groups=marks))
        if all(len(train) >= how.least_trained and np.ptp(targets[train], axis=0).min() > 1e-9 for train, _ in folds):
            return folds
    return list(KFold(min(how.outer_folds, len(ids) // 2), shuffle=True, random_state=seed).split(ids))


def _cross_fit(sample: TrainingSample, folds: Sequence[tuple[Array, Array]], seed: int, how: FitParameters) -> Array:
    """Predictions for every item from fits that did not see its fold, shape (n, c)."""
    predicted = np.empty_like(sample.grades)
    for train, test in folds:
        part = sample.take(train)
        for index, candidates in enumerate(propose(part, seed, how)):
            shares = stack(candidates, part.grades[:, index], how)
            predicted[test, index] = _blend(candidates, shares, sample.centred[test])
    low, high = sample.grades.min(0), sample.grades.max(0)
    return np.clip(predicted, low, high)


def stack(candidates: Sequence[FittedComponent], grades: Array, how: FitParameters = DEFAULTS) -> Array:
    """Non-negative shares that sum to 1, by least squares on held-out predictions.

    They are pulled towards the full ridge and the judge's own points: with few labels the judge's points get most of
    the weight, with many both get the same, so that a fit does not fall below the grader that it started from.
    Identical grades carry no information and leave only those two.
    """
    from scipy.optimize import nnls

    held_out = np.column_stack([candidate.held_out for candidate in candidates])
    ridge = len(grades) / (len(grades) + how.ridge_earns) / 2
    usual_of = {"blocks": ridge, "scaled": 1 - ridge}
    usual = np.array([usual_of.get(candidate.component.label, 0.0) for candidate in candidates])
    pull = np.sqrt(how.stack_shrinkage * np.count_nonzero(usual)) * grades.std()
    usual /= usual.sum()
    if grades.std() < 1e-12:
        return usual
    whole = 100 * grades.std() * np.sqrt(len(grades))  # a stiff row for the sum
    rows = np.vstack([held_out - grades.mean(), pull * np.eye(len(usual)), whole * np.ones(len(usual))])
    shares, _ = nnls(rows, np.concatenate([grades - grades.mean(), pull * usual, [whole]]))
    return shares / shares.sum()


def _blend(candidates: Sequence[FittedComponent], shares: Array, centred: Array) -> Array:
    return shares @ np.array([candidate.component.predict(centred) for candidate in candidates])


def _assemble(
    sample: TrainingSample,
    held_out: Array,
    folds,
    grades: Grades,
    scales,
    sheet: _Sheet,
    confidence: float,
    seed: int,
    how: FitParameters,
) -> dict[str, CriterionFit]:
    fits = {}
    for index, candidates in enumerate(propose(sample, seed, how)):
        name, human = sample.criteria[index], sample.grades[:, index]
        shares = stack(candidates, human, how)
        spread, centre, scale = fit_spread(held_out[:, index], human)
        scores = np.abs(held_out[:, index] - human) / spread_at(held_out[:, index], spread, centre, scale)
        kept = [place for place, share in enumerate(shares) if share > 1e-4]
        fits[name] = CriterionFit(
            components=tuple(_shorten(candidates[place].component) for place in kept),
            shares=tuple((shares[kept] / shares[kept].sum()).tolist()),
            low=_bound(human.min(), scales, name, "low"),
            high=_bound(human.max(), scales, name, "high"),
            quantile=conformal_quantile(scores, confidence),
            spread=spread,
            centre=centre,
            scale=scale,
            graders=_severities(grades, name),
            held_out=_judge_fit(sample, sheet, index, held_out[:, index], scores, folds, confidence),
        )
    return fits


def _bound(seen: float, scales: Mapping[str, Scale], name: str, end: str) -> float:
    """The nearest end of the seen range, never beyond the scale."""
    if name not in scales:
        return float(seen)
    clip = max if end == "low" else min
    return float(clip(seen, getattr(scales[name], end)))


def _severities(grades: Grades, criterion: str) -> dict[str, float]:
    matrix = grades.matrix(criterion)
    return {
        str(grader): round(float(value), 4)
        for grader, value in (-matrix.sub(matrix.mean(axis=1), axis=0).mean()).items()
        if value == value
    }


def _judge_fit(
    sample: TrainingSample, sheet: _Sheet, index: int, predicted: Array, scores: Array, folds, confidence: float
) -> Figure:
    human, own = sample.grades[:, index], sample.own(index)
    raw = None if own is None else sample.centred[:, own] + sheet.centres[own]
    return Figure(
        n=len(human),
        pearson=_correlate(predicted, human),
        mae=float(np.abs(predicted - human).mean()),
        uncalibrated_pearson=None if raw is None else _correlate(raw, human),
        uncalibrated_mae=None if raw is None else float(np.abs(raw - human).mean()),
        coverage=check_coverage(scores, [test for _, test in folds], confidence),
    )


def _correlate(x: Array, y: Array) -> float | None:
    if np.ptp(x) < 1e-12 or np.ptp(y) < 1e-12:
        return None
    return float(np.corrcoef(x, y)[0, 1])


def _shorten(component):
    """Round coefficients to six digits, because people read profiles too."""
    if component.kind != "linear":
        return component
    return component.model_copy(update={"weights": _round(np.array(component.weights))})


def _round(values: Array) -> tuple[float, ...]:
    return tuple(float(f"{value:.6g}") for value in values)


def _note_origin(grades: Grades, ids: Sequence[str], folds: int, seed: int) -> Provenance:
    from evaluator import __version__ as software

    used = grades.table[grades.table["item"].isin(set(ids))].sort_values(["item", "grader", "criterion"])
    digest = hashlib.sha256(used.to_csv(index=False, lineterminator="\n").encode()).hexdigest()
    return Provenance(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        items=len(ids),
        graders=tuple(sorted(used["grader"].unique())),
        grades_digest=digest,
        folds=folds,
        seed=seed,
        software=software,
    )

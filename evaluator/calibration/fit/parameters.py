"""The hyperparameters of a fit. Nobody has to know them: the defaults are those on which the published figures stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from evaluator.calibration.tuned import (
    LEAST_CURVED,
    OTHER_STRENGTH,
    RIDGE_EARNS,
    SLOPE_SHRINKAGE,
    STACK_SHRINKAGE,
    STRENGTH_SPREAD,
    THRESHOLD_C,
    USUAL_NOISE,
    USUAL_RELATION,
    USUAL_STRENGTH,
)


@dataclass(frozen=True)
class FitParameters:
    """How a profile is fitted. Counts are numbers of labelled items."""

    least_labels: int = 10  # fewer are refused
    most_labels: int = 1500  # the ridge's cost grows with the cube; above this a random sample is used
    outer_folds: int = 10  # on which the held-out figures stand
    inner_folds: int = 10  # in which candidates are compared
    least_trained: int = 8  # training items of a fold by groups; otherwise folds are plain
    # candidates
    usual_relation: float = USUAL_RELATION
    slope_shrinkage: float = SLOPE_SHRINKAGE
    least_curved: int = LEAST_CURVED
    threshold_c: float = THRESHOLD_C
    # block ridge
    usual_strength: Mapping[str, float] = field(default_factory=lambda: MappingProxyType(dict(USUAL_STRENGTH)))
    other_strength: float = OTHER_STRENGTH
    strength_spread: float = STRENGTH_SPREAD
    usual_noise: float = USUAL_NOISE
    most_learned_from: int = 400  # a handful of strengths needs no more, and each step inverts a matrix of that size
    # stacking
    stack_shrinkage: float = STACK_SHRINKAGE
    ridge_earns: float = RIDGE_EARNS


DEFAULTS = FitParameters()

"""Agreement between graders: figures with intervals, the human ceiling, severity, substitution and drift."""

from evaluator.calibration.agreement.drift import Drift, find_changes, find_drift
from evaluator.calibration.agreement.figures import (
    RESAMPLES,
    SEED,
    Group,
    Statistic,
    align,
    alpha_of,
    band,
    compare,
    compare_groups,
    find_step,
    icc_of,
    length_band,
    to_levels,
)

__all__ = [
    "RESAMPLES",
    "SEED",
    "Drift",
    "Group",
    "Statistic",
    "align",
    "alpha_of",
    "band",
    "compare",
    "compare_groups",
    "find_changes",
    "find_drift",
    "find_step",
    "icc_of",
    "length_band",
    "to_levels",
]

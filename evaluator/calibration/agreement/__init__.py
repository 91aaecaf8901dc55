"""How far graders agree: figures with intervals, the human ceiling, severity, substitution, drift."""

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
    "Group",
    "Statistic",
    "align",
    "alpha_of",
    "band",
    "compare",
    "compare_groups",
    "find_step",
    "icc_of",
    "length_band",
    "to_levels",
]

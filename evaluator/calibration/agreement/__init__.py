"""Agreement between graders: figures with intervals, the human ceiling, severity, substitution and drift."""

from evaluator.calibration.agreement.ceiling import Ceiling, measure_ceiling
from evaluator.calibration.agreement.dif import (
    GroupGap,
    OddsRatio,
    difference_to_people,
    matched_difference,
    odds_ratio,
)
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
from evaluator.calibration.agreement.formulas import FORMULAS, Array
from evaluator.calibration.agreement.severity import MACHINE, Copy, Severity, find_copies, measure_severity
from evaluator.calibration.agreement.substitution import Substitution, duel_humans

__all__ = [
    "FORMULAS",
    "MACHINE",
    "RESAMPLES",
    "SEED",
    "Array",
    "Ceiling",
    "Copy",
    "Drift",
    "Group",
    "GroupGap",
    "OddsRatio",
    "Severity",
    "Statistic",
    "Substitution",
    "align",
    "alpha_of",
    "band",
    "compare",
    "compare_groups",
    "difference_to_people",
    "duel_humans",
    "find_changes",
    "find_copies",
    "find_drift",
    "find_step",
    "icc_of",
    "length_band",
    "matched_difference",
    "measure_ceiling",
    "measure_severity",
    "odds_ratio",
    "to_levels",
]

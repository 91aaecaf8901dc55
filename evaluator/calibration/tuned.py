"""The tuned numbers of calibration. Those of the fit are the defaults of `fit.FitParameters`."""

from __future__ import annotations

from collections.abc import Mapping

from evaluator.tuning import BY_JUDGEMENT, NOT_MEASURED, UNRECORDED, tuned

_DRAWS = "draws of helpdesk_zh"
_FITS = "python -m benchmarks.calibration FOLDER"

# The candidates of a fit (fit/candidates.py)

# Assumed correlation of a judge's points with people before any label, and the strength of the slope's shrinkage
# towards it, in labels.
USUAL_RELATION = tuned(0.6, chosen_on=UNRECORDED, shown_by=_FITS)
SLOPE_SHRINKAGE = tuned(10.0, chosen_on=UNRECORDED, shown_by=_FITS)
# Labels from which curves are candidates: with fewer they fit noise.
LEAST_CURVED = tuned(50, chosen_on=UNRECORDED, shown_by=_FITS)
# Inverse of the penalty of each logistic curve over the levels.
THRESHOLD_C = tuned(0.3, chosen_on=UNRECORDED, shown_by=_FITS)

# Block ridge (fit/ridge.py)

# Prior variance of each block, and of the others (embeddings, n-grams: many weak hints).
USUAL_STRENGTH: Mapping[str, float] = tuned(
    {"own": 0.4, "points": 0.1, "level": 0.1, "check": 0.1, "readout": 0.1, "form": 0.05, "near": 0.1},
    chosen_on=UNRECORDED,
    shown_by=_FITS,
)
OTHER_STRENGTH = tuned(0.05, chosen_on=UNRECORDED, shown_by=_FITS)
# Standard deviation of the log-normal prior of the strengths, and the prior of the noise.
STRENGTH_SPREAD = tuned(1.2, chosen_on=UNRECORDED, shown_by=_FITS)
USUAL_NOISE = tuned(0.5, chosen_on=UNRECORDED, shown_by=_FITS)

# Stacking (fit/fitting.py)

# Strength of the pull towards a candidate's usual share, in labels.
STACK_SHRINKAGE = tuned(15.0, chosen_on=_DRAWS, shown_by=_FITS)
# Labels at which the full ridge has earned half of its usual share beside the judge's own points.
RIDGE_EARNS = tuned(30.0, chosen_on=_DRAWS, shown_by=_FITS)

# What is worth a person's look

# A grader's misfit, and the correlation with the others below which it is named (agreement/severity.py).
MISFIT = tuned(1.5, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)
LEAST_RELATION = tuned(0.3, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)
# Two graders who may have copied: the share of equal grades, on how many items, how usual equality may be among others,
# and the corrected p-value (agreement/severity.py).
COPY_SHARE = tuned(0.9, chosen_on=BY_JUDGEMENT, shown_by="tests/calibration")
COPY_ITEMS = tuned(10, chosen_on=BY_JUDGEMENT, shown_by="tests/calibration")
COPY_USUAL = tuned(0.95, chosen_on=BY_JUDGEMENT, shown_by="tests/calibration")
COPY_P = tuned(0.001, chosen_on=BY_JUDGEMENT, shown_by="tests/calibration")
# Tolerated disadvantage of the machine by kind of annotator (agreement/substitution.py).
EPSILON: Mapping[str, float] = tuned(
    {"expert": 0.2, "skilled": 0.15, "crowd": 0.1},
    chosen_on="Calderon, Reichart and Dror 2025, section 3.3",
    shown_by="tests/calibration",
)
# Share of the grades that a mapping may lose, and how many grades must lie low before a scale is doubted
# (data/grades.py).
MOST_LOST = tuned(0.05, chosen_on=BY_JUDGEMENT, shown_by="tests/calibration")
LEAST_TO_DOUBT = tuned(20, chosen_on=BY_JUDGEMENT, shown_by="tests/calibration")
# Part of an item's chance to be drawn that is equal for all: the machine may be wrongly sure of one (sampling/drawing.py).
EVEN_CHANCE = tuned(0.2, chosen_on=BY_JUDGEMENT, shown_by="tests/calibration")

"""Which items people should grade, how many, and what a drawn sample says about the whole batch."""

from evaluator.calibration.sampling.drawing import blank_sheet, draw_round, load_draw, pick_evenly
from evaluator.calibration.sampling.estimation import MeanEstimate, estimate_batch, name_wanted, want_grades
from evaluator.calibration.sampling.power import plan

__all__ = [
    "MeanEstimate",
    "blank_sheet",
    "draw_round",
    "estimate_batch",
    "load_draw",
    "name_wanted",
    "pick_evenly",
    "plan",
    "want_grades",
]

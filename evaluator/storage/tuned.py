"""The tuned numbers of records."""

from __future__ import annotations

from evaluator.tuning import BY_JUDGEMENT, NOT_MEASURED, tuned

# Share of the points: a total this far from the pass mark is no longer near it when a sample is drawn (samples.py).
NEAR_FOR_SAMPLES = tuned(0.1, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)

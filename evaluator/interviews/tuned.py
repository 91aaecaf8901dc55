"""The tuned numbers of interviews; the weights of the alignment are in `weights.yaml`."""

from __future__ import annotations

from evaluator.tuning import BY_JUDGEMENT, NOT_MEASURED, tuned

# Probability of a turn's place below which a person is asked (finding.py).
SURE = tuned(0.85, chosen_on="the tuning interviews of the benchmark", shown_by="python -m benchmarks.interviews")
# How much better than the next one the best place to cut an answer has to be (finding.py).
SURE_SPLIT = tuned(0.35, chosen_on="the tuning interviews of the benchmark", shown_by="python -m benchmarks.interviews")
# Difference that counts as one step apart, as a share of a question's points (matrix.py).
STEP = tuned(0.1, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)

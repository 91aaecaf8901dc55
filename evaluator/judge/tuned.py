"""The tuned numbers of judges."""

from __future__ import annotations

from evaluator.tuning import BY_JUDGEMENT, NOT_MEASURED, UNRECORDED, tuned

# Probability of an option for which the listed alternatives leave no room (readout.py).
UNSEEN_OPTION = tuned(1e-6, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)
# Probability of all options together, below which the model was not answering the question at all (readout.py).
LEAST_MENU_MASS = tuned(0.02, chosen_on=UNRECORDED, shown_by="python -m benchmarks.agreement FOLDER")
# Kullback-Leibler divergence from xllamacpp in one reading, in nats, above which an engine is wrong; and how much
# faster than xllamacpp an engine must be to justify different readings (engines/choice.py).
ENGINE_DIVERGENCE = tuned(0.1, chosen_on="the prompts of the engines' trial", shown_by="python -m benchmarks.speed")
ENGINE_GAIN = tuned(1.15, chosen_on=BY_JUDGEMENT, shown_by="python -m benchmarks.speed")
# Share of right answers from which a language counts as understood (check.py), and from which a model counts as one
# that knows (knowledge.py).
UNDERSTOOD_FROM = tuned(0.8, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)
KNOWS_FROM = tuned(0.8, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)

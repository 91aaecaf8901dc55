"""The tuned numbers of recordings."""

from __future__ import annotations

from evaluator.tuning import BY_JUDGEMENT, NOT_MEASURED, tuned

# Probability of a word or token below which it is marked as doubtful (passages.py).
LEAST_WORD = tuned(0.5, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)
# Mean log-probability of a passage below which all of it is doubtful, where the service gives nothing finer (passages.py).
LEAST_MEAN_LOG = tuned(
    -1.0, chosen_on="Whisper's own bound (openai/whisper, transcribe.py: logprob_threshold)", shown_by=NOT_MEASURED
)

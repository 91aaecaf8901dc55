"""The conventions of item analysis that a paper's statistics use."""

from __future__ import annotations

from evaluator.tuning import BY_JUDGEMENT, NOT_MEASURED, tuned

# Share of those who sat it, in the upper and in the lower group.
GROUP_SHARE = tuned(0.27, chosen_on="Kelley 1939, for normal scores", shown_by="tests/sittings")
# Shares of right answers and discrimination at which a question is named.
TOO_HARD = tuned(0.2, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)
TOO_EASY = tuned(0.95, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)
TOO_FLAT = tuned(0.2, chosen_on="Ebel 1965: below .2 an item is poor", shown_by=NOT_MEASURED)

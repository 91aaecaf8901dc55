"""The tuned numbers of reading and checking rubrics."""

from __future__ import annotations

from evaluator.tuning import BY_JUDGEMENT, NOT_MEASURED, tuned

# Dice coefficient of character pairs from which two wordings are said to be alike (wording.py).
ALIKE_FROM = tuned(0.85, chosen_on="the shipped rubrics, which must raise no warning", shown_by="tests/rubrics")
# Characters of a clause that can stand alone as a key point; shorter ones are joined to a neighbour (key_points.py).
LEAST_POINT = tuned(6, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)

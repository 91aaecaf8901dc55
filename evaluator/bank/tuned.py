"""The tuned numbers of reading papers and keeping questions."""

from __future__ import annotations

from evaluator.tuning import BY_JUDGEMENT, NOT_MEASURED, tuned

_PAPERS = "papers that the reader was developed on"

# Similarity of two texts from which they are the same question: at the same section and number, or anywhere
# (store/matching.py).
SAME_PLACE_FROM = tuned(0.35, chosen_on=BY_JUDGEMENT, shown_by="tests/bank")
MOVED_FROM = tuned(0.8, chosen_on=BY_JUDGEMENT, shown_by="tests/bank")
# Pages of a PDF (formats/pdf.py): the share of the text's width from which a line is full (ragged lines end a character
# or two earlier), the minimum width in points without words between two columns, and the share of rows that may cross it.
FULL_FROM = tuned(0.93, chosen_on=_PAPERS, shown_by="tests/bank")
GUTTER = tuned(10.0, chosen_on=_PAPERS, shown_by="tests/bank")
MOST_CROSSING = tuned(0.15, chosen_on=_PAPERS, shown_by="tests/bank")
# Distance of two lines, as a multiple of the usual one, from which there is a blank line between them.
BLANK_FROM = tuned(1.4, chosen_on=_PAPERS, shown_by="tests/bank")
# Share of a line's characters from which its formatting is the line's (formats/lines.py).
FORMATTED_FROM = tuned(0.8, chosen_on=_PAPERS, shown_by="tests/bank")
# What a drafted rubric proposes; a person edits it (drafting.py): the pass mark as a share, and each level's points.
PASS_SHARE = tuned(0.6, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)
LEVEL_SHARES = tuned((0.0, 1 / 3, 2 / 3, 1.0), chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)

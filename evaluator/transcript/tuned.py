"""The tuned numbers of reading transcripts. The weights of single signs stand beside them in acceptance.py and candidates.py."""

from __future__ import annotations

from evaluator.tuning import tuned

_LAYOUTS = "generated and hand-made layouts (tests/support/transcript_corpus.py): the parser was made with them"

# Evidence from which a label counts as a speaker, from which no person has to look, and below which it clearly is none.
SPEAKER_FROM = tuned(1.5, chosen_on=_LAYOUTS, shown_by="tests/transcript")
PLAIN_FROM = tuned(2.5, chosen_on=_LAYOUTS, shown_by="tests/transcript")
THINKABLE_FROM = tuned(0.5, chosen_on=_LAYOUTS, shown_by="tests/transcript")
# Score from which a layout is taken, and the share of the best score above which another one is a doubt.
LAYOUT_FROM = tuned(2.0, chosen_on=_LAYOUTS, shown_by="tests/transcript")
NEAR_LAYOUT = tuned(0.75, chosen_on=_LAYOUTS, shown_by="tests/transcript")
# Share of the lines that begin with a mark, from which the marks tell two sides apart (sides.py).
SIDE_SHARE = tuned(0.6, chosen_on=_LAYOUTS, shown_by="tests/transcript")

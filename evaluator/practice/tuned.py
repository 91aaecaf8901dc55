"""The tuned numbers of practice."""

from __future__ import annotations

from evaluator.tuning import BY_JUDGEMENT, NOT_MEASURED, tuned

_TURNS = "the odd turns of benchmarks/practice/turns.yaml"
_CALLS = "python -m benchmarks.practice calls"

# Hearing: what a turn of the agent did (call/hearing.py)

# Chances between which the classifier does not decide alone.
UNSURE = tuned((0.08, 0.75), chosen_on=_TURNS, shown_by="python -m benchmarks.practice train")
# How much the model in this process adds, in log-odds, and the log-odds above a turn that says nothing from which its
# answer speaks for the event: a first guess (docs/practice.md).
JUDGED = tuned(0.8, chosen_on=BY_JUDGEMENT, shown_by="python -m benchmarks.practice judge")
NEUTRAL = tuned(0.7, chosen_on=BY_JUDGEMENT, shown_by="python -m benchmarks.practice judge")
# Cosine with what a hidden fact is about from which the question is asked at all.
ABOUT_NEAR = tuned(0.3, chosen_on=BY_JUDGEMENT, shown_by=_CALLS)
# Cosine from which a question is about an open fact; a wrong guess only tells what may be told anyway.
ABOUT_OPEN = tuned(0.3, chosen_on=BY_JUDGEMENT, shown_by=_CALLS)
# Probability from which an event counts; and the same for what enrages, where no judge decides alone: of 41 turns of
# good agents, 12 sounded offensive at .5, 5 at .7.
TOLD = tuned(0.5, chosen_on=_TURNS, shown_by="python -m benchmarks.practice train")
OFFENDS = tuned(0.7, chosen_on="calls of scripted agents with six personas", shown_by=_CALLS)

# The customer as a state machine (call/state.py)

# Points of mood in one turn: people calm down more slowly than they flare up.
MOST_UP = tuned(2.0, chosen_on=BY_JUDGEMENT, shown_by=_CALLS)
MOST_DOWN = tuned(3.0, chosen_on=BY_JUDGEMENT, shown_by=_CALLS)
# Words that settle nothing lift nobody above this mood.
TALK_ALONE = tuned(5.0, chosen_on=BY_JUDGEMENT, shown_by=_CALLS)
# Mood from which the customer would let the agent go, and at which they hang up.
CONTENT = tuned(7.0, chosen_on=BY_JUDGEMENT, shown_by=_CALLS)
FURIOUS = tuned(0.5, chosen_on=BY_JUDGEMENT, shown_by=_CALLS)

# Checks of a line (call/checks.py, call/phrasing.py, call/hints.py)

# Likeness of two lines from which one repeats the other; the same for a line that says the agent's own words back.
SAME = tuned(0.85, chosen_on=BY_JUDGEMENT, shown_by=_CALLS)
ECHO = tuned(0.75, chosen_on=BY_JUDGEMENT, shown_by=_CALLS)
# Cosine of a line and what it should say; other things said by the same customer lie around .2.
ON_CUE = tuned(0.4, chosen_on="the personas' own lines", shown_by=_CALLS)
# Cosine of a key point's example and a turn from which the point counts as made: only a hint.
HINT_COVERED = tuned(0.55, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)

# After the call (coaching.py, comparison.py, progress.py)

# Shares of a criterion's points from which its words are worth keeping, and below which they are not.
GOOD = tuned(0.7, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)
POOR = tuned(0.5, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)
# If the grader gives the trainee's own level at least this probability, it is a matter of opinion.
UNSURE_FROM = tuned(0.2, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)
# Relative weight of each later attempt: nobody should be blamed for what they have since learned.
FADING = tuned(0.6, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)
# Share of a criterion's points below which there is nothing to train.
LEAST_LOSS = tuned(0.1, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)

"""Practice: a trainee grades themself first, sees where their view and the grader's part, and what to train next."""

from evaluator.practice.attempting import Practised, grade_attempt, hand_in, practised
from evaluator.practice.comparison import Comparison, Gap, compare, explain, own_total
from evaluator.practice.progress import Advice, Step, advise, trace, with_references

__all__ = [
    "Advice",
    "Comparison",
    "Gap",
    "Practised",
    "Step",
    "advise",
    "compare",
    "explain",
    "grade_attempt",
    "hand_in",
    "own_total",
    "practised",
    "trace",
    "with_references",
]

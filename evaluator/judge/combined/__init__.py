"""Judges made of judges: a panel, a cascade, swapped options, and those that remember what was asked."""

from evaluator.judge.combined.memory import RememberingJudge, asking_again, wording_of
from evaluator.judge.combined.shipped import shipped_answers

__all__ = ["RememberingJudge", "asking_again", "shipped_answers", "wording_of"]

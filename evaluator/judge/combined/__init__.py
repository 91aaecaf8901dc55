"""Combined judges: a panel, a cascade, reversed options, and judges with a cache."""

from evaluator.judge.combined.masking import MaskingJudge, last_sent
from evaluator.judge.combined.memory import RememberingJudge, asking_again, wording_of
from evaluator.judge.combined.shipped import shipped_answers

__all__ = ["MaskingJudge", "RememberingJudge", "asking_again", "last_sent", "shipped_answers", "wording_of"]

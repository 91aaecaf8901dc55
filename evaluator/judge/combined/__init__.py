"""Combined judges: a panel, a cascade, reversed options, and judges with a cache."""

from evaluator.judge.combined.cascade import CascadeJudge
from evaluator.judge.combined.masking import MaskingJudge, MaskingWriter, last_sent
from evaluator.judge.combined.memory import RememberingJudge, asking_again, wording_of
from evaluator.judge.combined.panel import PanelJudge
from evaluator.judge.combined.shipped import shipped_answers
from evaluator.judge.combined.swapped import PREFIX, SwappedJudge

__all__ = [
    "PREFIX",
    "CascadeJudge",
    "MaskingJudge",
    "MaskingWriter",
    "PanelJudge",
    "RememberingJudge",
    "SwappedJudge",
    "asking_again",
    "last_sent",
    "shipped_answers",
    "wording_of",
]

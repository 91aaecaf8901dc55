"""The one path from a text to a scorecard.

`evaluate` is what everything calls; `grade` is the same without records. In the order of the path: `evaluation` leads
through it, `material` is what the judge reads, `similarity`, `evidence` and `topic` compare the text with the rubric, `anchoring`
turns probabilities into places on a scale, `last_words` weighs how it ended, `verdicts` makes points, `review` says why a
person should look.
"""

from evaluator.grading.evaluation import Progress, Report, compare, evaluate, grade, open_judge, request_key
from evaluator.grading.preparing import prepare

__all__ = ["Progress", "Report", "compare", "evaluate", "grade", "open_judge", "prepare", "request_key"]

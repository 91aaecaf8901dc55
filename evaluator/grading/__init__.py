"""The one path from a text to a scorecard.

`evaluate` is what everything calls; `grade` is the same without records. In the order of the path: `evaluation` leads
through it, `asking` asks the judge, `material` is what the judge reads, `similarity`, `evidence` and `topic` compare the text with the rubric, `anchoring`
turns probabilities into places on a scale, `last_words` weighs how it ended, `verdicts` makes points, `review` says why a
person should look.
"""

from evaluator.grading.asking import Anchored, Progress, ReportProgress, read_anchors
from evaluator.grading.evaluation import (
    Shared,
    compare,
    evaluate,
    evaluate_shared,
    grade,
    open_judge,
    read_text,
    request_key,
    share,
)
from evaluator.grading.material import anchor_states
from evaluator.grading.plan import digest_of, plan_of
from evaluator.grading.preparing import prepare
from evaluator.grading.proposing import Proposal, propose_rubrics
from evaluator.grading.reproducing import Reproduction, reproduce

__all__ = [
    "Anchored",
    "Progress",
    "Proposal",
    "ReportProgress",
    "Reproduction",
    "Shared",
    "anchor_states",
    "compare",
    "digest_of",
    "evaluate",
    "evaluate_shared",
    "grade",
    "open_judge",
    "plan_of",
    "prepare",
    "propose_rubrics",
    "read_anchors",
    "read_text",
    "reproduce",
    "request_key",
    "share",
]

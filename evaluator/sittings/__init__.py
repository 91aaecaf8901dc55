"""A paper that somebody sits, from the first answer to the printed review.

It covers answers stored as they are written, a clock that pauses, grading by key and by the grader, a review of every
answer, statistics of the questions over all who sat the paper, and the printed paper.
"""

from evaluator.sittings.printing import key_blocks, key_text, paper_blocks
from evaluator.sittings.review import result_line, review_blocks
from evaluator.sittings.session import (
    Clock,
    Sitting,
    begin,
    grade_sitting,
    open_sitting,
    pause,
    resume,
    sittings_of,
    submit,
    write_answer,
)
from evaluator.sittings.statistics import ItemFigures, PaperFigures, alpha_of_covariances, figures_of, statistics_blocks

__all__ = [
    "Clock",
    "ItemFigures",
    "PaperFigures",
    "Sitting",
    "alpha_of_covariances",
    "begin",
    "figures_of",
    "grade_sitting",
    "key_blocks",
    "key_text",
    "open_sitting",
    "paper_blocks",
    "pause",
    "result_line",
    "resume",
    "review_blocks",
    "sittings_of",
    "statistics_blocks",
    "submit",
    "write_answer",
]

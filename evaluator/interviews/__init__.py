"""A whole interview: where each question is asked and answered, the grading of each answer, and the total.

`find_segments` aligns a transcript with a list of questions, `keep` stores it, `grade_interview` grades it; `matrix_of`
compares the candidates of one round side by side.
"""

from evaluator.interviews.editing import doubt_text, read_segments, segments_text
from evaluator.interviews.finding import find_segments
from evaluator.interviews.grading import (
    Interview,
    correct_segments,
    grade_interview,
    interviews_of,
    keep,
    open_interview,
)
from evaluator.interviews.matrix import (
    DECISIONS,
    RoundMatrix,
    decide,
    give_points,
    matrix_blocks,
    matrix_of,
    panel_agreement,
)
from evaluator.interviews.report import interview_blocks, outcome_row, result_text, section_rows
from evaluator.interviews.segments import Alternative, Doubt, Found, Piece, answer_of

__all__ = [
    "DECISIONS",
    "Alternative",
    "Doubt",
    "Found",
    "Interview",
    "Piece",
    "RoundMatrix",
    "answer_of",
    "correct_segments",
    "decide",
    "doubt_text",
    "find_segments",
    "give_points",
    "grade_interview",
    "interview_blocks",
    "interviews_of",
    "keep",
    "matrix_blocks",
    "matrix_of",
    "open_interview",
    "outcome_row",
    "panel_agreement",
    "read_segments",
    "result_text",
    "section_rows",
    "segments_text",
]

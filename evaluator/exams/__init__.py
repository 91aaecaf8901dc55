"""A paper as it is asked: its questions with their keys or rubrics, its sections, and how points add up.

Interviews and sittings share it. `from_bank` takes a paper from the bank, `load_questions` a list of questions in YAML.
"""

from evaluator.exams.adding import ExamSum, QuestionOutcome, SectionSum, State, add_up
from evaluator.exams.graded import corrected_outcome, outcome_of
from evaluator.exams.keyed import grade_by_key, is_keyed
from evaluator.exams.listing import QuestionList, load_questions, parse_questions
from evaluator.exams.paper import ExamPaper, ExamQuestion, ExamSection
from evaluator.exams.sources import BankPaper, from_bank, papers_in

__all__ = [
    "BankPaper",
    "ExamPaper",
    "ExamQuestion",
    "ExamSection",
    "ExamSum",
    "QuestionList",
    "QuestionOutcome",
    "SectionSum",
    "State",
    "add_up",
    "corrected_outcome",
    "from_bank",
    "grade_by_key",
    "is_keyed",
    "load_questions",
    "outcome_of",
    "papers_in",
    "parse_questions",
]

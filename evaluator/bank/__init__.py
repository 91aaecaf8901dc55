"""The bank of exam papers: documents read into items, stored, checked, exported, and passed to the references."""

from typing import TYPE_CHECKING

from evaluator.resources import fetched_late

if TYPE_CHECKING:
    from evaluator.bank.drafting import draft_rubric, plain_rubric
    from evaluator.bank.duplicates import differ, find_duplicates, merge
    from evaluator.bank.exporter import SUFFIXES, export, item_json, to_json
    from evaluator.bank.finding import find_questions
    from evaluator.bank.importer import FileReport, import_files
    from evaluator.bank.items import (
        KINDS,
        OBJECTIVE_KINDS,
        AnswerPart,
        Item,
        ItemKind,
        ItemOption,
        ItemWarning,
        ModelAnswer,
        ScoringLine,
    )
    from evaluator.bank.objective import MarkingPolicy, ObjectiveGrade, full_points, grade_objective
    from evaluator.bank.references import index_bank, language_of, right_answer, scope_of, search

__getattr__ = fetched_late(
    __name__,
    {
        "objective": (
            "MarkingPolicy",
            "ObjectiveGrade",
            "full_points",
            "grade_objective",
        ),
        "drafting": (
            "draft_rubric",
            "plain_rubric",
        ),
        "duplicates": ("differ", "find_duplicates", "merge"),
        "exporter": ("SUFFIXES", "export", "item_json", "to_json"),
        "finding": ("find_questions",),
        "importer": ("FileReport", "import_files"),
        "items": (
            "KINDS",
            "OBJECTIVE_KINDS",
            "Item",
            "ItemOption",
            "ItemWarning",
            "ModelAnswer",
            "ScoringLine",
            "AnswerPart",
            "ItemKind",
        ),
        "references": (
            "index_bank",
            "scope_of",
            "search",
            "language_of",
            "right_answer",
        ),
    },
)

__all__ = [
    "KINDS",
    "OBJECTIVE_KINDS",
    "SUFFIXES",
    "AnswerPart",
    "FileReport",
    "Item",
    "ItemKind",
    "ItemOption",
    "ItemWarning",
    "MarkingPolicy",
    "ModelAnswer",
    "ObjectiveGrade",
    "ScoringLine",
    "differ",
    "draft_rubric",
    "export",
    "find_duplicates",
    "find_questions",
    "full_points",
    "grade_objective",
    "import_files",
    "index_bank",
    "item_json",
    "language_of",
    "merge",
    "plain_rubric",
    "right_answer",
    "scope_of",
    "search",
    "to_json",
]

"""The bank of exam papers: documents read into items, stored, checked, exported, and passed to the references."""

from typing import TYPE_CHECKING

from evaluator.resources import fetched_late

if TYPE_CHECKING:
    from evaluator.bank.drafting import draft_rubric
    from evaluator.bank.duplicates import differ, find_duplicates, merge
    from evaluator.bank.exporter import SUFFIXES, export, item_json, to_json
    from evaluator.bank.finding import find_questions
    from evaluator.bank.importer import FileReport, import_files
    from evaluator.bank.items import KINDS, OBJECTIVE_KINDS, Item, ItemOption, ItemWarning, ModelAnswer, ScoringLine
    from evaluator.bank.references import index_bank, scope_of, search

__getattr__ = fetched_late(
    __name__,
    {
        "drafting": ("draft_rubric",),
        "duplicates": ("differ", "find_duplicates", "merge"),
        "exporter": ("SUFFIXES", "export", "item_json", "to_json"),
        "finding": ("find_questions",),
        "importer": ("FileReport", "import_files"),
        "items": ("KINDS", "OBJECTIVE_KINDS", "Item", "ItemOption", "ItemWarning", "ModelAnswer", "ScoringLine"),
        "references": ("index_bank", "scope_of", "search"),
    },
)

__all__ = [
    "KINDS",
    "OBJECTIVE_KINDS",
    "SUFFIXES",
    "FileReport",
    "Item",
    "ItemOption",
    "ItemWarning",
    "ModelAnswer",
    "ScoringLine",
    "differ",
    "draft_rubric",
    "export",
    "find_duplicates",
    "find_questions",
    "import_files",
    "index_bank",
    "item_json",
    "merge",
    "scope_of",
    "search",
    "to_json",
]

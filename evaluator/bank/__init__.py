"""The bank of exam papers: documents read into items, kept, checked, exported, and given to the references."""

from evaluator.bank.drafting import draft_rubric
from evaluator.bank.exporter import SUFFIXES, export, item_json, to_json
from evaluator.bank.importer import FileReport, import_files
from evaluator.bank.items import KINDS, OBJECTIVE_KINDS, Answer, Criterion, Item, Option, Warning
from evaluator.bank.references import index_bank, search

__all__ = [
    "KINDS",
    "OBJECTIVE_KINDS",
    "SUFFIXES",
    "Answer",
    "Criterion",
    "FileReport",
    "Item",
    "Option",
    "Warning",
    "draft_rubric",
    "export",
    "import_files",
    "index_bank",
    "item_json",
    "search",
    "to_json",
]

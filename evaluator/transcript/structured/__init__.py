"""Conversations with a separate place for the speaker: JSON fields, table columns, cells of a web page."""

from __future__ import annotations

from evaluator.transcript.segments import Layout
from evaluator.transcript.structured.documents import kind_of, read_document
from evaluator.transcript.structured.json_shapes import read_json
from evaluator.transcript.structured.markup import read_markup
from evaluator.transcript.structured.messages import Message, written_out
from evaluator.transcript.structured.records import read_records
from evaluator.transcript.structured.tables import read_grid, read_table
from evaluator.transcript.structured.webpages import read_webpage

__all__ = ["Message", "kind_of", "read_document", "read_grid", "read_structured", "written_out"]


def read_structured(text: str) -> tuple[str, Layout] | None:
    """The conversation written out as text, and its layout; None if the text has no such structure.

    Raises InputError for JSON without a conversation that could be understood.
    """
    return read_json(text) or read_markup(text) or read_webpage(text) or read_table(text) or read_records(text)

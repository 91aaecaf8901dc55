"""Formats read and written within limits: YAML, JSON, HTML and spreadsheet cells. Pure: no file access.

Input may come from anybody, so depth, size, aliases, tags and numbers are bounded while reading, and every fault is one
exception, `Malformed`, with a code and the line.
"""

from evaluator.encoding.cells import MAX_CHARACTERS, as_cell, as_workbook_cell, from_cell, printable
from evaluator.encoding.jsontext import read_json
from evaluator.encoding.malformed import Malformed
from evaluator.encoding.models import Frozen, Strict
from evaluator.encoding.redaction import keep_secret, redact, redact_logs, redact_value, secrets_of
from evaluator.encoding.terminal import Harmless
from evaluator.encoding.webpage import HIDDEN_TAGS, visible_text
from evaluator.encoding.yamltext import compose_yaml, construct_yaml, read_yaml, write_yaml

__all__ = [
    "HIDDEN_TAGS",
    "MAX_CHARACTERS",
    "Frozen",
    "Harmless",
    "Malformed",
    "Strict",
    "as_cell",
    "as_workbook_cell",
    "compose_yaml",
    "construct_yaml",
    "from_cell",
    "keep_secret",
    "printable",
    "read_json",
    "read_yaml",
    "redact",
    "redact_logs",
    "redact_value",
    "secrets_of",
    "visible_text",
    "write_yaml",
]

"""Notations, read and written within limits: YAML, JSON and spreadsheet cells. Pure: no file is touched here.

What is read came from anybody. So depth, size, aliases, tags and numbers are bounded while reading, and everything that is
wrong is one exception, `Malformed`, with a code and the line.
"""

from evaluator.encoding.cells import as_cell, from_cell
from evaluator.encoding.jsontext import read_json
from evaluator.encoding.malformed import Malformed
from evaluator.encoding.yamltext import compose_yaml, construct_yaml, read_yaml, write_yaml

__all__ = [
    "Malformed",
    "as_cell",
    "compose_yaml",
    "construct_yaml",
    "from_cell",
    "read_json",
    "read_yaml",
    "write_yaml",
]

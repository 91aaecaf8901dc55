"""Conversations that keep the speaker in a place of its own: a field of JSON, a column of a table, a line above the words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from evaluator.transcript.names import known_role
from evaluator.transcript.segments import TIME, Layout, Line, Piece, lines_of

_FIELD = re.compile(
    r'"(?:(?P<who>role|speaker)|(?P<what>content|text))"\s*:\s*"(?P<value>(?:[^"\\]|\\.)*)"', re.IGNORECASE
)
_RULE = re.compile(r"[\s|:+\-=]*")  # |---|:---:| below the head of a table
_EDGES = {"|": " \t|", "\t": " ", ",": " "}  # what separates the cells, and what may stand around a row
_COLUMNS = 3  # number, time, speaker: the speaker is not found further right
_NAME_LENGTH = 30
_MARKS = " \t\u3000\ufeff#*_【】[]"

Cell = tuple[int, str]  # its offset in the source, and its text


def read_records(source: str) -> Layout | None:
    """The messages of a JSON list or the rows of a table; None unless the whole text is one."""
    pieces = _json_messages(source) or _table_rows(source)
    return Layout("dialogue", tuple(pieces)) if pieces else None


def read_headed(source: str) -> Layout | None:
    """Turns below role words that stand alone on their lines; None unless two roles alternate from the first line on, or
    one of them returns.
    """
    lines = [line for line in lines_of(source) if line.text.strip()]
    heads = [line for line in lines if _role_in(line.text)]
    roles = [_role_in(line.text) for line in heads]
    if len(heads) < 2 or any(role == following for role, following in pairwise(roles)):
        return None
    if len(heads) == 2 and heads[0] is not lines[0]:
        return None
    ends = [head.start for head in heads[1:]] + [len(source)]
    speech = [Piece(head.text.strip(_MARKS), head.end, end) for head, end in zip(heads, ends, strict=True)]
    if not all(source[piece.start : piece.end].strip() for piece in speech):
        return None
    return Layout("dialogue", (Piece(None, 0, heads[0].start, kind="preamble"), *speech))


def _role_in(text: str) -> str | None:
    name = text.strip(_MARKS)
    return known_role(name) if len(name) <= _NAME_LENGTH else None


def _json_messages(source: str) -> list[Piece]:
    """One piece a message, cut from the text itself; none where characters are escaped by number, which nobody can read."""
    if source.lstrip("\ufeff \t\r\n")[:1] not in ("[", "{") or "\\u" in source:
        return []
    try:
        data = json.loads(source.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return []
    lists = [data] if isinstance(data, list) else [value for value in data.values() if isinstance(value, list)]
    pieces = list(_pairs_of_fields(source))
    return pieces if len(lists) == 1 and len(lists[0]) == len(pieces) else []


def _pairs_of_fields(source: str) -> Iterator[Piece]:
    who: re.Match[str] | None = None
    what: re.Match[str] | None = None
    for field in _FIELD.finditer(source):
        who, what = (field, what) if field["who"] else (who, field)
        if who and what:
            yield Piece(who["value"].strip() or None, *what.span("value"))
            who = what = None


def _table_rows(source: str) -> list[Piece]:
    """One piece a row; the first row may be the head of the table."""
    lines = [line for line in lines_of(source) if not _RULE.fullmatch(line.text)]
    for separator in _EDGES:
        rows = [_cells(line, separator) for line in lines]
        for column in range(_COLUMNS):
            head = 0 if rows and _names_role(rows[0], column) else 1
            if _is_spoken(rows[head:], column):
                return [Piece(None, lines[0].start, lines[0].end, kind="preamble")] * head + [
                    _row(cells, column) for cells in rows[head:]
                ]
    return []


def _cells(line: Line, separator: str) -> list[Cell]:
    body = line.text.strip(_EDGES[separator])
    at, cells = line.start + line.text.find(body), []
    for text in body.split(separator):
        cells.append((at, text))
        at += len(text) + 1
    return cells


def _is_spoken(rows: Sequence[list[Cell]], column: int) -> bool:
    """Whether the column holds a role in every row, two different ones in all."""
    return all(_names_role(row, column) for row in rows) and len({_role_in(row[column][1]) for row in rows}) > 1


def _names_role(cells: list[Cell], column: int) -> bool:
    return len(cells) > column + 1 and _role_in(cells[column][1]) is not None


def _row(cells: list[Cell], column: int) -> Piece:
    """The words are what stands right of the speaker, but for a time."""
    times = [text.strip() for _, text in cells if re.fullmatch(TIME, text.strip())]
    words = [cell for cell in cells[column + 1 :] if cell[1].strip() not in times] or cells[-1:]
    end, last = words[-1]
    return Piece(cells[column][1].strip(_MARKS), words[0][0], end + len(last), times[0] if times else None)

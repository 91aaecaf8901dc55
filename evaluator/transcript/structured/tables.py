"""Tables: rows with a speaker column in any position, recognised by the header or by its contents."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from evaluator.text import fold
from evaluator.transcript import times
from evaluator.transcript.names import field_strength, is_honorific, is_letter, is_person, is_phone, known_role
from evaluator.transcript.segments import Layout, plain_of
from evaluator.transcript.structured import fields
from evaluator.transcript.structured.messages import Message, written_out
from evaluator.transcript.turns import Assumption

Grid = Sequence[Sequence[str]]

_RULE = re.compile(r"[\s|:+\-=]*")  # |---|:---:| below the header of a table
_MARKS = " \t\u3000#*_【】[]"
_DELIMITERS = ("|", "\t", ",", ";")
_NAME_LENGTH = 40
_TITLED = re.compile(r"[^,:：]{1,40}, ?[^,:：\d]{1,30}[:：]\s*\S")  # Nick Miller, Support Engineer: hello
_PROGRAM_ROW = re.compile(r"系统|system", re.IGNORECASE)


def read_table(text: str) -> tuple[str, Layout] | None:
    """The rows of a text that is entirely a table, written out; None if it is not one."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        return None
    for delimiter in _DELIMITERS:
        if delimiter not in lines[0] or delimiter not in lines[1]:
            continue
        if delimiter == "," and all(_TITLED.match(line) for line in lines):
            continue
        grid = _rows(text, delimiter)
        if found := read_grid(grid):
            return found
    return None


def _rows(text: str, delimiter: str) -> list[list[str]]:
    text = plain_of(text.lstrip("\ufeff"))
    if delimiter == "|":
        lines = [line.strip().strip("|") for line in text.splitlines() if not _RULE.fullmatch(line)]
        return [[cell.strip() for cell in line.split("|")] for line in lines]
    try:
        return [
            row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(map(str.strip, row))
        ]
    except csv.Error:
        return []


def read_grid(grid: Grid, title: str = "") -> tuple[str, Layout] | None:
    """The conversation in rows of cells, written out; None if no column holds speakers. `title` preceded the table."""
    rows = [[cell.strip() for cell in row] for row in grid if any(cell.strip() for cell in row)]
    if not rows or max(map(len, rows)) < 2:
        return None
    for skipped in range(min(4, len(rows))):  # titles above the header of the table
        if messages := list(_by_head(rows[skipped:])):
            return _written(messages, rows[skipped:], rows[:skipped], title, headed=True)
    for skipped in range(min(2, len(rows))):
        if messages := list(_by_content(rows[skipped:])):
            return _written(messages, rows[skipped:], rows[:skipped], title, headed=False)
    return None


def _written(
    messages: list[Message], rows: Grid, above: Grid, title: str, *, headed: bool
) -> tuple[str, Layout] | None:
    head = [title] if title.strip() else []
    head += [" ".join(filter(None, row)) for row in above]
    titles = [Message(None, line, kind="system") for line in head if line.strip()]
    silent = sum(message.speaker is None and message.kind == "speech" for message in messages)
    about = [Assumption(code="rows_without_speaker", values={"count": str(silent)})] if silent else []
    unread = list(_unread(messages, rows, headed=headed))
    about += [Assumption(code="columns_beside", values={"columns": ", ".join(unread)})] if unread else []
    return written_out("table", [*titles, *messages], about)


def _unread(messages: list[Message], rows: Grid, *, headed: bool) -> Iterator[str]:
    """The columns of which no cell is in a message: by their names, or by their numbers where the table names none."""
    taken = {value.strip(_MARKS) for one in messages for value in (one.speaker, one.text, one.time) if value}
    body = rows[1:] if headed else rows
    for column in range(max(map(len, rows))):
        cells = {cell.strip(_MARKS) for row in body if (cell := _cell(row, column))}
        if cells - {""} and not cells & taken and not (column == 0 and all(map(str.isdigit, cells))):
            yield (headed and _cell(rows[0], column)) or str(column + 1)


def _by_head(rows: Grid) -> Iterator[Message]:
    """Uses a first row that names the columns: one for the speaker and one for the words, or one per side."""
    keys = [fields.key_of(cell) for cell in rows[0]]
    if len(rows) < 2 or any(len(cell) > 20 for cell in rows[0]):
        return
    words = _column(keys, fields.TEXTS)
    named, stated = _column(keys, [*fields.NAMES, *fields.SPEAKERS]), _column(keys, fields.ROLES)
    speaker = named if named is not None else stated
    if words is None or speaker is None or words == speaker:
        yield from _two_sided(rows)
        return
    time = _column(keys, fields.TIMES)
    for row in rows[1:]:
        name = _cell(row, speaker)
        role = fields.role_of("role", _cell(row, stated)) if stated is not None and stated != speaker else None
        role = role or (fields.role_of("role", name) if name else None)
        program = fields.is_program(name) or _PROGRAM_ROW.fullmatch(name or "") is not None
        text = _cell(row, words)
        if text:
            yield Message(
                None if program else name or None,
                text,
                _cell(row, time) or None,
                role,
                "system" if program else "speech",
            )


def _column(keys: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((keys.index(key) for key in wanted if key in keys), None)


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""


def _two_sided(rows: Grid) -> Iterator[Message]:
    """One column per side: | 客服 | 客户 |."""
    roles = [known_role(cell.strip(_MARKS)) if cell else None for cell in rows[0]]
    sides = [column for column, role in enumerate(roles) if role]
    if len(sides) < 2 or len({roles[column] for column in sides}) < 2 or len(rows) < 3:
        return
    if any(known_role(_cell(row, column).strip(_MARKS)) for row in rows[1:] for column in sides):
        return
    for row in rows[1:]:
        for column in sides:
            if text := _cell(row, column):
                yield Message(rows[0][column].strip(_MARKS), text)


def _by_content(rows: Grid) -> Iterator[Message]:
    """Without column names: the speaker column repeats a few names or roles in every row, and the words are longest."""
    width = min(map(len, rows))
    speaker = next((column for column in range(width) if _is_speakers(rows, column)), None)
    if speaker is None:
        return
    widest = width if width > 1 else max(map(len, rows))  # what follows in longer rows are commas in the words
    others = [column for column in range(widest) if column != speaker]
    time = next((column for column in others if all(_is_time(_cell(row, column)) for row in rows)), None)
    texts = [column for column in others if column != time and not _is_number_column(rows, column)]
    if not texts:
        return
    words = max(texts, key=lambda column: sum(len(_cell(row, column)) for row in rows))
    for row in rows:
        rest = row[words:] if words >= width - 1 else [_cell(row, words)]  # words with commas of their own come last
        text = ",".join(rest) if words < len(row) else ""
        yield Message(row[speaker].strip(_MARKS), text, _cell(row, time) or None)


def _is_time(cell: str) -> bool:
    return bool(cell) and times.is_time(cell)


def _is_number_column(rows: Grid, column: int) -> bool:
    """Whether the column only numbers the rows."""
    cells = [_cell(row, column) for row in rows]
    return all(cell.isdigit() for cell in cells) and [int(cell) for cell in cells] == list(
        range(int(cells[0]), int(cells[0]) + len(cells))
    )


def _is_speakers(rows: Grid, column: int) -> bool:
    """Whether the column has a name in every row: two sides by role, or a few recurring names that look like names."""
    cells = [_cell(row, column).strip(_MARKS) for row in rows]
    if not all(cells) or any(len(cell) > _NAME_LENGTH for cell in cells):
        return False
    roles = [known_role(cell) for cell in cells]
    if all(roles):
        return len(set(roles)) > 1
    distinct = {fold(cell) for cell in cells}
    looks = all(
        known_role(name) or is_letter(name) or is_phone(name) or is_honorific(name) or is_person(name.title())
        for name in distinct
    )
    few = 1 < len(distinct) <= max(2, len(cells) // 2) and len(cells) > 2
    return few and looks and not any(times.is_time(cell) or field_strength(cell) == 2 for cell in cells)

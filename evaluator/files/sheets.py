"""Workbooks that people bring, read row by row in a child process with bounded memory and time."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evaluator.errors import InputError
from evaluator.files.bounded import call_once
from evaluator.files.reading import kind_of
from evaluator.messages import say
from evaluator.text import number_text

MAX_BYTES = 256 * 2**20  # of a workbook
MAX_CELL = 5_000_000  # characters, as for a transcript
MAX_TEXT = 2**30  # characters in all


def sheet_rows(path: Path, sheet: str | int = 0) -> Iterator[list[str]]:
    """The rows of a sheet of an .xlsx as text, empty cells as ""; only the current row is kept in memory.

    Raises InputError if the file is missing, damaged or a decompression bomb, or has a cell longer than anybody writes.
    """
    found = path.stat()
    if (kind := kind_of(found.st_mode)) != "file":
        raise InputError("file_not_regular", path=path, kind=say(f"errors.kind_{kind}"))
    if found.st_size > MAX_BYTES:
        raise InputError("file_too_heavy", file=path.name)
    with tempfile.TemporaryDirectory(prefix="evaluator-sheet-") as folder:
        rows = Path(folder) / "rows.jsonl"
        call_once(unroll, path, str(rows), sheet)
        with rows.open(encoding="utf-8") as file:
            yield from map(json.loads, file)


def unroll(path: Path, target: str, sheet: str | int) -> int:
    """Writes the rows of a sheet to `target`, one JSON list per line, and returns their number."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    chosen = book.worksheets[sheet] if isinstance(sheet, int) else book[sheet]
    count, written = 0, 0
    with open(target, "w", encoding="utf-8", errors="replace") as file:
        for row in chosen.iter_rows(values_only=True):
            cells = [_cell(value, path) for value in row]
            written += sum(map(len, cells)) + len(cells)
            if written > MAX_TEXT:
                raise InputError("file_too_heavy", file=path.name)
            file.write(json.dumps(cells) + "\n")
            count += 1
    book.close()
    return count


def _cell(value: Any, path: Path) -> str:
    text = "" if value is None else number_text(value) if isinstance(value, float) else str(value)
    if len(text) > MAX_CELL:
        raise InputError("file_cell_too_large", file=path.name, limit=MAX_CELL)
    return text

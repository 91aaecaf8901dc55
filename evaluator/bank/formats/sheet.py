"""Spreadsheets (.xlsx with openpyxl, .csv): question tables with named columns, and papers in cells.

Every sheet is read. A sheet with named columns is a question table with one question per row; any other is a paper
whose rows become lines. Unknown columns with content are reported in the document.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evaluator.bank.columns import PASSED_OVER, heads_table, name_columns
from evaluator.bank.formats.limits import MAX_CELL, MAX_LINES, check_office
from evaluator.bank.formats.lines import Line, clean
from evaluator.bank.formats.text import decode
from evaluator.bank.papers import line_patterns
from evaluator.errors import InputError
from evaluator.text import number_text

ROW, SHEET = "_row", "_sheet"  # key under which a row keeps its place in the file
_HEAD_WITHIN = 12  # filled rows: a title and notes may precede the column names

NumberedRows = list[tuple[int, list[str]]]


@dataclass(frozen=True)
class Sheets:
    """The contents of a spreadsheet: table rows, paper lines, and unknown columns."""

    rows: tuple[dict[str, str], ...] = ()
    lines: tuple[Line, ...] = ()
    unread: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()  # the first row of a file in which no row names the columns


def read(path: Path, known: Mapping[str, str] | None = None) -> Sheets:
    """The rows as {column: cell} with their place, and the lines of sheets without named columns.

    `known` maps further column names to roles. InputError if the file is empty or damaged.
    """
    grids = [("", _csv_grid(path))] if path.suffix.lower() == ".csv" else _xlsx_grids(path)
    filled = [(name, _filled(grid)) for name, grid in grids]
    if not any(grid for _, grid in filled):
        raise InputError("bank_empty", file=path.name)
    several = sum(bool(grid) for _, grid in filled) > 1
    rows: list[dict[str, str]] = []
    lines: list[Line] = []
    unread: list[str] = []
    for place, (_, grid) in enumerate(filled, start=1):
        page = place if several else None
        found = _find_head(grid, known)
        if found is None:
            lines.extend(_lines(grid, page))
            continue
        head, columns = found
        lines.extend(_about(grid[:head], page) if len(grid) > head + 1 else ())
        rows.extend(_name_cells(columns, number, cells, page) for number, cells in grid[head + 1 :])
        unread += [name for name in _unread(grid, head, columns) if name not in unread]
    first = next(grid[0][1] for _, grid in filled if grid)
    headings = () if rows else tuple(cell for cell in first if cell.strip())
    return Sheets(tuple(rows), tuple(lines), tuple(unread), headings)


def _filled(grid: NumberedRows) -> NumberedRows:
    return [(number, cells) for number, cells in grid if any(cell.strip() for cell in cells)]


def _find_head(grid: NumberedRows, known: Mapping[str, str] | None) -> tuple[int, list[str | None]] | None:
    """The row that names the columns: among the first rows, the one that names the most."""
    named = [(place, name_columns(cells, known)) for place, (_, cells) in enumerate(grid[:_HEAD_WITHIN])]
    heads = [(place, columns) for place, columns in named if heads_table(columns)]
    return max(heads, key=lambda head: sum(column is not None for column in head[1]), default=None)


def _unread(grid: NumberedRows, head: int, columns: list[str | None]) -> Iterator[str]:
    """Names of columns that have content but an unknown meaning."""
    names = grid[head][1]
    for place, name in enumerate(names):
        held = any(len(cells) > place and cells[place].strip() for _, cells in grid[head + 1 :])
        if columns[place] is None and name.strip() and held:
            yield name.strip()


def _name_cells(columns: list[str | None], number: int, cells: list[str], page: int | None) -> dict[str, str]:
    named = {
        column: cell
        for column, cell in zip(columns, cells, strict=False)
        if column and column != PASSED_OVER and cell.strip()
    }
    return {**named, ROW: str(number), **({SHEET: str(page)} if page else {})}


def _about(grid: NumberedRows, page: int | None) -> Iterator[Line]:
    """Title and notes above a table's columns."""
    for number, cells in grid:
        text = " ".join(cell.strip() for cell in cells if cell.strip())
        yield Line(" ".join(text.split()), number, page)


def _lines(grid: NumberedRows, page: int | None) -> Iterator[Line]:
    """A sheet that is a paper: a row's cells as lines, and a key in the cell beside a question as its answer."""
    blank, before = False, 0
    for number, cells in grid:
        filled = [cell.strip() for cell in cells if cell.strip()]
        blank = before > 0 and number > before + 1
        before = number
        if (
            len(filled) == 2
            and len(filled[0]) > 4
            and line_patterns.read_key(filled[1])
            and not line_patterns.read_key(filled[0])
        ):
            yield from _texts(filled[0], number, page, blank)
            yield Line(f"答案:{filled[1]}", number, page)
        elif len(filled) > 1 and not any("\n" in cell for cell in filled):
            yield Line("\t".join(filled), number, page, cells=tuple(cell.strip() for cell in cells), blank_before=blank)
        else:
            yield from (line for cell in filled for line in _texts(cell, number, page, blank))


def _texts(cell: str, number: int, page: int | None, blank: bool) -> Iterator[Line]:
    for place, text in enumerate(part for part in cell.split("\n") if part.strip()):
        yield Line(text, number, page, blank_before=blank and place == 0)


def _csv_grid(path: Path) -> NumberedRows:
    text = decode(path.read_bytes(), path.name)
    first = text.split("\n", 1)[0]
    dialect = max("\t;,", key=first.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=dialect)
        return [(number, [_clean_cell(cell) for cell in row]) for number, row in enumerate(rows, start=1)]
    except csv.Error:
        raise InputError("bank_damaged", file=path.name) from None


def _xlsx_grids(path: Path) -> list[tuple[str, NumberedRows]]:
    """The cells of every visible sheet, as text."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    check_office(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        grids = [(sheet.title, _grid(sheet)) for sheet in book.worksheets if sheet.sheet_state == "visible"]
        book.close()
        return grids
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError, SyntaxError):
        raise InputError("bank_damaged", file=path.name) from None


def _grid(sheet: object) -> NumberedRows:
    rows = sheet.iter_rows(values_only=True, max_row=MAX_LINES + 2, max_col=100)  # type: ignore[attr-defined]
    return [
        (number, [_cell(value) for value in row])
        for number, row in enumerate(rows, start=1)
        if any(value is not None for value in row)
    ]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "√" if value else "×"
    return _clean_cell(number_text(value) if isinstance(value, float) else str(value))


def _clean_cell(text: str) -> str:
    if len(text) > MAX_CELL:
        raise InputError("bank_cell_too_large", limit=MAX_CELL)
    return "\n".join(clean(line).strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))

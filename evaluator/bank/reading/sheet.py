"""Spreadsheets (.xlsx with openpyxl, .csv): rows of the template, or an error that names the missing columns."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

from evaluator.bank.reading.limits import MAX_LINES, check_office
from evaluator.bank.reading.lines import clean
from evaluator.bank.reading.text import decode
from evaluator.bank.template import name_columns
from evaluator.errors import InputError
from evaluator.spelling import number_text

ROW = "_row"  # where a row keeps its number in the file


def read(path: Path) -> tuple[dict[str, str], ...]:
    """The rows as {column: cell}, with the row's number under `ROW`; empty rows are left out."""
    grid = _csv_grid(path) if path.suffix.lower() == ".csv" else _xlsx_grid(path)
    filled = [(number, cells) for number, cells in grid if any(cell.strip() for cell in cells)]
    if not filled:
        raise InputError("bank_empty", file=path.name)
    columns = name_columns(filled[0][1], path.name)
    return tuple(_name_cells(columns, number, cells) for number, cells in filled[1:])


def _name_cells(columns: list[str | None], number: int, cells: list[str]) -> dict[str, str]:
    named = {column: cell for column, cell in zip(columns, cells, strict=False) if column and cell.strip()}
    return {**named, ROW: str(number)}


def _csv_grid(path: Path) -> list[tuple[int, list[str]]]:
    text = decode(path.read_bytes(), path.name)
    dialect = "\t" if text.split("\n", 1)[0].count("\t") > text.split("\n", 1)[0].count(",") else ","
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=dialect)
        return [(number, [_clean_cell(cell) for cell in row]) for number, row in enumerate(rows, start=1)]
    except csv.Error:
        raise InputError("bank_damaged", file=path.name) from None


def _xlsx_grid(path: Path) -> list[tuple[int, list[str]]]:
    """The first sheet's cells as text."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    check_office(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(values_only=True, max_row=MAX_LINES + 2, max_col=100)
        grid = [(number, [_cell(value) for value in row]) for number, row in enumerate(rows, start=1)]
        book.close()
        return grid
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError, SyntaxError):
        raise InputError("bank_damaged", file=path.name) from None


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "√" if value else "×"
    return _clean_cell(number_text(value) if isinstance(value, float) else str(value))


def _clean_cell(text: str) -> str:
    return "\n".join(clean(line).strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))

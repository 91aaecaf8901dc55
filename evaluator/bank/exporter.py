"""The bank as a file: JSON, or a spreadsheet in the template that import reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from evaluator import messages
from evaluator.bank.columns import COLUMNS
from evaluator.bank.exchange import ExportFile
from evaluator.bank.items import Item
from evaluator.bank.template import to_row
from evaluator.encoding import MAX_CHARACTERS, printable
from evaluator.errors import InputError
from evaluator.files import SHARED_FILE, not_written, replacing

ExportFormat = Literal["json", "xlsx", "gift", "aiken", "moodle", "qti21", "qti3"]
SUFFIXES: dict[ExportFormat, str] = {
    "json": ".json",
    "xlsx": ".xlsx",
    "gift": ".gift",
    "aiken": ".txt",
    "moodle": ".xml",
    "qti21": ".zip",
    "qti3": ".zip",
}


def to_json(items: Iterable[Item]) -> str:
    """A JSON array with one object per item; every warning includes its sentence."""
    return json.dumps([item_json(item) for item in items], ensure_ascii=False, indent=2)


def item_json(item: Item) -> dict[str, Any]:
    """One item as JSON types; `warnings` hold `code`, `file`, `line` and the sentence for people."""
    warnings = [{**warning.model_dump(mode="json"), "text": warning.text()} for warning in item.warnings]
    return {**item.model_dump(mode="json"), "warnings": warnings}


def export(items: list[Item], path: Path, form: ExportFormat) -> list[Item]:
    """Writes the file atomically: an older one stays intact if the disk fails.

    Returns the questions that the format cannot express; they are not in the file.
    """
    left_out: list[Item] = []
    try:
        with replacing(path, SHARED_FILE) as half:
            if form == "json":
                half.write_text(to_json(items) + "\n", encoding="utf-8")
            elif form == "xlsx":
                write_xlsx(items, half)
            else:
                written = _exchanged(items, form)
                half.write_bytes(written.data)
                left_out = written.left_out
    except OSError as error:
        raise not_written(path, error) from None
    return left_out


def _exchanged(items: list[Item], form: ExportFormat) -> ExportFile:
    """The questions in a format of other systems."""
    from evaluator.bank.exchange import gift, moodle, qti

    if form in ("qti21", "qti3"):
        return qti.write(items, "2.1" if form == "qti21" else "3")
    return {"gift": gift.write, "aiken": gift.write_aiken, "moodle": moodle.write}[form](items)


def write_xlsx(items: list[Item], path: Path) -> None:
    """The template with headings in the current language; text that looks like a formula stays text."""
    try:
        from openpyxl import Workbook
        from openpyxl.styles import Alignment, Font
    except ImportError:
        raise InputError("bank_extra_missing", package="openpyxl") from None
    book = Workbook()
    sheet = book.active
    sheet.title = "items"
    sheet.append([_heading(column) for column in COLUMNS])
    for number, item in enumerate(items, start=2):
        row = to_row(item)
        _check_cells(item, row)
        for place, column in enumerate(COLUMNS, start=1):
            if row[column]:
                cell = sheet.cell(number, place, printable(row[column]))
                cell.data_type = "s"
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    with path.open("wb") as file:
        book.save(file)


def _heading(column: str) -> str:
    chinese, english = COLUMNS[column][:2]
    return chinese if messages.current() == "zh" else english


def _check_cells(item: Item, row: dict[str, str]) -> None:
    if longest := [column for column, text in row.items() if len(text) > MAX_CHARACTERS]:
        raise InputError("bank_cell_too_long", id=item.id, field=longest[0], limit=MAX_CHARACTERS)

"""A grading as an Excel workbook: one sheet each for criteria, key points and transcript."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from evaluator.encoding import as_workbook_cell
from evaluator.reports.phrases import shown_reasons
from evaluator.reports.rows import criterion_rows, head_rows, key_point_rows, moment, speaker
from evaluator.storage import Override, Record


def xlsx_report(record: Record, standing: Mapping[str, Override], *, language: str | None = None) -> bytes:
    """The bytes of an .xlsx; text that a spreadsheet would run as a formula is written as text."""
    from openpyxl import Workbook

    tell = speaker(language)
    book = Workbook()
    overview = book.active
    overview.title = tell("title")
    if record.scorecard.judge.get("name") == "scripted":
        append(overview, [tell("scripted")])
    for name, value in head_rows(record, standing, tell, language):
        append(overview, [name, value])
    for reason in shown_reasons(record.scorecard, language):
        append(overview, [tell("review"), reason])
    for note in record.notes:
        append(overview, [tell("notes"), f"{note.text} — {note.who or '–'}, {moment(note.at)} UTC"])
    criteria = book.create_sheet(tell("criteria"))
    columns = ("criterion", "points", "most", "confidence", "human", "human_by", "comment", "level", "evidence")
    append(criteria, [tell(name) for name in columns])
    for row in criterion_rows(record, standing, tell):
        own = row.override
        human = [own.points, own.who, own.comment] if own else [None, "", ""]
        points = row.shown if row.points is None else round(row.points, 2)
        append(criteria, [row.name, points, row.most, row.confidence, *human, row.level, "\n".join(row.quotes)])
    points_sheet = book.create_sheet(tell("key_point"))
    append(points_sheet, [tell("key_point"), tell("outcome"), tell("probability")])
    for point in key_point_rows(record, tell):
        append(points_sheet, list(point))
    turns = book.create_sheet(tell("transcript"))
    append(turns, [tell(name) for name in ("turn", "speaker", "role", "text")])
    for turn in record.transcript.turns:
        append(turns, [turn.id, turn.speaker or "", tell(f"role_{turn.role}"), turn.text])
    widen(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def append(sheet: Any, values: list[Any]) -> None:
    """Adds a row; what a spreadsheet would run as a formula, or cannot hold, is written as text or left out."""
    sheet.append([as_workbook_cell(value) for value in values])


def widen(book: Any) -> None:
    """Makes columns as wide as their words, within reason."""
    from openpyxl.styles import Alignment

    for sheet in book.worksheets:
        for column in sheet.columns:
            longest = max((len(str(cell.value or "")) for cell in column), default=0)
            sheet.column_dimensions[column[0].column_letter].width = min(60, max(12, 2 * longest))
            for cell in column:
                cell.alignment = Alignment(wrap_text=True, vertical="top")

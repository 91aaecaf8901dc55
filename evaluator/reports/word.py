"""A grading as a Word document for the personnel file. The only module that writes with python-docx."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from evaluator.reports.phrases import shown_reasons
from evaluator.reports.rows import criterion_rows, head_rows, key_point_rows, moment, speaker
from evaluator.storage import Override, Record

_FONT, _CHINESE_FONT = "Calibri", "Microsoft YaHei"
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML cannot hold these


def docx_report(record: Record, standing: Mapping[str, Override], *, language: str | None = None) -> bytes:
    """The bytes of a .docx: outcome, reasons to look, criteria with the candidate's own words, key points, notes and the
    transcript. `standing` are the overrides that count (`Records.effective`)."""
    tell = speaker(language)
    document = blank_document()
    document.add_heading(clean(tell("title")), level=0)
    if record.scorecard.judge.get("name") == "scripted":
        document.add_paragraph(tell("scripted"), style="Intense Quote")
    fill_table(document, None, head_rows(record, standing, tell, language))
    document.add_heading(tell("review"), level=1)
    _bullets(document, shown_reasons(record.scorecard, language) or [tell("no_review")])
    document.add_heading(tell("criteria"), level=1)
    for row in criterion_rows(record, standing, tell):
        document.add_heading(clean(f"{row.name}  {row.shown}"), level=2)
        if row.override is not None:
            given = f"{row.override.points:g} / {row.most:g}" if row.most else f"{row.override.points:g}"
            by = f"{tell('human')} {given}（{row.override.who}，{moment(row.override.at)} UTC）{row.override.comment}"
            document.add_paragraph().add_run(clean(by)).bold = True
        if row.level:
            document.add_paragraph(clean(row.level))
        _bullets(document, row.quotes)
    _rest(document, record, tell)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def blank_document() -> Any:
    """An empty document whose styles have fonts for both scripts."""
    from docx import Document

    document = Document()
    _set_fonts(document)
    return document


def _rest(document: Any, record: Record, tell: Any) -> None:
    points = key_point_rows(record, tell)
    if points:
        document.add_heading(tell("key_points"), level=1)
        shown = [(one.text, one.state, "–" if one.probability is None else f"{one.probability:.2f}") for one in points]
        fill_table(document, (tell("key_point"), tell("outcome"), tell("probability")), shown)
    if record.notes:
        document.add_heading(tell("notes"), level=1)
        _bullets(document, [f"{note.text} — {note.who or '–'}, {moment(note.at)} UTC" for note in record.notes])
    document.add_heading(tell("transcript"), level=1)
    for number, turn in enumerate(record.transcript.turns, start=1):
        paragraph = document.add_paragraph()
        who = turn.speaker or tell(f"role_{turn.role}")
        paragraph.add_run(clean(f"{number} · {who}：")).bold = True
        paragraph.add_run(clean(turn.text))


def _bullets(document: Any, lines: Sequence[str]) -> None:
    for line in lines:
        document.add_paragraph(clean(line), style="List Bullet")


def fill_table(document: Any, head: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=0, cols=len(head or rows[0]), style="Light Grid Accent 1")
    for cells in [*([head] if head else []), *rows]:
        for cell, text in zip(table.add_row().cells, cells, strict=True):
            cell.text = clean(text)


def _set_fonts(document: Any) -> None:
    from docx.oxml.ns import qn

    for name in ("Normal", "Title", "Heading 1", "Heading 2"):
        style = document.styles[name]
        style.font.name = _FONT
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _CHINESE_FONT)


def clean(text: str) -> str:
    """The text without what XML cannot hold."""
    return _UNPRINTABLE.sub("", text)

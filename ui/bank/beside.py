"""The imported document: its lines on the left, the questions read from them on the right."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from evaluator.bank.documents import shown_lines
from evaluator.bank.importer import FileReport
from evaluator.bank.items import Item
from evaluator.bank.readings import ShownLine
from evaluator.errors import EvaluatorError
from evaluator.files.bounded import Reader
from ui.shared.language import tr

WINDOW = 30  # lines shown at a time
SHOWN = 400  # characters of a line
_AT = "bank_beside_at"


def jump(file: str, line: int) -> None:
    """Shows the document around a line, as requested by a click on a warning."""
    st.session_state[_AT] = (file, max(1, line - 3))


def document_lines(path: str) -> list[ShownLine]:
    """The lines of a document, read once; empty if it cannot be read, which the report already says."""
    return _lines(path, Path(path).stat().st_mtime_ns)


def show_beside(report: FileReport, lines: list[ShownLine]) -> None:
    """The lines of a document with what became of each, and the questions that begin there."""
    if not lines:
        return
    file, first = st.session_state.get(_AT, (report.file, 1))
    first = first if file == report.file else 1
    last = max(line.number for line in lines)
    start = st.slider(
        tr("ui_bank.beside_from"), 1, max(2, last), min(first, last), key=f"bank_beside_{report.file}_{first}"
    )
    window = [line for line in lines if start <= line.number < start + WINDOW]
    unplaced = {entry.line for paper in report.papers for entry in paper.unplaced}
    here = [item for item in report.items if item.source and start <= item.source.start < start + WINDOW]
    left, right = st.columns(2)
    left.html("".join(_line(line, report, unplaced) for line in window))
    right.html("".join(map(_item, here)) or f'<p class="ev-dim">{escape(tr("ui_bank.beside_none"))}</p>')


@st.cache_data(show_spinner=False, max_entries=8)
def _lines(path: str, state: int) -> list[ShownLine]:
    """The lines of a document; empty if it cannot be read, which the report already says. `state` is its time."""
    try:
        with Reader() as reader:
            found = reader.call(shown_lines, Path(path), name=Path(path).name)
    except EvaluatorError:
        return []
    return [ShownLine(*line) for line in found]


def _line(line: ShownLine, report: FileReport, unplaced: set[int]) -> str:
    item = next(
        (
            i
            for i in report.items
            if i.source and i.source.page in (None, line.page) and i.source.start <= line.number <= i.source.end
        ),
        None,
    )
    mark = tr("ui_bank.beside_unplaced") if line.number in unplaced else "" if item is None else str(item.number or "·")
    cls = "ev-no" if line.number in unplaced else "ev-dim"
    return f'<div><span class="{cls}">{line.number} {escape(mark)}</span> {escape(line.text[:SHOWN])}</div>'


def _item(item: Item) -> str:
    options = "".join(f"<li>{escape(option.label)}. {escape(option.text)}</li>" for option in item.options)
    key = item.key or " / ".join("|".join(blank.answers) for blank in item.blanks)
    key = key or (item.references[0].text[:80] if item.references else "–")
    said = "".join(f'<li class="ev-no">{escape(warning.text())}</li>' for warning in item.warnings)
    kind = tr(f"bank.kind_{item.kind}")
    return (
        f"<div><b>{item.number or ''} {escape(kind)}</b> {escape(item.text)}"
        f'<ul class="ev-list">{options}<li>{escape(tr("bank.label_key"))} {escape(key)}</li>{said}</ul></div>'
    )

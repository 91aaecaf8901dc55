"""Warnings of a document, resolved by clicking: a warning leads to its line, and a choice says how to read that line.

What is chosen is stored with the bank (`Bank.keep_readings`) and applied by every later import of the document.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from evaluator.bank import FileReport, Item, ItemWarning
from evaluator.bank.papers import line_patterns
from evaluator.bank.readings import INTO_QUESTION, LineMark, LineReading, ReadingRole, ShownLine, mark_of
from ui.bank import store
from ui.bank.beside import jump
from ui.shared.choices import distinct, hold
from ui.shared.language import tr
from ui.shared.literal import literal

PAGE = 8  # warnings at a time
NEAR = 2  # lines shown before and after the one in question
_OF_LINE: tuple[ReadingRole, ...] = ("text", "explanation", "answer", "heading", "ignore", "key")
_OF_KEY: tuple[ReadingRole, ...] = ("key", "fine")
_KEY_CODES = frozenset(
    ("no_key", "key_unreadable", "key_missing_option", "several_keys", "key_not_true_false", "two_keys")
)


def resolve_warnings(report: FileReport, warnings: Sequence[ItemWarning], lines: Sequence[ShownLine]) -> bool:
    """The warnings of a file with what can be done about each; True once the file should be read again."""
    opened = f"bank_now_{report.file}"
    pages = -(-len(warnings) // PAGE)
    page = min(st.pagination(pages, key=f"bank_warnings_{report.file}"), pages) if pages > 1 else 1
    again = False
    for place, warning in enumerate(warnings[(page - 1) * PAGE : page * PAGE], start=(page - 1) * PAGE):
        name = f"{warning.code}:{warning.line}:{warning.text('zh')}"
        if st.button(
            f"{tr('ui_bank.line', line=literal(str(warning.line or '–')))} · {literal(warning.text())}",
            key=f"bank_warning_{report.file}_{place}",
            type="tertiary",
            icon=":material/arrow_forward:",
        ):
            st.session_state[opened] = None if st.session_state.get(opened) == name else name
            if warning.line:
                jump(report.file, warning.line)
        if st.session_state.get(opened) == name:
            with st.container(border=True):
                again = _choose(report, warning, lines) or again
    return _said(report) or again


def _choose(report: FileReport, warning: ItemWarning, lines: Sequence[ShownLine]) -> bool:
    """The choice for one warning."""
    key = f"bank_read_{report.file}"
    words = warning.values.get("text", "") if warning.code == "unplaced" else ""
    mark = mark_of(lines, warning.line or 0, words)
    if mark is None:
        st.caption(tr("ui_bank.read_no_line"))
        return False
    roles = _OF_LINE if warning.code == "unplaced" else _OF_KEY if warning.code in _KEY_CODES else ("fine",)
    st.html(_around(lines, warning.line or 0))
    hold(f"{key}_role", roles, roles[0])
    role: ReadingRole = st.radio(
        tr("ui_bank.read_as"), roles, format_func=lambda one: tr(f"ui_bank.read_{one}"), key=f"{key}_role"
    )
    of = _question(report, warning, lines, key) if role in INTO_QUESTION else None
    given = ""
    if role == "key":
        suggested = line_patterns.read_key(mark.text) or ""
        given = st.text_input(tr("bank.label_key"), value=suggested, key=f"{key}_key", help=tr("ui_bank.key_help"))
    if not st.button(tr("ui_bank.read_apply"), type="primary", key=f"{key}_go"):
        return False
    if role in INTO_QUESTION and of is None:
        st.error(tr("ui_bank.read_no_question"))
        return False
    if role == "key" and (not given.strip() or _unreadable(report, of, given, lines)):
        st.error(tr("ui_bank.read_wrong_key"))
        return False
    code = warning.code if role == "fine" else ""
    _keep(report, [*report.readings, LineReading(line=mark, role=role, of=of, key=given.strip(), code=code)])
    st.session_state.pop(f"bank_now_{report.file}", None)
    return True


def _around(lines: Sequence[ShownLine], number: int) -> str:
    """The line with its neighbours, as the document has them."""
    near = [line for line in lines if abs(line.number - number) <= NEAR]
    return "".join(
        f'<div><span class="{"ev-no" if line.number == number else "ev-dim"}">{line.number}</span> '
        f"{'<strong>' if line.number == number else ''}{escape(line.text[:200])}"
        f"{'</strong>' if line.number == number else ''}</div>"
        for line in near
    )


def _question(report: FileReport, warning: ItemWarning, lines: Sequence[ShownLine], key: str) -> LineMark | None:
    """The question that a line belongs to, at first the nearest one above it."""
    items = {item.source.start: item for item in report.items if item.source}
    if not items:
        return None
    here = warning.line or 0
    nearest = max((start for start in items if start <= here), default=min(items))
    chosen = f"{key}_of"
    if st.session_state.get(f"{chosen}_for") != here:
        st.session_state[f"{chosen}_for"], st.session_state[chosen] = here, nearest
    named = distinct({start: _label(item) for start, item in items.items()})
    hold(chosen, named, nearest)
    start = st.selectbox(tr("ui_bank.read_of"), list(named), format_func=named.__getitem__, key=chosen)
    return mark_of(lines, start)


def _label(item: Item) -> str:
    number = "" if item.number is None else f"{item.number}. "
    return f"{number}{item.text[:60]} ({tr(f'bank.kind_{item.kind}')})"


def _unreadable(report: FileReport, of: LineMark | None, given: str, lines: Sequence[ShownLine]) -> bool:
    """Whether the key cannot be one of the question's kind; the gaps of a fill-in question take any words."""
    item = next((item for item in report.items if item.source and mark_of(lines, item.source.start) == of), None)
    return not (item is not None and item.kind == "blank") and line_patterns.read_key(given) is None


def _said(report: FileReport) -> bool:
    """What was said before, each with its undo; True once the file should be read again."""
    if not report.readings:
        return False
    again = False
    st.caption(tr("ui_bank.read_said", count=len(report.readings)))
    for place, reading in enumerate(report.readings):
        label = f"{tr('ui_bank.read_undo')}: {literal(_told(reading))}"
        if st.button(label, key=f"bank_unread_{report.file}_{place}", type="tertiary", icon=":material/undo:"):
            _keep(report, [one for number, one in enumerate(report.readings) if number != place])
            again = True
    return again


def _told(reading: LineReading) -> str:
    """One reading in words: the line, and what it is."""
    what = tr(f"ui_bank.read_{reading.role}")
    said = " ".join(filter(None, [what, reading.key, f"← {reading.of.text[:30]}" if reading.of else ""]))
    return f"{reading.line.text[:40]} → {said}"


def _keep(report: FileReport, readings: list[LineReading]) -> None:
    store.bank().keep_readings(report.identity, readings)

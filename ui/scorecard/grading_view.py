"""One stored grading with everything a person can do about it: correct, review, remark, compare, export, delete."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from evaluator.errors import InputError
from evaluator.storage import Override, Record
from ui.scorecard import appealing, correcting, explaining
from ui.scorecard.compare_view import show_comparison
from ui.scorecard.view import show_scorecard
from ui.shared import browser, exports, stores
from ui.shared.choices import distinct, hold
from ui.shared.language import tr
from ui.shared.layout import when


def _nowhere() -> None:
    """Says on the next run that the grading is gone, for pages without a list to return to."""


def show_grading(
    grading_id: str,
    *,
    done: Callable[[], None] | None = None,
    gone: Callable[[], None] = _nowhere,
    name: str | None = None,
) -> None:
    """Shows the grading if it is this person's; otherwise raises InputError.

    `done` leads to the next grading of a queue after a review, `gone` away from a deleted grading. `name` replaces the
    candidate's name if names are hidden.
    """
    record = open_record(grading_id)
    record = record if name is None else record.model_copy(update={"label": name})
    standing = stores.records().effective(record.id)
    st.html(head_html(record))
    with st.container(key="tools", horizontal=True, vertical_alignment="center"):
        correct = _tools(record, standing, gone)
    if correct:
        correcting.name_field()
    other = st.session_state.get(f"compare_{record.id}")
    if other:
        show_comparison(record, open_record(other))
    below = correcting.by_criterion(standing, record) if correct else None
    show_scorecard(record.scorecard, record.transcript, overrides=standing, below=below, notes=record.notes)
    explaining.show_explanation(record, standing)
    appealing.show_appeals(record)
    correcting.reviewed_button(record, stores.records().reviewed([record.id]).get(record.id), done)
    correcting.show_notes(record, named=correct)


def head_html(record: Record) -> str:
    """The text's owner, or the scenario if it has no name; below it the scenario and the time."""
    title, at = record.scorecard.rubric.title, when(record.scorecard.created_at)
    name = record.label if record.label not in ("", title) else ""
    about = " · ".join(filter(None, [title if name else "", at]))
    return f'<h2 class="ev-h2">{escape(name or title)}</h2><p class="ev-dim">{escape(about)}</p>'


def open_record(grading_id: str) -> Record:
    """The record, if the person at this page may see it; another's gets the same answer as a missing one."""
    record = stores.records().record(grading_id)
    if not stores.may_see(record.owner):
        raise InputError("storage_unknown_id", id=grading_id)
    return record


def _tools(record: Record, standing: dict[str, Override], gone: Callable[[], None]) -> bool:
    """Correct, export, compare, delete; returns whether the user is correcting."""
    key = f"correct_{record.id}"
    correct = st.toggle(tr("correct"), key=key, help=tr("correct_help"))
    with st.popover(tr("export"), icon=":material/download:"):
        exports.offer(record, standing)
        browser.print_button(tr("print"))
    with st.popover(tr("compare"), icon=":material/compare:"):
        _choose_other(record)
    correcting.delete_button(record, gone)
    return correct


def _choose_other(record: Record) -> None:
    card = record.scorecard
    listed = stores.records().history(100, rubric=card.rubric.id, owner=record.owner)
    others = distinct(
        {one.id: f"{one.label or one.rubric_title} · {when(one.created_at)}" for one in listed if one.id != record.id}
    )
    if not others:
        st.caption(tr("nothing_to_compare"))
        return
    hold(f"compare_{record.id}", others)
    st.selectbox(
        tr("compare_with"), list(others), index=None, format_func=others.__getitem__, key=f"compare_{record.id}"
    )

"""Practice: try a scenario, grade yourself before the grader's result is shown, then compare; progress over time."""

from __future__ import annotations

import streamlit as st

from ui.practice import calling, persona_form, progress, result
from ui.practice import entry as practice_entry
from ui.scorecard.view import section
from ui.shared import drafts, runner, stores
from ui.shared.choices import choose_view
from ui.shared.language import tr
from ui.shared.layout import page
from ui.shared.once import again
from ui.shared.progress import watch


def write() -> None:
    """The attempt in progress: the form, the grading, and the result, in this order."""
    job = runner.find(drafts.load(practice_entry.DRAFT).get("job"))
    if job is None:
        practice_entry.enter()
        return
    again("practice")
    attempt = watch(job)
    if attempt is not None:
        if st.button(tr("ui_practice.again"), icon=":material/replay:", key="practice_again"):
            practice_entry.forget_typed()
            st.rerun()
        entries = progress.history()
        result.show_result(next(entry for entry in entries if entry.attempt.id == attempt.id))
        section("ui_practice.train_next")
        progress.show_advice(entries)
    elif job.finished:
        st.html(f'<p class="ev-dim">{tr("ui_practice.kept")}</p>')
        if st.button(tr("back_to_text"), icon=":material/arrow_back:", key="practice_back"):
            drafts.keep(practice_entry.DRAFT, job=None)
            st.rerun()


VIEWS = {
    "write": write,
    "call": calling.show_call,
    "progress": progress.show_progress,
    "personas": persona_form.show_personas,
}

with page("nav_practice", "ui_practice.lead"):
    stores.records()
    names = {name: tr(f"ui_practice.view_of_{name}") for name in VIEWS}
    if "practice_view" not in st.session_state and calling.is_open():
        st.session_state["practice_view"] = "call"
    VIEWS[choose_view("practice_view", tr("ui_practice.view"), names)]()

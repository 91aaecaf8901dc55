"""Practice: try a scenario, grade yourself before the grader's result is shown, then compare; progress over time."""

from __future__ import annotations

import streamlit as st

from ui.components import drafts, practice_entry, practice_progress, practice_result, runner, stores
from ui.components.choices import choose_view
from ui.components.language import tr
from ui.components.layout import page
from ui.components.progress import watch
from ui.components.scorecard_view import section


def write() -> None:
    """The attempt under way: the form, the grading, and the result, in this order."""
    job = runner.find(drafts.load(practice_entry.DRAFT).get("job"))
    if job is None:
        practice_entry.enter()
        return
    attempt = watch(job)
    if attempt is not None:
        if st.button(tr("ui_practice.again"), icon=":material/replay:", key="practice_again"):
            practice_entry.forget_typed()
            st.rerun()
        entries = practice_progress.history()
        practice_result.show_result(next(entry for entry in entries if entry.attempt.id == attempt.id))
        section("ui_practice.train_next")
        practice_progress.show_advice(entries)
    elif job.finished:
        st.html(f'<p class="ev-dim">{tr("ui_practice.kept")}</p>')
        if st.button(tr("back_to_text"), icon=":material/arrow_back:", key="practice_back"):
            drafts.keep(practice_entry.DRAFT, job=None)
            st.rerun()


VIEWS = {"write": write, "progress": practice_progress.show_progress}

with page("nav_practice", "ui_practice.lead"):
    stores.records()
    names = {name: tr(f"ui_practice.view_of_{name}") for name in VIEWS}
    VIEWS[choose_view("practice_view", tr("ui_practice.view"), names)]()

"""Interview: upload a whole interview, locate its questions, grade it, and compare a round's candidates."""

from __future__ import annotations

import streamlit as st

from ui.interviews import entry, matrix, result
from ui.shared import drafts, runner, stores
from ui.shared.choices import choose_view, distinct, hold
from ui.shared.language import tr
from ui.shared.layout import empty, page, when
from ui.shared.once import again
from ui.shared.progress import watch


def new() -> None:
    """The form, the search in progress, or the interview that was just handed in."""
    kept = drafts.load(entry.DRAFT)
    job = runner.find(kept.get("job"))
    if job is not None:
        again("interview")
        found = watch(job)
        if found:
            drafts.keep(entry.DRAFT, job=None, open=found)
            st.rerun()
        if job.finished and st.button(tr("back_to_text"), icon=":material/arrow_back:", key="interview_back"):
            drafts.keep(entry.DRAFT, job=None)
            st.rerun()
        return
    if opened := kept.get("open"):
        if st.button(tr("ui_interview.another"), icon=":material/add:", key="interview_again"):
            entry.forget()
            st.rerun()
        result.show_interview(opened)
        return
    entry.enter()


def listing() -> None:
    """This person's interviews, one of them open."""
    kept = stores.records().interviews.all(owner=stores.owner())
    if not kept:
        empty("interview.none")
        return
    names = distinct({one.id: f"{one.candidate or one.title} · {when(one.at)}" for one in reversed(kept)})
    hold("interview_chosen", names, next(iter(names)))
    chosen = st.selectbox(
        tr("ui_interview.open_one"), list(names), format_func=names.__getitem__, key="interview_chosen"
    )
    result.show_interview(chosen)


VIEWS = {"new": new, "list": listing, "matrix": matrix.show_matrix}

with page("nav_interview", "ui_interview.lead"):
    stores.records()
    labels = {name: tr(f"ui_interview.view_{name}") for name in VIEWS}
    VIEWS[choose_view("interview_view", tr("ui_interview.view"), labels)]()

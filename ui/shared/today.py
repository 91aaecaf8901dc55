"""What is going on for the person at this page: running work, waiting work, recent work."""

from __future__ import annotations

from html import escape

import streamlit as st

from evaluator.storage import Batch
from ui.scorecard.guide import offer_guide
from ui.scorecard.view import section
from ui.shared import drafts, runner, stores
from ui.shared.language import tr
from ui.shared.layout import link, out_of, when

LATEST = 5
BATCHES = 20  # newest batches that are checked for remaining items


def show_today() -> None:
    """Three short lists; before the first grading, an invitation to try an example."""
    latest = stores.records().history(LATEST, owner=stores.owner())
    batches = stores.records().batches.all(owner=stores.owner(), limit=BATCHES)
    if not latest and not batches:
        st.info(tr("home_nothing_yet"), icon=":material/lightbulb:")
        offer_guide()
        link("views/grade.py", tr("go_grade"), ":material/arrow_forward:")
        return
    running, waiting, recent = st.columns(3, gap="medium")
    with running.container(border=True, height="stretch"):
        section("home_running")
        _running(batches)
    with waiting.container(border=True, height="stretch"):
        section("home_waiting")
        _waiting(batches)
    with recent.container(border=True, height="stretch"):
        section("home_recent")
        for one in latest:
            name = one.label or one.rubric_title
            words = f"{name} · {out_of(one.counted.total, one.max_points)} · {when(one.created_at)}"
            st.html(f'<p class="ev-dim">{escape(words)}</p>')
        link("views/history.py", tr("nav_history"), ":material/arrow_forward:")


def _running(batches: list[Batch]) -> None:
    lines = [tr("home_batch_running", name=one.name, done=one.done, total=one.total) for one in batches if one.running]
    known = {one.id for one in batches}
    jobs = [job for job in runner.runner().jobs(stores.owner()) if not job.finished and job.title not in known]
    lines += [job.title for job in jobs]
    _list(lines, "home_nothing_running")


def _waiting(batches: list[Batch]) -> None:
    review = stores.records().count(owner=stores.owner(), waiting=True)
    lines = [tr("home_review", count=review)] if review else []
    appeals = stores.records().appeals.count(stores.owner())
    lines += [tr("appeal.home", count=appeals)] if appeals else []
    left = [one for one in batches if one.waiting and not one.running]
    lines += [tr("home_batch_waiting", name=one.name, count=one.waiting) for one in left]
    draft = drafts.load("grade")
    if str(draft.get("text", "")).strip() and not draft.get("jobs"):  # a text that was handed in is no longer a draft
        lines.append(tr("home_draft"))
    _list(lines, "home_nothing_waiting")
    if review or appeals:
        link("views/history.py", tr("nav_history"), ":material/arrow_forward:")
    if left:
        link("views/batch.py", tr("go_batch"), ":material/arrow_forward:")


def _list(lines: list[str], empty: str) -> None:
    if lines:
        st.html(f'<ul class="ev-list">{"".join(f"<li>{escape(line)}</li>" for line in lines)}</ul>')
    else:
        st.html(f'<p class="ev-empty">{escape(tr(empty))}</p>')

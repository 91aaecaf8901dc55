"""A grading under way: which step, which criteria are known already, and a button that stops it."""

from __future__ import annotations

from html import escape

import streamlit as st

from evaluator.scorecard import Scorecard
from ui.components import runner
from ui.components.language import tr
from ui.components.layout import problem
from ui.components.scorecard_view import verdict_html


def watch(job: runner.Job) -> Scorecard | None:
    """Shows a grading until it ends: None while it runs (the page refreshes by itself), stopped or failed."""
    if not job.finished:
        _live(job.id)
    if job.state == "failed" and job.error is not None:
        problem(job.error)
    if job.state == "stopped":
        st.info(tr("stopped"), icon=":material/stop_circle:")
    return job.result if job.state == "done" else None


@st.fragment(run_every=1.0)
def _live(job_id: str) -> None:
    job = runner.find(job_id)
    if job is None or job.finished:
        st.rerun()
    events = list(job.events)
    last = events[-1] if events else None
    seen = [event.verdict for event in events if event.verdict is not None]
    share = last.done / last.total if last is not None and last.step == "criterion" and last.total else 0.0
    step = tr(f"progress.{last.step}") if last is not None else tr("starting")
    counts = f" {last.done} / {last.total}" if last is not None and last.total > 1 else ""
    st.progress(share, text=f"{step}{counts} · {tr('seconds_value', seconds=f'{job.so_far_s:.0f}')}")
    if st.button(tr("stop"), key=f"stop_{job.id}", icon=":material/stop:"):
        runner.stop(job)
    st.html(f'<p class="ev-dim">{escape(tr("goes_on"))}</p>')
    for number, verdict in enumerate(seen, start=1):
        st.html(verdict_html(verdict, number, prefix="live-"))

"""Work in progress: how far it is, what is already known, and a button that stops it."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from ui.scorecard.view import verdict_html
from ui.shared import runner
from ui.shared.language import tr
from ui.shared.layout import problem
from ui.shared.literal import literal
from ui.shared.runner import Tick

GRADINGS = ("grade", "practice")  # work that may wait for one answer to everything


def watch(job: runner.Job | None) -> Any | None:
    """Shows work until it ends and returns its result.

    It returns None while the work runs (the page refreshes by itself), and if it was stopped, failed or never begun.
    """
    if job is None:
        return None
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
    ticks = list(job.events)
    known = [tick.verdict for tick in ticks if tick.verdict is not None]
    _how_far(ticks[-1] if ticks else Tick(0, 1, tr("starting")), job.so_far_s)
    if job.kind in GRADINGS and not known:
        _say(tr("all_at_once"))
    if st.button(tr("stop"), key=f"stop_{job.id}", icon=":material/stop:"):
        runner.stop(job)
    _say(tr("goes_on"))
    for number, verdict in enumerate(known, start=1):
        st.html(verdict_html(verdict, number, prefix="live-"))


def _how_far(now: Tick, seconds: float) -> None:
    """A bar if the number of steps is known; otherwise one that only shows activity."""
    took = tr("seconds_value", seconds=f"{seconds:.0f}")
    if now.total > 1:
        counted = f"{now.done:,} / {now.total:,}"
        st.progress(min(1.0, now.done / now.total), text=" · ".join(filter(None, (literal(now.text), counted, took))))
        return
    st.html(f'<p class="ev-going">{escape(now.text)} · <span class="ev-took">{escape(took)}</span></p>')
    st.html(f'<div class="ev-wait" role="progressbar" aria-label="{escape(tr("under_way"))}"><i></i></div>')


def _say(text: str) -> None:
    st.html(f'<p class="ev-dim">{escape(text)}</p>')

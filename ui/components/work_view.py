"""Work of any kind under way: how far it is, what it is at, and a button that stops it after the step at hand."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from html import escape
from typing import Any, NamedTuple, TypeVar

import streamlit as st

from evaluator.errors import Stopped
from ui.components import runner
from ui.components.language import tr
from ui.components.layout import problem

T = TypeVar("T")


class Tick(NamedTuple):
    """How far it is; `text` is what it is at."""

    done: int
    total: int
    text: str = ""


Ticking = Callable[[int, int, str], None]


async def in_thread(job: runner.Job, blocking: Callable[[Ticking], T]) -> T:
    """Runs `blocking(tick)` in a thread; when the job is stopped, the next `tick` ends it. What was done stays done."""
    stop = threading.Event()

    def tick(done: int, total: int, text: str = "") -> None:
        if stop.is_set():
            raise Stopped("ui_stopped")
        job.events.append(Tick(done, total, text))

    try:
        return await asyncio.to_thread(blocking, tick)
    except asyncio.CancelledError:
        stop.set()
        raise


def watch_work(job: runner.Job) -> Any | None:
    """Shows work until it ends: None while it runs (the page refreshes by itself), was stopped or failed."""
    if not job.finished:
        _live(job.id)
    if job.state == "failed" and job.error is not None:
        problem(job.error)
    if job.state == "stopped":
        st.info(tr("ui_bank.stopped"), icon=":material/stop_circle:")
    return job.result if job.state == "done" else None


@st.fragment(run_every=1.0)
def _live(job_id: str) -> None:
    job = runner.find(job_id)
    if job is None or job.finished:
        st.rerun()
    last = job.events[-1] if job.events else Tick(0, 1, tr("starting"))
    counts = f"{last.done} / {last.total} · " if last.total > 1 else ""
    took = tr("seconds_value", seconds=f"{job.so_far_s:.0f}")
    st.progress(min(1.0, last.done / max(1, last.total)), text=f"{counts}{last.text} · {took}")
    if st.button(tr("stop"), key=f"stop_{job.id}", icon=":material/stop:"):
        runner.stop(job)
    st.html(f'<p class="ev-dim">{escape(tr("ui_bank.goes_on"))}</p>')

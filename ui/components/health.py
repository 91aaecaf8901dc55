"""Whether model, references and records are there, each with a button that mends what is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import streamlit as st

from evaluator.errors import Stopped
from evaluator.rubric import Rubric
from evaluator.settings import Settings
from ui.components import runner, stores
from ui.components.language import tr
from ui.components.layout import problem
from ui.components.scenario import usable

GB = 1_000_000_000


def show_model() -> None:
    """The model that judges; the embedded one can be fetched here."""
    settings = stores.settings()
    st.markdown(f"**{tr('state_model')}**")
    if settings.model != "embedded":
        _good(tr("model_other", model=settings.model))
        return
    from evaluator.judge import weights

    job = _latest("pull")
    if job is not None and not job.finished:
        _running(job.id)
        return
    found = weights.path_of(settings)
    size = found.stat().st_size if found.is_file() else 0
    if settings.model_file or size == weights.EMBEDDED.size:
        _good(tr("model_ready", name=found.stem, size=f"{size / GB:.1f}"))
        return
    _bad(tr("model_damaged_here" if size else "model_missing_here", size=f"{weights.EMBEDDED.size / GB:.1f}"))
    _ended(job)
    if st.button(tr("pull_model"), type="primary", icon=":material/download:", key="pull_model"):
        pull = _in_thread(lambda progress: weights.pull(settings, progress))
        runner.start("pull", pull)
        st.rerun()


def show_references() -> None:
    """The reference store; it can be filled from all rubrics here."""
    settings = stores.settings()
    st.markdown(f"**{tr('state_references')}**")
    job = _latest("index")
    if job is not None and not job.finished:
        _running(job.id)
        return
    if settings.chroma_url:
        _good(tr("references_server", url=settings.chroma_url))
    elif (settings.chroma_dir / "chroma.sqlite3").is_file():
        _good(tr("references_ready", count=len(usable())))
    else:
        _bad(tr("references_missing"))
    _ended(job)
    if st.button(tr("index_references"), icon=":material/manage_search:", key="index_references"):
        rubrics = list(usable().values())
        runner.start("index", _in_thread(lambda progress: _index(settings, rubrics, progress)))
        st.rerun()


def _index(settings: Settings, rubrics: list[Rubric], progress: Callable[[int, int], None]) -> None:
    from evaluator.references.store import open_store

    store = open_store(settings)
    for done, rubric in enumerate(rubrics, start=1):
        store.index_rubric(rubric)
        progress(done, len(rubrics))


def show_records() -> None:
    """The records: where they are and how many gradings there are."""
    st.markdown(f"**{tr('state_records')}**")
    count = stores.records().count(owner=stores.owner())
    _good(tr("records_ready", count=count, place=_shown(stores.settings().records_url)))


def _shown(url: str) -> str:
    """Without user and password."""
    return url.rsplit("@", 1)[-1].removeprefix("sqlite:///")


def _in_thread(call: Callable[[Callable[[int, int], None]], Any]) -> runner.Work:
    """Work that blocks, with progress, and that can be stopped between two steps."""

    async def work(job: runner.Job) -> Any:
        def progress(done: int, total: int) -> None:
            if job.stopping:
                raise Stopped("ui_stopped")
            job.events[:] = [(done, total)]

        return await asyncio.to_thread(call, progress)

    return work


def _latest(kind: str) -> runner.Job | None:
    jobs = runner.runner().jobs(stores.owner(), kind)
    return jobs[-1] if jobs else None


@st.fragment(run_every=1.0)
def _running(job_id: str) -> None:
    job = runner.find(job_id)
    if job is None or job.finished:
        st.rerun()
    done, total = job.events[-1] if job.events else (0, 0)
    shown = f"{done / GB:.2f} / {total / GB:.2f} GB" if total > 10_000 else f"{done} / {total}"
    st.progress(done / total if total else 0.0, text=shown if total else tr("starting"))
    if st.button(tr("stop"), key=f"stop_{job_id}", icon=":material/stop:"):
        runner.stop(job)


def _ended(job: runner.Job | None) -> None:
    if job is not None and job.state == "failed" and job.error is not None:
        problem(job.error)


def _good(text: str) -> None:
    st.markdown(f":material/check_circle: {text}")


def _bad(text: str) -> None:
    st.markdown(f":material/error: {text}")

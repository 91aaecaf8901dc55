"""Whether model, references and records are available, each with a button that fixes what is missing."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from evaluator.rubric import Rubric
from evaluator.settings import Settings
from ui.scorecard.scenario import usable
from ui.shared import runner, stores
from ui.shared.language import tr
from ui.shared.literal import literal
from ui.shared.progress import watch
from ui.shared.runner import Ticking, in_thread

GB, MB = 1_000_000_000, 1_000_000


def show_model() -> None:
    """The model that judges; the embedded one can be downloaded here."""
    settings = stores.settings()
    st.markdown(f"**{tr('state_model')}**")
    if settings.model != "embedded":
        _good(tr("model_other", model=settings.model))
        return
    from evaluator.judge.backends import weights

    if _busy("pull"):
        return
    found = weights.path_of(settings)
    size = found.stat().st_size if found.is_file() else 0
    if settings.model_file or size == weights.EMBEDDED.size:
        _good(tr("model_ready", name=found.stem, size=f"{size / GB:.1f}"))
        return
    _bad(tr("model_damaged_here" if size else "model_missing_here", size=f"{weights.EMBEDDED.size / GB:.1f}"))
    if st.button(tr("pull_model"), type="primary", icon=":material/download:", key="pull_model"):
        text = tr("pulling_mb")

        def pull(tick: Ticking) -> object:
            return weights.pull(settings, lambda done, total: tick(done // MB, total // MB, text))

        _begin("pull", pull)


def show_references() -> None:
    """The reference store; it can be filled from all rubrics here."""
    settings = stores.settings()
    st.markdown(f"**{tr('state_references')}**")
    if _busy("index"):
        return
    if settings.chroma_url:
        _good(tr("references_server", url=settings.chroma_url))
    elif (settings.chroma_dir / "chroma.sqlite3").is_file():
        _good(tr("references_ready", count=len(usable())))
    else:
        _bad(tr("references_missing"))
    if st.button(tr("index_references"), icon=":material/manage_search:", key="index_references"):
        rubrics = list(usable().values())
        _begin("index", lambda tick: _index(settings, rubrics, tick))


def _index(settings: Settings, rubrics: list[Rubric], tick: Ticking) -> None:
    from evaluator.references import open_store

    store = open_store(settings)
    for done, rubric in enumerate(rubrics):
        tick(done, len(rubrics), rubric.title)
        store.index_rubric(rubric)


def show_records() -> None:
    """The records: their place and the number of gradings."""
    st.markdown(f"**{tr('state_records')}**")
    count = stores.records().count(owner=stores.owner())
    _good(tr("records_ready", count=f"{count:,}"))
    st.html(f'<p class="ev-dim ev-place">{escape(_shown(stores.settings().records_url))}</p>')


def _shown(url: str) -> str:
    """Returns the address without user and password."""
    return url.rsplit("@", 1)[-1].removeprefix("sqlite:///")


def _busy(kind: str) -> bool:
    """Shows the newest work of this kind, and whether it is still running."""
    jobs = runner.runner().jobs(stores.owner(), kind)
    job = jobs[-1] if jobs else None
    watch(job)
    return job is not None and not job.finished


def _begin(kind: str, blocking: Callable[[Ticking], object]) -> None:
    runner.start(kind, lambda job: in_thread(job, blocking))
    st.rerun()


def _good(text: str) -> None:
    st.markdown(f":material/check_circle: {literal(text)}")


def _bad(text: str) -> None:
    st.markdown(f":material/error: {literal(text)}")

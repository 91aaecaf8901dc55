"""Batch: many texts at once, a pilot first, then the rest, then what a person should look at."""

from __future__ import annotations

import streamlit as st

from evaluator.storage import Batch
from ui.components import batch_input, batch_view, stores
from ui.components.language import tr
from ui.components.layout import page, when

NEW = "new"


def choose(batches: list[Batch]) -> str:
    """Which batch is shown: a new one, or one of the person's own by the address, so that a reload keeps it."""
    names = {one.id: one for one in batches}
    options = [NEW, *names]
    opened = st.query_params.get("batch", NEW)
    if "batch_chosen" not in st.session_state or st.session_state["batch_chosen"] not in options:
        st.session_state["batch_chosen"] = opened if opened in options else NEW
    chosen = st.selectbox(
        tr("batch_choose"), options, format_func=lambda name: _label(names.get(name)), key="batch_chosen"
    )
    st.query_params["batch"] = chosen
    return chosen


def _label(batch: Batch | None) -> str:
    if batch is None:
        return tr("batch_new")
    return f"{batch.name} · {tr('history_count', count=batch.total)} · {when(batch.at)}"


def opened(batch_id: str) -> None:
    """Makes a batch that was just created the one that is shown."""
    st.session_state.pop("batch_chosen", None)
    st.query_params["batch"] = batch_id
    st.rerun()


with page("nav_batch", "batch_lead"):
    mine = stores.records().batches.all(owner=stores.owner())
    chosen = choose(mine)
    if chosen == NEW:
        created = batch_input.show_form()
        if created:
            opened(created)
    else:
        batch_view.show_batch(chosen)

"""Batch: many texts at once, a pilot first, then the rest, then what a person should check."""

from __future__ import annotations

import streamlit as st

from evaluator.storage import Batch
from ui.batch import input, view
from ui.shared import stores
from ui.shared.choices import distinct, hold
from ui.shared.language import tr
from ui.shared.layout import page, when
from ui.shared.once import again

NEW = "new"


def choose(batches: list[Batch]) -> str:
    """The batch on show: a new one, or one of the person's own by the address, so that a reload keeps it."""
    labels = distinct({NEW: tr("batch_new")} | {one.id: _label(one) for one in batches})
    opened = st.query_params.get("batch", NEW)
    hold("batch_chosen", labels, opened if opened in labels else NEW)
    chosen = st.selectbox(tr("batch_choose"), list(labels), format_func=labels.__getitem__, key="batch_chosen")
    st.query_params["batch"] = chosen
    return chosen


def _label(batch: Batch) -> str:
    return f"{batch.name} · {tr('history_count', count=batch.total)} · {when(batch.at)}"


def opened(batch_id: str) -> None:
    """Shows a batch that was just created."""
    st.session_state.pop("batch_chosen", None)
    st.query_params["batch"] = batch_id
    st.rerun()


with page("nav_batch", "batch_lead"):
    mine = stores.records().batches.all(owner=stores.owner())
    chosen = choose(mine)
    if chosen == NEW:
        created = input.show_form()
        if created:
            opened(created)
    else:
        again("batch")
        view.show_batch(chosen)

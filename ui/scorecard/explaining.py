"""How a grading's points came about, on the page and to take away; built only when somebody asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from evaluator.storage import Override, Record
from ui.shared import exports, stores
from ui.shared.language import tr

if TYPE_CHECKING:
    from evaluator.reports import Block


def show_explanation(record: Record, standing: dict[str, Override]) -> None:
    """A switch that shows the explanation, with buttons to save it."""
    if not st.toggle(tr("explain.show"), key=f"explain_{record.id}", help=tr("explain.show_help")):
        return
    from evaluator.reports import to_html, write_blocks

    blocks = _blocks(record, standing)
    name = exports.file_name(record)
    with st.container(horizontal=True):
        for form, mime in (("html", "text/html"), ("md", "text/markdown")):
            st.download_button(
                tr(f"explain.save_{form}"),
                write_blocks(blocks, form),  # type: ignore[arg-type]
                f"{name}-explained.{form}",
                mime,
                key=f"explain_{form}_{record.id}",
                icon=":material/download:",
                on_click="ignore",
            )
    with st.container(border=True):
        st.html(to_html(blocks[1:], "ev-table"))


def _blocks(record: Record, standing: dict[str, Override]) -> list[Block]:
    from evaluator.reports import explanation

    records = stores.records()
    return explanation(record, standing, records.audit.entries(record.id), records.appeals.of([record.id]))

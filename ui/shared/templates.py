"""Files to start from: a transcript, a table for a batch, a table of grades, a paper. They are read by this product's own readers."""

from __future__ import annotations

import streamlit as st

from evaluator.messages import say
from ui.shared.language import language, tr

NAMES = {"transcript": "txt", "batch": "csv", "grades": "csv", "paper": "txt"}


def template_file(name: str, spoken: str) -> bytes:
    """The template in that language: UTF-8, tables with the mark by which spreadsheets recognise it."""
    text = say(f"ui_template.{name}", spoken)
    return text.encode("utf-8-sig" if NAMES[name] == "csv" else "utf-8")


def offer_templates(*names: str) -> None:
    """A download button for each of NAMES, or for all of them."""
    with st.container(horizontal=True):
        for name in names or tuple(NAMES):
            st.download_button(
                tr(f"ui_template.get_{name}"),
                template_file(name, language()),
                f"{tr(f'ui_template.file_{name}')}.{NAMES[name]}",
                key=f"template_{name}",
                icon=":material/download:",
                on_click="ignore",
            )

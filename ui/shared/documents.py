"""Buttons that offer a document as Word, Excel or Markdown; it is laid out only on a click."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from ui.shared.exports import DOCX, XLSX
from ui.shared.language import tr

if TYPE_CHECKING:
    from evaluator.reports import Block, DocumentFormat

MIMES: dict[DocumentFormat, str] = {"docx": DOCX, "xlsx": XLSX, "md": "text/markdown"}


def offer_document(key: str, name: str, blocks: Callable[[], Sequence[Block]]) -> None:
    """A button for each format."""
    called = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:60] or "document"
    with st.container(horizontal=True):
        for form in MIMES:
            st.download_button(
                tr(f"ui_interview.as_{form}"),
                _made(blocks, form),
                f"{called}.{form}",
                MIMES[form],
                key=f"{key}_{form}",
                on_click="ignore",
            )


def _made(blocks: Callable[[], Sequence[Block]], form: DocumentFormat) -> Callable[[], bytes]:
    def make() -> bytes:
        from evaluator.reports import write_blocks

        return write_blocks(blocks(), form)

    return make

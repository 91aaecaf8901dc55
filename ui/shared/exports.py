"""Downloads, built only on a click."""

from __future__ import annotations

import re

import streamlit as st

from evaluator.storage import Override, Record
from ui.shared.language import language, tr

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def offer(record: Record, standing: dict[str, Override]) -> None:
    """Buttons for Word, Excel and JSON."""
    name, chosen = file_name(record), language()

    def docx() -> bytes:
        from evaluator.reports import docx_report

        return docx_report(record, standing, language=chosen)

    def xlsx() -> bytes:
        from evaluator.reports import xlsx_report

        return xlsx_report(record, standing, language=chosen)

    st.download_button(
        tr("as_docx"), docx, f"{name}.docx", DOCX, key=f"docx_{record.id}", width="stretch", on_click="ignore"
    )
    st.download_button(
        tr("as_xlsx"), xlsx, f"{name}.xlsx", XLSX, key=f"xlsx_{record.id}", width="stretch", on_click="ignore"
    )
    st.download_button(
        tr("as_json"),
        record.scorecard.model_dump_json(indent=2),
        f"{name}.json",
        "application/json",
        key=f"json_{record.id}",
        width="stretch",
        on_click="ignore",
    )


def file_name(record: Record) -> str:
    """A file name that every system accepts: the title, and the beginning of its id."""
    called = re.sub(r"[^\w.-]+", "-", record.label or record.scorecard.rubric.id).strip("-.")[:60]
    return f"{called or 'grading'}-{record.id[-8:]}"

"""Unknown spreadsheet columns: a person says once what they hold, and every later import knows it."""

from __future__ import annotations

import streamlit as st

from evaluator.bank.columns import COLUMNS, OPTIONS, PASSED_OVER
from evaluator.bank.importer import FileReport
from evaluator.bank.papers.line_patterns import fold
from ui.bank import store
from ui.shared.language import language, tr
from ui.shared.literal import literal

_CHOICES = [PASSED_OVER, *(column for column in COLUMNS if column not in ("id", "truncated")), OPTIONS]


def unknown_columns(reports: list[FileReport]) -> list[str]:
    """Names of columns that no import knows yet, in the order of the files."""
    found: dict[str, None] = {}
    for report in reports:
        for paper in report.papers:
            for warning in paper.warnings:
                if warning.code == "columns_unread":
                    found |= dict.fromkeys(warning.values["columns"].split("、"))
        found |= dict.fromkeys(report.headings)
    return list(found)


def ask_columns(names: list[str]) -> bool:
    """The form that asks about them; True once the answers are stored and the documents should be read again."""
    with st.form("bank_columns"):
        st.markdown(tr("ui_bank.columns_ask"))
        answers = {
            name: st.selectbox(literal(name), _CHOICES, format_func=_name, key=f"bank_column_{name}")
            for name in names[:30]
        }
        if not st.form_submit_button(tr("ui_bank.columns_keep"), type="primary"):
            return False
    store.bank().name_columns({fold(name).strip().lower(): column for name, column in answers.items()})
    return True


def _name(column: str) -> str:
    if column == PASSED_OVER:
        return tr("ui_bank.columns_leave")
    if column == OPTIONS:
        return tr("ui_bank.columns_options")
    return COLUMNS[column][0 if language() == "zh" else 1]

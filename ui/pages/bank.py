"""Bank: documents in, questions to look up and correct, rubrics to edit and try."""

from __future__ import annotations

import streamlit as st

from ui.components import bank_import, bank_items, bank_rubrics, stores
from ui.components.language import tr
from ui.components.layout import page

VIEWS = {"items": bank_items.show_items, "import": bank_import.show_import, "rubrics": bank_rubrics.show_rubrics}

with page("nav_bank", "ui_bank.lead"):
    stores.records()
    if wanted := st.session_state.pop("bank_go_to", None):
        st.session_state["bank_view"] = wanted
    view = st.segmented_control(
        tr("ui_bank.view"),
        list(VIEWS),
        format_func=lambda name: tr(f"ui_bank.view_{name}"),
        default=None if "bank_view" in st.session_state else "items",
        key="bank_view",
        required=True,
        label_visibility="collapsed",
    )
    VIEWS[view or "items"]()

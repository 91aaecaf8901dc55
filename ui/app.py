"""The page's navigation, and nothing else: `evaluator ui` starts it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.shared import browser, language, layout, sign_in
from ui.shared.language import tr

VIEWS = Path(__file__).parent / "views"


def _page(name: str, icon: str, *, default: bool = False) -> st.Page:
    return st.Page(VIEWS / f"{name}.py", title=tr(f"nav_{name}"), icon=icon, url_path=name, default=default)


language.begin()
st.set_page_config(page_title=tr("app_name"), page_icon=":material/fact_check:", layout="wide")
ICONS = {
    "home": ":material/home:",
    "grade": ":material/fact_check:",
    "batch": ":material/table_rows:",
    "dashboard": ":material/monitoring:",
    "history": ":material/history:",
    "interview": ":material/forum:",
    "practice": ":material/school:",
    "paper": ":material/quiz:",
    "bank": ":material/library_books:",
    "calibration": ":material/balance:",
    "settings": ":material/settings:",
}
opened = sign_in.open_pages()
chosen = st.navigation([_page(name, icon, default=name == "home") for name, icon in ICONS.items() if name in opened])
with st.sidebar:
    language.switch()
    with layout.guarded():
        sign_in.show_person()
browser.mount()
chosen.run()

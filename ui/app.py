"""The page's navigation, and nothing else: `evaluator ui` starts it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.shared import browser, language
from ui.shared.language import tr

VIEWS = Path(__file__).parent / "views"


def _page(name: str, icon: str, *, default: bool = False) -> st.Page:
    return st.Page(VIEWS / f"{name}.py", title=tr(f"nav_{name}"), icon=icon, url_path=name, default=default)


language.begin()
st.set_page_config(page_title=tr("app_name"), page_icon=":material/fact_check:", layout="wide")
chosen = st.navigation(
    [
        _page("home", ":material/home:", default=True),
        _page("grade", ":material/fact_check:"),
        _page("batch", ":material/table_rows:"),
        _page("dashboard", ":material/monitoring:"),
        _page("history", ":material/history:"),
        _page("interview", ":material/forum:"),
        _page("practice", ":material/school:"),
        _page("paper", ":material/quiz:"),
        _page("bank", ":material/library_books:"),
        _page("calibration", ":material/balance:"),
        _page("settings", ":material/settings:"),
    ]
)
with st.sidebar:
    language.switch()
browser.mount()
chosen.run()

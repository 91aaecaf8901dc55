"""Chooses a paper from the bank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from ui.bank import store
from ui.shared.choices import hold
from ui.shared.language import tr
from ui.shared.layout import empty

if TYPE_CHECKING:
    from evaluator.exams import BankPaper, ExamPaper


def choose_paper(key: str, *, only_open: bool = False, **wanted: Any) -> ExamPaper | None:
    """A paper of the bank as it is asked; None if there are no papers, and the page says what to do."""
    from evaluator.exams import from_bank, is_keyed, papers_in

    bank = store.bank()
    papers: dict[str, BankPaper] = {one.title: one for one in papers_in(bank)}
    if only_open:
        papers = {title: one for title, one in papers.items() if any(not is_keyed(item) for item in one.items)}
    if not papers:
        empty("ui_paper.no_papers", page_path="views/bank.py", label="go_bank")
        return None
    hold(f"{key}_paper", papers, next(iter(papers)))
    title = st.selectbox(tr("ui_paper.paper"), list(papers), key=f"{key}_paper")
    return from_bank(bank, title, only_open=only_open, **wanted)

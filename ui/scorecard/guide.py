"""A first grading in two minutes: an example is filled in, and a sentence at each step says what to look at."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st
from streamlit.errors import StreamlitAPIException

from ui.scorecard.scenario import example_text, usable
from ui.shared import drafts
from ui.shared.language import language, tr
from ui.shared.notes import note

DRAFT = "grade"
EXAMPLES = {"zh": "cross-border-wrong-item", "en": "cross-border-wrong-item-en"}


def offer_guide() -> None:
    """The button that begins it; it leads to the page that grades."""
    if st.button(tr("guide_begin"), type="primary", key="guide_begin", icon=":material/play_circle:"):
        _begin()
        with suppress(StreamlitAPIException):  # the page runs alone, as in a test
            st.switch_page("views/grade.py")


def _begin() -> None:
    """Fills the form with the example, unless something was typed there already."""
    rubric = usable().get(EXAMPLES[language()])
    typed = str(drafts.load(DRAFT).get("text", "")).strip()
    if rubric is None or typed:
        drafts.keep(DRAFT, guide=True)
        return
    drafts.keep(DRAFT, rubric=rubric.id, text=example_text(rubric), name=tr("guide_name"), guide=True, jobs=None)
    for name in [name for name in st.session_state if str(name).startswith("grade_")]:
        del st.session_state[name]


def say_step(step: str) -> None:
    """What to look at here, while the guide is on."""
    if drafts.load(DRAFT).get("guide"):
        note(tr(f"guide_{step}"))


def end_guide() -> None:
    """The last step, with a button that ends the guide."""
    if drafts.load(DRAFT).get("guide"):
        note(tr("guide_read"), items=[tr(f"guide_read_{step}") for step in ("why", "quotes", "correct", "done")])
        st.button(tr("guide_end"), key="guide_end", on_click=lambda: drafts.keep(DRAFT, guide=None))

"""Above the list of gradings: appeals that wait, and drawing gradings for review."""

from __future__ import annotations

from functools import partial

import streamlit as st

from ui.scorecard.correcting import guarded_act, who_acts
from ui.shared import stores
from ui.shared.language import tr
from ui.shared.layout import tell_later, when
from ui.shared.literal import literal


def show_appeals() -> None:
    """The undecided appeals about this person's gradings; nothing is drawn without any."""
    found = stores.records().appeals.queue(owner=stores.owner())
    if not found:
        return
    with st.expander(tr("appeal.queue", count=len(found)), icon=":material/gavel:", expanded=True):
        for one in found:
            words, go = st.columns([5, 1], vertical_alignment="center")
            state = tr(f"appeal.state_{one.state}")
            told = tr("appeal.asked", who=one.who, criterion=one.criterion, reason=one.reason)
            words.markdown(f"**{state}** · {literal(told)} · {when(one.at)}")
            go.button(tr("appeal.queue_open"), key=f"appeal_go_{one.id}", on_click=partial(_open, one.grading_id))


def _open(grading: str) -> None:
    st.query_params["id"] = grading


def show_sampling() -> None:
    """A form that draws some of this person's gradings for review."""
    with st.popover(tr("appeal.sample"), icon=":material/casino:"):
        st.caption(tr("appeal.sample_lead"))
        with st.form("sample", border=False):
            st.number_input(tr("appeal.sample_rate"), 0, 100, 5, key="sample_rate")
            st.number_input(tr("appeal.sample_risk"), 0, 100, 5, key="sample_risk")
            st.form_submit_button(tr("appeal.sample_go"), on_click=partial(guarded_act, _draw))


def _draw() -> None:
    rate, risk = (st.session_state[f"sample_{name}"] / 100 for name in ("rate", "risk"))
    drawn = stores.records().samples.draw(rate, risk, who=who_acts(), owner=stores.owner())
    tell_later("appeal.saved" if drawn else "cli.review_drawn_none")

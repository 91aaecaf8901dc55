"""Rubrics in the bank: look at one, edit it, go back to an earlier version, try it on examples."""

from __future__ import annotations

import re

import streamlit as st

from evaluator import rubrics
from evaluator.rubric import Rubric
from evaluator.transcript import Form
from ui.bank import rubric_form, trial, versions
from ui.scorecard.scenario import choose_rubric
from ui.scorecard.view import section
from ui.shared import stores
from ui.shared.choices import hold
from ui.shared.language import language, tr
from ui.shared.layout import guarded
from ui.shared.literal import literal


def show_rubrics() -> None:
    """The editor if one is open, otherwise the list with the available actions."""
    opened = st.session_state.get("bank_rubric_edit")
    if opened:
        rubric_form.show_editor(opened)
        return
    _unsaved()
    section("ui_bank.choose_rubric")
    rubric = choose_rubric("bank_r", chosen=st.session_state.get("bank_rubric_saved"))
    _new()
    if rubric is None:
        return
    _own_or_shipped(rubric)
    if st.button(tr("ui_bank.edit_rubric"), type="primary", icon=":material/edit:", key="bank_rubric_open"):
        st.session_state["bank_rubric_edit"] = rubric.id
        st.rerun()
    with st.expander(tr("ui_bank.trial"), expanded=bool(trial.under_way(rubric))):
        trial.show_trial(rubric)
    with st.expander(tr("ui_bank.versions")):
        versions.show_versions(rubric)


def _unsaved() -> None:
    """Rubrics that were begun and not saved."""
    for rubric_id, title in rubric_form.unsaved().items():
        if st.button(
            tr("ui_bank.go_on", title=literal(title)), key=f"bank_go_on_{rubric_id}", icon=":material/edit_note:"
        ):
            st.session_state["bank_rubric_edit"] = rubric_id
            st.rerun()


def _own_or_shipped(rubric: Rubric) -> None:
    own = (stores.settings().user_rubric_dir / f"{rubric.id}.yaml").is_file()
    st.caption(tr("ui_bank.own_rubric" if own else "ui_bank.shipped_rubric"))


def _new() -> None:
    """A new rubric from a template that is ready for grading."""
    with st.popover(tr("ui_bank.new_rubric"), icon=":material/add:"):
        name = st.text_input(tr("ui_bank.rubric_id"), key="bank_new_id", help=tr("ui_bank.rubric_id_help"))
        forms: tuple[Form, ...] = ("dialogue", "answer", "email")
        hold("bank_new_form", forms, forms[0])
        form = st.selectbox(tr("ui_bank.form"), forms, format_func=lambda one: tr(f"form_{one}"), key="bank_new_form")
        if st.button(tr("ui_bank.begin"), key="bank_new_go", disabled=not name.strip()):
            with guarded():
                text = rubrics.template(re.sub(r"\s+", "-", name.strip().lower()), form, language())
                rubric_form.open_draft(rubrics.parse(text))
                st.rerun()

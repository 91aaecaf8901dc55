"""Appeals about one grading: what was asked and decided so far, and what the person at the page can do next."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from evaluator.reports import appeal_step
from evaluator.storage import Record
from ui.scorecard.correcting import choose_cause, guarded_act, who_acts
from ui.shared import stores
from ui.shared.choices import hold
from ui.shared.language import tr
from ui.shared.layout import tell_later, when
from ui.shared.literal import literal
from ui.shared.once import write_once

if TYPE_CHECKING:
    from evaluator.storage import Appeal


def show_appeals(record: Record) -> None:
    """The appeals about a grading, and a form for another one."""
    names = {one.criterion: one.name for one in record.scorecard.verdicts}
    found = stores.records().appeals.of([record.id])
    with st.expander(tr("appeal.title"), icon=":material/gavel:", expanded=any(one.pending for one in found)):
        st.caption(tr("appeal.lead"))
        for one in found:
            _show(one, names)
        taken = {one.criterion for one in found if one.pending or one.state == "closed"}
        free = {criterion: name for criterion, name in names.items() if criterion not in taken}
        if free:
            _form(record.id, free, len(found))


def _show(appeal: Appeal, names: dict[str, str]) -> None:
    name = names.get(appeal.criterion, appeal.criterion)
    with st.container(border=True):
        st.markdown(
            literal(tr("appeal.asked", who=appeal.who, criterion=name, reason=appeal.reason))
            + f" · **{tr(f'appeal.state_{appeal.state}')}**"
        )
        for step in appeal.steps:
            reason = f"：{step.reason}" if step.reason else ""
            st.caption(literal(f"{when(step.at)} · {appeal_step(step)}{reason}"))
        if appeal.state in ("open", "assigned"):
            _assign(appeal)
            _judge(appeal, "decide")
        elif appeal.state == "decided":
            _judge(appeal, "close")
        if appeal.pending and appeal.who == who_acts():
            act = partial(_done, f"appeal_withdraw_{appeal.id}", lambda: _withdraw(appeal.id))
            st.button(tr("appeal.withdraw"), key=f"appeal_withdraw_{appeal.id}", icon=":material/undo:", on_click=act)


def _form(record_id: str, names: dict[str, str], number: int) -> None:
    key = f"appeal_new_{record_id}_{number}"  # each appeal has fields of its own: nothing is cleared after the first
    with st.form(key, border=False):
        hold(f"{key}_criterion", names)
        st.selectbox(
            tr("appeal.criterion"), list(names), index=None, format_func=names.__getitem__, key=f"{key}_criterion"
        )
        st.text_area(tr("appeal.reason"), height=80, key=f"{key}_reason")
        st.form_submit_button(tr("appeal.open"), on_click=partial(_done, key, partial(_open, record_id, key)))


def _assign(appeal: Appeal) -> None:
    key = f"appeal_assign_{appeal.id}"
    with st.form(key, border=False):
        who, go = st.columns([3, 1], vertical_alignment="bottom")
        who.text_input(tr("appeal.reviewer"), value=appeal.reviewer, key=f"{key}_who")
        act = partial(_done, key, lambda: _store_assign(appeal.id, key))
        go.form_submit_button(tr("appeal.assign"), on_click=act)


def _judge(appeal: Appeal, way: str) -> None:
    """The reviewer's decision, or the final judgement: points as they are, or others with their cause."""
    key = f"appeal_{way}_{appeal.id}"
    with st.form(key, border=False):
        labels = {False: tr("appeal.keep"), True: tr("appeal.change")}
        st.radio(
            tr("appeal.outcome"),
            [False, True],
            format_func=labels.__getitem__,
            key=f"{key}_change",
            horizontal=True,
        )
        points, cause = st.columns(2)
        points.number_input(tr("appeal.points"), 0.0, step=0.5, key=f"{key}_points")
        with cause:
            choose_cause(f"{key}_cause")
        st.text_area(tr("appeal.reason"), height=80, key=f"{key}_reason")
        act = partial(_done, key, partial(_store_judgement, appeal.id, way, key))
        st.form_submit_button(tr(f"appeal.{way}"), on_click=act)


def _done(key: str, act: partial[object] | object) -> None:
    """Runs what a button stores, once for two quick clicks, and says that it was stored."""
    typed = [str(value) for name, value in sorted(st.session_state.items()) if str(name).startswith(key)]

    def store() -> None:
        if write_once(key, (tuple(typed), who_acts()), act):  # type: ignore[arg-type]
            tell_later("appeal.saved")

    guarded_act(store)


def _open(record_id: str, key: str) -> None:
    criterion = st.session_state.get(f"{key}_criterion") or ""
    stores.records().appeals.open(record_id, criterion, str(st.session_state[f"{key}_reason"]), who=who_acts())


def _withdraw(appeal_id: str) -> None:
    stores.records().appeals.withdraw(appeal_id, who=who_acts())


def _store_assign(appeal_id: str, key: str) -> None:
    stores.records().appeals.assign(appeal_id, str(st.session_state[f"{key}_who"]), who=who_acts())


def _store_judgement(appeal_id: str, way: str, key: str) -> None:
    state = st.session_state
    points = float(state[f"{key}_points"]) if state[f"{key}_change"] else None
    judge = stores.records().appeals.decide if way == "decide" else stores.records().appeals.close
    judge(appeal_id, points, str(state[f"{key}_reason"]), who=who_acts(), cause=state.get(f"{key}_cause"))

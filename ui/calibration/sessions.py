"""Calibration sessions on the page: invite, grade blind, compare, settle."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from statistics import median

import streamlit as st

from evaluator.errors import EvaluatorError, InputError
from evaluator.rubric import Criterion, Rubric
from evaluator.scorecard import Scorecard
from evaluator.storage import BlindPoint, CalibrationSession, Record
from ui.calibration.session_agreement import show_agreement
from ui.scorecard.correcting import WHO, name_field
from ui.scorecard.scenario import choose_rubric, usable
from ui.scorecard.transcript_view import show_transcript
from ui.scorecard.view import section
from ui.shared import drafts, stores
from ui.shared.choices import distinct, hold
from ui.shared.language import listed, tr
from ui.shared.layout import tell_later, when
from ui.shared.literal import literal
from ui.shared.once import again, once
from ui.shared.table import table_html

MOST = 100  # newest gradings to choose from
LINK = "session"


def show_sessions() -> None:
    """The session in the address, otherwise one's own sessions and the form for a new one."""
    code = st.query_params.get(LINK)
    if code:
        if st.button(tr("ui_session.back"), icon=":material/arrow_back:", key="session_back", on_click=_leave):
            return
        _show(stores.records().calibration_sessions.find(code))
        return
    again("session")
    st.html(f'<p class="ev-dim">{escape(tr("ui_session.lead"))}</p>')
    section("ui_session.new")
    _new()
    section("ui_session.mine")
    mine = stores.records().calibration_sessions.all(stores.owner())
    if not mine:
        st.html(f'<p class="ev-empty">{escape(tr("ui_session.none"))}</p>')
    for one in mine:
        label = tr("ui_session.open", title=_title(one), count=len(one.gradings), at=when(one.at))
        st.button(literal(label), key=f"session_open_{one.id}", on_click=_enter, args=(one.code,))


def _new() -> None:
    rubric = choose_rubric("session", preview=False)
    if rubric is None:
        return
    found = stores.records().history(MOST, rubric=rubric.id, owner=stores.owner())
    if not found:
        st.html(f'<p class="ev-empty">{escape(tr("ui_session.no_texts"))}</p>')
        return
    names = distinct({one.id: f"{one.label or one.rubric_title} · {when(one.created_at)}" for one in found})
    title = st.text_input(tr("ui_session.title"), key="session_title", placeholder=tr("ui_session.title_hint"))
    chosen = st.multiselect(
        tr("ui_session.texts"),
        list(names),
        format_func=names.__getitem__,
        key=f"session_texts_{rubric.id}",
        placeholder=tr("ui_bank.choose"),
    )
    label = tr("ui_session.begin", count=len(chosen))
    if st.button(label, type="primary", key="session_begin", disabled=not chosen, icon=":material/groups:"):
        sessions = stores.records().calibration_sessions
        made = once("session", lambda: sessions.begin(title, rubric.id, chosen, owner=stores.owner()))
        _enter(made.code)
        st.rerun()


def _show(held: CalibrationSession) -> None:
    again("session")
    rubric, points = usable().get(held.rubric_id), stores.records().calibration_sessions.points(held.id)
    if rubric is None:
        raise InputError("rubric_unknown", name=held.rubric_id)
    settled = stores.records().calibration_sessions.settled(held.id)
    mine = {one.grading_id for one in points if one.person == stores.owner()}
    st.html(f'<h2 class="ev-h2">{escape(_title(held))}</h2>')
    people = len({one.person for one in points})
    counts = {"people": people, "done": len(mine), "count": len(held.gradings), "settled": len(settled)}
    st.caption(tr("ui_session.progress", **counts))
    if held.owner == stores.owner():
        st.caption(tr("ui_session.invite"))
        st.code(_link(held.code), language=None, wrap_lines=True)
    name_field()
    grading_id = _choose(held, mine, settled)
    try:
        record = stores.records().record(grading_id)
    except InputError:
        st.info(tr("ui_session.gone"))
        return
    left, right = st.columns([11, 9], gap="medium")
    with right:
        section("transcript")
        show_transcript(record.transcript, prefix="session-")
    with left:
        if grading_id in mine:
            _compare(held, rubric, record, [one for one in points if one.grading_id == grading_id])
        else:
            _grade_blind(held, rubric, grading_id)
    # Only texts that one has handed in oneself: figures of the others would tell about points still to be given.
    show_agreement(rubric, [one for one in points if one.grading_id in mine])
    if held.owner == stores.owner():
        _delete(held)


def _title(held: CalibrationSession) -> str:
    return held.title or tr("ui_session.untitled")


def _link(code: str) -> str:
    base = (st.context.url or "").partition("?")[0]
    return f"{base}?{LINK}={code}"


def _choose(held: CalibrationSession, mine: set[str], settled: set[str]) -> str:
    """The text on show: at first the first one that is still to be graded."""

    def label(number: int, grading: str) -> str:
        state = "settled" if grading in settled else "handed" if grading in mine else "open"
        return f"{tr('ui_session.text_name', number=number)} · {tr(f'ui_session.state_{state}')}"

    names = {grading: label(number, grading) for number, grading in enumerate(held.gradings, start=1)}
    first = next((one for one in held.gradings if one not in mine), held.gradings[0])
    hold(f"session_text_{held.id}", names, first)
    return str(
        st.selectbox(tr("ui_session.text"), list(names), format_func=names.__getitem__, key=f"session_text_{held.id}")
    )


def _grade_blind(held: CalibrationSession, rubric: Rubric, grading_id: str) -> None:
    """One field per criterion; what is chosen is kept as a draft until it is handed in."""
    section("ui_session.blind")
    draft = f"session-{held.id}-{grading_id}"
    kept = drafts.load(draft)
    given = {item.id: _field(item, draft, kept) for item in rubric.criteria}
    missing = [item.name for item in rubric.criteria if given[item.id] is None]
    named = bool(str(st.session_state.get(WHO) or "").strip())
    if not named:
        st.html(f'<p class="ev-dim">{escape(tr("ui_session.needs_name"))}</p>')
    if missing:
        st.html(f'<p class="ev-dim">{escape(tr("ui_session.needs_all", names=listed(missing)))}</p>')
    points = {name: float(value) for name, value in given.items() if value is not None}
    st.button(
        tr("ui_session.hand_in"),
        type="primary",
        icon=":material/done:",
        key=f"session_hand_in_{grading_id}",
        disabled=bool(missing) or not named,
        on_click=_hand_in,
        args=(held.id, grading_id, draft, points),
    )


def _field(item: Criterion, draft: str, kept: Mapping[str, object]) -> float | None:
    key = f"{draft}-{item.id}"
    if item.kind == "fatal":
        steps, names = [0.0, 1.0], [tr("fatal_not"), tr("fatal_happened")]
    elif item.levels:
        steps = [level.points for level in item.levels]
        names = [
            tr("ui_practice.level_choice", points=f"{one.points:g}", text=literal(one.description))
            for one in item.levels
        ]
    else:
        count = max(1, len(item.checks))
        steps = [item.points * place / count for place in range(count + 1)]
        names = [tr("points_unit", points=f"{step:g}") for step in steps]
    hold(key, range(len(steps)), kept.get(item.id))
    place = st.radio(
        literal(item.name),
        range(len(steps)),
        index=None,
        format_func=names.__getitem__,
        key=key,
        on_change=lambda: drafts.keep(draft, **{item.id: st.session_state[key]}),
    )
    st.text_input(
        tr("ui_session.why"),
        value=str(kept.get(f"{item.id}?", "")),
        key=f"{key}-why",
        on_change=lambda: drafts.keep(draft, **{f"{item.id}?": st.session_state[f"{key}-why"]}),
    )
    return None if place is None else steps[place]


def _hand_in(session_id: str, grading_id: str, draft: str, points: Mapping[str, float]) -> None:
    """Written before the page is drawn; a second click finds the text handed in."""
    kept, who = drafts.load(draft), str(st.session_state.get(WHO) or "").strip()
    comments = {name: str(kept.get(f"{name}?", "")) for name in points}
    try:
        stores.records().calibration_sessions.hand_in(
            session_id, grading_id, points, comments, person=stores.owner(), who=who
        )
        stores.remember_person(who)
        drafts.drop(draft)
    except EvaluatorError as error:
        tell_later(error)


def _compare(held: CalibrationSession, rubric: Rubric, record: Record, points: list[BlindPoint]) -> None:
    """Everybody's points beside the machine's, reasons, and the fields to settle."""
    section("ui_session.compared")
    names = distinct({one.person: one.who for one in points})
    by = {(one.person, one.criterion): one.points for one in points}
    machine = _machine(record.scorecard)
    head = [tr("ui_session.criterion"), *names.values(), tr("ui_session.spread"), tr("ui_session.machine")]
    rows = []
    for item in rubric.criteria:
        own = [by.get((person, item.id)) for person in names]
        known = [one for one in own if one is not None]
        spread = f"{max(known) - min(known):g}" if len(known) > 1 else "–"
        rows.append([item.name, *map(_shown, own), spread, _shown(machine.get(item.id))])
    st.html(table_html(tr("ui_session.compared"), head, rows))
    if len(names) < 2:
        st.html(f'<p class="ev-dim">{escape(tr("ui_session.alone"))}</p>')
    titles = {item.id: item.name for item in rubric.criteria}
    for one in points:
        if one.comment:
            about = {"who": one.who, "criterion": titles.get(one.criterion, one.criterion), "text": one.comment}
            st.caption(literal(tr("ui_session.reason_of", **about)))
    if held.owner == stores.owner():
        _settle(held, rubric, record, by)
    else:
        st.caption(tr("ui_session.owner_settles"))


def _machine(card: Scorecard) -> dict[str, float]:
    from evaluator.scorecard import Verdict

    return {
        one.criterion: float(one.level) if one.kind == "fatal" else one.points
        for one in card.verdicts
        if isinstance(one, Verdict) and not one.not_applicable
    }


def _shown(points: float | None) -> str:
    return "–" if points is None else f"{round(points, 1):g}"


def _settle(held: CalibrationSession, rubric: Rubric, record: Record, by: Mapping[tuple[str, str], float]) -> None:
    section("ui_session.settle")
    st.html(f'<p class="ev-dim">{escape(tr("ui_session.settle_help"))}</p>')
    known = {one.criterion for one in record.scorecard.verdicts}
    keys = {}
    for item in rubric.criteria:
        given = [points for (_, criterion), points in by.items() if criterion == item.id]
        if item.id in known and given:
            most = 1.0 if item.kind == "fatal" else float(item.points)
            keys[item.id] = f"settle_{held.id}_{record.id}_{item.id}"
            middle = min(most, float(median(given)))
            middle = float(middle >= 0.5) if item.kind == "fatal" else middle
            step = 1.0 if item.kind == "fatal" else 0.5
            st.number_input(literal(item.name), 0.0, most, middle, step, format="%.1f", key=keys[item.id])
    st.button(
        tr("ui_session.settle_go"),
        type="primary",
        icon=":material/handshake:",
        key=f"settle_go_{record.id}",
        on_click=_settled,
        args=(held, record, keys),
    )


def _settled(held: CalibrationSession, record: Record, keys: Mapping[str, str]) -> None:
    """Corrects the grading where the settled points are not yet the ones that count; a second click changes nothing."""
    who = str(st.session_state.get(WHO) or stores.person()).strip()
    comment = tr("ui_session.settled_comment", title=_title(held))
    records = stores.records()
    try:
        standing, stored = records.effective(record.id), []
        for criterion, key in keys.items():
            points = float(st.session_state[key])
            now = standing.get(criterion)
            if now is not None and now.points == points and now.comment == comment:
                stored.append(now.id)
                continue
            stored.append(records.override(record.id, criterion, points, comment, who=who).id)
        records.calibration_sessions.settle(held.id, record.id, stored)
    except EvaluatorError as error:
        tell_later(error)


def _delete(held: CalibrationSession) -> None:
    with st.popover(tr("delete"), icon=":material/delete:"):
        st.write(tr("ui_session.delete_really"))
        act = tr("delete_for_good")
        st.button(act, type="primary", key=f"session_delete_{held.id}", on_click=_deleted, args=(held.id,))


def _deleted(session_id: str) -> None:
    try:
        stores.records().calibration_sessions.delete(session_id)
    except EvaluatorError as error:
        tell_later(error)
        return
    _leave()
    tell_later("deleted")


def _enter(code: str) -> None:
    st.query_params[LINK] = code


def _leave() -> None:
    st.query_params.pop(LINK, None)

"""What a person does with a grading: corrects points beside the evidence, adds remarks, marks it as reviewed.

Everything here is written in callbacks. They run before the page is drawn, so a second click cannot interrupt them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st

from evaluator.errors import EvaluatorError
from evaluator.scorecard import UngradedVerdict, Verdict
from evaluator.storage import CAUSES, Cause, Override, Record, Review
from ui.scorecard.transcript_view import turn_names
from ui.scorecard.view import section
from ui.shared import stores
from ui.shared.choices import hold
from ui.shared.language import tr
from ui.shared.layout import tell_later, when
from ui.shared.literal import literal
from ui.shared.once import write_once

Either = Verdict | UngradedVerdict
WHO = "reviewer_name"


def name_field() -> None:
    """The person who corrects and remarks: asked once per page, remembered for the next."""
    if WHO not in st.session_state:
        st.session_state[WHO] = stores.person()
    st.text_input(tr("your_name"), key=WHO, on_change=lambda: stores.remember_person(who_acts()))


def correct_inline(record: Record, verdict: Either, mine: Override | None) -> None:
    """Corrected points for one criterion, right below its evidence. Enter in the reason saves."""
    key = f"fix_{record.id}_{verdict.criterion}"
    with st.form(key, border=False):
        points, comment, cause, save = st.columns([3, 4, 3, 2], vertical_alignment="bottom")
        with points:
            _points(verdict, mine, key)
        comment.text_input(tr("comment"), key=f"{key}_why")
        with cause:
            choose_cause(f"{key}_cause")
        save.form_submit_button(
            tr("save_override"), on_click=partial(_override, record.id, verdict.criterion, verdict.kind, key)
        )
    if mine is not None:
        st.button(
            tr("take_back"),
            key=f"{key}_back",
            icon=":material/undo:",
            on_click=partial(guarded_act, partial(_revert, record.id, verdict.criterion, mine.who)),
        )


def _points(verdict: Either, mine: Override | None, key: str) -> None:
    if verdict.kind == "fatal":
        found = isinstance(verdict, Verdict) and verdict.level == 1
        happened = mine.points >= 0.5 if mine is not None and mine.points is not None else found
        st.radio(tr("did_it_happen"), [False, True], index=int(happened), format_func=_happened, key=f"{key}_points")
        return
    machine = verdict.points if isinstance(verdict, Verdict) else 0.0
    start = mine.points if mine is not None and mine.points is not None else round(machine * 2) / 2
    start = min(float(start), float(verdict.max_points))
    label = tr("points_up_to", most=f"{verdict.max_points:g}")
    st.number_input(label, 0.0, float(verdict.max_points), start, 0.5, format="%.1f", key=f"{key}_points")


def _happened(value: bool) -> str:
    return tr("fatal_happened" if value else "fatal_not")


def _override(record_id: str, criterion: str, kind: str, key: str) -> None:
    points, comment = float(st.session_state[f"{key}_points"]), str(st.session_state[f"{key}_why"]).strip()
    cause = st.session_state.get(f"{key}_cause")
    store = partial(_store_override, record_id, criterion, points, comment, cause)
    guarded_act(partial(write_once, key, (points, comment, cause, who_acts()), store))


def choose_cause(key: str) -> None:
    """A field for the root cause of wrong points; it may stay empty."""
    hold(key, CAUSES)
    st.selectbox(
        tr("appeal.cause"),
        CAUSES,
        index=None,
        format_func=lambda name: tr(f"causes.{name}"),
        key=key,
        placeholder=tr("appeal.no_cause"),
    )


def _store_override(record_id: str, criterion: str, points: float, comment: str, cause: Cause | None) -> None:
    stores.remember_person(who_acts())
    stores.records().override(record_id, criterion, points, comment, who=who_acts(), cause=cause)


def _revert(record_id: str, criterion: str, who: str) -> None:
    stores.records().revert(record_id, criterion, who=who)


def reviewed_button(record: Record, mark: Review | None, done: Callable[[], None] | None = None) -> None:
    """Marks the grading as reviewed, or takes the mark back; `done` is called after marking, to go to the next."""
    if mark is not None:
        st.caption(tr("reviewed_by", who=literal(mark.who or "–"), at=when(mark.at)))
        undo = partial(guarded_act, partial(_unmark, record.id))
        st.button(tr("not_reviewed_yet"), key=f"unreview_{record.id}", icon=":material/undo:", on_click=undo)
        return
    label = tr("reviewed_next") if done else tr("mark_reviewed")
    act = partial(_mark, record.id, done)
    st.button(label, key=f"review_{record.id}", type="primary", icon=":material/done_all:", on_click=act)


def _mark(record_id: str, done: Callable[[], None] | None) -> None:
    def store() -> None:
        stores.records().mark_reviewed(record_id, who=who_acts())

    def store_and_go() -> None:
        if write_once(f"review_{record_id}", record_id, store) and done is not None:
            done()

    guarded_act(store_and_go)


def _unmark(record_id: str) -> None:
    stores.records().unmark_reviewed(record_id, who=who_acts())


def show_notes(record: Record, *, named: bool = False) -> None:
    """The remarks, and a field for another one.

    Typed text stays until it is stored. `named`: the name was asked for above.
    """
    section("notes")
    turns = turn_names(record.transcript)
    for note in record.notes:
        st.text(note.text)
        pinned = [literal(turns[note.turn])] if note.turn in turns else []
        st.caption(" · ".join([*pinned, literal(note.who or "–"), when(note.at)]))
    # Each note has a field of its own. Clearing one field for the next note would also clear what was typed into it
    # between the first click's answer and that of the second.
    field = f"note_{record.id}_{len(record.notes)}"
    if not named:
        name_field()
    with st.form(f"{field}_form", border=False):
        st.text_area(tr("new_note"), height=80, key=field)
        st.selectbox(
            tr("pin_note"),
            list(turns),
            index=None,
            format_func=turns.__getitem__,
            key=f"{field}_turn",
            placeholder=tr("pin_none"),
        )
        st.form_submit_button(tr("add_note"), on_click=partial(_add_note, record.id, field))


def _add_note(record_id: str, field: str) -> None:
    text, turn = str(st.session_state[field]).strip(), st.session_state.get(f"{field}_turn")

    def store() -> None:
        who = who_acts()
        write = partial(stores.records().add_note, record_id, text, who=who, turn=turn)
        write_once(f"note_{record_id}", (text, turn, who), write)

    if text:
        guarded_act(store)


def delete_button(record: Record, after: Callable[[], None]) -> None:
    """Deletes the grading once that is confirmed."""
    with st.popover(tr("delete"), icon=":material/delete:"):
        st.write(tr("delete_grading_really"))
        act = partial(guarded_act, partial(_delete, record.id, after))
        st.button(tr("delete_for_good"), key=f"delete_{record.id}", type="primary", on_click=act)


def _delete(record_id: str, after: Callable[[], None]) -> None:
    stores.records().delete(record_id)
    tell_later("deleted")
    after()


def who_acts() -> str:
    """The name of the person who acts, as typed or remembered."""
    return str(st.session_state.get(WHO) or stores.person()).strip()


def guarded_act(act: Callable[[], object]) -> None:
    """Reports a callback's error when the page is drawn, since a callback cannot draw in its place."""
    try:
        act()
    except EvaluatorError as error:
        tell_later(error)


def by_criterion(standing: Mapping[str, Override], record: Record) -> Callable[[Either], None]:
    """What `show_scorecard` draws below each criterion during correction."""
    return lambda verdict: correct_inline(record, verdict, standing.get(verdict.criterion))

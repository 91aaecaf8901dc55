"""One stored grading with everything a person can do about it: correct, remark, compare, export, print."""

from __future__ import annotations

from html import escape

import streamlit as st

from evaluator.errors import InputError
from evaluator.scorecard import UngradedVerdict, Verdict
from evaluator.storage import Override, Record
from ui.scorecard.compare_view import show_comparison
from ui.scorecard.view import section, show_scorecard, verdict_points
from ui.shared import browser, exports, stores
from ui.shared.choices import distinct, hold
from ui.shared.language import tr
from ui.shared.layout import guarded, when


def show_grading(grading_id: str) -> None:
    """The grading, if it is this person's; raises InputError else."""
    record = open_record(grading_id)
    standing = stores.records().effective(record.id)
    st.html(head_html(record))
    with st.container(key="tools", horizontal=True):
        _tools(record, standing)
    other = st.session_state.get(f"compare_{record.id}")
    if other:
        show_comparison(record, open_record(other))
    show_scorecard(record.scorecard, record.transcript, overrides=standing)
    _notes(record)


def head_html(record: Record) -> str:
    """Whose text this is, or the scenario where it has no name; below it the scenario and when."""
    title, at = record.scorecard.rubric.title, when(record.scorecard.created_at)
    name = record.label if record.label not in ("", title) else ""
    about = " · ".join(filter(None, [title if name else "", at]))
    return f'<h2 class="ev-h2">{escape(name or title)}</h2><p class="ev-dim">{escape(about)}</p>'


def open_record(grading_id: str) -> Record:
    """The record, if the person at this page may see it. Another's is answered like one that does not exist."""
    record = stores.records().record(grading_id)
    if not stores.may_see(record.owner):
        raise InputError("storage_unknown_id", id=grading_id)
    return record


def _tools(record: Record, standing: dict[str, Override]) -> None:
    with st.popover(tr("correct"), icon=":material/edit:"):
        _correct(record, standing)
    with st.popover(tr("export"), icon=":material/download:"):
        exports.offer(record, standing)
        browser.print_button(tr("print"))
    with st.popover(tr("compare"), icon=":material/compare:"):
        _choose_other(record)


def _correct(record: Record, standing: dict[str, Override]) -> None:
    """A form for one criterion: other points, why, and by whom."""
    verdicts = {verdict.criterion: verdict for verdict in record.scorecard.verdicts}
    labels = distinct({name: _named(verdict) for name, verdict in verdicts.items()})
    hold(f"fix_{record.id}", labels, next(iter(labels)))
    chosen = st.selectbox(tr("criterion"), list(labels), format_func=labels.__getitem__, key=f"fix_{record.id}")
    verdict = verdicts[chosen]
    with st.form(f"fix_form_{record.id}_{chosen}", border=False):
        points = _points(verdict, standing.get(chosen))
        comment = st.text_area(tr("comment"), height=80)
        who = st.text_input(tr("your_name"), value=stores.person())
        saved = st.form_submit_button(tr("save_override"), type="primary")
    mine = standing.get(chosen)
    back = mine is not None and st.button(tr("take_back"), key=f"back_{record.id}_{chosen}")
    with guarded():
        if saved:
            stores.records().override(record.id, chosen, points, comment, who=who)
            stores.remember_person(who)
            st.rerun()
        if back and mine is not None:
            stores.records().revert(record.id, chosen, who=mine.who)
            st.rerun()


def _named(verdict: Verdict | UngradedVerdict) -> str:
    return tr("in_brackets", text=verdict.name, more=verdict_points(verdict))


def _points(verdict: Verdict | UngradedVerdict, mine: Override | None) -> float:
    if verdict.kind == "fatal":
        found = isinstance(verdict, Verdict) and verdict.level == 1
        happened = mine.points >= 0.5 if mine is not None and mine.points is not None else found
        options = [tr("fatal_not"), tr("fatal_happened")]
        return float(options.index(st.radio(tr("did_it_happen"), options, index=int(happened))))
    machine = verdict.points if isinstance(verdict, Verdict) else 0.0
    start = mine.points if mine is not None and mine.points is not None else round(machine * 2) / 2
    label = tr("points_up_to", most=f"{verdict.max_points:g}")
    return float(st.number_input(label, 0.0, float(verdict.max_points), float(start), 0.5, format="%.1f"))


def _choose_other(record: Record) -> None:
    card = record.scorecard
    listed = stores.records().history(100, rubric=card.rubric.id, owner=record.owner)
    others = distinct(
        {one.id: f"{one.label or one.rubric_title} · {when(one.created_at)}" for one in listed if one.id != record.id}
    )
    if not others:
        st.caption(tr("nothing_to_compare"))
        return
    hold(f"compare_{record.id}", others)
    st.selectbox(
        tr("compare_with"), list(others), index=None, format_func=others.__getitem__, key=f"compare_{record.id}"
    )


def _notes(record: Record) -> None:
    section("notes")
    for note in record.notes:
        st.text(note.text)
        st.caption(f"{note.who or '–'} · {when(note.at)}")
    with st.form(f"note_{record.id}", clear_on_submit=True, border=False):
        text = st.text_area(tr("new_note"), height=80)
        who = st.text_input(tr("your_name"), value=stores.person(), key=f"note_who_{record.id}")
        if st.form_submit_button(tr("add_note")) and text.strip():
            with guarded():
                stores.records().add_note(record.id, text.strip(), who=who.strip())
                stores.remember_person(who)
                st.rerun()

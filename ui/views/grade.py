"""Grade: a scenario, a text, the roles, and then the scorecard."""

from __future__ import annotations

import streamlit as st

from ui.scorecard import grading_view
from ui.scorecard.guide import end_guide, say_step
from ui.scorecard.handed_in import Handed, hand_in
from ui.scorecard.profile_choice import choose_profile
from ui.scorecard.proposal import show_proposal
from ui.scorecard.scenario import choose_rubric
from ui.scorecard.transcript_view import confirm_roles, edit_roles, edit_turns, show_assumptions, show_transcript
from ui.scorecard.view import section
from ui.shared import drafts, runner, stores
from ui.shared.choices import distinct, held_text, hold
from ui.shared.language import in_a_row, tr
from ui.shared.layout import page, say_lead
from ui.shared.literal import literal
from ui.shared.once import again, once
from ui.shared.progress import watch

DRAFT = "grade"


def form() -> None:
    """Everything before grading, from top to bottom."""
    kept = drafts.load(DRAFT)
    say_lead("grade_lead")
    section("step_scenario")
    rubric = choose_rubric("grade", chosen=kept.get("rubric"))
    if rubric is None:
        return
    drafts.keep(DRAFT, rubric=rubric.id)
    runner.prepare(rubric)
    section("step_text")
    say_step("text")
    handed = hand_in("grade", DRAFT, rubric)
    if not handed:
        st.html(f'<p class="ev-empty">{tr("grade_empty")}</p>')
        return
    show_proposal("grade", handed[0].transcript, rubric)
    handed = [_named(one) for one in handed]
    section("step_roles")
    say_step("roles")
    ready = [_understood(one, number) for number, one in enumerate(handed)]
    profile = choose_profile("grade", rubric)
    st.checkbox(tr("fresh"), key="grade_fresh", help=tr("fresh_help"))
    label = tr("grade_button") if len(ready) == 1 else tr("grade_all_button", count=len(ready))
    if st.button(label, type="primary", icon=":material/fact_check:", key="grade_go"):
        fresh = bool(st.session_state.get("grade_fresh"))
        jobs = once(
            "grade",
            lambda: [
                runner.grade(one.transcript, rubric, profile=profile, label=one.label, fresh=fresh) for one in ready
            ],
        )
        drafts.keep(DRAFT, jobs=[job.id for job in jobs])
        st.rerun()


def _named(one: Handed) -> Handed:
    """A field for the owner of a pasted text, so that the list of gradings distinguishes people; files have names."""
    if one.label:
        return one
    field = "grade_name"
    name = st.text_input(
        tr("whose_text"),
        value=held_text(field, lambda: str(drafts.load(DRAFT).get("name", ""))),
        key=field,
        placeholder=tr("whose_hint"),
        on_change=lambda: drafts.keep(DRAFT, name=st.session_state[field]),
    )
    return one._replace(label=name.strip())


def _understood(one: Handed, number: int) -> Handed:
    """Shows how a text was read and lets the user change the roles."""
    with st.expander(literal(one.label) or tr("pasted_text"), expanded=number == 0):
        show_assumptions(one.transcript)
        left, right = st.columns([2, 3], gap="medium")
        with left:
            roles = edit_roles(one.transcript, f"grade_{one.key}")
            sure = confirm_roles(one.transcript, f"grade_{one.key}")
            turns = edit_turns(one.transcript, f"grade_{one.key}")
        one = one.with_roles(roles, confirmed=sure).with_turns(turns)
        with right:
            show_transcript(one.transcript, prefix=f"in{number}-")
    return one


def results(jobs: list[runner.Job]) -> None:
    """The results of the gradings that were begun here."""
    if st.button(tr("grade_another"), icon=":material/add:", key="grade_again"):
        begin_anew()
    shown = jobs[0]
    if len(jobs) > 1:
        st.caption(in_a_row(f"{literal(job.title)} · {tr(f'job_{job.state}')}" for job in jobs))
        names = distinct({job.id: job.title for job in jobs})
        hold("grade_shown", names, shown.id)
        picked = st.selectbox(tr("which_text"), list(names), format_func=names.__getitem__, key="grade_shown")
        shown = next(job for job in jobs if job.id == picked)
    card = watch(shown)
    if card is not None:
        end_guide()
        grading_view.show_grading(card.id)
    elif shown.finished:
        st.html(f'<p class="ev-dim">{tr("text_kept")}</p>')
        if st.button(tr("back_to_text"), icon=":material/arrow_back:", key="grade_back"):
            drafts.keep(DRAFT, jobs=None)
            st.rerun()


def begin_anew() -> None:
    """An empty form with the same scenario."""
    drafts.keep(DRAFT, jobs=None, text=None, name=None)
    for name in [name for name in st.session_state if str(name).startswith("grade_")]:
        del st.session_state[name]
    st.rerun()


with page("nav_grade"):
    stores.records()
    begun = [job for job in map(runner.find, drafts.load(DRAFT).get("jobs", [])) if job is not None]
    if begun:
        again("grade")
        results(begun)
    else:
        form()

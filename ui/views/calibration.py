"""Calibration: human grades in, agreement beside the human ceiling, a fitted profile, a policy, drift."""

from __future__ import annotations

import streamlit as st

from evaluator.rubric import Rubric
from evaluator.storage import StoredProfile
from ui.calibration import runs
from ui.scorecard import scenario
from ui.scorecard.scenario import choose_rubric
from ui.scorecard.view import section
from ui.shared import stores
from ui.shared.choices import choose_view
from ui.shared.language import tr
from ui.shared.layout import empty, guarded, page
from ui.shared.literal import literal
from ui.shared.templates import offer_templates


def run_view() -> None:
    """The steps of one run, each shown when the previous one is done."""
    from ui.calibration import estimate, fit, grades, machine, report

    run = runs.active()
    if run is None:
        section("ui_calibration.step_rubric")
        rubric = choose_rubric("calibration", preview=False)
        if rubric is not None and st.button(tr("ui_calibration.begin"), type="primary", key="calibration_begin"):
            runs.begin(rubric)
            st.rerun()
        return
    st.caption(tr("ui_calibration.at_rubric", title=literal(runs.rubric_of(run).title)))
    if st.button(tr("ui_calibration.another"), icon=":material/restart_alt:", key="calibration_another"):
        runs.leave()
        st.rerun()
    run = grades.choose_grades(run)
    if not run.grades:
        empty("ui_calibration.grades_missing")
        offer_templates("grades")
        return
    with guarded():
        run = grades.confirm_mapping(run)
    if run.mapping is None:
        return
    items = machine.choose_items(run)
    agreed = False
    with guarded():
        agreed = grades.show_grades(run, {item.id for item in items} or None)
    if not items or not agreed:
        return
    machine.grade_items(run, items)
    if run.readouts.is_file():
        with guarded():
            report.show_report(run)
        with guarded():
            fit.show_fit(run)
        with guarded():
            estimate.show_estimate(run)


def profiles_view() -> None:
    """The fitted profiles, newest first, with their held-out figures and who decides by them."""
    kept = stores.records().profiles.all()
    if not kept:
        empty("ui_calibration.no_profiles")
    for one in sorted(kept, key=lambda one: (one.at, one.version), reverse=True):
        rubric = scenario.usable().get(one.rubric_id)
        title = rubric.title if rubric is not None else one.rubric_id
        with st.expander(literal(f"{one.name} v{one.version} · {title}")), guarded():
            if rubric is not None:
                _profile(one, rubric)


def _profile(kept: StoredProfile, rubric: Rubric) -> None:
    """One version; only the newest version of a name can get another policy."""
    from evaluator.profiles import newest_kept, read_kept
    from ui.calibration import fit, policy

    profile, newest = read_kept(kept), newest_kept(stores.records().profiles, rubric.id)[kept.name]
    fit.show_profile(profile, rubric)
    if newest.version == kept.version:
        policy.show_policy(profile, rubric)
    else:
        policy.tell_policy(profile, rubric)


def drift_view() -> None:
    """Grades anchors again."""
    from ui.calibration import drift

    drift.show_drift()


def plan_view() -> None:
    """Plans a run before anybody grades."""
    from ui.calibration import drift

    drift.show_plan()


def session_view() -> None:
    """Several people grade the same texts blind."""
    from ui.calibration import sessions

    sessions.show_sessions()


SHOW = {"run": run_view, "session": session_view, "profiles": profiles_view, "drift": drift_view, "plan": plan_view}

with page("nav_calibration", "ui_calibration.lead"):
    stores.records()
    if st.query_params.get("session") and "calibration_view" not in st.session_state:
        st.session_state["calibration_view"] = "session"  # arrived by an invitation
    names = {name: tr(f"ui_calibration.view_{name}") for name in SHOW}
    SHOW[choose_view("calibration_view", tr("ui_calibration.view"), names)]()

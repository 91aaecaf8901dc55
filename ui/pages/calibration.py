"""Calibration: human grades in, agreement beside the human ceiling, a fitted profile, what to grade alone, drift."""

from __future__ import annotations

import streamlit as st

from evaluator.rubric import Rubric
from evaluator.storage import Profile
from ui.components import calibration_runs as runs
from ui.components import scenario, stores
from ui.components.choices import choose_view
from ui.components.language import tr
from ui.components.layout import empty, guarded, page
from ui.components.scenario import choose_rubric
from ui.components.scorecard_view import section


def run_view() -> None:
    """The steps of one run, each shown when the one before is done."""
    from ui.components import (
        calibration_estimate,
        calibration_fit,
        calibration_grades,
        calibration_machine,
        calibration_report,
    )

    run = runs.active()
    if run is None:
        section("ui_calibration.step_rubric")
        rubric = choose_rubric("calibration", preview=False)
        if rubric is not None and st.button(tr("ui_calibration.begin"), type="primary", key="calibration_begin"):
            runs.begin(rubric)
            st.rerun()
        return
    st.caption(tr("ui_calibration.at_rubric", title=runs.rubric_of(run).title))
    if st.button(tr("ui_calibration.another"), icon=":material/restart_alt:", key="calibration_another"):
        runs.leave()
        st.rerun()
    run = calibration_grades.choose_grades(run)
    if not run.grades:
        empty("ui_calibration.grades_missing")
        return
    with guarded():
        run = calibration_grades.confirm_mapping(run)
    if run.mapping is None:
        return
    items = calibration_machine.choose_items(run)
    with guarded():
        calibration_grades.show_grades(run, {item.id for item in items} or None)
    if not items:
        return
    calibration_machine.grade_items(run, items)
    if run.readouts.is_file():
        with guarded():
            calibration_report.show_report(run)
        with guarded():
            calibration_fit.show_fit(run)
        with guarded():
            calibration_estimate.show_estimate(run)


def profiles_view() -> None:
    """The profiles that were fitted, the newest first, with their held-out figures and who decides by them."""
    kept = stores.records().profiles.all()
    if not kept:
        empty("ui_calibration.no_profiles")
    for one in sorted(kept, key=lambda one: (one.at, one.version), reverse=True):
        rubric = scenario.usable().get(one.rubric_id)
        title = rubric.title if rubric is not None else one.rubric_id
        with st.expander(f"{one.name} v{one.version} · {title}"), guarded():
            if rubric is not None:
                _profile(one, rubric)


def _profile(kept: Profile, rubric: Rubric) -> None:
    """One version; only the newest of its name can be given another policy."""
    from evaluator.calibration.keeping import newest_kept, read_kept
    from ui.components import calibration_fit, calibration_policy

    profile, newest = read_kept(kept), newest_kept(stores.records().profiles, rubric.id)[kept.name]
    calibration_fit.show_profile(profile, rubric)
    if newest.version == kept.version:
        calibration_policy.show_policy(profile, rubric)
    else:
        calibration_policy.tell_policy(profile, rubric)


def drift_view() -> None:
    """Anchors graded again."""
    from ui.components import calibration_drift

    calibration_drift.show_drift()


def plan_view() -> None:
    """Before anybody grades."""
    from ui.components import calibration_drift

    calibration_drift.show_plan()


SHOW = {"run": run_view, "profiles": profiles_view, "drift": drift_view, "plan": plan_view}

with page("nav_calibration", "ui_calibration.lead"):
    stores.records()
    names = {name: tr(f"ui_calibration.view_{name}") for name in SHOW}
    SHOW[choose_view("calibration_view", tr("ui_calibration.view"), names)]()

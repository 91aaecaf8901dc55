"""What the grader may grade alone.

It is chosen on a plot of held-out items, stored in the profile, shown, replaced and removed.
"""

from __future__ import annotations

from html import escape
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
from pydantic import BaseModel

from evaluator.calibration.fit import (
    HeldOut,
    PolicyPoint,
    add_chosen,
    choose_policy,
    choose_widths,
    crosses,
    describe_policy,
    switch_pass_mark,
    trace_policies,
)
from evaluator.profiles import Policy, Profile, keep_policy, same_fit
from evaluator.rubric import Rubric
from ui.calibration import runs
from ui.calibration.runs import Run
from ui.scorecard.view import section
from ui.shared import stores
from ui.shared.choices import distinct, hold
from ui.shared.language import tr
from ui.shared.layout import guarded, percent
from ui.shared.notes import note


class KeptHeldOut(BaseModel):
    """Held-out points, half widths and human points by criterion, as stored with the run."""

    points: dict[str, list[float]]
    half: dict[str, list[float]]
    human: dict[str, list[float]]

    @classmethod
    def of(cls, profile: Profile, held: HeldOut) -> KeptHeldOut:
        """By criterion, from the fit's matrices."""
        names = list(profile.criteria)

        def columns(matrix: Any) -> dict[str, list[float]]:
            return {name: matrix[:, place].tolist() for place, name in enumerate(names)}

        return cls(points=columns(held.points), half=columns(held.half), human=columns(held.human))

    def matrices(self, profile: Profile) -> HeldOut:
        """Rebuilds the fit's matrices, in the order of the profile's criteria; items are identified by position."""
        points, half, human = (
            np.column_stack([columns[name] for name in profile.criteria])
            for columns in (self.points, self.half, self.human)
        )
        return HeldOut(tuple(str(place) for place in range(len(points))), points, half, human)


class PolicyGoal(NamedTuple):
    """The requirements for the items that the grader grades alone."""

    criterion: str
    share: float
    agreement: float
    tolerance: float
    minutes: float


def show_routing(run: Run, profile: Profile, rubric: Rubric) -> None:
    """Agreement against the share graded alone, the requirements for both beside it, and the stored policy."""
    section("calibration.routing")
    held = KeptHeldOut.model_validate_json((run.folder / runs.HELD_OUT).read_text(encoding="utf-8"))
    left, right = st.columns([2, 3], gap="medium")
    with left:
        wanted = _ask(profile, rubric)
    name, share, agreement, tolerance, minutes = wanted
    policies = trace_policies(
        np.array(held.half[name]), np.array(held.points[name]), np.array(held.human[name]),
        tolerance=tolerance, minutes_an_item=minutes,
    )  # fmt: skip
    best = choose_policy(policies, share=share, agreement=agreement)
    told = routing_text(best, share, agreement, tolerance, len(held.points[name]))
    with right:
        _plot(policies, best, told)
        st.html(f"<p>{escape(told)}</p><p class='ev-dim'>{escape(_crossing(held, profile, rubric))}</p>")
        with guarded():
            _offer(profile, held.matrices(profile), wanted, best, rubric)
    show_policy(profile, rubric)


def _ask(profile: Profile, rubric: Rubric) -> PolicyGoal:
    names = distinct(criterion_names(profile, rubric))
    hold("calibration_route_of", names, next(iter(names)))
    criterion = st.selectbox(tr("criterion"), list(names), format_func=names.__getitem__, key="calibration_route_of")
    share = st.slider(tr("ui_calibration.least_share"), 0, 100, 50, 5, key="calibration_share", format="%d %%")
    agreement = st.slider(
        tr("ui_calibration.least_agreement"), 50, 100, 80, 5, key="calibration_agreement", format="%d %%"
    )
    tolerance = st.number_input(tr("ui_calibration.tolerance"), 0.0, 100.0, 1.0, 0.5, key="calibration_tolerance")
    minutes = st.number_input(tr("ui_calibration.minutes"), 0.5, 240.0, 3.0, 0.5, key="calibration_minutes")
    return PolicyGoal(criterion, share / 100, agreement / 100, tolerance, minutes)


def _offer(profile: Profile, held: HeldOut, wanted: PolicyGoal, best: PolicyPoint | None, rubric: Rubric) -> None:
    """The buttons that store the choice: for this criterion, or the same requirement for all of them."""
    one, all_ = st.columns(2)
    if best is not None and one.button(
        tr("ui_calibration.keep_policy"), key="calibration_keep_policy", width="stretch"
    ):
        _keep(profile, add_chosen(profile, held, {wanted.criterion: best}, wanted.tolerance), rubric)
    if all_.button(tr("ui_calibration.keep_policy_all"), key="calibration_keep_all", width="stretch"):
        asked = wanted._asdict()
        del asked["criterion"]
        chosen = choose_widths(profile, held, **asked)
        _keep(profile, add_chosen(profile, held, chosen, wanted.tolerance), rubric)


def show_policy(profile: Profile, rubric: Rubric) -> None:
    """The profile's policy in words, with the switch for the pass mark and a way to remove the policy."""
    tell_policy(profile, rubric)
    kept = profile.routing
    marked = kept is None or kept.pass_mark
    wanted = st.toggle(tr("ui_calibration.pass_mark"), value=marked, key=f"calibration_mark_{profile.label}")
    with guarded():
        if wanted != marked:
            _keep(profile, switch_pass_mark(profile, wanted), rubric)
        if kept is not None and st.button(
            tr("ui_calibration.drop_policy"), key=f"calibration_drop_{profile.label}", icon=":material/undo:"
        ):
            _keep(profile, None, rubric)


def tell_policy(profile: Profile, rubric: Rubric) -> None:
    """The policy in words alone."""
    key = "policy_usual" if profile.routing is None else "policy_of"
    lines = describe_policy(profile.routing, criterion_names(profile, rubric))
    note(tr(f"ui_calibration.{key}", label=profile.label), "good" if profile.routing else "", lines)


def criterion_names(profile: Profile, rubric: Rubric) -> dict[str, str]:
    """The profile's criteria by id, as the rubric names them."""
    names = {item.id: item.name for item in rubric.criteria}
    return {name: names.get(name, name) for name in profile.criteria}


def _keep(profile: Profile, routing: Policy | None, rubric: Rubric) -> None:
    """Writes to the records, and to the profile's file of each run that made this fit."""
    kept = keep_policy(stores.records().profiles, profile, routing, rubric.id)
    for run in runs.finished(rubric.id):
        path = run.folder / "profile.json"
        if run.profile == kept.name and path.is_file() and same_fit(Profile.load(path), kept):
            kept.save(path)
    st.toast(tr("ui_calibration.policy_kept"))
    st.rerun()


def routing_text(best: PolicyPoint | None, share: float, agreement: float, tolerance: float, n: int) -> str:
    """The policy in one sentence, or that there is no policy."""
    if best is None:
        return tr("calibration.routing_none", share=percent(share), agreement=percent(agreement))
    return tr(
        "calibration.routing_chosen",
        share=percent(best.share),
        agreement=percent(best.agreement or 0),
        tolerance=f"{tolerance:g}",
        minutes=f"{best.minutes_saved:.0f}",
        n=n,
    )


def _crossing(held: KeptHeldOut, profile: Profile, rubric: Rubric) -> str:
    """How many totals could be on either side of the pass mark, so that a person decides."""
    totals = np.sum([*held.points.values()], axis=0)
    open_ones = crosses(totals - profile.total_quantile, totals + profile.total_quantile, rubric.pass_mark)
    mark = f"{rubric.pass_mark:g} / {rubric.max_points:g}"
    return tr("ui_calibration.crossing", count=int(open_ones.sum()), n=len(totals), mark=mark)


def _plot(policies: list[PolicyPoint], best: PolicyPoint | None, text: str) -> None:
    import altair as alt
    import pandas as pd

    share, agreement = tr("calibration.axis_share"), tr("calibration.axis_agreement")
    data = pd.DataFrame({share: [one.share for one in policies], agreement: [one.agreement for one in policies]})
    axes = {
        "x": alt.X(share, type="quantitative", axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1])),
        "y": alt.Y(
            agreement, type="quantitative", axis=alt.Axis(format=".0%", tickMinStep=0.01), scale=alt.Scale(zero=False)
        ),
    }
    layers = [alt.Chart(data).mark_line(point=True).encode(**axes)]
    if best is not None:
        chosen = pd.DataFrame({share: [best.share], agreement: [best.agreement]})
        layers.append(alt.Chart(chosen).mark_point(size=220, shape="diamond", filled=True).encode(**axes))
    st.altair_chart(alt.layer(*layers).properties(description=text, height=280), width="stretch")

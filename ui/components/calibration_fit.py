"""The fit: a named profile with held-out figures, and what the grader may grade alone by it, chosen on a plot."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import streamlit as st
from pydantic import BaseModel

from evaluator.calibration.fit import HeldOut
from evaluator.calibration.gathering import fit_data
from evaluator.calibration.intervals import Policy, choose_policy, crosses, trace_policies
from evaluator.calibration.profile import Figure, Profile
from evaluator.rubric import Rubric
from ui.components import calibration_runs as runs
from ui.components import drafts, runner, stores
from ui.components.calibration_report import table_html
from ui.components.calibration_runs import Run
from ui.components.language import tr
from ui.components.layout import percent, when
from ui.components.progress import watch
from ui.components.runner import Ticking, in_thread
from ui.components.scorecard_view import section

HELD_OUT = "held_out.json"


class Held(BaseModel):
    """Held-out points, half widths and human points by criterion, as they are kept with the run."""

    points: dict[str, list[float]]
    half: dict[str, list[float]]
    human: dict[str, list[float]]

    @classmethod
    def of(cls, profile: Profile, held: HeldOut) -> Held:
        """By criterion, from the fit's matrices."""
        names = list(profile.criteria)

        def columns(matrix: Any) -> dict[str, list[float]]:
            return {name: matrix[:, place].tolist() for place, name in enumerate(names)}

        return cls(points=columns(held.points), half=columns(held.half), human=columns(held.human))


def show_fit(run: Run) -> None:
    """A name, the button, and the figures of the profile once there is one."""
    section("ui_calibration.step_fit")
    st.html(f'<p class="ev-dim">{escape(tr("ui_calibration.fit_lead"))}</p>')
    left, right = st.columns(2, vertical_alignment="bottom")
    name = left.text_input(tr("ui_calibration.profile_name"), value=run.profile or run.rubric, key="calibration_name")
    texts = right.checkbox(tr("ui_calibration.use_texts"), value=run.items.is_dir(), key="calibration_texts")
    job = runner.find(drafts.load(runs.DRAFT).get("fit"))
    watch(job)
    if (job is None or job.finished) and st.button(
        tr("ui_calibration.fit_go"),
        type="primary",
        key="calibration_fit",
        icon=":material/tune:",
        disabled=not name.strip(),
    ):
        run = run.save(profile=name.strip())
        drafts.keep(runs.DRAFT, fit=_begin(run, texts).id)
        st.rerun()
    kept = stores.records().profiles.get(run.profile) if run.profile else None
    if kept is not None and (run.folder / HELD_OUT).is_file():
        show_profile(Profile.model_validate(kept.body), runs.rubric_of(run))
        st.download_button(
            tr("ui_calibration.download", name="profile.json"),
            (run.folder / "profile.json").read_bytes(),
            f"{run.profile}.json",
            "application/json",
            key="calibration_profile",
            on_click="ignore",
        )
        show_routing(run, Profile.model_validate(kept.body))


def _begin(run: Run, texts: bool) -> runner.Job:
    """Fits in a thread; profile and held-out points are stored when it is done."""
    data, records, fitting = runs.data_of(run), stores.records(), tr("ui_calibration.fitting")

    def blocking(tick: Ticking) -> str:
        tick(0, 1, fitting)
        last = records.profiles.get(run.profile)
        profile, held = fit_data(data, texts, 0.9, run.profile, last.version + 1 if last else 1)
        tick(1, 1, fitting)
        store(run, profile, held)
        return profile.label

    def store(run: Run, profile: Profile, held: HeldOut) -> None:
        runs.replace(run.folder / HELD_OUT, Held.of(profile, held).model_dump_json().encode())
        profile.save(run.folder / "profile.json")
        records.profiles.save(run.profile, profile.model_dump(mode="json"), rubric_id=run.rubric)

    async def work(job: runner.Job) -> Any:
        return await in_thread(job, blocking)

    return runner.start("calibration_fit", work, title=fitting)


def show_profile(profile: Profile, rubric: Rubric) -> None:
    """Held-out figures by criterion beside the uncalibrated ones, and where the profile comes from."""
    names = {item.id: item.name for item in rubric.criteria}
    heads = ("criterion", "pearson", "raw_pearson", "mae", "raw_mae", "coverage", "n")
    table = [[tr(f"ui_calibration.fit_{head}") for head in heads]]
    for name, fit in profile.criteria.items():
        table.append([names.get(name, name), *_cells(fit.held_out)])
    st.html(table_html(table))
    origin = profile.provenance
    told = tr(
        "ui_calibration.origin",
        label=profile.label,
        at=when(origin.made_at),
        items=origin.items,
        graders=len(origin.graders),
        folds=origin.folds,
        confidence=percent(profile.confidence),
    )
    st.caption(told)


def _cells(figure: Figure) -> list[str]:
    numbers = (figure.pearson, figure.uncalibrated_pearson, figure.mae, figure.uncalibrated_mae)
    return [*("–" if value is None else f"{value:.2f}" for value in numbers), percent(figure.coverage), str(figure.n)]


def show_routing(run: Run, profile: Profile) -> None:
    """Agreement against the share graded alone; what is wanted of both is set beside the plot, and kept."""
    section("calibration.routing")
    held = Held.model_validate_json((run.folder / HELD_OUT).read_text(encoding="utf-8"))
    rubric = runs.rubric_of(run)
    names = {item.id: item.name for item in rubric.criteria}
    left, right = st.columns([2, 3], gap="medium")
    with left:
        criterion = st.selectbox(
            tr("criterion"),
            list(held.points),
            format_func=lambda name: names.get(name, name),
            key="calibration_route_of",
        )
        share = (
            st.slider(tr("ui_calibration.least_share"), 0, 100, 50, 5, key="calibration_share", format="%d %%") / 100
        )
        wanted = st.slider(
            tr("ui_calibration.least_agreement"), 50, 100, 80, 5, key="calibration_agreement", format="%d %%"
        )
        tolerance = st.number_input(tr("ui_calibration.tolerance"), 0.0, 100.0, 1.0, 0.5, key="calibration_tolerance")
        minutes = st.number_input(tr("ui_calibration.minutes"), 0.5, 240.0, 3.0, 0.5, key="calibration_minutes")
    policies = trace_policies(
        np.array(held.half[criterion]), np.array(held.points[criterion]), np.array(held.human[criterion]),
        tolerance=tolerance, minutes_an_item=minutes,
    )  # fmt: skip
    best = choose_policy(policies, share=share, agreement=wanted / 100)
    told = routing_text(best, share, wanted / 100, tolerance, len(held.points[criterion]))
    with right:
        _plot(policies, best, told)
        st.html(f"<p>{escape(told)}</p><p class='ev-dim'>{escape(_crossing(held, profile, rubric))}</p>")
        if best is not None and st.button(tr("ui_calibration.keep_policy"), key="calibration_keep_policy"):
            _keep(profile, criterion, best, tolerance)
    kept = drafts.load(f"routing:{profile.label}")
    for name, policy in kept.items():
        values = {**policy, "share": percent(policy["share"]), "agreement": percent(policy["agreement"])}
        st.caption(tr("ui_calibration.kept_policy", criterion=names.get(name, name), **values))


def routing_text(best: Policy | None, share: float, agreement: float, tolerance: float, n: int) -> str:
    """The policy in one sentence, or that there is none."""
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


def _crossing(held: Held, profile: Profile, rubric: Rubric) -> str:
    """How many totals could be on either side of the pass mark, so that a person decides."""
    totals = sum(np.array(points) for points in held.points.values())
    open_ones = crosses(totals - profile.total_quantile, totals + profile.total_quantile, rubric.pass_mark)
    mark = f"{rubric.pass_mark:g} / {rubric.max_points:g}"
    return tr("ui_calibration.crossing", count=int(open_ones.sum()), n=len(totals), mark=mark)


def _plot(policies: list[Policy], best: Policy | None, text: str) -> None:
    import altair as alt
    import pandas as pd

    share, agreement = tr("calibration.axis_share"), tr("calibration.axis_agreement")
    data = pd.DataFrame({share: [one.share for one in policies], agreement: [one.agreement for one in policies]})
    axes = {
        "x": alt.X(share, type="quantitative", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
        "y": alt.Y(agreement, type="quantitative", axis=alt.Axis(format="%"), scale=alt.Scale(zero=False)),
    }
    layers = [alt.Chart(data).mark_line(point=True).encode(**axes)]
    if best is not None:
        chosen = pd.DataFrame({share: [best.share], agreement: [best.agreement]})
        layers.append(alt.Chart(chosen).mark_point(size=220, shape="diamond", filled=True).encode(**axes))
    st.altair_chart(alt.layer(*layers).properties(description=text, height=280), width="stretch")


def _keep(profile: Profile, criterion: str, best: Policy, tolerance: float) -> None:
    policy = {**best.model_dump(), "tolerance": tolerance}
    drafts.keep(f"routing:{profile.label}", **{criterion: policy})
    st.toast(tr("ui_calibration.policy_kept"))


def saved_profiles() -> list[Profile]:
    """All profiles, newest version of each name last."""
    return [Profile.model_validate(one.body) for one in stores.records().profiles.all()]

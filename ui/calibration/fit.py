"""The fit: a named profile with figures on items it did not see, stored in the records and with the run."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from evaluator.calibration.fit import HeldOut, fit_data
from evaluator.errors import InputError
from evaluator.files import write_in_one_step
from evaluator.profiles import Figure, Profile, keep_profile, newest_kept, read_kept, same_fit
from evaluator.rubric import Rubric
from ui.calibration import runs
from ui.calibration.policy import KeptHeldOut, criterion_names, show_routing
from ui.calibration.report import table_html
from ui.calibration.runs import Run
from ui.scorecard.view import section
from ui.shared import drafts, runner, stores
from ui.shared.language import tr
from ui.shared.layout import percent, when
from ui.shared.literal import literal
from ui.shared.progress import watch
from ui.shared.runner import Ticking, in_thread


def show_fit(run: Run) -> None:
    """A name, the button, and the figures of the profile once it exists."""
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
    _show_kept(run)


def _show_kept(run: Run) -> None:
    """The run's stored profile: its figures, its file, and what the grader may grade alone by it."""
    file, newest = run.folder / "profile.json", newest_kept(stores.records().profiles, run.rubric).get(run.profile)
    if newest is None or not file.is_file() or not (run.folder / runs.HELD_OUT).is_file():
        return
    profile, rubric = read_kept(newest), runs.rubric_of(run)
    if not same_fit(profile, Profile.load(file)):
        raise InputError("calibration_newer_fit", profile=profile.label)
    show_profile(profile, rubric)
    st.download_button(
        tr("ui_calibration.download", name="profile.json"),
        profile.model_dump_json().encode(),
        f"{run.profile}.json",
        "application/json",
        key="calibration_profile",
        on_click="ignore",
    )
    show_routing(run, profile, rubric)


def _begin(run: Run, texts: bool) -> runner.Job:
    """Fits in a thread; profile and held-out points are stored when it is done."""
    data, records, fitting = runs.data_of(run), stores.records(), tr("ui_calibration.fitting")

    def blocking(tick: Ticking) -> str:
        tick(0, 1, fitting)
        profile, held = fit_data(data, texts, 0.9, run.profile, 1)
        tick(1, 1, fitting)
        return store(profile, held).label

    def store(profile: Profile, held: HeldOut) -> Profile:
        kept = keep_profile(records.profiles, profile, run.rubric)
        write_in_one_step(run.folder / runs.HELD_OUT, KeptHeldOut.of(kept, held).model_dump_json())
        kept.save(run.folder / "profile.json")
        return kept

    async def work(job: runner.Job) -> Any:
        return await in_thread(job, blocking)

    return runner.start("calibration_fit", work, title=fitting)


def show_profile(profile: Profile, rubric: Rubric) -> None:
    """Held-out figures by criterion beside the uncalibrated ones, and where the profile comes from."""
    names = criterion_names(profile, rubric)
    heads = ("criterion", "pearson", "raw_pearson", "mae", "raw_mae", "coverage", "n")
    table = [[tr(f"ui_calibration.fit_{head}") for head in heads]]
    for name, fit in profile.criteria.items():
        table.append([names[name], *_cells(fit.held_out)])
    st.html(table_html(table))
    origin = profile.provenance
    told = tr(
        "ui_calibration.origin",
        label=literal(profile.label),
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

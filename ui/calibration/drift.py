"""Drift and planning: did the scores of the same texts move since an earlier run, and how many grades a run takes."""

from __future__ import annotations

from html import escape

import streamlit as st

from evaluator.calibration.agreement import Drift, find_drift
from evaluator.calibration.data import read_items, read_readouts
from evaluator.calibration.sampling import plan
from ui.calibration import machine, runs
from ui.calibration.runs import Run
from ui.scorecard.view import section
from ui.shared import drafts, runner
from ui.shared.choices import distinct, hold
from ui.shared.language import tr
from ui.shared.layout import empty, when
from ui.shared.notes import Tone, note, note_html
from ui.shared.progress import watch

DRAFT = "calibration_drift"


def show_drift() -> None:
    """Lets the user choose anchors that were graded once, grades them again as of now, and shows what moved."""
    known = runs.finished()
    if not known:
        empty("ui_calibration.no_anchors")
        return
    named = distinct({run.id: tr("ui_calibration.run_of", rubric=run.rubric, at=when(run.at)) for run in known})
    hold("drift_before", named, known[0].id)
    before = st.selectbox(
        tr("ui_calibration.drift_before"), list(named), format_func=named.__getitem__, key="drift_before"
    )
    run = next(one for one in known if one.id == before)
    job = runner.find(drafts.load(DRAFT).get("job"))
    watch(job)
    if (job is None or job.finished) and run.items.is_dir():
        st.button(
            tr("ui_calibration.drift_go"), key="drift_go", icon=":material/replay:", on_click=_grade_again, args=(run,)
        )
    later = [one for one in runs.finished(run.rubric) if one.id > run.id]
    if not later:
        st.html(f'<p class="ev-empty">{escape(tr("ui_calibration.drift_first"))}</p>')
        return
    named = distinct({one.id: tr("ui_calibration.run_of", rubric=one.rubric, at=when(one.at)) for one in later})
    hold("drift_after", named, later[0].id)
    after = st.selectbox(
        tr("ui_calibration.drift_after"), list(named), format_func=named.__getitem__, key="drift_after"
    )
    _show(run, next(one for one in later if one.id == after))


def _grade_again(run: Run) -> None:
    """A new run over the same texts, by the current rubric and model."""
    items = read_items(run.items)
    again = Run(id=runs.new_id(), owner=run.owner, at=runs.now(), rubric=run.rubric).save()
    drafts.keep(DRAFT, job=machine.begin(again, items).id)


def _show(before: Run, after: Run) -> None:
    scales = runs.scales_of(runs.rubric_of(before))
    names = {item.id: item.name for item in runs.rubric_of(before).criteria}
    for row in find_drift(read_readouts(before.readouts).points, read_readouts(after.readouts).points, scales):
        st.html(drift_html(row, names.get(row.criterion, row.criterion)))


def drift_html(row: Drift, name: str) -> str:
    """One criterion: moved or not, with its interval, and the items that moved far."""
    key = "drift_warning" if row.warning else "drift_ok"
    kind: Tone = "bad" if row.warning else "good"
    values = {"n": row.n, "shift": f"{row.shift:+.2f}", "low": f"{row.low:+.2f}", "high": f"{row.high:+.2f}"}
    moved = [
        tr("calibration.drift_item", item=one.item, before=f"{one.before:g}", after=f"{one.after:g}").strip()
        for one in row.moved[:20]
    ]
    return note_html(tr(f"calibration.{key}", criterion=name, **values), kind, moved)


def show_plan() -> None:
    """How many items and graders a required precision takes."""
    section("ui_calibration.plan_title")
    left, right = st.columns(2)
    correlation = left.slider(tr("ui_calibration.plan_correlation"), 0.1, 0.95, 0.6, 0.05, key="plan_correlation")
    half = right.slider(tr("ui_calibration.plan_half"), 0.02, 0.3, 0.08, 0.01, key="plan_half")
    single = left.slider(tr("ui_calibration.plan_single"), 0.1, 0.95, 0.4, 0.05, key="plan_single")
    reliability = right.slider(tr("ui_calibration.plan_reliability"), 0.5, 0.95, 0.8, 0.05, key="plan_reliability")
    found = plan(correlation=correlation, half_width=half, single=single, reliability=reliability)
    text = tr(
        "calibration.power_plan",
        correlation=f"{correlation:g}",
        half_width=f"{half:g}",
        confidence="95%",
        items=found.items,
        graders=found.graders,
        reliability=f"{found.reliability:.2f}",
        grades=found.grades,
    )
    note(text, "good")

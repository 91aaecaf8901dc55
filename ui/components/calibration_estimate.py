"""Few human grades, many texts: the mean of all of them, with an interval, and whom a person should grade next."""

from __future__ import annotations

from html import escape

import streamlit as st

from evaluator.calibration.drawing import pick_evenly
from evaluator.calibration.estimation import MeanEstimate, estimate_batch
from ui.components import calibration_runs as runs
from ui.components.calibration_report import table_html
from ui.components.calibration_runs import Run
from ui.components.language import tr
from ui.components.layout import percent
from ui.components.scorecard_view import section

NEXT = 10  # items that are proposed to a person
CONFIDENCE = 0.95


def show_estimate(run: Run) -> None:
    """By criterion the mean over all texts of the run; what to do where every text has human grades already."""
    section("ui_calibration.step_estimate")
    st.html(f'<p class="ev-dim">{escape(tr("ui_calibration.estimate_lead"))}</p>')
    data = runs.data_of(run)
    means, machine = data.grades.means(), data.readouts.points
    waiting = machine.drop(machine.index.intersection(means.index))
    if len(waiting) < 2:
        st.html(f'<p class="ev-empty">{escape(tr("ui_calibration.estimate_none"))}</p>')
        return
    names = {item.id: (item.name, item.points) for item in runs.rubric_of(run).criteria}
    found = estimate_batch(means, machine, confidence=CONFIDENCE)
    wanted = ", ".join(pick_evenly(waiting.index, NEXT))
    st.html(table_html([_heads(), *(_row(*names.get(name, (name, None)), one) for name, one in found.items())]))
    st.html(f"<p>{escape(tr('calibration.next_items', items=wanted))}</p>")


def _heads() -> list[str]:
    heads = ("criterion", "whole", "alone", "graded", "waiting", "worth")
    return [tr(f"ui_calibration.estimate_{head}", confidence=percent(CONFIDENCE)) for head in heads]


def _row(name: str, most: float | None, found: MeanEstimate) -> list[str]:
    scale = f" / {most:g}" if most else ""
    alone, low, high = found.humans_alone
    return [
        name,
        f"{found.mean:.2f}{scale} [{found.low:.2f}, {found.high:.2f}]",
        f"{alone:.2f}{scale} [{low:.2f}, {high:.2f}]",
        f"{found.graded:,}",
        f"{found.ungraded:,}",
        f"× {found.worth:.1f}",
    ]

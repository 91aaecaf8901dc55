"""Few human grades, many texts: the mean of all of them, with an interval, and whom a person should grade next."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from evaluator.calibration.estimation import MeanEstimate, estimate_mean, pick_next
from ui.components import calibration_runs as runs
from ui.components.calibration_report import table_html
from ui.components.calibration_runs import Run
from ui.components.language import tr
from ui.components.layout import percent
from ui.components.scorecard_view import section

if TYPE_CHECKING:
    import pandas as pd

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
    found = estimates(means, machine)
    st.html(table_html([_heads(), *(_row(*names.get(name, (name, None)), one) for name, one in found.items())]))
    st.html(f"<p>{escape(tr('calibration.next_items', items=', '.join(ask_next(waiting, machine))))}</p>")


def estimates(means: pd.DataFrame, machine: pd.DataFrame) -> dict[str, MeanEstimate]:
    """The mean human points by criterion over all rows of `machine`; `means` has the rows that people graded.

    InputError where fewer than ten were.
    """
    found = {}
    for name in (name for name in means.columns if name in machine.columns):
        graded = machine.index.intersection(means[name].dropna().index)
        both = machine.loc[graded, name].dropna().index
        found[str(name)] = estimate_mean(
            means.loc[both, name].to_numpy(float),
            machine.loc[both, name].to_numpy(float),
            machine[name].drop(graded).dropna().to_numpy(float),
            confidence=CONFIDENCE,
        )
    return found


def ask_next(waiting: pd.DataFrame, machine: pd.DataFrame) -> list[str]:
    """Which of the `waiting` items shorten the intervals fastest: those furthest from what is usual."""
    doubt = ((waiting - machine.mean()) / machine.std()).abs().mean(axis=1).fillna(1.0)
    return [one.item for one in pick_next([str(name) for name in waiting.index], doubt.to_numpy(float), NEXT)]


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

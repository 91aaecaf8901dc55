"""Few human grades, many texts: the mean of all of them, with an interval, and what a person should grade next."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from evaluator.calibration.sampling import (
    MeanEstimate,
    blank_sheet,
    draw_round,
    estimate_batch,
    load_draw,
    name_wanted,
    want_grades,
)
from evaluator.errors import InputError
from ui.calibration import runs
from ui.calibration.report import table_html
from ui.calibration.runs import Run
from ui.scorecard.view import section
from ui.shared.language import tr
from ui.shared.layout import guarded, percent, problem

if TYPE_CHECKING:
    import pandas as pd

    from evaluator.calibration.data import Readouts

ROUND = 10  # items that a round is expected to draw by default
CONFIDENCE = 0.95


def show_estimate(run: Run) -> None:
    """The mean over all texts of the run by criterion, and what to grade next; what to do if nothing is waiting."""
    section("ui_calibration.step_estimate")
    st.html(f'<p class="ev-dim">{escape(tr("ui_calibration.estimate_lead"))}</p>')
    data = runs.data_of(run)
    means, machine, path = data.grades.means(), data.readouts.graded, run.folder / runs.DRAW
    if not path.exists():
        left = machine.index.difference(means.index)
        if len(left) < 2:
            st.html(f'<p class="ev-empty">{escape(tr("ui_calibration.estimate_none"))}</p>')
            return
        _show_means(run, means, machine, None)
        _offer_round(path, data.readouts, means, len(left))
        return
    try:
        draw = load_draw(path, list(machine.index))
        if len(missing := want_grades(means, machine, draw)):
            _show_waiting(missing)
        else:
            _show_means(run, means, machine, draw)
        _offer_round(path, data.readouts, means, int((~draw["drawn"]).sum()))
    except InputError as other_batch:
        problem(other_batch)
    _offer_to_forget(path)


def _show_means(run: Run, means: pd.DataFrame, machine: pd.DataFrame, draw: pd.DataFrame | None) -> None:
    names: dict[str, tuple[str, float | None]] = {
        item.id: (item.name, item.points) for item in runs.rubric_of(run).criteria
    }
    with guarded():  # too few grades are no reason not to draw some more
        found = estimate_batch(means, machine, draw, confidence=CONFIDENCE)
        rows = [_row(*names.get(name, (name, None)), one) for name, one in found.items()]
        st.html(table_html([_heads(), *rows]))


def _show_waiting(missing: pd.DataFrame) -> None:
    """Texts that were drawn and not graded yet, with a sheet to fill in."""
    told = tr("ui_calibration.draw_waiting", count=len(missing), items=name_wanted(missing))
    st.html(f'<p class="ev-empty">{escape(told)}</p>')
    st.download_button(
        tr("ui_calibration.draw_sheet"),
        blank_sheet(missing),
        "grades-to-give.csv",
        "text/csv",
        key="calibration_draw_sheet",
        on_click="ignore",
    )


def _offer_round(path: Path, readouts: Readouts, means: pd.DataFrame, left: int) -> None:
    """Draws some of the remaining texts where the machine is unsure, with chances that keep the interval valid."""
    if not left:
        return
    count = st.columns([1, 2])[0].number_input(
        tr("ui_calibration.draw_count"), 1, left, min(ROUND, left), key=f"calibration_draw_count_{left}",
        help=tr("ui_calibration.draw_help"),
    )  # fmt: skip
    if st.button(tr("ui_calibration.draw"), key="calibration_draw", icon=":material/casino:"):
        draw_round(path, readouts, set(means.index), int(count))
        st.rerun()


def _offer_to_forget(path: Path) -> None:
    with st.popover(tr("ui_calibration.draw_forget"), icon=":material/undo:"):
        st.write(tr("ui_calibration.draw_forget_lead"))
        if st.button(tr("ui_calibration.draw_forget"), key="calibration_draw_forget"):
            path.unlink(missing_ok=True)
            st.rerun()


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

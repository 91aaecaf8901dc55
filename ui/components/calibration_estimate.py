"""Few human grades, many texts: the mean of all of them, with an interval, and whom a person should grade next."""

from __future__ import annotations

import csv
import io
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from evaluator.calibration.drawing import begin_draw, draw_next, load_draw, save_draw, uncertainty_of
from evaluator.calibration.estimation import MeanEstimate, estimate_batch, name_wanted, want_grades
from evaluator.errors import InputError
from ui.components import calibration_runs as runs
from ui.components.calibration_report import table_html
from ui.components.calibration_runs import Run
from ui.components.language import tr
from ui.components.layout import percent, problem
from ui.components.scorecard_view import section

if TYPE_CHECKING:
    import pandas as pd

    from evaluator.calibration.gathering import Data

ROUND = 10  # items that a round is expected to draw, unless somebody says otherwise
CONFIDENCE = 0.95
DRAW = "draw.csv"


def show_estimate(run: Run) -> None:
    """By criterion the mean over all texts of the run, and whom to grade next; what to do where nothing is waiting."""
    section("ui_calibration.step_estimate")
    st.html(f'<p class="ev-dim">{escape(tr("ui_calibration.estimate_lead"))}</p>')
    data = runs.data_of(run)
    machine = data.readouts.points.dropna(how="all")
    try:
        draw = load_draw(run.folder / DRAW, list(machine.index)) if (run.folder / DRAW).exists() else None
    except InputError as other_batch:
        problem(other_batch)
        _offer_to_forget(run)
        return
    if draw is None and len(machine.index.difference(data.grades.means().index)) < 2:
        st.html(f'<p class="ev-empty">{escape(tr("ui_calibration.estimate_none"))}</p>')
        return
    waiting = {} if draw is None else want_grades(data.grades.means(), machine, draw)
    if waiting:
        _show_waiting(run, waiting)
    else:
        _show_means(run, data, draw)
    _offer_round(run, data, draw)
    if draw is not None:
        _offer_to_forget(run)


def _show_means(run: Run, data: Data, draw: pd.DataFrame | None) -> None:
    names = {item.id: (item.name, item.points) for item in runs.rubric_of(run).criteria}
    try:
        machine = data.readouts.points.dropna(how="all")
        found = estimate_batch(data.grades.means(), machine, draw, confidence=CONFIDENCE)
    except InputError as too_few:
        problem(too_few)
        return
    st.html(table_html([_heads(), *(_row(*names.get(name, (name, None)), one) for name, one in found.items())]))


def _show_waiting(run: Run, waiting: dict[str, list[str]]) -> None:
    """Who was drawn and is not graded yet, with a sheet to fill in."""
    told = tr("ui_calibration.draw_waiting", count=len(waiting), items=name_wanted(waiting))
    st.html(f'<p class="ev-empty">{escape(told)}</p>')
    st.download_button(
        tr("ui_calibration.draw_sheet"),
        _sheet(waiting),
        "grades-to-give.csv",
        "text/csv",
        key="calibration_draw_sheet",
        on_click="ignore",
    )


def _sheet(waiting: dict[str, list[str]]) -> bytes:
    """An empty table of grades for these items, as the second step reads it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["item", "grader", "criterion", "points"])
    writer.writerows((item, "", name, "") for item, criteria in waiting.items() for name in criteria)
    return text.getvalue().encode("utf-8-sig")  # the mark has Excel read Chinese


def _offer_round(run: Run, data: Data, draw: pd.DataFrame | None) -> None:
    """Draws some more where the machine is unsure; each with a chance that is kept, so that the interval stays valid."""
    machine = data.readouts.points.dropna(how="all")
    before = begin_draw(list(machine.index), set(data.grades.means().index)) if draw is None else draw
    left = int((~before["drawn"]).sum())
    if not left:
        return
    count = st.columns([1, 2])[0].number_input(
        tr("ui_calibration.draw_count"), 1, left, min(ROUND, left), key="calibration_draw_count",
        help=tr("ui_calibration.draw_help"),
    )  # fmt: skip
    if st.button(tr("ui_calibration.draw"), key="calibration_draw", icon=":material/casino:"):
        unsure = uncertainty_of(data.readouts, list(machine.index))
        save_draw(draw_next(before, unsure, int(count)), run.folder / DRAW)
        st.rerun()


def _offer_to_forget(run: Run) -> None:
    with st.popover(tr("ui_calibration.draw_forget"), icon=":material/undo:"):
        st.write(tr("ui_calibration.draw_forget_lead"))
        if st.button(tr("ui_calibration.draw_forget"), key="calibration_draw_forget"):
            (run.folder / DRAW).unlink(missing_ok=True)
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

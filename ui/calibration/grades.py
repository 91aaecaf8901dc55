"""Human grades: a table is uploaded, its columns are shown with their assumed meaning, and a person confirms."""

from __future__ import annotations

import csv
import io
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from evaluator.calibration.data import ColumnMapping, Scale, propose_mapping
from evaluator.encoding import as_cell
from evaluator.errors import InputError
from ui.calibration import runs
from ui.calibration.runs import Run
from ui.scorecard.view import section
from ui.shared import stores
from ui.shared.choices import hold
from ui.shared.language import language, tr
from ui.shared.notes import note

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 5  # rows of the table
PROBLEMS = 30
FEW_LOST = 0.05  # share of the grades that may be left out without asking


def choose_grades(run: Run) -> Run:
    """The upload, or the corrections made in this program; returns the resulting run."""
    section("ui_calibration.step_grades")
    file = st.file_uploader(
        tr("ui_calibration.grades_file"), type=["csv", "tsv", "xlsx"], key="calibration_grades",
        help=tr("ui_calibration.grades_help"),
    )  # fmt: skip
    if file is not None and st.session_state.get("calibration_taken") != file.file_id:
        run = runs.keep_grades(run, file.name, file.getvalue())
        st.session_state["calibration_taken"] = file.file_id
    given = stores.records().human_grades(run.rubric, stores.owner())
    if given and not run.grades:
        label = tr("ui_calibration.use_corrections", count=len(given))
        if st.button(label, key="calibration_corrections", icon=":material/rate_review:"):
            run = _take_corrections(run)
    return run


def _take_corrections(run: Run) -> Run:
    """What people corrected on this person's gradings, as grades of those gradings."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["item", "grader", "criterion", "points"])
    rows = stores.records().human_grades(run.rubric, stores.owner())
    writer.writerows([row.item, as_cell(row.grader), row.criterion, row.points] for row in rows)
    transcripts = {row.item: stores.records().transcript(row.item) for row in rows}
    runs.keep_items(run, [(f"{name}.txt", one.source.encode()) for name, one in transcripts.items()])
    return runs.keep_grades(run, "grades.csv", text.getvalue().encode())


def confirm_mapping(run: Run) -> Run:
    """Shows the table and its columns' assumed meaning; returns the run, confirmed or not."""
    table = runs.table_of(run)
    criteria = [item.id for item in runs.rubric_of(run).criteria]
    section("ui_calibration.step_mapping")
    names = {item.id: item.name for item in runs.rubric_of(run).criteria}
    st.dataframe(table.head(SHOWN).replace(names).rename(columns=names), hide_index=True, width="stretch")
    st.caption(tr("ui_calibration.rows", count=len(table)))
    mapping = _edit(propose_mapping(table, criteria) if run.mapping is None else run.mapping, table)
    note(mapping.explain(language()))
    scale, letters = _scale(run), _letters(run)
    changed = (mapping, scale, letters) != (run.mapping, run.scale, run.letters)
    if st.button(tr("ui_calibration.confirm"), type="primary", key="calibration_confirm", disabled=not changed):
        run = runs.confirm(run, mapping, scale, letters)
        st.rerun()
    return run


def _edit(mapping: ColumnMapping, table: pd.DataFrame) -> ColumnMapping:
    """The proposed meaning, to be corrected column by column."""
    columns = [str(column) for column in table.columns]
    with st.expander(tr("ui_calibration.correct_mapping")):
        kinds = ("long", "graders", "criteria")
        hold("calibration_kind", kinds, mapping.kind)
        kind = st.radio(
            tr("ui_calibration.layout"), kinds, key="calibration_kind",
            format_func=lambda one: tr(f"ui_calibration.layout_{one}"),
        )  # fmt: skip
        roles = ["item", *(["grader"] if kind != "graders" else []), *(["criterion"] if kind != "criteria" else [])]
        roles += ["points"] if kind == "long" else []
        found = {role: _column(role, columns, getattr(mapping, role)) for role in roles}
        rest = [column for column in columns if column not in found.values()]
        wide: list[str] = []
        if kind != "long":
            usual = [column for column in mapping.columns if column in rest] or rest
            wide = st.multiselect(
                tr("ui_calibration.wide_columns"),
                rest,
                default=usual,
                key="calibration_wide",
                placeholder=tr("ui_bank.choose"),
            )
    used = {*found.values(), *wide}
    ignored = tuple(column for column in columns if column not in used)
    return mapping.model_copy(
        update={
            "grader": None, "criterion": None, "points": None, **found,
            "kind": kind, "columns": tuple(wide), "ignored": ignored,
        }
    )  # fmt: skip


def _column(role: str, columns: list[str], chosen: str | None) -> str | None:
    place = columns.index(chosen) if chosen in columns else (0 if role in ("item", "points") else None)
    return st.selectbox(
        tr(f"ui_calibration.column_{role}"),
        columns,
        index=place,
        key=f"calibration_column_{role}",
        placeholder=tr("ui_bank.choose"),
    )


def _scale(run: Run) -> Scale | None:
    """The humans' own scale, if it differs from the rubric's."""
    if not st.checkbox(tr("ui_calibration.other_scale"), value=run.scale is not None, key="calibration_scaled"):
        return None
    left, right = st.columns(2)
    low = left.number_input(
        tr("ui_calibration.lowest"), value=run.scale.low if run.scale else 0.0, key="calibration_low"
    )
    high = right.number_input(
        tr("ui_calibration.highest"), value=run.scale.high if run.scale else 100.0, key="calibration_high"
    )
    if not low < high:
        raise InputError("calibration_bad_scale", text=f"{low:g}:{high:g}")
    return Scale(low=low, high=high)


def _letters(run: Run) -> dict[str, float]:
    """The value of letter grades, one per line: B+=8."""
    text = st.text_area(
        tr("ui_calibration.letters"), value="\n".join(f"{name}={worth:g}" for name, worth in run.letters.items()),
        key="calibration_letters", height=80, placeholder="A=10\nB+=8",
    )  # fmt: skip
    try:
        return {name.strip().upper(): float(worth) for name, worth in (line.rsplit("=", 1) for line in text.split())}
    except ValueError:
        raise InputError("calibration_bad_letter", text=text) from None


def show_grades(run: Run, known: set[str] | None = None) -> bool:
    """What could be used, and what could not, with its row.

    Returns False while more than a few grades would be left out and nobody has agreed to that.
    """
    grades = runs.grades_of(run, known)
    items = grades.table["item"].nunique()
    counts = {"grades": len(grades.table), "items": items, "graders": len(grades.graders)}
    note(tr("ui_calibration.grades_read", **counts), "good")
    if len(grades.graders) == 1:
        note(tr("calibration.one_grader_note"))
    if grades.problems:
        with st.expander(tr("ui_calibration.not_used", count=grades.problem_count)):
            lines = "".join(f"<li>{escape(one.text(language()))}</li>" for one in grades.problems[:PROBLEMS])
            st.html(f'<ul class="ev-list">{lines}</ul>')
    lost = grades.problem_count - sum(one.row == 0 for one in grades.problems)
    whole = lost + len(grades.table)
    if lost <= FEW_LOST * whole:
        return True
    note(tr("ui_calibration.loses", lost=lost, whole=whole), "bad")
    return st.checkbox(tr("ui_calibration.loses_agreed", lost=lost), key=f"calibration_loses_{run.id}_{lost}_{whole}")

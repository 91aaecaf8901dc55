"""The report: agreement beside the human ceiling, bias, severity, the replacement test; tables, plots and words."""

from __future__ import annotations

import base64
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from evaluator.calibration.report import TOTAL, Plot, Report, ReportSection, describe, make_report, write_report
from ui.calibration import runs
from ui.calibration.runs import Run
from ui.scorecard.view import section
from ui.shared import drafts, runner
from ui.shared.choices import distinct, hold
from ui.shared.language import language, tr
from ui.shared.notes import note
from ui.shared.progress import watch
from ui.shared.runner import Ticking, in_thread


def show_report(run: Run) -> None:
    """The button, the progress, and the report once it exists."""
    section("ui_calibration.step_report")
    job = runner.find(drafts.load(runs.DRAFT).get("report"))
    watch(job)
    label = tr("ui_calibration.report_again" if _stored(run) else "ui_calibration.report_go")
    if (job is None or job.finished) and st.button(label, key="calibration_report", icon=":material/insights:"):
        drafts.keep(runs.DRAFT, report=_begin(run).id)
        st.rerun()
    report = _stored(run)
    if report is not None:
        _show(report, run)


def _begin(run: Run) -> runner.Job:
    measuring, chosen = tr("ui_calibration.measuring"), language()
    data = runs.data_of(run)

    def blocking(tick: Ticking) -> Any:
        tick(0, 2, measuring)
        report = make_report(data.readouts.points, data.grades, data.items)
        tick(1, 2, measuring)
        return write_report(report, run.folder, chosen)

    async def work(job: runner.Job) -> Any:
        return await in_thread(job, blocking)

    return runner.start("calibration_report", work, title=measuring)


def _stored(run: Run) -> Report | None:
    path = run.folder / "report.json"
    return _read(str(path), path.stat().st_mtime_ns) if path.is_file() else None


@st.cache_data(show_spinner=False, max_entries=8)
def _read(path: str, changed: int) -> Report:
    return Report.model_validate_json(Path(path).read_text(encoding="utf-8"))


def _show(report: Report, run: Run) -> None:
    names = {item.id: item.name for item in runs.rubric_of(run).criteria}
    counts = {"items": report.items, "graders": len(report.graders), "grades": report.grades}
    st.html(f"<p>{escape(tr('calibration.intro', **counts))}</p>")
    rows = {row.criterion: row for row in report.criteria}
    if not rows:
        st.html(f'<p class="ev-empty">{escape(tr("ui_calibration.nothing_shared"))}</p>')
        return
    labels = distinct({name: tr("calibration.total") if name == TOTAL else names.get(name, name) for name in rows})
    hold("calibration_criterion", labels, report.criteria[-1].criterion)
    chosen = st.selectbox(tr("criterion"), list(labels), format_func=labels.__getitem__, key="calibration_criterion")
    show_part(_described(report, chosen, language()))
    _downloads(run)


@st.cache_data(show_spinner=False, max_entries=32, hash_funcs={Report: lambda report: report.model_dump_json()})
def _described(report: Report, criterion: str, language: str) -> ReportSection:
    return describe(next(row for row in report.criteria if row.criterion == criterion), language)


def show_part(part: ReportSection) -> None:
    """One criterion: the verdict in words, then tables and plots, each plot with its text."""
    note(f"{tr('calibration.substitution')} {part.verdict}")
    section("calibration.agreement")
    st.html(table_html(without_undefined(part.agreement)))
    if part.plots:
        for column, plot in zip(st.columns(len(part.plots)), part.plots, strict=True):
            column.html(plot_html(plot))
    for title, table, about in (
        ("each", part.each, ""),
        ("groups", part.groups, ""),
        ("severity", part.severity, tr("calibration.severity_note")),
    ):
        if len(table) > 1:
            with st.expander(tr(f"calibration.{title}")):
                st.html(table_html(table) + (f'<p class="ev-dim">{escape(about)}</p>' if about else ""))
    if part.copies:
        note(tr("calibration.copies"), items=part.copies)


def without_undefined(table: list[list[str]]) -> list[list[str]]:
    """The table without the panels that have too few graders; the single columns stay and say why."""
    keep = [
        place
        for place in range(len(table[0]))
        if place < 5 or len({row[place] for row in table[1:]}) > 1  # an undefined panel says the same throughout
    ]
    return [[row[place] for place in keep] for row in table]


def table_html(table: list[list[str]]) -> str:
    """A table whose first row is its header; it scrolls by itself on a narrow screen."""
    head = "".join(f"<th scope='col'>{escape(cell)}</th>" for cell in table[0])
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in table[1:])
    label = escape(table[0][0] or tr("calibration.agreement"))
    return (
        f'<div style="overflow-x:auto" role="region" tabindex="0" aria-label="{label}">'
        f'<table class="ev-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def plot_html(plot: Plot) -> str:
    """A plot as a picture, with the same in words below it."""
    svg = base64.b64encode(str(plot.svg).encode()).decode()
    text = escape(plot.text)
    return (
        f'<figure style="margin:0"><img alt="{text}" style="width:100%;background:#fff;border-radius:8px" '
        f'src="data:image/svg+xml;base64,{svg}"><figcaption class="ev-dim">{text}</figcaption></figure>'
    )


def _downloads(run: Run) -> None:
    kinds = {"report.html": "text/html", "report.json": "application/json", "report.xlsx": "application/octet-stream"}
    for column, (name, kind) in zip(st.columns(3), kinds.items(), strict=True):
        path = run.folder / name
        if path.is_file():
            column.download_button(
                tr("ui_calibration.download", name=name), path.read_bytes, name, kind, key=f"calibration_{name}",
                width="stretch", on_click="ignore",
            )  # fmt: skip

"""The machine's side of a run: grades the graders' texts by the usual path, and stores its readouts."""

from __future__ import annotations

import asyncio
import json
from html import escape
from typing import Any

import streamlit as st

from evaluator.calibration.data import CalibrationItem, read_items
from ui.calibration import runs
from ui.calibration.runs import Run
from ui.scorecard.view import section
from ui.shared import drafts, runner, stores
from ui.shared.language import tr
from ui.shared.notes import note
from ui.shared.progress import watch
from ui.shared.runner import Tick


def choose_items(run: Run) -> list[CalibrationItem]:
    """The texts that were graded: uploaded once, then kept with the run."""
    section("ui_calibration.step_items")
    files = st.file_uploader(
        tr("ui_calibration.items_files"), type=["txt", "jsonl"], accept_multiple_files=True, key="calibration_items",
        help=tr("ui_calibration.items_help"),
    )  # fmt: skip
    taken = ",".join(sorted(file.file_id for file in files or ()))
    if files and st.session_state.get("calibration_items_taken") != taken:
        runs.keep_items(run, [(file.name, file.getvalue()) for file in files])
        st.session_state["calibration_items_taken"] = taken
    items = read_items(run.items) if run.items.is_dir() else []
    if not items:
        st.html(f'<p class="ev-empty">{escape(tr("ui_calibration.items_missing"))}</p>')
    return items


def grade_items(run: Run, items: list[CalibrationItem]) -> None:
    """The button that has the machine grade, its progress, and whether it is done."""
    job = runner.find(drafts.load(runs.DRAFT).get("machine"))
    known = {line["item"] for line in _lines(run) if "item" in line}
    missing = [item for item in items if item.id not in known]
    watch(job)
    if job is not None and not job.finished:
        return
    if not missing:
        note(tr("ui_calibration.machine_done", count=len(items)), "good")
        return
    label = tr("ui_calibration.machine_go", count=len(missing))
    if st.button(label, type="primary", icon=":material/play_arrow:", key="calibration_machine"):
        drafts.keep(runs.DRAFT, machine=begin(run, items).id)
        st.rerun()


def begin(run: Run, items: list[CalibrationItem]) -> runner.Job:
    """Grades the items one by one and writes the readouts; earlier gradings are found, not asked for again."""
    rubric, owner, settings, records = runs.rubric_of(run), stores.owner(), stores.settings(), stores.records()
    place, reading = run.readouts, tr("ui_calibration.machine_at")

    async def work(job: runner.Job) -> Any:
        from evaluator.calibration.data import read_out, write_lines

        def tell(number: int, item: CalibrationItem) -> None:
            job.events.append(Tick(number, len(items), f"{reading} {item.id}"))

        lines = await read_out(items, rubric, settings, records=records, owner=owner, tell=tell)
        await asyncio.to_thread(write_lines, lines, place)
        return len(items)

    return runner.start("calibration", work, title=rubric.title)


def _lines(run: Run) -> list[dict[str, Any]]:
    if not run.readouts.is_file():
        return []
    return [json.loads(line) for line in run.readouts.read_text(encoding="utf-8").splitlines() if line.strip()]

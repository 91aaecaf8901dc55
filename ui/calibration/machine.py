"""The machine's side of a run: grades the graders' texts by the usual path, and stores its readouts."""

from __future__ import annotations

import asyncio
import json
import tempfile
from html import escape
from pathlib import Path, PurePath
from typing import Any

import streamlit as st

from evaluator import batch
from evaluator.calibration.data import CalibrationItem, item_of, read_items
from evaluator.errors import EvaluatorError, InputError
from evaluator.rubric import Rubric
from evaluator.transcript import Transcript
from ui.calibration import runs
from ui.calibration.runs import Run
from ui.scorecard.view import section
from ui.shared import drafts, runner, stores
from ui.shared.choices import distinct, hold
from ui.shared.language import tr
from ui.shared.layout import guarded, tell_later, when
from ui.shared.notes import note
from ui.shared.progress import watch
from ui.shared.runner import Tick
from ui.shared.uploads import write_inputs

MOST_BATCHES = 50


def choose_items(run: Run) -> list[CalibrationItem]:
    """The texts that were graded: uploaded once in any form that a batch takes, or those of a batch; kept with the run."""
    section("ui_calibration.step_items")
    files = st.file_uploader(
        tr("ui_calibration.items_files"), accept_multiple_files=True, key="calibration_items",
        help=tr("ui_calibration.items_help"),
    )  # fmt: skip
    taken = ",".join(sorted(file.file_id for file in files or ()))
    if files and st.session_state.get("calibration_items_taken") != taken:
        with guarded():
            runs.keep_items(run, texts_of(files, runs.rubric_of(run)))
            st.session_state["calibration_items_taken"] = taken
    _from_batch(run)
    items = read_items(run.items) if run.items.is_dir() else []
    if not items:
        st.html(f'<p class="ev-empty">{escape(tr("ui_calibration.items_missing"))}</p>')
    return items


def texts_of(files: list[Any], rubric: Rubric) -> list[tuple[str, bytes]]:
    """Uploaded files as a run keeps them: text files and JSON Lines as they are, everything else as one list of items.

    The id of an item is its id in the table, or its file's name without the suffix. Raises InputError, also if one text
    cannot be read: grades without their text would be left out.
    """
    if all(PurePath(file.name).suffix.lower() in (".txt", ".jsonl") for file in files):
        return [(file.name, file.getvalue()) for file in files]
    with tempfile.TemporaryDirectory() as folder:
        inputs = batch.read_inputs(write_inputs(files, Path(folder)))
    found = []
    for item in batch.prepare(inputs, lambda name: rubric, rubric):
        if item.transcript is None:
            raise InputError("calibration_text_unread", item=item.item, why=item.error or "")
        name = item.item if inputs.columns is not None else PurePath(item.item).stem
        found.append((name, item.transcript))
    return [_as_lines(found)]


def _from_batch(run: Run) -> None:
    """One of this person's batches by the run's rubric instead of files: its texts, with the same ids."""
    batches = stores.records().batches.all(owner=stores.owner(), limit=MOST_BATCHES)
    names = distinct({one.id: f"{one.name} · {when(one.at)}" for one in batches if one.done})
    if not names:
        return
    hold("calibration_batch", names)
    st.selectbox(
        tr("ui_calibration.items_batch"), list(names), index=None, format_func=names.__getitem__, key="calibration_batch",
        placeholder=tr("ui_bank.choose"), on_change=_take_batch, args=(run,),
    )  # fmt: skip


def _take_batch(run: Run) -> None:
    """Written before the page is drawn, so that a second choice cannot interrupt it."""
    chosen, records = st.session_state["calibration_batch"], stores.records()
    if chosen is None:
        return
    try:
        done = {item.grading_id: item.item for item in records.batches.items(chosen) if item.grading_id}
        cards = records.many(list(done))
        found = [
            (PurePath(done[name]).stem if PurePath(done[name]).suffix else done[name], records.transcript(name))
            for name, card in cards.items()
            if card.rubric.id == run.rubric
        ]
        if not found:
            raise InputError("calibration_batch_other")
        runs.keep_items(run, [_as_lines(found)])
    except EvaluatorError as error:
        tell_later(error)


def _as_lines(found: list[tuple[str, Transcript]]) -> tuple[str, bytes]:
    lines = [item_of(name, transcript).model_dump_json() for name, transcript in found]
    return "items.jsonl", "\n".join(lines).encode()


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

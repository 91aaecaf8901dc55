"""A calibration run on disk: what was handed in, what it was taken to mean, and the results. A reload loses nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from pydantic import BaseModel, ValidationError

from evaluator.calibration.data import (
    CalibrationItem,
    ColumnMapping,
    Data,
    Grades,
    Scale,
    read_grades,
    read_items,
    read_readouts,
    read_table,
)
from evaluator.errors import InputError
from evaluator.files import write_in_one_step
from evaluator.profiles import two_sided
from evaluator.rubric import Rubric
from evaluator.settings import make_writable
from evaluator.storage import new_id, now
from ui.scorecard import scenario
from ui.shared import drafts, runner, stores
from ui.shared.uploads import disk_name

if TYPE_CHECKING:
    import pandas as pd

DRAFT = "calibration"
HELD_OUT = "held_out.json"  # points of items that the fit did not see
DRAW = "draw.csv"
_FIGURES = ("report.*", HELD_OUT)  # messages about grades and readouts together


class Run(BaseModel):
    """What a person has stated about a run so far. Its files are in `folder`."""

    id: str
    owner: str
    at: str
    rubric: str
    grades: str = ""  # file name in the folder; empty until something was handed in
    mapping: ColumnMapping | None = None  # as confirmed by a person
    scale: Scale | None = None  # what the humans used, if it differs from the rubric's
    letters: dict[str, float] = {}
    profile: str = ""  # name of the profile that was fitted

    @property
    def folder(self) -> Path:
        """The folder of the run's files."""
        return runs_folder() / self.id

    @property
    def items(self) -> Path:
        """The texts."""
        return self.folder / "items"

    @property
    def readouts(self) -> Path:
        """The machine's readouts."""
        return self.folder / "readouts.jsonl"

    def save(self, **changes: Any) -> Run:
        """Returns the run with `changes`, written to disk."""
        changed = self.model_copy(update=changes)
        make_writable(changed.folder)
        write_in_one_step(changed.folder / "run.json", changed.model_dump_json())
        return changed


def runs_folder() -> Path:
    """The folder of all runs."""
    return stores.settings().data_dir / "calibration"


def active() -> Run | None:
    """The run that this person has open, or None."""
    return load(str(drafts.load(DRAFT).get("run", "")))


def load(run_id: str) -> Run | None:
    """Returns one of this person's runs; None if it does not exist or its file is broken."""
    path = runs_folder() / run_id / "run.json"
    if not run_id or not path.is_file():
        return None
    try:
        run = Run.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError:
        return None
    return run if stores.may_see(run.owner) else None


def begin(rubric: Rubric) -> Run:
    """Creates a run by `rubric` and opens it for this person."""
    run = Run(id=new_id(), owner=stores.owner(), at=now(), rubric=rubric.id).save()
    drafts.drop(DRAFT)
    drafts.keep(DRAFT, run=run.id)
    return run


def leave() -> None:
    """Closes the open run; its files stay."""
    drafts.drop(DRAFT)


def finished(rubric_id: str | None = None) -> list[Run]:
    """This person's runs that have machine readouts, newest first."""
    folder = runs_folder()
    names = sorted((path.name for path in folder.iterdir()), reverse=True) if folder.is_dir() else []
    runs = [run for name in names if (run := load(name)) is not None and run.readouts.is_file()]
    return [run for run in runs if rubric_id in (None, run.rubric)]


def rubric_of(run: Run) -> Rubric:
    """Returns the run's rubric in its current form; raises InputError when it is gone."""
    found = scenario.usable().get(run.rubric)
    if found is None:
        raise InputError("rubric_unknown", name=run.rubric)
    return found


def keep_grades(run: Run, name: str, content: bytes) -> Run:
    """Stores the uploaded table of grades.

    What was confirmed for another table, and the results of that one, are forgotten.
    """
    _forget(run, "report", "fit", files=_FIGURES)
    suffix = Path(name).suffix.lower() or ".csv"
    make_writable(run.folder)
    write_in_one_step(run.folder / f"grades{suffix}", content)
    return run.save(grades=f"grades{suffix}", mapping=None)


def keep_items(run: Run, files: list[tuple[str, bytes]]) -> None:
    """Replaces the texts: one `.jsonl`, or one text file per item.

    The machine's readouts of the old texts and their results are forgotten: other texts may have the same names.
    """
    _forget(run, "machine", "report", "fit", files=(run.readouts.name, DRAW, *_FIGURES))
    shutil.rmtree(run.items, ignore_errors=True)
    make_writable(run.items)
    for name, content in files:
        target = "items.jsonl" if name.lower().endswith(".jsonl") else str(Path(name).with_suffix(".txt"))
        write_in_one_step(run.items / disk_name(target), content)


def confirm(run: Run, mapping: ColumnMapping, scale: Scale | None, letters: dict[str, float]) -> Run:
    """Returns the run with its table's meaning, as a person confirmed it; results of another meaning are forgotten."""
    _forget(run, "report", "fit", files=_FIGURES)
    return run.save(mapping=mapping, scale=scale, letters=letters)


def _forget(run: Run, *jobs: str, files: tuple[str, ...]) -> None:
    """Stops running work on what is replaced, so that it writes nothing afterwards, and deletes its files."""
    for name in jobs:
        job = runner.find(drafts.load(DRAFT).get(name))
        if job is not None and not job.finished:
            runner.stop(job)
    drafts.keep(DRAFT, **dict.fromkeys(jobs))
    for pattern in files:
        for path in run.folder.glob(pattern):
            path.unlink(missing_ok=True)


def table_of(run: Run) -> pd.DataFrame:
    """The table as it was uploaded, with the rubric's criteria by id where it names them by title."""
    return _table(str(run.folder / run.grades), (run.folder / run.grades).stat().st_mtime_ns, _names(rubric_of(run)))


@st.cache_data(show_spinner=False, max_entries=4)
def _table(path: str, changed: int, names: dict[str, str]) -> pd.DataFrame:
    table = read_table(Path(path))
    table = table.rename(columns={column: names.get(str(column).strip(), column) for column in table.columns})
    return table.replace(names)


def _names(rubric: Rubric) -> dict[str, str]:
    return {item.name: item.id for item in rubric.criteria}


def scales_of(rubric: Rubric) -> dict[str, Scale]:
    """Lowest and highest points of each criterion that has any."""
    return {item.id: Scale(low=0.0, high=item.points) for item in rubric.criteria if item.points}


def grades_of(run: Run, known: set[str] | None = None) -> Grades:
    """Returns the grades by the confirmed mapping; raises InputError when nothing can be used."""
    return read_grades(
        table_of(run),
        run.mapping,
        items=known,
        scales=scales_of(rubric_of(run)),
        given_scale=run.scale,
        letters=run.letters or None,
    )


def data_of(run: Run) -> Data:
    """Everything about a run, ready for the report and the fit."""
    made = read_readouts(run.readouts)
    texts = read_items(run.items) if run.items.is_dir() else []
    rubric = rubric_of(run)
    spoken = [_as_graded(item, rubric) for item in texts]
    return Data(grades_of(run, set(made.points.index)), made, spoken, scales_of(rubric))


def _as_graded(item: CalibrationItem, rubric: Rubric) -> CalibrationItem:
    """The item in the turns that grading reads, so that a profile is later applied to what it was fitted on."""
    from evaluator.calibration.data import transcript_of

    return item.model_copy(update={"transcript": two_sided(transcript_of(item, rubric)), "answer": ""})

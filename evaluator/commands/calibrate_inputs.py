"""The inputs of a calibration command, read and checked: grades, readouts, texts, scales."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from evaluator.errors import InputError
from evaluator.messages import say

if TYPE_CHECKING:
    import pandas as pd

    from evaluator.calibration.data import ColumnMapping, Data, Scale
    from evaluator.commands.calibrate_options import Given


def load(given: Given) -> Data:
    """Loads a command's inputs from files or stored records and reports what could not be used.

    Raises InputError, also if people and machine have no criterion in common.
    """
    data = _load_stored(given.stored) if given.stored else _load_files(given)
    data.grades.shared(data.readouts.points)  # called for its check: every command compares the two
    for unread in data.grades.unread(data.readouts.points):
        typer.echo(unread.text(), err=True)
    for problem in data.grades.problems[:20]:
        typer.echo(problem.text(), err=True)
    if data.grades.problem_count > 20:
        typer.echo(say("calibration.problems_more", count=data.grades.problem_count), err=True)
    return data


def _load_stored(rubric: str) -> Data:
    from evaluator.calibration.data import gather_stored
    from evaluator.storage import open_records

    with open_records() as records:
        data = gather_stored(_id_of(rubric) if not records.count(rubric) else rubric, records)
    people, items = len(data.grades.graders), data.grades.table["item"].nunique()
    typer.echo(say("calibration.stored", people=people, items=items, gradings=len(data.readouts.points)), err=True)
    return data


def _id_of(rubric: str) -> str:
    """The id of a rubric given as a file; RubricError if there is none of that name."""
    from evaluator.rubrics import find

    return find(rubric).id


def _load_files(given: Given) -> Data:
    from evaluator.calibration.data import (
        Data,
        propose_mapping,
        read_grades,
        read_items,
        read_readouts,
        read_table,
        scales_of,
    )

    if given.grades is None:
        raise InputError("calibration_needs_grades")
    if given.readouts is None:
        raise InputError("calibration_needs_readouts")
    made, scales = read_readouts(given.readouts), scales_of(given.rubric)
    texts = read_items(given.items) if given.items else []
    table = read_table(given.grades)
    mapping = _parse_mapping(given.map_, table) if given.map_ else propose_mapping(table, list(scales or made.points))
    typer.echo(mapping.explain(), err=True)
    if mapping.kind != "long" and not given.map_ and not given.yes:
        _confirm()
    read = read_grades(
        table,
        mapping,
        items={item.id for item in texts} or set(made.points.index),
        scales=scales,
        given_scale=_parse_scale(given.scale),
        letters=_parse_letters(given.letter),
    )
    return Data(read, made, texts, scales)


def _confirm() -> None:
    """Asks whether the columns were understood; if nobody can answer, that means no."""
    try:
        confirmed = typer.confirm(say("calibration.confirm_mapping"))
    except typer.Abort:
        confirmed = False
    if not confirmed:
        raise InputError("calibration_not_confirmed")


def _parse_mapping(text: str, table: pd.DataFrame) -> ColumnMapping:
    """A mapping in text form: item=a,grader=b,criterion=c,points=d, or item=a,graders=x|y, or item=a,criteria=x|y.

    criterion==c says that the whole table is about the criterion c.
    """
    from evaluator.calibration.data import ColumnMapping

    try:
        parts: dict[str, Any] = dict(part.split("=", 1) for part in text.split(","))
    except ValueError as problem:
        raise InputError("calibration_bad_map", text=text) from problem
    wide = next((kind for kind in ("graders", "criteria") if kind in parts), None)
    if "item" not in parts or (wide is None and "points" not in parts):
        raise InputError("calibration_bad_map", text=text)
    columns = tuple(parts.pop(wide).split("|")) if wide else ()
    known = {key: value for key, value in parts.items() if key in ("item", "grader", "criterion", "points")}
    if known.get("criterion", "").startswith("="):
        known["only_criterion"] = known.pop("criterion")[1:]
    return ColumnMapping(kind=wide or "long", columns=columns, **known)


def _parse_scale(text: str | None) -> Scale | None:
    from evaluator.calibration.data import Scale

    if text is None:
        return None
    try:
        low, high = (float(part) for part in text.split(":"))
    except ValueError as problem:
        raise InputError("calibration_bad_scale", text=text) from problem
    if not low < high:
        raise InputError("calibration_bad_scale", text=text)
    return Scale(low=low, high=high)


def _parse_letters(texts: list[str] | None) -> dict[str, float]:
    try:
        return {name.strip().upper(): float(worth) for name, worth in (text.rsplit("=", 1) for text in texts or ())}
    except ValueError as problem:
        raise InputError("calibration_bad_letter", text=", ".join(texts or ())) from problem

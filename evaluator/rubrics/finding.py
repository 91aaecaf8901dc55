"""Available rubrics: the shipped ones and the user's own, which override shipped ones with the same id."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from evaluator.encoding import Frozen
from evaluator.errors import RubricError
from evaluator.files import kind_at
from evaluator.resources import resource_dir
from evaluator.rubric import Rubric
from evaluator.rubrics.reading import load
from evaluator.settings import Settings, load_settings

Origin = Literal["shipped", "own"]


class RubricEntry(Frozen):
    """A rubric file that was found; if the file is faulty, `rubric` is None and `problem` says why."""

    id: str
    path: Path
    origin: Origin
    rubric: Rubric | None = None
    problem: str = ""


def list_rubrics(settings: Settings | None = None) -> list[RubricEntry]:
    """All rubrics by id, one per id; a faulty file is listed with its problem and hides no other."""
    found = list(_all(settings or load_settings()))
    good = {entry.id: entry for entry in found if entry.rubric is not None}
    wrong = [entry for entry in found if entry.rubric is None]
    return sorted([*good.values(), *wrong], key=lambda entry: (entry.id, entry.rubric is None, str(entry.path)))


def find(name_or_path: str | Path, settings: Settings | None = None) -> Rubric:
    """The rubric with that id, or in that file; RubricError suggests the nearest ids if there is none."""
    if _is_path(name_or_path):
        return load(name_or_path)
    name, settings = str(name_or_path), settings or load_settings()
    for folder, _ in reversed(_folders(settings)):  # the user's own first
        for path in (folder / f"{name}.yaml", folder / f"{name}.yml"):
            if kind_at(path) == "file" and (rubric := load(path)).id == name:
                return rubric
    entries = list_rubrics(settings)
    for entry in entries:
        if entry.id == name:  # the valid one comes first
            return entry.rubric or load(entry.path)
    raise _unknown(name, [entry.id for entry in entries])


def path_of(name_or_path: str | Path, settings: Settings | None = None) -> Path:
    """The file of the rubric with that id, or the named file; raises RubricError like `find`."""
    if _is_path(name_or_path):
        return Path(name_or_path)
    entries = list_rubrics(settings)
    for entry in entries:
        if entry.id == name_or_path:
            return entry.path
    raise _unknown(str(name_or_path), [entry.id for entry in entries])


def find_named(name: str, settings: Settings | None = None) -> Rubric:
    """The rubric with that id, and never a file: a name in somebody's table must not open a file on this machine.

    Raises RubricError like `find`.
    """
    if _is_path(name):
        raise RubricError("rubric_only_by_id", name=name)
    return find(name, settings)


def _is_path(name_or_path: str | Path) -> bool:
    text = str(name_or_path)
    return isinstance(name_or_path, Path) or text.endswith((".yaml", ".yml")) or "/" in text or "\\" in text


def _folders(settings: Settings) -> tuple[tuple[Path, Origin], ...]:
    return (resource_dir("rubrics"), "shipped"), (settings.user_rubric_dir, "own")


def _all(settings: Settings) -> Iterator[RubricEntry]:
    for folder, origin in _folders(settings):
        for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
            yield _entry(path, origin)


def _entry(path: Path, origin: Origin) -> RubricEntry:
    try:
        rubric = load(path)
    except RubricError as error:
        return RubricEntry(id=path.stem, path=path, origin=origin, problem=str(error))
    return RubricEntry(id=rubric.id, path=path, origin=origin, rubric=rubric)


def _unknown(name: str, known: list[str]) -> RubricError:
    near = difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.5)
    if near:
        return RubricError("rubric_unknown_near", name=name, near=", ".join(near))
    return RubricError("rubric_unknown", name=name)

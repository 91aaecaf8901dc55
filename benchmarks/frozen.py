"""Graded texts and labelled sentences: the frozen set, which nobody tunes on, and scenarios that used to belong to it.

    python -m benchmarks.frozen               lists the scenarios, and whether each frozen text is unchanged
    python -m benchmarks.frozen --write ID    freezes a new scenario; a recorded text is never recorded again

`examples/README.md` says what frozen means. Other benchmarks take the texts, grades and pairs from here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
import yaml
from pydantic import BaseModel, ConfigDict, Field

from evaluator.resources import resource_dir
from evaluator.rubric import Rubric
from evaluator.rubrics import list_rubrics, load

QUALITIES = ("excellent", "adequate", "cold", "rude", "terse", "off-topic")
Label = Literal["support", "against", "neither"]
Near = Literal["negated", "later", "customer", "other"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Grade(_Strict):
    """A person's grade of one text.

    `points` are by criterion, None where an optional one does not apply; a penalty's points are those deducted.
    `happened` is by fatal item. `key_points` are those the text makes, each with its sentences. `sentences` speak for
    or against a criterion.
    """

    total: float = Field(ge=0)
    points: dict[str, float | None]
    happened: dict[str, bool] = {}
    key_points: dict[str, tuple[str, ...]] = {}
    sentences: dict[str, dict[Literal["for", "against"], tuple[str, ...]]] = {}


class Pair(_Strict):
    """A statement, a sentence, and whether the sentence proves it.

    The statement is that a check (`CRITERION.CHECK`) is answered yes, a key point, or that a fatal or penalty criterion
    happened. `near` says what makes a near miss of it; `text` names the text that contains the sentence, or is None if
    the sentence was written for the pair.
    """

    label: Label
    sentence: str
    check: str | None = None
    key_point: str | None = None
    criterion: str | None = None
    near: Near | None = None
    text: str | None = None
    speaker: Literal["agent", "customer"] = "agent"


def folder() -> Path:
    """The folder of the examples."""
    return resource_dir("examples")


def recorded() -> dict[str, str]:
    """SHA-256 of each frozen text, by its path under `examples/`."""
    return json.loads((folder() / "frozen.json").read_text(encoding="utf-8"))


def digest(name: str) -> str:
    """SHA-256 of a text as it is now in `examples/`, with Unix line ends."""
    return hashlib.sha256((folder() / name).read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def graded_rubrics() -> list[Rubric]:
    """The shipped rubrics whose texts a person graded, by id: the frozen ones and those that used to be frozen."""
    found = [entry for entry in list_rubrics() if entry.origin == "shipped"]
    return [load(Path(entry.path)) for entry in found if (folder() / entry.id / "grades.yaml").is_file()]


def frozen_rubrics() -> list[Rubric]:
    """The shipped rubrics whose texts are frozen, by id: those that a figure for unseen texts may be measured on."""
    ids = {name.split("/")[0] for name in recorded()}
    return [rubric for rubric in graded_rubrics() if rubric.id in ids]


def read_text(rubric_id: str, quality: str, *, asr: bool = False) -> str:
    """One graded text; `asr` as speech recognition would write it, which exists only for some scenarios."""
    return (folder() / rubric_id / ("asr" if asr else "") / f"{quality}.txt").read_text(encoding="utf-8").strip()


def has_asr(rubric_id: str) -> bool:
    """Whether a scenario's texts also exist as speech recognition would write them."""
    return (folder() / rubric_id / "asr").is_dir()


@cache
def read_grades(rubric_id: str) -> dict[str, Grade]:
    """A person's grades of a scenario's texts, by quality."""
    return {name: Grade(**row) for name, row in _yaml(rubric_id, "grades")["texts"].items()}


@cache
def read_pairs(rubric_id: str) -> tuple[Pair, ...]:
    """A scenario's labelled pairs, in the order of the file."""
    return tuple(Pair(**row) for row in _yaml(rubric_id, "pairs"))


def statement_of(rubric: Rubric, pair: Pair) -> str:
    """The statement of a pair in words: a check's `yes` behind its question, a key point's text, a criterion's name."""
    if pair.key_point:
        return next(p.text for answer in rubric.references for p in answer.key_points if p.id == pair.key_point)
    if pair.criterion:
        return rubric.criterion(pair.criterion).name
    criterion, name = (pair.check or "").split(".")
    check = next(item for item in rubric.criterion(criterion).checks if item.id == name)
    return f"{check.question} {check.yes}"


def _yaml(rubric_id: str, name: str) -> Any:
    return yaml.load((folder() / rubric_id / f"{name}.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def texts_of(rubric_ids: Iterable[str]) -> list[str]:
    """Paths under `examples/` of every text of these scenarios, in order."""
    found = [path for rubric_id in set(rubric_ids) for path in (folder() / rubric_id).rglob("*.txt")]
    return sorted(path.relative_to(folder()).as_posix() for path in found)


def main(write: Annotated[list[str] | None, typer.Option(help="Freeze the scenario with this id.")] = None) -> None:
    """Lists the scenarios; exits with 1 if a frozen text was changed, is missing or is not recorded."""
    if write:
        known = {name: digest(name) for name in texts_of(write)} | recorded()
        (folder() / "frozen.json").write_text(json.dumps(known, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    known, frozen = recorded(), {rubric.id for rubric in frozen_rubrics()}
    there = texts_of(frozen)
    for rubric in graded_rubrics():
        pairs = read_pairs(rubric.id)
        near = sum(pair.near is not None for pair in pairs)
        side = "frozen" if rubric.id in frozen else "development"
        print(
            f"{rubric.id:28} {side:11}  {len(read_grades(rubric.id))} texts  {len(pairs):4} pairs, {near} near misses"
        )
    wrong = [name for name in there if known.get(name) != digest(name)] + sorted(set(known) - set(there))
    print(f"{len(known)} frozen texts, {len(wrong)} of them not as recorded")
    for name in wrong:
        print(f"changed, missing or not recorded: {name}")
    raise typer.Exit(int(bool(wrong)))


if __name__ == "__main__":
    typer.run(main)

"""Items and the machine's readouts of them, as input of a calibration run.

Items: a folder with `items.jsonl`, a `.jsonl` file, or a folder of text files (the id is the file name without its
suffix). Readouts: `readouts.jsonl`, one line per item: {"item": id, "features": {name: value}, "points": {criterion:
value}}; a first line {"stamp": {...}} says which rubric, prompt, model and scoring made them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from evaluator.encoding import Malformed, read_json
from evaluator.errors import InputError
from evaluator.files import NotAFile, TooLarge, kind_at, read_bounded, require_file
from evaluator.messages import say
from evaluator.profiles import SidedTurn

if TYPE_CHECKING:
    import pandas as pd

MAX_BYTES = 256 * 2**20


class CalibrationItem(BaseModel):
    """One response to grade: a transcript or an answer, with what is known about its question."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: str
    transcript: tuple[SidedTurn, ...] = ()
    answer: str = ""
    question_id: str = ""
    question: str = ""
    references: tuple[str, ...] = ()
    max_points: float | None = None

    @property
    def text(self) -> str:
        """All words of the response, one line per turn."""
        return self.answer or "\n".join(turn.text for turn in self.transcript if turn.text.strip())

    @property
    def turns(self) -> tuple[SidedTurn, ...]:
        """The turns of the response; an answer is one turn of the agent."""
        return self.transcript or (SidedTurn(speaker="agent", text=self.answer),)

    @property
    def language(self) -> str:
        """Return "zh" if at least a tenth of the characters are Chinese, otherwise "en"."""
        chinese = sum("\u4e00" <= character <= "\u9fff" for character in self.text)
        return "zh" if chinese * 10 >= max(len(self.text), 1) else "en"


@dataclass(frozen=True)
class Readouts:
    """The machine's output: tables `features` and `points` with one row per item; `stamp` says what produced them."""

    features: pd.DataFrame
    points: pd.DataFrame
    stamp: dict[str, str] = field(default_factory=dict)

    @property
    def graded(self) -> pd.DataFrame:
        """The points of the items that have any."""
        return self.points.dropna(how="all")


def read_items(path: Path) -> list[CalibrationItem]:
    """Items of a folder or file, in order. Raises InputError naming file and line."""
    path = Path(path)
    if kind_at(path) == "folder":
        if kind_at(path / "items.jsonl") == "missing":
            return [CalibrationItem(id=file.stem, answer=decode(file)) for file in sorted(path.glob("*.txt"))]
        path = path / "items.jsonl"
    items = []
    for number, entry in _lines(path):
        try:
            items.append(CalibrationItem.model_validate(entry))
        except ValidationError as problem:
            raise InputError(
                "calibration_bad_line", path=str(path), line=number, detail=problem.errors()[0]["msg"]
            ) from problem
    return items


def read_readouts(path: Path) -> Readouts:
    """Readouts of a file; a value missing for an item is NaN. Raises InputError naming file and line."""
    stamp, features, points = {}, {}, {}
    for number, entry in _lines(Path(path)):
        if "stamp" in entry:
            stamp = {str(key): str(value) for key, value in entry["stamp"].items()}
            continue
        if "item" not in entry:
            raise InputError("calibration_bad_line", path=str(path), line=number, detail='"item"')
        features[str(entry["item"])] = entry.get("features") or {}
        points[str(entry["item"])] = entry.get("points") or {}
    return Readouts(_frame(features, path), _frame(points, path), stamp)


def _frame(rows: dict[str, dict[str, Any]], path: Path) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame.from_dict(rows, orient="index")
    try:
        return frame.astype(float)
    except (TypeError, ValueError) as problem:
        raise InputError("calibration_bad_line", path=str(path), line=0, detail=str(problem)) from problem


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    require_file(path)
    for number, line in enumerate(decode(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            entry = read_json(line, constant=float)
        except Malformed as problem:
            raise InputError("calibration_bad_line", path=str(path), line=number, detail=str(problem)) from problem
        if not isinstance(entry, dict):
            raise InputError("calibration_bad_line", path=str(path), line=number, detail="{…}")
        yield number, entry


def decode(path: Path) -> str:
    """A file's text: UTF-8, or GB18030 as saved by Chinese spreadsheets."""
    try:
        data = read_bounded(path, MAX_BYTES)
    except (NotAFile, TooLarge) as error:
        kind = say(f"errors.kind_{error.kind}") if isinstance(error, NotAFile) else f"> {MAX_BYTES // 2**20} MB"
        raise InputError("file_not_regular", path=str(path), kind=kind) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")

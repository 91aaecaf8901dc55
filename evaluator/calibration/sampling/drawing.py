"""Choose the items that a human grades next, drawn so that the batch's mean can still be estimated.

    uncertainty_of(readouts) ─▶ draw_next(draw, uncertainty, count) ─▶ draw file ─▶ estimation.estimate_batch

A draw is a table with one row per item of the batch: `chance`, the probability that it has been drawn by now, and
`drawn`. Every item is drawn independently of the others (Poisson sampling). Its chance depends only on the machine's
readouts and the earlier chances, never on which items were drawn or what people said, so the chances are exact over any
number of rounds.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluator.calibration.data import COLUMNS as GRADE_COLUMNS
from evaluator.calibration.data import decode
from evaluator.calibration.tuned import EVEN_CHANCE
from evaluator.encoding import as_cell, from_cell
from evaluator.errors import InputError, StorageError
from evaluator.files import SHARED_FILE, kind_at, write_in_one_step

if TYPE_CHECKING:
    import pandas as pd

    from evaluator.calibration.data.items import Readouts

Array = NDArray[np.float64]
COLUMNS = ["item", "chance", "drawn"]


def pick_evenly(ids: Iterable[str], count: int) -> list[str]:
    """`count` of the ungraded items at random with equal chances; the same ones until they are graded.

    The order is a digest of the id, so a later call continues where an earlier one ended, and earlier and later picks
    together form one random draw.
    """
    return sorted(map(str, ids), key=lambda item: sha256(item.encode()).digest())[:count]


def uncertainty_of(readouts: Readouts, items: Sequence[str]) -> Array:
    """How unsure the machine is of each item, averaged over the criteria.

    It is the standard deviation of the item's level probabilities as a share of the scale (levels evenly spaced). Ones
    if the readouts have no level probabilities.
    """
    import pandas as pd

    levels: dict[str, list[str]] = {}
    for name in map(str, readouts.features.columns):
        criterion, dot, place = name.removeprefix("level/").rpartition(".")
        if name.startswith("level/") and dot and place.isdigit():
            levels.setdefault(criterion, []).append(name)
    found = {criterion: _spread(readouts.features[sorted(names, key=_place)]) for criterion, names in levels.items()}
    if not found:
        return np.ones(len(items))
    unsure = pd.DataFrame(found).mean(axis=1).reindex(items)
    return unsure.fillna(unsure.mean()).fillna(1.0).to_numpy(float)


def _place(name: str) -> int:
    return int(name.rpartition(".")[2])


def _spread(shares: pd.DataFrame) -> pd.Series:
    shares = shares.div(shares.sum(axis=1), axis=0)
    at = np.linspace(0, 1, shares.shape[1])
    return ((shares * at**2).sum(axis=1, skipna=False) - (shares * at).sum(axis=1, skipna=False) ** 2).clip(0) ** 0.5


class Round(NamedTuple):
    """The draw before a round and after it; `is_first` if there was no earlier draw."""

    before: pd.DataFrame
    after: pd.DataFrame
    is_first: bool

    @property
    def fresh(self) -> list[str]:
        """The items drawn in this round."""
        return list(self.after.index[self.after["drawn"] & ~self.before["drawn"]])


def draw_round(path: Path, readouts: Readouts, graded: Collection[str], count: int) -> Round:
    """Add one round to the draw file; a new file starts with what people have `graded` so far."""
    items, is_first = list(readouts.graded.index), kind_at(path) == "missing"
    before = begin_draw(items, graded) if is_first else load_draw(path, items)
    after = draw_next(before, uncertainty_of(readouts, items), count)
    save_draw(after, path)
    return Round(before, after, is_first)


def blank_sheet(missing: pd.DataFrame) -> bytes:
    """A table of grades to fill in, one row per item with `missing` grades (items by criteria, True if missing).

    It is CSV that both Excel and `read_table` open.
    """
    import pandas as pd

    wanted = [
        (as_cell(item), "", as_cell(criterion), "") for item, row in missing.iterrows() for criterion in row.index[row]
    ]
    return pd.DataFrame(wanted, columns=GRADE_COLUMNS).to_csv(index=False).encode("utf-8-sig")


def begin_draw(items: Sequence[str], graded: Collection[str]) -> pd.DataFrame:
    """The draw before the first round: what people graded so far counts as an even draw, n of N."""
    import pandas as pd

    drawn = np.array([item in graded for item in items], dtype=bool)
    return pd.DataFrame({"chance": drawn.mean(), "drawn": drawn}, index=list(items))


def draw_next(
    draw: pd.DataFrame, uncertainty: Array, count: int, generator: np.random.Generator | None = None
) -> pd.DataFrame:
    """The draw after one more round that is expected to add `count` items; items already drawn stay.

    The round's chance is clip(budget (0.8 u / mean(u) + 0.2)), the chance by now 1 - (1 - before)(1 - round's). The
    generator must not be seeded alike in two rounds: an item that escaped once would always escape.
    """
    before = draw["chance"].to_numpy(float)
    now = _chances(uncertainty, before, count)
    hit = (generator or np.random.default_rng()).random(len(draw)) < now
    return draw.assign(chance=1 - (1 - before) * (1 - now), drawn=draw["drawn"] | hit)


def _chances(uncertainty: Array, before: Array, count: int) -> Array:
    """Chances for this round, shape (N,). The budget depends on the earlier chances, not on which items were drawn."""
    from scipy.optimize import brentq

    left = 1 - before
    if left.sum() <= count:
        return np.ones(len(before))
    average = uncertainty.mean()
    mix = (1 - EVEN_CHANCE) * uncertainty / average + EVEN_CHANCE if average > 0 else np.ones(len(before))
    budget = brentq(lambda scale: left @ np.clip(scale * mix, 0, 1) - count, 0, 1 / mix.min())
    return np.clip(budget * mix, 0, 1)


def save_draw(draw: pd.DataFrame, path: Path) -> None:
    """Write a draw file (CSV: item, chance, drawn) atomically. Raises StorageError."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(
        (as_cell(item), repr(float(chance)), int(drawn))
        for item, chance, drawn in zip(draw.index, draw["chance"], draw["drawn"], strict=True)
    )
    content = text.getvalue().encode("utf-8-sig")  # the mark lets Excel read Chinese
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_in_one_step(path, content, SHARED_FILE)
    except OSError as problem:
        raise StorageError("calibration_not_saved", path=str(path), detail=str(problem)) from problem


def load_draw(path: Path, items: Sequence[str]) -> pd.DataFrame:
    """The draw in a file, with rows in the order of `items`.

    Raises InputError if the file is missing, cannot be read, or is about other items.
    """
    import pandas as pd

    if kind_at(path) != "file":
        raise InputError("calibration_draw_missing", path=str(path))
    rows = _read_rows(path)
    unknown, missing = [name for name in rows if name not in set(items)], [name for name in items if name not in rows]
    if unknown or missing:
        raise InputError(
            "calibration_draw_other", path=str(path), unknown=len(unknown), missing=len(missing),
            item=(unknown or missing)[0],
        )  # fmt: skip
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=COLUMNS[1:]).loc[list(items)]
    return frame.astype({"chance": float, "drawn": bool})


def _read_rows(path: Path) -> dict[str, tuple[float, bool]]:
    rows: dict[str, tuple[float, bool]] = {}
    reader = csv.reader(io.StringIO(decode(path), newline=""))
    try:
        if next(reader, None) != COLUMNS:
            raise ValueError(",".join(COLUMNS))
        for row in filter(None, reader):
            item, chance, drawn = from_cell(row[0]), *row[1:]
            if item in rows or not 0 < float(chance) <= 1 or drawn not in ("0", "1"):
                raise ValueError(",".join(row))
            rows[item] = float(chance), drawn == "1"
    except (ValueError, csv.Error) as problem:
        line = max(reader.line_num, 1)
        raise InputError("calibration_bad_line", path=str(path), line=line, detail=str(problem)) from problem
    return rows

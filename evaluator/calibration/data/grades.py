"""Human grades from a table whose columns are understood (`evaluator.calibration.data.tables`).

Everything that cannot be used is listed with its row in the file; nothing is dropped silently. All steps work on whole
columns, so a million rows take seconds.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from evaluator.calibration.data.points import parse_points
from evaluator.calibration.data.tables import ColumnMapping, propose_mapping
from evaluator.calibration.tuned import LEAST_TO_DOUBT, MOST_LOST
from evaluator.encoding import Frozen
from evaluator.errors import InputError
from evaluator.messages import say

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["item", "grader", "criterion", "points"]


class Scale(Frozen):
    """Lowest and highest points of a criterion."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """High minus low, in points."""
        return self.high - self.low


class GradeProblem(Frozen):
    """Something that could not be used. Rows are counted as in a spreadsheet: 1 is the header, 0 the whole file."""

    row: int
    code: str
    values: dict[str, str] = {}

    def text(self, language: str | None = None) -> str:
        """The problem as one sentence."""
        return say(f"calibration.problem_{self.code}", language, row=self.row, **self.values)


@dataclass(frozen=True)
class Grades:
    """Usable grades as a long table (item, grader, criterion: text; points: float), and what could not be used."""

    table: pd.DataFrame
    problems: tuple[GradeProblem, ...] = ()
    problem_count: int = 0  # the first problems of each kind, at most MOST_PROBLEMS
    scales: Dictionary[str, Scale] = field(default_factory=dict)

    @property
    def criteria(self) -> list[str]:
        """Names of the criteria, in order of first appearance."""
        return list(self.table["criterion"].unique())

    @property
    def graders(self) -> list[str]:
        """Names of the graders, sorted."""
        return sorted(self.table["grader"].unique())

    def shared(self, machine: pd.DataFrame) -> list[str]:
        """Criteria that have machine points (`machine`, one column per criterion).

        Raises InputError if there are none.
        """
        names = [name for name in self.criteria if name in machine.columns]
        if not names:
            known = {"grades": ", ".join(self.criteria), "readouts": ", ".join(map(str, machine.columns))}
            raise InputError("calibration_no_shared_criteria", **known)
        return names

    def unread(self, machine: pd.DataFrame) -> list[GradeProblem]:
        """Criteria without machine points, each as a problem of the whole table."""
        names = [name for name in self.criteria if name not in machine.columns]
        return [GradeProblem(row=0, code="no_readouts", values={"criterion": name}) for name in names]

    def keep(self, criteria: Collection[str]) -> Grades:
        """The grades for these criteria only."""
        return replace(self, table=self.table[self.table["criterion"].isin(criteria)])

    def matrix(self, criterion: str) -> pd.DataFrame:
        """Points of one criterion, one row per item and one column per grader; a missing cell is NaN."""
        part = self.table[self.table["criterion"] == criterion]
        return part.pivot(index="item", columns="grader", values="points").astype(float)

    def totals(self, criteria: Sequence[str]) -> pd.DataFrame:
        """Sum over these criteria, one row per item and one column per grader; NaN unless all were graded."""
        wide = self.table.pivot(index=["item", "grader"], columns="criterion", values="points")[list(criteria)]
        return wide.sum(axis=1, min_count=len(criteria)).unstack("grader")

    def means(self) -> pd.DataFrame:
        """Mean over graders, one row per item and one column per criterion."""
        return self.table.groupby(["item", "criterion"], sort=False)["points"].mean().unstack("criterion")

    def scale(self, criterion: str) -> Scale:
        """The scale that was given, otherwise the lowest and highest points seen."""
        if criterion in self.scales:
            return self.scales[criterion]
        points = self.table.loc[self.table["criterion"] == criterion, "points"]
        return Scale(low=float(points.min()), high=float(points.max()))


MOST_PROBLEMS = 200
MOST_STRAYS = 20


def read_grades(
    table: pd.DataFrame,
    mapping: ColumnMapping | None = None,
    *,
    items: Collection[str] | None = None,
    scales: Dictionary[str, Scale] | None = None,
    given_scale: Scale | None = None,
    letters: Dictionary[str, float] | None = None,
) -> Grades:
    """Read grades from a raw table.

    `items` are the known ids, `scales` the rubric's scales by criterion (unknown criteria are listed). `given_scale` is
    the scale that the humans used: points are converted linearly from it to the rubric's. `letters` says what "B+" and
    the like are worth. Raises InputError if nothing usable is left, or if a scale is given but there are no `scales` to
    convert to.
    """
    if given_scale is not None and not scales:
        raise InputError("calibration_scale_needs_rubric")
    mapping = mapping or propose_mapping(table, list(scales or ()))
    rows = _melt(table, mapping)
    rows["value"], rows["points"] = rows["points"], _parse_column(rows["points"], letters)
    rows["code"] = ""
    for column in ("item", "grader", "criterion"):
        _mark(rows, rows[column].isna() | (rows[column] == ""), f"no_{column}")
    _mark(rows, rows["points"].isna(), "unreadable")
    if items is not None:
        _mark(rows, ~rows["item"].isin(set(items)), "unknown_item")
    notes = _apply_scales(rows, dict(scales or {}), given_scale) if scales else _note_strays(rows)
    _mark(rows, rows[["item", "grader", "criterion"]].duplicated() & (rows["code"] == ""), "twice")
    _refuse_losses(rows, mapping)
    good = rows.loc[rows["code"] == "", COLUMNS].reset_index(drop=True)
    problems, count = _list_problems(rows)
    if good.empty:
        first = problems[0].text() if problems else ""
        raise InputError("calibration_no_grades", detail=first)
    return Grades(good, (*notes, *problems), count + len(notes), dict(scales or {}))


def _refuse_losses(rows: pd.DataFrame, mapping: ColumnMapping) -> None:
    """Raise InputError if no column names the graders and many grades would be dropped as repeated.

    Several people's grades have then been mistaken for one person's.
    """
    lost = int((rows["code"] == "twice").sum())
    if mapping.kind != "graders" and mapping.grader is None and lost > MOST_LOST * len(rows):
        ignored = ", ".join(mapping.ignored) or "–"
        raise InputError("calibration_loses_grades", lost=lost, total=len(rows), columns=ignored)


def _melt(table: pd.DataFrame, mapping: ColumnMapping) -> pd.DataFrame:
    """Long rows (row, item, grader, criterion, points as text); cells without points are normal and left out."""
    import pandas as pd

    missing = [
        name
        for name in (mapping.item, mapping.grader, mapping.criterion, mapping.points, *mapping.columns)
        if name and name not in table.columns
    ]
    if missing:
        raise InputError("calibration_column_missing", column=", ".join(missing))
    base = pd.DataFrame({"row": range(2, len(table) + 2), "item": _strip(table[mapping.item])})
    base["grader"] = _strip(table[mapping.grader]) if mapping.grader else mapping.only_grader
    base["criterion"] = _strip(table[mapping.criterion]) if mapping.criterion else mapping.only_criterion
    if mapping.kind == "long":
        base["points"] = table[mapping.points].to_numpy()
    else:
        wide = "grader" if mapping.kind == "graders" else "criterion"
        parts = [base.assign(**{wide: name, "points": table[name].to_numpy()}) for name in mapping.columns]
        base = pd.concat(parts, ignore_index=True)
    filled = base["points"].notna() & (base["points"].astype("str").str.strip() != "")
    return base[filled].reset_index(drop=True)


def _strip(names: pd.Series) -> pd.Series:
    """A column as text without surrounding blanks; empty cells stay NaN."""
    return names.astype("str").str.strip().where(names.notna().to_numpy())


def _parse_column(column: pd.Series, letters: Dictionary[str, float] | None) -> pd.Series:
    """Points of a text column; each distinct text is read once, so a million rows cost as much as a few levels."""
    import pandas as pd

    codes, texts = pd.factorize(column.astype("str"))
    upper = {name.upper(): worth for name, worth in (letters or {}).items()}
    read = pd.Series([parse_points(text, upper) for text in texts], dtype=float)
    return pd.Series(read.to_numpy()[codes], index=column.index)


def _mark(rows: pd.DataFrame, wrong: pd.Series, code: str) -> None:
    rows.loc[wrong & (rows["code"] == ""), "code"] = code


def _apply_scales(rows: pd.DataFrame, scales: dict[str, Scale], given: Scale | None) -> list[GradeProblem]:
    """Convert points to the rubric's scale, mark those outside it, and note criteria that seem to use another scale."""
    _mark(rows, ~rows["criterion"].isin(scales), "unknown_criterion")
    low = rows["criterion"].map({name: scale.low for name, scale in scales.items()}).astype(float)
    high = rows["criterion"].map({name: scale.high for name, scale in scales.items()}).astype(float)
    if given is not None:
        inside = rows["points"].between(given.low, given.high)
        _mark(rows, ~inside, "out_of_range")
        rows["points"] = low + (rows["points"] - given.low) / given.width * (high - low)
        return []
    outside = (rows["code"] == "") & ~((rows["points"] >= low) & (rows["points"] <= high))
    notes = _note_scales(rows, outside, scales)
    _mark(rows, outside, "out_of_range")
    return notes


def _note_scales(rows: pd.DataFrame, outside: pd.Series, scales: dict[str, Scale]) -> list[GradeProblem]:
    """Note criteria of which a fifth lies outside the rubric's scale, or nothing in its upper half."""
    usable = rows["code"] == ""
    share = outside[usable].groupby(rows["criterion"]).mean()
    seen = rows[usable].groupby("criterion")["points"]
    notes = []
    for name in share.index:
        scale, low = scales[name], seen.get_group(name)
        if share[name] <= 0.2 and (len(low) < LEAST_TO_DOUBT or low.max() > scale.low + scale.width / 2):
            continue
        points = rows.loc[(rows["criterion"] == name) & usable, "points"]
        values = {
            "criterion": str(name),
            "low": f"{points.min():g}",
            "high": f"{points.max():g}",
            "rubric_low": f"{scales[name].low:g}",
            "rubric_high": f"{scales[name].high:g}",
        }
        notes.append(GradeProblem(row=0, code="other_scale", values=values))
    return notes


def _note_strays(rows: pd.DataFrame) -> list[GradeProblem]:
    """Note grades beyond Tukey's outer fence: three times the interquartile range outside the middle half.

    Without a known scale nobody can say that such grades are wrong, only that they are unusual.
    """
    usable = rows[rows["code"] == ""]
    notes = []
    for _, part in usable.groupby("criterion", sort=False):
        points = part["points"]
        low, high = points.quantile(0.25), points.quantile(0.75)
        reach = 3 * max(high - low, float(points.drop_duplicates().sort_values().diff().min() or 0))
        strange = (points < low - reach) | (points > high + reach)
        others = points[~strange]
        for row in part[strange].head(MOST_STRAYS).itertuples():
            values = {name: str(getattr(row, name)) for name in ("item", "grader", "criterion", "value")}
            bounds = {"low": f"{others.min():g}", "high": f"{others.max():g}"}
            notes.append(GradeProblem(row=int(row.row), code="stray", values=values | bounds))
    return notes


def _list_problems(rows: pd.DataFrame) -> tuple[list[GradeProblem], int]:
    bad = rows[rows["code"] != ""]
    listed = bad.groupby("code", sort=False).head(MOST_PROBLEMS).sort_values("row")
    problems = [
        GradeProblem(
            row=int(row.row),
            code=row.code,
            values={
                "item": str(row.item),
                "grader": str(row.grader),
                "criterion": str(row.criterion),
                "value": str(row.value),
            },
        )
        for row in listed.itertuples()
    ]
    return problems, len(bad)

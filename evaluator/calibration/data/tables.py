"""Tables that people bring, and what their columns mean: long tables and wide spreadsheets, CSV or XLSX.

path ──read_table──▶ raw table ──propose_mapping──▶ Mapping (shown, confirmed) ──read_grades──▶ Grades
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from evaluator.calibration.data.points import parse_points
from evaluator.encoding import Frozen, from_cell
from evaluator.errors import InputError
from evaluator.files import require_file, sheet_rows
from evaluator.messages import say

if TYPE_CHECKING:
    import pandas as pd

_NAMES = {
    "item": ("item", "item_id", "id", "dialogue", "answer", "sample", "题目", "编号", "样本", "对话", "答卷"),
    "grader": (
        *("grader", "rater", "annotator", "assessor", "reviewer", "scorer", "examiner", "judge", "qa"),
        *(
            "评分人",
            "评分员",
            "评委",
            "考官",
            "打分人",
            "质检员",
            "质检人",
            "阅卷人",
            "评卷人",
            "复核人",
            "审核人",
            "打分员",
        ),
    ),
    "criterion": ("criterion", "dimension", "aspect", "trait", "评分项", "维度", "指标", "标准"),
    "points": ("points", "score", "grade", "rating", "mark", "分数", "得分", "评分", "分"),
}

MAX_COLUMNS, MAX_HEAD_BYTES = 1000, 1 << 20


class ColumnMapping(Frozen):
    """How a table's columns become grades; show it to the person who brought the table before using it.

    "long": columns for item, grader, criterion and points. "graders": one column per grader. "criteria": one column per
    criterion. What no column states is the constant `only_grader` or `only_criterion`.
    """

    kind: Literal["long", "graders", "criteria"]
    item: str
    grader: str | None = None
    criterion: str | None = None
    points: str | None = None
    columns: tuple[str, ...] = ()  # the wide columns
    only_grader: str = "g1"
    only_criterion: str = "points"
    ignored: tuple[str, ...] = ()

    def explain(self, language: str | None = None) -> str:
        """The mapping as a sentence for a person to confirm."""
        return say(
            f"calibration.mapping_{self.kind}",
            language,
            item=self.item,
            grader=self.grader or f"= {self.only_grader}",
            criterion=self.criterion or f"= {self.only_criterion}",
            points=self.points or "",
            columns=", ".join(self.columns),
            ignored=", ".join(self.ignored) or "–",
        )


def read_table(path: Path, sheet: str | int = 0) -> pd.DataFrame:
    """The table in a .csv, .tsv or .xlsx file: headings and cells as text, empty cells as NaN. Raises InputError."""
    import pandas as pd

    path = Path(path)
    require_file(path)
    try:
        _check_width(path)
        if path.suffix.lower() in (".xlsx", ".xlsm"):
            table = pd.read_csv(_as_csv(sheet_rows(path, sheet)), dtype=str, skip_blank_lines=False)
        else:
            table = pd.read_csv(
                path,
                dtype=str,
                sep=None if path.suffix == ".txt" else _separator(path),
                encoding=_encoding(path),
                engine="c",
                skip_blank_lines=False,
            )
    except InputError as error:
        if error.code != "file_damaged":
            raise
        raise InputError("calibration_table_unreadable", path=str(path), detail=error.values["detail"]) from None
    except Exception as problem:  # a damaged workbook can fail in zlib, in the XML or anywhere in openpyxl
        detail = next(iter(str(problem).strip().splitlines()), type(problem).__name__)
        raise InputError("calibration_table_unreadable", path=str(path), detail=detail) from problem
    table.columns = table.columns.map(lambda name: from_cell(str(name)))  # a workbook's headings may be numbers
    for place in range(len(table.columns)):  # our own sheets mark text that begins with = this way
        column = table.iloc[:, place]
        if column.astype("str").str.startswith("'").any():
            table.isetitem(place, column.map(from_cell, na_action="ignore"))
    return table


def _check_width(path: Path) -> None:
    """Refuses text with more columns than anybody has graders or criteria: pandas takes milliseconds for each."""
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        with path.open("rb") as file:
            first = file.readline(MAX_HEAD_BYTES)
        if max(first.count(mark) for mark in (b",", b"\t", b";")) >= MAX_COLUMNS:
            raise InputError("calibration_table_unreadable", path=str(path), detail=f"> {MAX_COLUMNS} columns")


def _as_csv(rows: Iterable[list[str]]) -> io.StringIO:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    text.seek(0)
    return text


def _encoding(path: Path) -> str:
    """UTF-8 if the first megabyte is, otherwise GB18030, which Chinese spreadsheets export."""
    import codecs

    head = path.read_bytes()[: 1 << 20]
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def _separator(path: Path) -> str:
    first = path.read_bytes()[:65536].split(b"\n", 1)[0]
    return max((",", "\t", ";"), key=lambda mark: first.count(mark.encode()))


def propose_mapping(table: pd.DataFrame, criteria: Collection[str] = ()) -> ColumnMapping:
    """The most likely mapping of columns to grades; `criteria` are the rubric's, if known. Raises InputError."""
    found = {role: _find(table.columns, names) for role, names in _NAMES.items()}
    if len(table.columns) == 0 or table.empty:
        raise InputError("calibration_table_empty")
    item = found["item"] or str(table.columns[0])
    if found["points"]:
        used = {item, found["grader"], found["criterion"], found["points"]}
        if found["grader"] is None:
            found["grader"] = _tells_apart(table, [item, found["criterion"]], _others(table, used))
            used.add(found["grader"])
        return ColumnMapping(
            kind="long",
            item=item,
            grader=found["grader"],
            criterion=found["criterion"],
            points=found["points"],
            ignored=_others(table, used),
            **_only(criteria),
        )
    used = {item, found["grader"], found["criterion"]}
    columns = tuple(name for name in _others(table, used) if _looks_graded(table[name]))
    if not columns:
        raise InputError("calibration_no_points", columns=", ".join(map(str, table.columns)))
    kind: Literal["criteria", "graders"] = "criteria" if found["grader"] or set(columns) & set(criteria) else "graders"
    return ColumnMapping(
        kind=kind,
        item=item,
        grader=found["grader"],
        criterion=found["criterion"],
        columns=columns,
        ignored=_others(table, used | set(columns)),
        **_only(criteria),
    )


def _tells_apart(table: pd.DataFrame, key: list[str | None], others: tuple[str, ...]) -> str | None:
    """The one column that names the grader although its heading is unknown; None if there is none or more than one.

    Rows with the same item and criterion differ in it, and its values recur from item to item.
    """
    known = [name for name in key if name]
    if not table.duplicated(known).any():
        return None
    found = [
        name
        for name in others
        if not table.duplicated([*known, name]).any() and 2 * table[name].nunique() <= table[known[0]].nunique()
    ]
    return found[0] if len(found) == 1 else None


def _only(criteria: Collection[str]) -> dict[str, Any]:
    """If only one criterion is known, a table that names none is about that one."""
    return {"only_criterion": next(iter(criteria))} if len(criteria) == 1 else {}


def _find(columns: Iterable[Any], names: tuple[str, ...]) -> str | None:
    plain = {str(column).strip().lower(): str(column) for column in columns}
    return next((plain[name] for name in names if name in plain), None)


def _others(table: pd.DataFrame, used: set[str | None]) -> tuple[str, ...]:
    return tuple(str(column) for column in table.columns if column not in used)


def _looks_graded(column: pd.Series) -> bool:
    """Whether half of the distinct values read as points, or all are as short as letter grades."""
    values = column.dropna().unique()[:200]
    if not len(values):
        return False
    read = sum(parse_points(str(value)) is not None for value in values)
    return 2 * read >= len(values) or max(len(str(value).strip()) for value in values) <= 2

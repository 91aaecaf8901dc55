"""A batch as a table with one row per item and one column per criterion, for spreadsheets and for programs.

Rows are read from the journal a few hundred at a time and written as they arrive, into a temporary file that then
replaces the target in one step: readers always see a complete table.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from evaluator.batch.workbook import write_workbook
from evaluator.encoding import as_cell, as_workbook_cell
from evaluator.errors import InputError
from evaluator.files import SHARED_FILE, not_written, replacing, write_in_one_step
from evaluator.scorecard import Scorecard, Verdict
from evaluator.storage import BatchItem, Records

ExportRow = dict[str, Any]
ColumnNames = Mapping[str, str]  # name: "text", "number" or "flag"

_OUTCOME = {
    **dict.fromkeys(("item", "state", "error", "grading", "rubric"), "text"),
    **dict.fromkeys(("total", "max_points"), "number"),
    "passed": "flag",
    "corrected_total": "number",
    **dict.fromkeys(("corrected_passed", "review"), "flag"),
    **dict.fromkeys(("reasons", "decision"), "text"),
    **dict.fromkeys(("coverage", "seconds", "cost"), "number"),
}


class ResultTable(NamedTuple):
    """The columns in order, the names of the user's own columns in the table, and the criteria."""

    columns: ColumnNames
    own: dict[str, str]
    criteria: list[str]


def table_of(records: Records, batch_id: str) -> ResultTable:
    """The columns of a batch's table, known before anything is graded: the user's own, the outcome, the criteria.

    A user's column with the name of one of ours gets the suffix ".own".
    """
    rubrics = records.batches.rubrics(batch_id)
    criteria = list(dict.fromkeys(criterion.id for rubric in rubrics for criterion in rubric.criteria))
    ours = dict(_OUTCOME)
    ours |= {f"{name}{part}": "number" for name in criteria for part in ("", ".confidence", ".human")}
    own: dict[str, str] = {}
    for name in records.batches.extra_columns(batch_id):
        shown = name
        while shown in ours or shown in own.values():
            shown += ".own"
        own[name] = shown
    return ResultTable(dict.fromkeys(own.values(), "text") | ours, own, criteria)


def export_rows(records: Records, batch_id: str, table: ResultTable | None = None) -> Iterator[ExportRow]:
    """One flat row per item, in the order handed in, read lazily.

    Columns: the user's own; then item, state, error, grading, rubric, total, max_points, passed, corrected_total and
    corrected_passed (with people's points instead of the machine's, if any), review, reasons, decision ("alone" or
    "person", if a profile was applied), coverage, seconds, cost; then `ID`, `ID.confidence` and `ID.human` (the mean of
    the points that people gave and did not withdraw) for each criterion. None for missing values: an ungraded criterion
    is empty, not zero.
    """
    table = table or table_of(records, batch_id)
    for items, cards in records.batches.pages(batch_id):
        human = _human_points(records, cards)
        for item in items:
            yield row_of(item, cards.get(item.grading_id or ""), table, human)


def row_of(
    item: BatchItem, card: Scorecard | None, table: ResultTable, human: Mapping[tuple[str, str], float] | None = None
) -> ExportRow:
    """One item as a row of the table."""
    row: ExportRow = {shown: (item.extra or {}).get(name) for name, shown in table.own.items()}
    row |= _outcome(item, card)
    for name in table.criteria:
        row |= _criterion(name, card, (human or {}).get((item.grading_id or "", name)))
    return row


def write_rows(rows: Iterable[ExportRow], path: Path, columns: ColumnNames | None = None) -> Path:
    """Writes rows as .csv (UTF-8 with BOM, which Excel needs), .xlsx, .jsonl or .parquet, replacing `path` atomically.

    If `rows` is an iterator, `columns` names all columns; it is then read once and never held in memory.
    """
    check_suffix(path)
    if columns is None:
        rows = list(rows)
        columns = dict.fromkeys((name for row in rows for name in row), "text")
    try:
        with replacing(path, SHARED_FILE) as half:
            WRITERS[path.suffix.lower()](rows, half, columns)
    except OSError as error:
        raise not_written(path, error) from None
    return path


def write_batch(records: Records, batch_id: str, path: Path, language: str | None = None) -> Path:
    """Writes a batch's current table in a format of `write_rows`, or into a folder if the path has no suffix.

    A folder gets one file per finished item. A workbook gets a sheet to read, in `language`, before the one for
    programs.
    """
    if not path.suffix:
        return write_folder(records, batch_id, path)
    check_suffix(path)
    table = table_of(records, batch_id)
    if path.suffix.lower() == ".xlsx":
        rows = ([row.get(name) for name in table.columns] for row in export_rows(records, batch_id, table))
        return write_workbook(records, batch_id, path, (list(table.columns), rows), language)
    return write_rows(export_rows(records, batch_id, table), path, table.columns)


def write_folder(records: Records, batch_id: str, folder: Path) -> Path:
    """Writes one file per item with everything found, `NUMBER-NAME.json`, each atomically."""
    for items, cards in records.batches.pages(batch_id):
        for item in items:
            write_item(item, cards.get(item.grading_id or ""), folder)
    return folder


def write_item(item: BatchItem, card: Scorecard | None, folder: Path) -> None:
    """The file of one item in a folder, if it is finished."""
    if item.state not in ("done", "failed"):
        return
    name = re.sub(r"[^\w.-]+", "_", item.item)[:60]
    about = {"item": item.item, "state": item.state, "error": item.error, "own": item.extra}
    content = {**about, "scorecard": card.model_dump(mode="json") if card else None}
    path = folder / f"{item.position + 1:06d}-{name}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_in_one_step(path, json.dumps(content, ensure_ascii=False, indent=1), SHARED_FILE)
    except OSError as error:
        raise not_written(path, error) from None


def check_suffix(path: Path) -> None:
    """Raises InputError if results cannot be written as this kind of file."""
    if path.suffix.lower() not in WRITERS:
        raise InputError("batch_export_format", path=path)


def _outcome(item: BatchItem, card: Scorecard | None) -> ExportRow:
    return {
        "item": item.item,
        "state": item.state,
        "error": item.error,
        "grading": item.grading_id,
        "rubric": card.rubric.id if card else None,
        "total": card.total if card else None,
        "max_points": card.max_points if card else None,
        "passed": card.passed if card else None,
        "corrected_total": item.corrected.total if item.corrected else None,
        "corrected_passed": item.corrected.passed if item.corrected else None,
        "review": card.review if card else None,
        "reasons": " ".join(dict.fromkeys(one.code for one in card.review_reasons)) if card else None,
        "decision": card.decision if card else None,
        "coverage": card.coverage if card else None,
        "seconds": card.usage.seconds if card else None,
        "cost": card.usage.cost if card else None,
    }


def _criterion(name: str, card: Scorecard | None, human: float | None) -> ExportRow:
    verdicts = card.verdicts if card else ()
    verdict = next((one for one in verdicts if one.criterion == name and isinstance(one, Verdict)), None)
    points = None if verdict is None or verdict.not_applicable else verdict.points
    return {name: points, f"{name}.confidence": verdict.confidence if verdict else None, f"{name}.human": human}


def _human_points(records: Records, cards: dict[str, Scorecard]) -> dict[tuple[str, str], float]:
    """The mean of the points given by people and not withdrawn, by grading and criterion."""
    given: dict[tuple[str, str], list[float]] = {}
    for row in records.human_grades_of(list(cards)):
        given.setdefault((row.item, row.criterion), []).append(row.points)
    return {key: sum(points) / len(points) for key, points in given.items()}


def _write_csv(rows: Iterable[ExportRow], path: Path, columns: ColumnNames) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(map(as_cell, columns))
        writer.writerows([as_cell(row.get(name)) for name in columns] for row in rows)


def _write_xlsx(rows: Iterable[ExportRow], path: Path, columns: ColumnNames) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("gradings")
    sheet.append([as_cell(name) for name in columns])
    for row in rows:
        sheet.append([as_workbook_cell(row.get(name)) for name in columns])
    book.save(path)


def _write_jsonl(rows: Iterable[ExportRow], path: Path, columns: ColumnNames) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json_line(row) for row in rows)


def json_line(row: ExportRow) -> str:
    """A row as a line of JSON."""
    return json.dumps(row, ensure_ascii=False) + "\n"


def _write_parquet(rows: Iterable[ExportRow], path: Path, columns: ColumnNames) -> None:
    from evaluator.batch.parquet import write

    write(rows, path, columns)


WRITERS: dict[str, Callable[[Iterable[ExportRow], Path, ColumnNames], None]] = {
    ".csv": _write_csv,
    ".xlsx": _write_xlsx,
    ".jsonl": _write_jsonl,
    ".parquet": _write_parquet,
}

"""A batch as a table: one row an item, one column a criterion; for spreadsheets and for programs."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

from evaluator.errors import InputError, StorageError
from evaluator.scorecard import Scorecard, Verdict
from evaluator.storage import BatchItem, Records

# A spreadsheet would run a cell that begins so; a candidate's file name must not become a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export_rows(records: Records, batch_id: str) -> list[dict[str, Any]]:
    """One flat row an item, in the order handed in.

    Columns: item, state, error, grading, rubric, total, max_points, passed, corrected_total and corrected_passed (with
    people's points in place of the machine's, where any stand), review, reasons, decision ("alone" or "person", where a
    profile was applied), coverage, seconds, cost; then `ID`, `ID.confidence` and `ID.human` (the mean of the points that
    people gave and did not take back) for each criterion. None where there is nothing: an ungraded criterion is empty,
    not zero.
    """
    items, cards = records.batches.items(batch_id), records.batches.scorecards(batch_id)
    human = _human_points(records, cards)
    names = dict.fromkeys(verdict.criterion for card in cards.values() for verdict in card.verdicts)
    rows = []
    for item in items:
        card = cards.get(item.grading_id or "")
        row = _outcome(item, card)
        for name in names:
            row |= _criterion(name, card, human.get((item.grading_id or "", name)))
        rows.append(row)
    return rows


def write_rows(rows: list[dict[str, Any]], path: Path) -> Path:
    """Writes rows as .csv (UTF-8 with BOM, which Excel needs), .xlsx or .jsonl, replacing `path` in one step."""
    writers = {".csv": _write_csv, ".xlsx": _write_xlsx, ".jsonl": _write_jsonl}
    if path.suffix.lower() not in writers:
        raise InputError("batch_export_format", path=path)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        writers[path.suffix.lower()](rows, half)
        half.replace(path)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise StorageError("storage_no_access", path=path, detail=error.strerror or error) from None
    return path


def _outcome(item: BatchItem, card: Scorecard | None) -> dict[str, Any]:
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


def _criterion(name: str, card: Scorecard | None, human: float | None) -> dict[str, Any]:
    verdicts = card.verdicts if card else ()
    verdict = next((one for one in verdicts if one.criterion == name and isinstance(one, Verdict)), None)
    points = None if verdict is None or verdict.not_applicable else verdict.points
    return {name: points, f"{name}.confidence": verdict.confidence if verdict else None, f"{name}.human": human}


def _human_points(records: Records, cards: dict[str, Scorecard]) -> dict[tuple[str, str], float]:
    """The mean of the standing points that people gave, by grading and criterion."""
    given: dict[tuple[str, str], list[float]] = {}
    for rubric_id in {card.rubric.id for card in cards.values()}:
        for row in records.human_grades(rubric_id):
            given.setdefault((row.item, row.criterion), []).append(row.points)
    return {key: sum(points) / len(points) for key, points in given.items()}


def _columns(rows: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _write_csv(rows: list[dict[str, Any]], path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, _columns(rows))
        writer.writerow({name: _safe(name) for name in _columns(rows)})
        writer.writerows({name: _safe(value) for name, value in row.items()} for row in rows)


def _write_xlsx(rows: list[dict[str, Any]], path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    def cell(value: Any) -> Any:
        return _safe(ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value)

    book = Workbook(write_only=True)
    sheet = book.create_sheet("gradings")
    sheet.append(list(map(cell, _columns(rows))))
    for row in rows:
        sheet.append([cell(row.get(name)) for name in _columns(rows)])
    book.save(path)


def _write_jsonl(rows: list[dict[str, Any]], path: Path) -> None:
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

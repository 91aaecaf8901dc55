"""A batch as a workbook with two sheets: one to read, in the reader's language, and one for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evaluator.encoding import as_workbook_cell
from evaluator.files import SHARED_FILE, not_written, replacing
from evaluator.messages import say
from evaluator.reports import shown_reasons
from evaluator.rubric import Criterion
from evaluator.scorecard import Scorecard, Verdict
from evaluator.storage import BatchItem, Records


def write_workbook(
    records: Records, batch_id: str, path: Path, machine: tuple[list[str], Iterator[list[Any]]], language: str | None
) -> Path:
    """Writes the workbook atomically. `machine` holds the columns and rows of the sheet for programs."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    criteria = _criteria(records, batch_id)
    reading = book.create_sheet(say("export.batch_sheet", language))
    own = records.batches.extra_columns(batch_id)
    reading.append(list(map(as_workbook_cell, _heads(own, criteria, language))))
    for row in _rows(records, batch_id, own, criteria, language):
        reading.append(list(map(as_workbook_cell, row)))
    columns, rows = machine
    data = book.create_sheet("gradings")
    data.append(list(map(as_workbook_cell, columns)))
    for row in rows:
        data.append(list(map(as_workbook_cell, row)))
    try:
        with replacing(path, SHARED_FILE) as half:
            book.save(half)
    except OSError as error:
        raise not_written(path, error) from None
    return path


def _criteria(records: Records, batch_id: str) -> dict[str, Criterion]:
    return {one.id: one for rubric in records.batches.rubrics(batch_id) for one in rubric.criteria}


def _heads(own: list[str], criteria: Mapping[str, Criterion], language: str | None) -> list[str]:
    names = (
        "batch_item",
        "batch_state",
        "total",
        "batch_most",
        "outcome",
        "batch_person",
        "batch_reviewed",
        "batch_reason",
    )
    scale = [f"{one.name} / {one.points:g}" if one.points else one.name for one in criteria.values()]
    return [*own, *(say(f"export.{name}", language) for name in names), *scale]


def _rows(
    records: Records, batch_id: str, own: list[str], criteria: Mapping[str, Criterion], language: str | None
) -> Iterator[list[Any]]:
    """One row per item, with people's points where there are any."""
    for items, cards in records.batches.pages(batch_id):
        given, reviewed = records.given_points(list(cards)), records.reviewed(list(cards))
        for item in items:
            card = cards.get(item.grading_id or "")
            mark = reviewed.get(item.grading_id or "")
            points = given.get(item.grading_id or "", {})
            yield [
                *((item.extra or {}).get(name) for name in own),
                *_outcome(item, card, mark.who or say("export.yes", language) if mark else "", language),
                *(_points(card, name, points) for name in criteria),
            ]


def _outcome(item: BatchItem, card: Scorecard | None, reviewed: str, language: str | None) -> list[Any]:
    state = say(f"ui.item_{item.state}", language)
    if card is None:
        return [item.item, state, None, None, "", "", "", item.error or ""]
    outcome = {True: "passed", False: "not_passed", None: "pass_open"}[item.counted.passed]
    total = item.counted.total
    shown = None if total is None else round(total, 2)
    person = say("export.yes", language) if card.review else ""
    reasons = " ".join(shown_reasons(card, language))
    return [item.item, state, shown, card.max_points, say(f"export.{outcome}", language), person, reviewed, reasons]


def _points(card: Scorecard | None, criterion: str, given: Mapping[str, float]) -> float | str | None:
    if criterion in given:
        return given[criterion]
    verdicts = card.verdicts if card else ()
    verdict = next((one for one in verdicts if one.criterion == criterion and isinstance(one, Verdict)), None)
    if verdict is None or verdict.not_applicable:
        return None
    return float(verdict.level) if verdict.kind == "fatal" else round(verdict.points, 2)

"""The machine's side of a calibration run: items graded as usual, their readouts stored in a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from evaluator.calibration.data.items import CalibrationItem
from evaluator.errors import InputError, StorageError
from evaluator.files import SHARED_FILE, write_in_one_step
from evaluator.grading import evaluate, open_judge
from evaluator.judge import choose
from evaluator.profiles import read_scorecard, stamp_of
from evaluator.rubric import Rubric
from evaluator.scorecard import Scorecard, Verdict
from evaluator.settings import Settings
from evaluator.storage import Records
from evaluator.transcript import Role, Transcript, assemble, parse

ROLES: dict[str, Role] = {"customer": "customer", "agent": "agent"}


async def read_out(
    items: Sequence[CalibrationItem],
    rubric: Rubric,
    settings: Settings,
    *,
    again: bool = False,
    records: Records | None = None,
    owner: str = "",
    tell: Callable[[int, CalibrationItem], None] | None = None,
) -> list[dict[str, Any]]:
    """Lines of a readouts file: the stamp, then each item's points and other numbers, in order.

    Existing gradings are reused; `again` asks the model anew and ignores everything cached. `records` and `owner` are
    as in `evaluate`. `tell` is called with each item before it is graded. Raises what `evaluate` raises; items graded
    before that remain stored.
    """
    if not items:
        raise InputError("calibration_no_items")
    lines: list[dict[str, Any]] = []
    with ExitStack() as opened:
        judge = choose(settings.model, settings) if again else opened.enter_context(closing(open_judge(settings)))
        for number, item in enumerate(items):
            if tell:
                tell(number, item)
            text = transcript_of(item, rubric)
            label = f"{rubric.title} · {item.id}"
            card = await evaluate(
                text, rubric, judge=judge, settings=settings, records=records, fresh=again, label=label, owner=owner
            )
            if not lines:
                lines.append({"stamp": stamp_of(card).model_dump()})
            lines.append(readout_of(item.id, card))
    return lines


def readout_of(name: str, card: Scorecard) -> dict[str, Any]:
    """One line of readouts: points by criterion, and the other numbers of the grading."""
    numbers = read_scorecard(card)
    applied = [one.criterion for one in card.verdicts if isinstance(one, Verdict) and not one.not_applicable]
    points = {name: numbers[f"points/{name}"] for name in applied}
    features = {name: value for name, value in numbers.items() if not name.startswith("points/")}
    return {"item": name, "points": points, "features": features}


def transcript_of(item: CalibrationItem, rubric: Rubric) -> Transcript:
    """An item as a transcript: its turns as given, or its answer read like any pasted text."""
    if item.transcript:
        return assemble((ROLES.get(turn.speaker, "other"), None, turn.text) for turn in item.transcript)
    return parse(item.answer, form=rubric.form)


def write_lines(lines: Sequence[dict[str, Any]], path: Path) -> None:
    """Write a readouts file atomically. Raises StorageError."""
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_in_one_step(path, text, SHARED_FILE)
    except OSError as problem:
        raise StorageError("calibration_not_saved", path=str(path), detail=str(problem)) from problem

"""Calibration from the product's own records: its gradings, and the points that people put beside them.

    records ──gather_stored──▶ Data (grades, readouts, texts, scales), as files would provide it

A text that was graded several times is one item, represented by its newest grading. Only gradings made by one version
of rubric, prompt, model and scoring are compared; the number of others is listed among the problems. A grading that
nobody corrected counts as ungraded by people: silence is not consent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from evaluator.calibration.data.dataset import Data
from evaluator.calibration.data.grades import COLUMNS, GradeProblem, Grades, Scale
from evaluator.calibration.data.items import CalibrationItem, Readouts
from evaluator.errors import InputError
from evaluator.profiles import Stamp, read_scorecard, stamp_of, two_sided
from evaluator.scorecard import Scorecard, Verdict
from evaluator.storage import HumanGrade, Records
from evaluator.transcript import Transcript

COUNTED = ("score", "checklist")  # these fields must match for the humans' and the machine's points to mean the same


def gather_stored(rubric: str, records: Records) -> Data:
    """Gather everything stored for the rubric with that id: people's points as grades, all gradings as readouts.

    Raises InputError if nothing was graded with it, or nobody put points beside a grading.
    """
    cards = _cards_of(rubric, records)
    given = records.human_grades(rubric)
    if not cards:
        raise InputError("calibration_nothing_stored", rubric=rubric)
    if not given:
        raise InputError("calibration_nobody_graded", rubric=rubric, count=len(cards))
    stamp, chosen = _choose_stamp(cards, {row.item for row in given})
    items = _merge(chosen)
    grades = _grades(given, cards, items, len(cards) - len(chosen))
    texts = [item_of(name, records.transcript(name)) for name in grades.table["item"].unique()]
    return Data(grades, _readouts([chosen[name] for name in items.values()], stamp), texts, dict(grades.scales))


def item_of(name: str, transcript: Transcript) -> CalibrationItem:
    """The transcript split into turns, as a profile reads it when it is applied."""
    return CalibrationItem(id=name, transcript=two_sided(transcript))


def _cards_of(rubric: str, records: Records) -> dict[str, Scorecard]:
    """All scorecards for the rubric, oldest first."""
    listed = records.history(limit=max(1, records.count(rubric)), rubric=rubric)
    found = records.many([one.id for one in listed])
    return {one.id: found[one.id] for one in reversed(listed) if one.id in found}


def _choose_stamp(cards: Mapping[str, Scorecard], graded: set[str]) -> tuple[Stamp, dict[str, Scorecard]]:
    """The stamp behind most gradings that people graded (the newest in a tie), and its cards."""
    stamps = {name: stamp_of(card) for name, card in cards.items()}
    counts = Counter(stamps[name] for name in reversed(list(cards)) if name in graded)
    stamp = counts.most_common(1)[0][0]
    return stamp, {name: card for name, card in cards.items() if stamps[name] == stamp}


def _merge(cards: Mapping[str, Scorecard]) -> dict[str, str]:
    """The newest grading of each text, by the text's digest."""
    return {card.transcript_digest: name for name, card in cards.items()}


def _grades(
    given: Iterable[HumanGrade], cards: Mapping[str, Scorecard], items: Mapping[str, str], other: int
) -> Grades:
    """People's points on the items; if a person graded a text twice, the newer grading counts."""
    import pandas as pd

    table, left_out = {}, 0
    place = {name: number for number, name in enumerate(cards)}
    ordered = sorted((row for row in given if row.item in cards), key=lambda row: place[row.item])
    scales = _scales(cards[name] for name in items.values())
    for row in ordered:
        item = items.get(cards[row.item].transcript_digest)
        if item is None or row.criterion not in scales:
            left_out += 1
            continue
        table[item, row.grader, row.criterion] = row.points
    problems = [GradeProblem(row=0, code="stored_other", values={"count": str(other)})] if other else []
    problems += [GradeProblem(row=0, code="stored_left_out", values={"count": str(left_out)})] if left_out else []
    frame = pd.DataFrame([(*key, points) for key, points in table.items()], columns=COLUMNS)
    if frame.empty:
        raise InputError("calibration_no_grades", detail=problems[-1].text() if problems else "")
    return Grades(frame, tuple(problems), len(problems), scales)


def _scales(cards: Iterable[Scorecard]) -> dict[str, Scale]:
    return {
        one.criterion: Scale(low=0.0, high=one.max_points)
        for card in cards
        for one in card.verdicts
        if one.kind in COUNTED and one.max_points > 0
    }


def _readouts(cards: Iterable[Scorecard], stamp: Stamp) -> Readouts:
    import pandas as pd

    points: dict[str, dict[str, Any]] = {}
    features: dict[str, dict[str, Any]] = {}
    for card in cards:
        numbers = read_scorecard(card)
        applied = {one.criterion for one in card.verdicts if isinstance(one, Verdict) and not one.not_applicable}
        points[card.id] = {name: value for name in applied if (value := numbers.get(f"points/{name}")) is not None}
        features[card.id] = {name: value for name, value in numbers.items() if not name.startswith("points/")}
    made = pd.DataFrame.from_dict(points, orient="index").astype(float)
    order = [one.criterion for one in card.verdicts if one.criterion in made.columns]
    return Readouts(pd.DataFrame.from_dict(features, orient="index").astype(float), made[order], stamp.model_dump())

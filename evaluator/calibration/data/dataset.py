"""Grades, readouts, texts and scales of one calibration."""

from __future__ import annotations

from evaluator.calibration.data.grades import Grades, Scale
from evaluator.calibration.data.items import CalibrationItem, Readouts
from evaluator.rubrics import find


class Data:
    """The inputs of a run, read and checked."""

    def __init__(
        self, grades: Grades, readouts: Readouts, items: list[CalibrationItem], scales: dict[str, Scale]
    ) -> None:
        self.grades, self.readouts, self.items, self.scales = grades, readouts, items, scales


def scales_of(rubric: str | None) -> dict[str, Scale]:
    """Scales by criterion of a rubric, given by name or path; empty without a rubric."""
    if rubric is None:
        return {}
    return {item.id: Scale(low=0.0, high=item.points) for item in find(rubric).criteria if item.points}

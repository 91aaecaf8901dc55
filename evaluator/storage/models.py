"""What the records give back, and a few conversions that all their modules need."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from evaluator.rubric import Rubric
from evaluator.scorecard import Scorecard, Sum
from evaluator.transcript import Transcript


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class Correctable(Shape):
    """A line with the machine's total, beside which people's points may stand."""

    corrected: Sum | None = None  # what it adds up to with people's points; None where none stand

    @property
    def overridden(self) -> bool:
        """Whether a person's points stand that were not taken back."""
        return self.corrected is not None

    @property
    def counted(self) -> Self | Sum:
        """What has the total, and whether it passes, that a list shows: with people's points where there are any."""
        return self.corrected or self


class GradingSummary(Correctable):
    """One line of the history: what a list shows without reading the scorecard."""

    id: str
    created_at: str
    owner: str
    label: str
    rubric_id: str
    rubric_version: int
    rubric_title: str
    total: float | None
    max_points: float
    coverage: float
    passed: bool | None
    review: bool


class Override(Shape):
    """A person's points for one criterion; `points` None takes that person's earlier ones back."""

    id: str
    grading_id: str
    criterion: str
    points: float | None
    comment: str
    who: str
    at: str


class Note(Shape):
    """A remark on a grading."""

    id: str
    grading_id: str
    text: str
    who: str
    at: str


class Review(Shape):
    """That somebody has looked at a grading and is done with it; `done` is False where it was taken back."""

    id: str
    grading_id: str
    who: str
    at: str
    comment: str
    done: bool


class HumanGrade(Shape):
    """A point given by a person, in the long form that calibration reads."""

    item: str  # id of the grading
    grader: str
    criterion: str
    points: float


class Record(Shape):
    """Everything that is kept about one grading."""

    id: str
    label: str
    owner: str
    scorecard: Scorecard
    transcript: Transcript
    rubric: Rubric | None  # as it was used; None when it was not handed over for storing
    overrides: tuple[Override, ...]  # oldest first, those taken back included
    notes: tuple[Note, ...]  # oldest first


def now() -> str:
    """The moment, ISO 8601 in UTC with milliseconds, so that texts sort like times."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def digest(content: Any) -> str:
    """SHA-256 over the JSON of `content` with sorted keys."""
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

"""The types that the records return, and a few conversions that all their modules need."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict

from evaluator.rubric import Rubric
from evaluator.scorecard import Scorecard, Sum
from evaluator.transcript import Transcript


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class Correctable(Shape):
    """A row with the machine's total, which people's points may replace."""

    corrected: Sum | None = None  # the total with people's points; None if there are none

    @property
    def overridden(self) -> bool:
        """Whether a person's points apply that were not withdrawn."""
        return self.corrected is not None

    @property
    def counted(self) -> Self | Sum:
        """The total, and whether it passes, as shown in a list: with people's points if there are any."""
        return self.corrected or self


class GradingSummary(Correctable):
    """One row of the history: what a list shows without reading the scorecard."""

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


Cause = Literal[
    "transcript_wrong",
    "role_wrong",
    "evidence_missed",
    "evidence_misread",
    "knowledge_wrong",
    "rubric_unclear",
    "reference_missing",
    "guard_wrong",
    "profile_off",
    "circumstances",
    "person_erred",
    "other",
]
CAUSES: tuple[Cause, ...] = get_args(Cause)


class Override(Shape):
    """A person's points for one criterion; `points` None withdraws that person's earlier ones."""

    id: str
    grading_id: str
    criterion: str
    points: float | None
    comment: str
    who: str
    at: str
    cause: Cause | None = None  # why the machine's points were wrong, by the catalogue `causes`; None if nobody said


class Note(Shape):
    """A note on a grading, or on one turn of its transcript."""

    id: str
    grading_id: str
    text: str
    who: str
    at: str
    turn: str | None = None  # id of the turn that it is pinned to


class Review(Shape):
    """A mark that somebody has reviewed a grading; `done` is False if the mark was withdrawn."""

    id: str
    grading_id: str
    who: str
    at: str
    comment: str
    done: bool


class HumanGrade(Shape):
    """Points given by a person, in the long form that calibration reads."""

    item: str  # id of the grading
    grader: str
    criterion: str
    points: float


class Record(Shape):
    """Everything stored about one grading."""

    id: str
    label: str
    owner: str
    scorecard: Scorecard
    transcript: Transcript
    rubric: Rubric | None  # as it was used; None if it was not passed for storing
    overrides: tuple[Override, ...]  # oldest first, including withdrawn ones
    notes: tuple[Note, ...]  # oldest first


def now() -> str:
    """The current time, ISO 8601 in UTC with milliseconds, so that texts sort like times."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def digest(content: Any) -> str:
    """SHA-256 over the JSON of `content` with sorted keys."""
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

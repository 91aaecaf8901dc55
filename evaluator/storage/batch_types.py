"""What the journal of batches hands out: batches, items, events, and the work and its outcome."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from pydantic import Field, field_validator

from evaluator.encoding import redact
from evaluator.rubric import Rubric
from evaluator.scorecard import Scorecard
from evaluator.storage.models import Correctable, Shape
from evaluator.transcript import Transcript

ItemState = Literal["waiting", "running", "done", "failed"]


class NewItem(Shape):
    """One response to grade, or why it could not be read (`error_code`, a key of the catalogue `errors`)."""

    item: str
    transcript: Transcript | None = None
    rubric: Rubric | None = None
    error_code: str | None = None
    error: str | None = None
    extra: dict[str, Any] = Field(
        default_factory=dict
    )  # other columns of the user's own table, carried through to the result


class Batch(Shape):
    """A batch and how many of its items are in each state."""

    id: str
    name: str
    owner: str
    at: str
    options: dict[str, Any]
    paused: bool = False  # somebody asked the runners to stop
    waiting: int = 0
    running: int = 0
    done: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """Number of items."""
        return self.waiting + self.running + self.done + self.failed


class BatchItem(Correctable):
    """One item with the outcome of its grading, if there is one."""

    batch_id: str
    position: int  # from 0, in the order handed in
    item: str
    state: ItemState
    error_code: str | None
    error: str | None
    grading_id: str | None
    started_at: str | None
    finished_at: str | None
    tries: int
    extra: dict[str, Any] | None = None
    total: float | None = None
    max_points: float | None = None
    coverage: float | None = None
    passed: bool | None = None
    review: bool | None = None


class BatchEvent(Shape):
    """A step of one item: its new state, when, by which runner, and the cause of a failure."""

    position: int
    state: str
    at: str
    runner: str | None
    cause: str | None


class FailureCause(NamedTuple):
    """Why items failed: an error code, its sentence for one of the items, their number, and the name of one."""

    code: str
    error: str
    items: int
    item: str


class PendingItem(Shape):
    """What is needed to grade one item."""

    batch_id: str
    position: int
    item: str
    transcript: Transcript
    rubric: Rubric
    owner: str = Field(default="")
    runner: str | None = None
    tries: int = 1
    extra: dict[str, Any] | None = None  # the user's own columns


class ItemOutcome(Shape):
    """How one item ended: with a scorecard, or with the cause of its failure."""

    work: PendingItem
    scorecard: Scorecard | None = None
    request_key: str | None = None  # under which a later run finds the grading
    error_code: str | None = None
    error: str | None = None

    @field_validator("error")
    @classmethod
    def _without_secrets(cls, value: str | None) -> str | None:
        return redact(value) if value else value

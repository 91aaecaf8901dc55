"""The journal of batches: what was handed in, and how far each item got. A run that was killed goes on from
here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import Row, Select, case, func, select, update
from sqlalchemy.orm import Session

from evaluator.errors import InputError
from evaluator.rubric import Rubric
from evaluator.scorecard import Scorecard
from evaluator.storage import tables as t
from evaluator.storage.contents import keep_rubric, keep_transcript, rubric_of, transcript_of
from evaluator.storage.gradings import insert_grading
from evaluator.storage.ids import new_id
from evaluator.storage.opening import Database
from evaluator.storage.shapes import Correctable, Shape, now
from evaluator.storage.standing import corrected_sums, was_corrected
from evaluator.transcript import Transcript

ItemState = Literal["waiting", "running", "done", "failed"]
_GRADED = ("total", "max_points", "coverage", "passed", "review")


class NewItem(Shape):
    """One response to grade, or why it could not be read (`error_code`, a key of the catalogue `errors`)."""

    item: str
    transcript: Transcript | None = None
    rubric: Rubric | None = None
    error_code: str | None = None
    error: str | None = None


class Batch(Shape):
    """A batch and how many of its items are where."""

    id: str
    name: str
    owner: str
    at: str
    options: dict[str, Any]
    waiting: int = 0
    running: int = 0
    done: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """Number of items."""
        return self.waiting + self.running + self.done + self.failed


class BatchItem(Correctable):
    """One item with the outcome of its grading, where there is one."""

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
    total: float | None = None
    max_points: float | None = None
    coverage: float | None = None
    passed: bool | None = None
    review: bool | None = None


class Work(Shape):
    """What has to be graded for one item."""

    batch_id: str
    position: int
    item: str
    transcript: Transcript
    rubric: Rubric
    owner: str = Field(default="")


class Batches:
    """Batches of one database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def create(
        self, name: str, items: Iterable[NewItem], *, options: dict[str, Any] | None = None, owner: str = ""
    ) -> str:
        """Stores a batch with all its items, or nothing, and gives its id; unreadable items are failed at
        once.
        """
        batch_id = new_id()
        with self.database.write() as session:
            session.add(t.BatchRow(id=batch_id, name=name, owner=owner, at=now(), options=options or {}))
            session.flush()
            session.add_all(_row(session, batch_id, position, item) for position, item in enumerate(items))
        return batch_id

    def get(self, batch_id: str) -> Batch:
        """The batch with its counts; InputError when there is none."""
        with self.database.read() as session:
            row = session.execute(_with_counts().where(t.BatchRow.id == batch_id)).first()
        if row is None:
            raise InputError("batch_unknown", id=batch_id)
        return _batch(row)

    def all(self, owner: str | None = None, limit: int = 50) -> list[Batch]:
        """Newest first."""
        query = _with_counts().order_by(t.BatchRow.id.desc()).limit(limit)
        query = query if owner is None else query.where(t.BatchRow.owner == owner)
        with self.database.read() as session:
            return [_batch(row) for row in session.execute(query)]

    def items(self, batch_id: str, state: ItemState | None = None) -> list[BatchItem]:
        """All items in the order handed in (of one state), with the totals of those graded, and corrected."""
        graded = [getattr(t.GradingRow, name) for name in _GRADED]
        query = select(t.BatchItemRow, was_corrected(), *graded)
        query = query.outerjoin(t.GradingRow, t.GradingRow.id == t.BatchItemRow.grading_id)
        query = query.where(t.BatchItemRow.batch_id == batch_id).order_by(t.BatchItemRow.position)
        query = query if state is None else query.where(t.BatchItemRow.state == state)
        with self.database.read() as session:
            rows = session.execute(query).all()
            sums = corrected_sums(session, [row.grading_id for row, was, *_ in rows if was])
        items = [_item(row, dict(zip(_GRADED, values, strict=True))) for row, _, *values in rows]
        return [item.model_copy(update={"corrected": sums.get(item.grading_id or "")}) for item in items]

    def lengths(self, batch_id: str) -> dict[int, int]:
        """Characters of each item's text, by position; items without a text are left out."""
        query = select(t.BatchItemRow.position, func.length(t.TranscriptRow.source)).join(
            t.TranscriptRow, t.TranscriptRow.id == t.BatchItemRow.transcript_id
        )
        with self.database.read() as session:
            found = session.execute(query.where(t.BatchItemRow.batch_id == batch_id))
            return {position: length for position, length in found}

    def scorecards(self, batch_id: str) -> dict[str, Scorecard]:
        """The scorecards of the items graded so far, by grading id, in one query."""
        query = select(t.GradingRow.id, t.GradingRow.body).join(
            t.BatchItemRow, t.BatchItemRow.grading_id == t.GradingRow.id
        )
        with self.database.read() as session:
            found = session.execute(query.where(t.BatchItemRow.batch_id == batch_id))
            return {key: Scorecard.model_validate(body) for key, body in found}

    def rubrics(self, batch_id: str) -> list[Rubric]:
        """The rubrics that the batch's readable items are graded by, each once."""
        row = t.BatchItemRow
        query = select(row.rubric_digest).where(row.batch_id == batch_id, row.rubric_digest.is_not(None)).distinct()
        with self.database.read() as session:
            found = [rubric_of(session, digest or "") for digest in session.scalars(query.order_by(row.rubric_digest))]
        return [rubric for rubric in found if rubric is not None]

    def start(self, batch_id: str, position: int) -> Work:
        """Marks an item as running and gives what has to be graded."""
        with self.database.write() as session:
            row = session.get_one(t.BatchItemRow, (batch_id, position))
            row.state, row.started_at, row.tries = "running", now(), row.tries + 1
            rubric = rubric_of(session, row.rubric_digest or "")
            assert rubric is not None and row.transcript_id  # `create` let no other item wait
            return Work(
                batch_id=batch_id,
                position=position,
                item=row.item,
                transcript=transcript_of(session, row.transcript_id),
                rubric=rubric,
                owner=session.get_one(t.BatchRow, batch_id).owner,
            )

    def finish(self, work: Work, scorecard: Scorecard) -> None:
        """Stores the grading, if it is not yet under this item's name, and marks the item as done, in one transaction."""
        with self.database.write() as session:
            grading_id = insert_grading(
                session, scorecard, work.transcript, rubric=work.rubric, label=work.item, owner=work.owner
            )
            self._set(session, work, state="done", grading_id=grading_id, error_code=None, error=None)

    def fail(self, work: Work, error_code: str, error: str) -> None:
        """Marks an item as failed, and why."""
        with self.database.write() as session:
            self._set(session, work, state="failed", error_code=error_code, error=error)

    def release(self, batch_id: str) -> int:
        """Lets items wait again that a killed run left running; gives how many."""
        return self._move(batch_id, "running")

    def retry(self, batch_id: str) -> int:
        """Lets failed items wait again, except those that could not be read; gives how many."""
        return self._move(batch_id, "failed")

    def _move(self, batch_id: str, state: ItemState) -> int:
        row = t.BatchItemRow
        query = update(row).where(row.batch_id == batch_id, row.state == state, row.transcript_id.is_not(None))
        with self.database.write() as session:
            return session.execute(query.values(state="waiting", error_code=None, error=None)).rowcount  # type: ignore[attr-defined]

    def _set(self, session: Session, work: Work, **values: Any) -> None:
        row = session.get_one(t.BatchItemRow, (work.batch_id, work.position))
        for name, value in {"finished_at": now(), **values}.items():
            setattr(row, name, value)


def _row(session: Session, batch_id: str, position: int, item: NewItem) -> t.BatchItemRow:
    readable = item.error_code is None and item.transcript is not None and item.rubric is not None
    return t.BatchItemRow(
        batch_id=batch_id,
        position=position,
        item=item.item[:400],
        rubric_digest=keep_rubric(session, item.rubric) if readable and item.rubric else None,
        transcript_id=keep_transcript(session, item.transcript) if readable and item.transcript else None,
        state="waiting" if readable else "failed",
        error_code=item.error_code,
        error=item.error,
    )


def _with_counts() -> Select[*tuple[Any, ...]]:
    state = t.BatchItemRow.state
    counts = [
        func.sum(case((state == name, 1), else_=0)).label(name) for name in ("waiting", "running", "done", "failed")
    ]
    query = select(t.BatchRow, *counts).outerjoin(t.BatchItemRow, t.BatchItemRow.batch_id == t.BatchRow.id)
    return query.group_by(t.BatchRow.id)


def _batch(row: Row[*tuple[Any, ...]]) -> Batch:
    counts = {name: getattr(row, name) or 0 for name in ("waiting", "running", "done", "failed")}
    return Batch.model_validate(row[0]).model_copy(update=counts)


def _item(row: t.BatchItemRow, graded: dict[str, Any]) -> BatchItem:
    return BatchItem.model_validate(row).model_copy(update=graded)

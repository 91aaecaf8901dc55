"""The batches: what was handed in, and how far each item got; a killed run continues from here.

`evaluator.storage.batch_steps` moves the items on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Row, Select, case, delete, func, insert, select
from sqlalchemy.orm import Session

from evaluator.errors import InputError
from evaluator.rubric import Rubric
from evaluator.scorecard import Scorecard
from evaluator.storage import tables as t
from evaluator.storage.batch_steps import AT_ONCE, BatchSteps
from evaluator.storage.batch_types import Batch, BatchEvent, BatchItem, FailureCause, ItemState, NewItem
from evaluator.storage.contents import keep_rubric, keep_transcripts, rubric_of
from evaluator.storage.effective_overrides import corrected_sums, was_corrected
from evaluator.storage.ids import new_id, read_id
from evaluator.storage.models import now

_GRADED = ("total", "max_points", "coverage", "passed", "review")


class Batches(BatchSteps):
    """Batches of one database: created, found, read and deleted; their items are moved on by `BatchSteps`."""

    def create(
        self, name: str, items: Iterable[NewItem], *, options: dict[str, Any] | None = None, owner: str = ""
    ) -> str:
        """Stores a batch with all its items, or nothing, and returns its id; unreadable items fail at once.

        `items` may be an iterator: only a few hundred are held in memory at a time.
        """
        batch = t.BatchRow(id=new_id(), name=name, owner=owner, at=now(), options=options or {})
        with self.database.write() as session:
            session.add(batch)
            session.flush()
            rubrics: dict[int, tuple[Rubric, str]] = {}  # the rubric is kept beside its digest: its id() stays its own
            for start, chunk in _chunks(items):
                session.execute(insert(t.BatchItemRow), _rows(session, batch.id, start, chunk, rubrics))
        return batch.id

    def get(self, batch_id: str) -> Batch:
        """The batch with its counts; InputError if there is none."""
        with self.database.read() as session:
            row = session.execute(_with_counts().where(t.BatchRow.id == batch_id)).first()
        if row is None:
            raise InputError("batch_unknown", id=batch_id)
        return _batch(row)

    def find(self, id_or_prefix: str | None = None) -> Batch:
        """The batch whose id starts this way, or the newest for None; InputError if there is none or more than one."""
        row = t.BatchRow
        query = select(row.id).order_by(row.id.desc())
        if id_or_prefix is not None:
            query = query.where(row.id.startswith(read_id(id_or_prefix), autoescape=True))
        with self.database.read() as session:
            found = list(session.scalars(query.limit(4)))
        if not found:
            raise InputError("batch_unknown", id=id_or_prefix or "–")
        if id_or_prefix is not None and len(found) > 1:
            raise InputError("batch_several", id=id_or_prefix, matches=", ".join(found))
        return self.get(found[0])

    def causes(self, batch_id: str, limit: int = 10) -> list[FailureCause]:
        """Why items failed, most frequent cause first, each with one failed item."""
        row = t.BatchItemRow
        query = select(row.error_code, func.min(row.error), func.count(), func.min(row.item))
        query = query.where(row.batch_id == batch_id, row.state == "failed").group_by(row.error_code)
        with self.database.read() as session:
            found = session.execute(query.order_by(func.count().desc()).limit(limit)).all()
        return [FailureCause(code or "", error or "", count, item) for code, error, count, item in found]

    def count_review(self, batch_id: str) -> int:
        """The number of items that need a person."""
        row, graded = t.BatchItemRow, t.GradingRow
        query = select(func.count()).select_from(row).join(graded, graded.id == row.grading_id)
        with self.database.read() as session:
            return session.scalar(query.where(row.batch_id == batch_id, graded.review.is_(True))) or 0

    def all(self, owner: str | None = None, limit: int = 50) -> list[Batch]:
        """Newest first."""
        query = _with_counts().order_by(t.BatchRow.id.desc()).limit(limit)
        query = query if owner is None else query.where(t.BatchRow.owner == owner)
        with self.database.read() as session:
            return [_batch(row) for row in session.execute(query)]

    def delete(self, batch_id: str) -> int:
        """Deletes a batch with its items and returns their number; the gradings themselves stay in the history."""
        with self.database.write() as session:
            if session.get(t.BatchRow, batch_id) is None:
                raise InputError("batch_unknown", id=batch_id)
            for table in (t.BatchEventRow, t.BatchRunnerRow, t.ProviderJobRow):
                session.execute(delete(table).where(table.batch_id == batch_id))
            gone = session.execute(delete(t.BatchItemRow).where(t.BatchItemRow.batch_id == batch_id)).rowcount  # type: ignore[attr-defined]
            session.execute(delete(t.BatchRow).where(t.BatchRow.id == batch_id))
        return gone

    def items(
        self, batch_id: str, state: ItemState | None = None, *, after: int = -1, limit: int | None = None
    ) -> list[BatchItem]:
        """Items in the order handed in (of one state), with the totals of graded ones, including corrected totals.

        Returns all of them, or `limit` items after the position `after`.
        """
        graded = [getattr(t.GradingRow, name) for name in _GRADED]
        query = select(t.BatchItemRow, was_corrected(), *graded)
        query = query.outerjoin(t.GradingRow, t.GradingRow.id == t.BatchItemRow.grading_id)
        query = query.where(t.BatchItemRow.batch_id == batch_id, t.BatchItemRow.position > after)
        query = query if state is None else query.where(t.BatchItemRow.state == state)
        query = query.order_by(t.BatchItemRow.position).limit(limit)
        with self.database.read() as session:
            rows = session.execute(query).all()
            sums = corrected_sums(session, [row.grading_id for row, was, *_ in rows if was])
        items = [_item(row, dict(zip(_GRADED, values, strict=True))) for row, _, *values in rows]
        return [item.model_copy(update={"corrected": sums.get(item.grading_id or "")}) for item in items]

    def lengths(self, batch_id: str, positions: Collection[int] | None = None) -> dict[int, int]:
        """Characters of each item's text, by position (of those in `positions`); items without a text are left out."""
        row = t.BatchItemRow
        query = select(row.position, func.length(t.TranscriptRow.source))
        query = query.join(t.TranscriptRow, t.TranscriptRow.id == row.transcript_id).where(row.batch_id == batch_id)
        query = query if positions is None else query.where(row.position.in_(positions))
        with self.database.read() as session:
            return {position: length for position, length in session.execute(query)}

    def mean_length(self, batch_id: str, states: Collection[ItemState]) -> float:
        """Average length of a text in characters, over the items in these states; 0 if there are none."""
        row = t.BatchItemRow
        query = select(func.avg(func.length(t.TranscriptRow.source)))
        query = query.join(row, t.TranscriptRow.id == row.transcript_id)
        with self.database.read() as session:
            return float(session.scalar(query.where(row.batch_id == batch_id, row.state.in_(states))) or 0.0)

    def count_tried(self, batch_id: str, state: ItemState) -> int:
        """How many items in this state a run has worked on; unreadable ones are not included."""
        row = t.BatchItemRow
        query = select(func.count()).where(row.batch_id == batch_id, row.state == state, row.tries > 0)
        with self.database.read() as session:
            return session.scalar(query) or 0

    def pages(self, batch_id: str) -> Iterator[tuple[list[BatchItem], dict[str, Scorecard]]]:
        """All items with their scorecards by grading id, in pages of a few hundred, in the order handed in."""
        after = -1
        while items := self.items(batch_id, after=after, limit=AT_ONCE):
            yield items, self.scorecards(batch_id, after=after, until=items[-1].position)
            after = items[-1].position

    def scorecards(self, batch_id: str, *, after: int = -1, until: int | None = None) -> dict[str, Scorecard]:
        """The scorecards of graded items by grading id, in one query, for the positions in (`after`, `until`]."""
        row = t.BatchItemRow
        query = select(t.GradingRow.id, t.GradingRow.body).join(row, row.grading_id == t.GradingRow.id)
        query = query.where(row.batch_id == batch_id, row.position > after)
        query = query if until is None else query.where(row.position <= until)
        with self.database.read() as session:
            return {key: Scorecard.model_validate(body) for key, body in session.execute(query)}

    def rubrics(self, batch_id: str) -> list[Rubric]:
        """The rubrics that the batch's readable items are graded by, each once."""
        row = t.BatchItemRow
        query = select(row.rubric_digest).where(row.batch_id == batch_id, row.rubric_digest.is_not(None)).distinct()
        with self.database.read() as session:
            found = [rubric_of(session, digest or "") for digest in session.scalars(query.order_by(row.rubric_digest))]
        return [rubric for rubric in found if rubric is not None]

    def extra_columns(self, batch_id: str) -> list[str]:
        """Names of the user's own columns, in order of first appearance."""
        query = select(t.BatchItemRow.extra).where(t.BatchItemRow.batch_id == batch_id)
        with self.database.read() as session:
            rows = session.scalars(query.order_by(t.BatchItemRow.position).execution_options(yield_per=AT_ONCE))
            return list(dict.fromkeys(name for row in rows if row for name in row))

    def events(self, batch_id: str, position: int | None = None) -> list[BatchEvent]:
        """The journal (of one item), oldest first."""
        row = t.BatchEventRow
        query = select(row).where(row.batch_id == batch_id).order_by(row.id)
        query = query if position is None else query.where(row.position == position)
        with self.database.read() as session:
            return [BatchEvent.model_validate(event) for event in session.scalars(query)]


def _chunks(items: Iterable[NewItem]) -> Iterator[tuple[int, list[NewItem]]]:
    start, left = 0, iter(items)
    while chunk := list(islice(left, AT_ONCE)):
        yield start, chunk
        start += len(chunk)


def _rows(
    session: Session, batch_id: str, start: int, items: list[NewItem], rubrics: dict[int, tuple[Rubric, str]]
) -> list[dict[str, Any]]:
    """Rows of consecutive items, with their transcripts and rubrics stored."""
    usable = [item.error_code is None and item.transcript is not None and item.rubric is not None for item in items]
    ready = [item for item, fits in zip(items, usable, strict=True) if fits]
    keys = iter(keep_transcripts(session, [item.transcript for item in ready if item.transcript]))
    for item in ready:
        if item.rubric and id(item.rubric) not in rubrics:
            rubrics[id(item.rubric)] = (item.rubric, keep_rubric(session, item.rubric))
    return [
        {
            "batch_id": batch_id,
            "position": position,
            "item": item.item[:400],
            "rubric_digest": rubrics[id(item.rubric)][1] if fits else None,
            "transcript_id": next(keys) if fits else None,
            "state": "waiting" if fits else "failed",
            "error_code": item.error_code,
            "error": item.error,
            "tries": 0,
            "extra": item.extra or None,
        }
        for position, (item, fits) in enumerate(zip(items, usable, strict=True), start=start)
    ]


def _with_counts() -> Select[*tuple[Any, ...]]:
    state = t.BatchItemRow.state
    counts = [
        func.sum(case((state == name, 1), else_=0)).label(name) for name in ("waiting", "running", "done", "failed")
    ]
    row = t.BatchItemRow
    counted = select(row.batch_id, *counts).group_by(row.batch_id).subquery()
    names = [counted.c[name] for name in ("waiting", "running", "done", "failed")]
    return select(t.BatchRow, *names).outerjoin(counted, counted.c.batch_id == t.BatchRow.id)


def _batch(row: Row[*tuple[Any, ...]]) -> Batch:
    counts = {name: int(getattr(row, name) or 0) for name in ("waiting", "running", "done", "failed")}
    return Batch.model_validate(row[0]).model_copy(update=counts)


def _item(row: t.BatchItemRow, graded: dict[str, Any]) -> BatchItem:
    return BatchItem.model_validate(row).model_copy(update=graded)

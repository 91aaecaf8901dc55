"""The steps of a batch's items: which one works on what, and how each ended.

An item is `waiting`, `running`, `done` or `failed`; each step is also a row of the append-only table `batch_events`. A
process that runs a batch has a row with heartbeats (`evaluator.storage.runners`), so that several machines with one
database can work on a batch and none grades what another is working on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from evaluator.errors import InputError
from evaluator.rubric import Rubric
from evaluator.scorecard import Scorecard
from evaluator.storage import tables as t
from evaluator.storage.batch_types import ItemOutcome, ItemState, PendingItem
from evaluator.storage.contents import rubric_of, transcripts_of
from evaluator.storage.gradings import insert_grading
from evaluator.storage.models import now
from evaluator.storage.opening import Database

AT_ONCE = 500  # rows written or read at a time


class BatchSteps:
    """The steps of items in the batches of one database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._rubrics: dict[str, Rubric | None] = {}  # by digest: the content behind a digest never changes

    def take(
        self, batch_id: str, count: int, *, runner: str | None = None, only: Collection[int] | None = None
    ) -> list[PendingItem]:
        """Marks the next `count` waiting items (of the positions in `only`) as running and returns them.

        The list is empty if none is waiting. On a database that several processes use, no item is handed out twice.
        """
        row = t.BatchItemRow
        query = select(row).where(row.batch_id == batch_id, row.state == "waiting")
        query = query if only is None else query.where(row.position.in_(only))
        query = query.order_by(row.position).limit(count).with_for_update(skip_locked=True)
        with self.database.write() as session:
            return self._begin(session, batch_id, session.scalars(query).all(), runner)

    def waiting(self, batch_id: str, only: Collection[int]) -> list[int]:
        """The waiting items among the positions in `only`."""
        row = t.BatchItemRow
        query = select(row.position).where(row.batch_id == batch_id, row.state == "waiting", row.position.in_(only))
        with self.database.read() as session:
            return list(session.scalars(query))

    def peek(self, batch_id: str, only: Collection[int] | None = None) -> Iterator[PendingItem]:
        """Waiting items (of the positions in `only`) without marking them; a few hundred are in memory at a time."""
        row, after = t.BatchItemRow, -1
        while True:
            query = select(row).where(row.batch_id == batch_id, row.state == "waiting", row.position > after)
            query = query if only is None else query.where(row.position.in_(only))
            with self.database.read() as session:
                rows = session.scalars(query.order_by(row.position).limit(AT_ONCE)).all()
                works = self._works(session, batch_id, rows, None)
            yield from works
            if not works:
                return
            after = works[-1].position

    def start(self, batch_id: str, position: int) -> PendingItem:
        """Marks an item as running and returns what is needed to grade it."""
        with self.database.write() as session:
            return self._begin(session, batch_id, [session.get_one(t.BatchItemRow, (batch_id, position))], None)[0]

    def settle(self, outcomes: Sequence[ItemOutcome]) -> list[str | None]:
        """Writes how items ended, all in one transaction, and returns the grading ids.

        If a runner lost an item because its heartbeats stopped, the new runner's outcome stands; the old runner's
        grading is stored all the same.
        """
        with self.database.write() as session:
            return [self._settle(session, outcome) for outcome in outcomes]

    def finish(self, work: PendingItem, scorecard: Scorecard) -> None:
        """Stores the grading, if new under this item's name, and marks the item as done, in one transaction."""
        self.settle([ItemOutcome(work=work, scorecard=scorecard)])

    def fail(self, work: PendingItem, error_code: str, error: str) -> None:
        """Marks an item as failed, with the cause."""
        self.settle([ItemOutcome(work=work, error_code=error_code, error=error)])

    def pause(self, batch_id: str, paused: bool = True) -> None:
        """Asks all runners of the batch, on any machine, to stop; False lets it run again."""
        with self.database.write() as session:
            query = update(t.BatchRow).where(t.BatchRow.id == batch_id).values(paused=paused)
            if not session.execute(query).rowcount:  # type: ignore[attr-defined]
                raise InputError("batch_unknown", id=batch_id)

    def release(self, batch_id: str, runners: Collection[str | None] | None = None) -> int:
        """Sets items back to waiting that a killed run left running, and returns their number.

        With `runners`, only those of these runners; None stands for no runner.
        """
        return self._move(batch_id, "running", runners)

    def retry(self, batch_id: str, *, ungraded: bool = False) -> int:
        """Sets failed items back to waiting, except unreadable ones, and returns their number.

        With `ungraded`, also those that could not be graded completely.
        """
        moved = self._move(batch_id, "failed")
        if not ungraded:
            return moved
        row, graded = t.BatchItemRow, t.GradingRow
        incomplete = select(graded.id).where(graded.id == row.grading_id, graded.coverage < 1).exists()
        query = select(row).where(row.batch_id == batch_id, row.state == "done", incomplete)
        with self.database.write() as session:
            return moved + _let_wait(session, session.scalars(query).all())

    def _move(self, batch_id: str, state: ItemState, runners: Collection[str | None] | None = None) -> int:
        row = t.BatchItemRow
        query = select(row).where(row.batch_id == batch_id, row.state == state, row.transcript_id.is_not(None))
        if runners is not None:
            named = row.runner.in_([one for one in runners if one])
            query = query.where(or_(named, row.runner.is_(None)) if None in runners else named)
        with self.database.write() as session:
            return _let_wait(session, session.scalars(query).all())

    def _begin(
        self, session: Session, batch_id: str, rows: Sequence[t.BatchItemRow], runner: str | None
    ) -> list[PendingItem]:
        if not rows:
            return []
        moment = now()
        for row in rows:
            row.state, row.started_at, row.tries, row.runner = "running", moment, row.tries + 1, runner
        _note(session, rows, "running", moment)
        return self._works(session, batch_id, rows, runner)

    def _works(
        self, session: Session, batch_id: str, rows: Sequence[t.BatchItemRow], runner: str | None
    ) -> list[PendingItem]:
        if not rows:
            return []
        owner = session.get_one(t.BatchRow, batch_id).owner
        for digest in {row.rubric_digest or "" for row in rows} - self._rubrics.keys():
            self._rubrics[digest] = rubric_of(session, digest)
        texts = transcripts_of(session, [row.transcript_id or "" for row in rows])
        return [
            PendingItem.model_construct(  # all values come from validated rows
                batch_id=batch_id,
                position=row.position,
                item=row.item,
                transcript=texts[row.transcript_id or ""],
                rubric=self._rubrics[row.rubric_digest or ""],
                owner=owner,
                runner=runner,
                tries=row.tries,
                extra=row.extra,
            )
            for row in rows
        ]

    def _settle(self, session: Session, outcome: ItemOutcome) -> str | None:
        work, card, grading_id = outcome.work, outcome.scorecard, None
        if card is not None:
            grading_id = insert_grading(
                session, card, work.transcript, outcome.request_key, work.rubric, work.item, work.owner
            )
        row = session.get_one(t.BatchItemRow, (work.batch_id, work.position), with_for_update=True)
        if row.runner != work.runner and row.state != "waiting":
            return grading_id
        row.state = "done" if card is not None else "failed"
        row.finished_at, row.error_code, row.error = now(), outcome.error_code, outcome.error
        row.grading_id = grading_id or row.grading_id
        _note(session, [row], row.state, row.finished_at, outcome.error)
        return grading_id


def _let_wait(session: Session, rows: Sequence[t.BatchItemRow]) -> int:
    for row in rows:
        row.state, row.error_code, row.error, row.runner = "waiting", None, None, None
    _note(session, rows, "waiting", now())
    return len(rows)


def _note(
    session: Session, rows: Sequence[t.BatchItemRow], state: str, moment: str | None, cause: str | None = None
) -> None:
    """Adds a step to the journal of each item."""
    events = [
        {
            "batch_id": row.batch_id,
            "position": row.position,
            "state": state,
            "at": moment,
            "runner": row.runner,
            "cause": cause,
        }
        for row in rows
    ]
    if events:
        session.execute(insert(t.BatchEventRow), events)

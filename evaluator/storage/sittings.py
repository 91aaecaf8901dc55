"""Papers that are sat: every answer is kept as soon as it is written, so that a killed program loses none."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update

from evaluator.errors import InputError
from evaluator.storage import tables as t
from evaluator.storage.ids import new_id, read_id
from evaluator.storage.models import Shape, now
from evaluator.storage.opening import Database


class KeptSitting(Shape):
    """A sitting as it is stored."""

    id: str
    owner: str
    candidate: str
    title: str
    paper: dict[str, Any]
    paper_digest: str
    at: str
    limit_s: float | None
    state: str
    outcomes: list[dict[str, Any]]


class SittingEvent(Shape):
    """Begun, paused, gone on with, or handed in."""

    id: str
    sitting_id: str
    what: str
    at: str


class Sittings:
    """Sittings by id, owner and paper."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def begin(
        self,
        *,
        paper: dict[str, Any],
        digest: str,
        title: str,
        candidate: str = "",
        owner: str = "",
        limit_s: float | None = None,
    ) -> str:
        """Stores a sitting whose clock runs, and gives its id."""
        at = now()
        row = t.SittingRow(
            id=new_id(),
            owner=owner,
            candidate=candidate.strip(),
            title=title,
            paper=paper,
            paper_digest=digest,
            at=at,
            limit_s=limit_s,
            state="running",
            outcomes=[],
        )
        with self.database.write() as session:
            session.add(row)
            session.flush()
            session.add(t.SittingEventRow(id=new_id(), sitting_id=row.id, what="begin", at=at))
        return row.id

    def answer(self, sitting_id: str, question: str, answer: str) -> None:
        """Keeps an answer in the place of an earlier one; InputError once the sitting was handed in or is paused."""
        with self.database.write() as session:
            self._in_state(session, sitting_id, ("running",))
            session.merge(t.SittingAnswerRow(sitting_id=sitting_id, question=question, answer=answer, at=now()))

    def answers(self, sitting_id: str) -> dict[str, str]:
        """By question, what was answered so far."""
        query = select(t.SittingAnswerRow).where(t.SittingAnswerRow.sitting_id == sitting_id)
        with self.database.read() as session:
            return {row.question: row.answer for row in session.scalars(query)}

    def mark(self, sitting_id: str, what: str, state: str, wanted: tuple[str, ...]) -> bool:
        """Moves a sitting that is in a state of `wanted` to another and writes down when; False where it was in none, so
        that a second click does nothing."""
        with self.database.write() as session:
            query = update(t.SittingRow).where(t.SittingRow.id == sitting_id, t.SittingRow.state.in_(wanted))
            if not session.execute(query.values(state=state)).rowcount:  # type: ignore[attr-defined]
                return False
            session.add(t.SittingEventRow(id=new_id(), sitting_id=sitting_id, what=what, at=now()))
            return True

    def finish(self, sitting_id: str, outcomes: list[dict[str, Any]]) -> None:
        """Keeps what came of the questions."""
        with self.database.write() as session:
            session.execute(update(t.SittingRow).where(t.SittingRow.id == sitting_id).values(outcomes=outcomes))

    def events(self, sitting_id: str) -> list[SittingEvent]:
        """Everything that happened to the clock, oldest first."""
        query = select(t.SittingEventRow).where(t.SittingEventRow.sitting_id == sitting_id)
        with self.database.read() as session:
            return [SittingEvent.model_validate(row) for row in session.scalars(query.order_by(t.SittingEventRow.id))]

    def get(self, id_or_prefix: str) -> KeptSitting:
        """One sitting by its id or the unique beginning of it."""
        wanted = read_id(id_or_prefix)
        query = select(t.SittingRow).where(t.SittingRow.id.startswith(wanted, autoescape=True)).limit(2)
        with self.database.read() as session:
            rows = session.scalars(query).all() if wanted else []
            if len(rows) != 1:
                raise InputError("storage_unknown_id", id=id_or_prefix)
            return KeptSitting.model_validate(rows[0])

    def all(self, owner: str | None = None, digest: str | None = None) -> list[KeptSitting]:
        """The sittings (of an owner, of a paper), oldest first."""
        query = select(t.SittingRow).order_by(t.SittingRow.id)
        query = query if owner is None else query.where(t.SittingRow.owner == owner)
        query = query if digest is None else query.where(t.SittingRow.paper_digest == digest)
        with self.database.read() as session:
            return [KeptSitting.model_validate(row) for row in session.scalars(query)]

    def delete(self, sitting_id: str) -> None:
        """Removes a sitting with its answers; gradings of open questions stay."""
        with self.database.write() as session:
            for table in (t.SittingAnswerRow, t.SittingEventRow):
                session.execute(delete(table).where(table.sitting_id == sitting_id))
            session.execute(delete(t.SittingRow).where(t.SittingRow.id == sitting_id))

    def _in_state(self, session: Any, sitting_id: str, wanted: tuple[str, ...]) -> None:
        row = session.get(t.SittingRow, sitting_id)
        if row is None:
            raise InputError("storage_unknown_id", id=sitting_id)
        if row.state not in wanted:
            raise InputError(f"sitting_is_{row.state}")

"""Calls with simulated customers: a tree of turns, so that a turn can be tried again and both ways compared."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import select

from evaluator.errors import InputError
from evaluator.rubric import Rubric
from evaluator.storage import tables as t
from evaluator.storage.contents import of_practice
from evaluator.storage.ids import new_id
from evaluator.storage.models import Shape, now
from evaluator.storage.opening import Database

TurnKind = Literal["agent", "customer", "hint", "pause", "resume", "attempt"]


class PracticeCall(Shape):
    """One call. `persona` is the customer as they were then, in the form of its type; `writer` who phrased their lines."""

    id: str
    owner: str
    at: str
    rubric_id: str
    rubric_digest: str
    persona: dict[str, Any]
    writer: str


class CallTurn(Shape):
    """One node of the tree. `parent` is None for the customer's first words. `body` says more, by kind."""

    id: str
    call_id: str
    parent: str | None
    kind: TurnKind
    text: str
    body: dict[str, Any]
    at: str


class Calls:
    """Calls and their turns."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def begin(self, owner: str, rubric: Rubric, persona: dict[str, Any], writer: str) -> PracticeCall:
        """Stores a call without turns."""
        with self.database.write() as session:
            row = t.CallRow(**of_practice(session, owner, rubric), persona=persona, writer=writer)
            session.add(row)
        return PracticeCall.model_validate(row)

    def add(self, call_id: str, parent: str | None, kind: TurnKind, text: str, body: dict[str, Any]) -> CallTurn:
        """Stores one turn behind `parent`; InputError where that is not a turn of the call."""
        with self.database.write() as session:
            known = session.get(t.CallTurnRow, parent) if parent else None
            if session.get(t.CallRow, call_id) is None or (parent and (known is None or known.call_id != call_id)):
                raise InputError("storage_unknown_id", id=parent or call_id)
            row = t.CallTurnRow(id=new_id(), call_id=call_id, parent=parent, kind=kind, text=text, body=body, at=now())
            session.add(row)
        return CallTurn.model_validate(row)

    def get(self, call_id: str, owner: str) -> PracticeCall:
        """The call; InputError where `owner` has none with that id."""
        with self.database.read() as session:
            row = session.get(t.CallRow, call_id)
            if row is None or row.owner != owner:
                raise InputError("storage_unknown_id", id=call_id)
            return PracticeCall.model_validate(row)

    def turns(self, call_id: str) -> list[CallTurn]:
        """All turns of all branches, in the order in which they were added."""
        query = select(t.CallTurnRow).where(t.CallTurnRow.call_id == call_id).order_by(t.CallTurnRow.id)
        with self.database.read() as session:
            return [CallTurn.model_validate(row) for row in session.scalars(query)]

    def all(self, owner: str) -> list[PracticeCall]:
        """The calls of `owner`, newest first."""
        query = select(t.CallRow).where(t.CallRow.owner == owner).order_by(t.CallRow.id.desc())
        with self.database.read() as session:
            return [PracticeCall.model_validate(row) for row in session.scalars(query)]

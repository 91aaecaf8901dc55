"""The history of the bank and undo: every step stores the rows as they were before it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from evaluator.bank.store.tables import ChangeRow, FileRow, ItemRow
from evaluator.encoding import Frozen

_COLUMNS = ("id", "path", "place", "imported", "edits", "deleted_at", "deleted_by")
_FILE_COLUMNS = ("path", "name", "digest", "papers", "imported_at")


class Change(Frozen):
    """One step that was done or undone."""

    id: int
    at: str
    action: str
    label: str


def new_run() -> str:
    """A new id for the steps of one command, which are undone together."""
    return uuid.uuid4().hex


def as_it_is(rows: list[ItemRow], added: list[str], path: str = "", file: FileRow | None = None) -> dict[str, Any]:
    """The current rows, and the ids that a step is about to add: what undo needs."""
    return {
        "items": [{name: getattr(row, name) for name in _COLUMNS} for row in rows],
        "added": added,
        "path": path,
        "file": {name: getattr(file, name) for name in _FILE_COLUMNS} if file else None,
    }


def remember(session: Session, run: str, action: str, label: str, before: dict[str, Any]) -> None:
    """Records a step with the rows as they were before it."""
    session.add(ChangeRow(run=run, at=now(), action=action, label=label, before=before, undone=False))


def restore(session: Session, before: dict[str, Any]) -> None:
    """Restores the rows recorded by `remember`, and deletes what the step had added."""
    for item_id in before["added"]:
        if (row := session.get(ItemRow, item_id)) is not None:
            session.delete(row)
    session.flush()
    for values in before["items"]:
        session.merge(ItemRow(**values))
    if before["file"]:
        session.merge(FileRow(**before["file"]))
    elif before["path"] and (file := session.get(FileRow, before["path"])) is not None:
        session.delete(file)
    session.flush()


def now() -> str:
    """The time in UTC, to the second, as stored in the tables."""
    return datetime.now(UTC).isoformat(timespec="seconds")

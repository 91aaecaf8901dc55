"""Rubrics edited in the product, with undo, and calibration profiles. Nothing is ever overwritten."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evaluator.errors import InputError
from evaluator.rubric import Rubric
from evaluator.storage import tables as t
from evaluator.storage.contents import keep_rubric, rubric_of
from evaluator.storage.ids import new_id
from evaluator.storage.models import Shape, now
from evaluator.storage.opening import Database


class RubricVersion(Shape):
    """One saved version of a rubric; `undoes` names the version that it reverted."""

    id: str
    rubric_id: str
    digest: str
    who: str
    comment: str
    undoes: str | None
    at: str


class RubricVersions:
    """The history of the rubrics edited here. Files are written with `evaluator.rubrics.write`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def save(self, rubric: Rubric, *, who: str = "", comment: str = "") -> RubricVersion:
        """Adds a version; saving what is already current adds nothing."""
        with self.database.write() as session:
            self.database.alone(session, f"rubric {rubric.id}")
            standing = _standing(_rows(session, rubric.id))
            if standing and standing[-1].digest == rubric.digest:
                return RubricVersion.model_validate(standing[-1])
            return _add(session, rubric.id, keep_rubric(session, rubric), who, comment)

    def current(self, rubric_id: str) -> Rubric | None:
        """The current content, or None if the rubric was never saved here."""
        with self.database.read() as session:
            standing = _standing(_rows(session, rubric_id))
            return rubric_of(session, standing[-1].digest) if standing else None

    def versions(self, rubric_id: str) -> list[RubricVersion]:
        """All versions, oldest first, including undone ones."""
        with self.database.read() as session:
            return [RubricVersion.model_validate(row) for row in _rows(session, rubric_id)]

    def content(self, digest: str) -> Rubric | None:
        """The rubric with that digest, as saved or as used in a grading."""
        with self.database.read() as session:
            return rubric_of(session, digest)

    def undo(self, rubric_id: str, *, who: str = "") -> Rubric:
        """Restores the content before the last version that was not undone; InputError if there is none."""
        with self.database.write() as session:
            self.database.alone(session, f"rubric {rubric_id}")
            standing = _standing(_rows(session, rubric_id))
            if len(standing) < 2:
                raise InputError("storage_nothing_to_undo", rubric=rubric_id)
            _add(session, rubric_id, standing[-2].digest, who, "", undoes=standing[-1].id)
            rubric = rubric_of(session, standing[-2].digest)
        assert rubric is not None  # a foreign key requires it
        return rubric


class StoredProfile(Shape):
    """A calibration profile as stored; `evaluator.calibration` defines `body`."""

    name: str
    version: int
    rubric_id: str
    body: dict[str, Any]
    at: str


class Profiles:
    """Calibration profiles by name; each save is a new version."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def save(self, name: str, body: dict[str, Any], *, rubric_id: str = "") -> StoredProfile:
        """Stores `body` as the next version of `name`."""
        with self.database.write() as session:
            self.database.alone(session, f"profile {name}")
            last = session.scalar(select(func.max(t.ProfileRow.version)).where(t.ProfileRow.name == name))
            version = (last or 0) + 1
            row = t.ProfileRow(name=name, version=version, rubric_id=rubric_id, body=body, at=now())
            session.add(row)
        return StoredProfile.model_validate(row)

    def get(self, name: str, version: int | None = None) -> StoredProfile | None:
        """That version of a profile, the newest by default; None if there is none."""
        query = select(t.ProfileRow).where(t.ProfileRow.name == name)
        query = query if version is None else query.where(t.ProfileRow.version == version)
        with self.database.read() as session:
            row = session.scalar(query.order_by(t.ProfileRow.version.desc()).limit(1))
            return StoredProfile.model_validate(row) if row else None

    def all(self, rubric_id: str | None = None) -> list[StoredProfile]:
        """All versions of all profiles (for one rubric), by name and version."""
        query = select(t.ProfileRow).order_by(t.ProfileRow.name, t.ProfileRow.version)
        query = query if rubric_id is None else query.where(t.ProfileRow.rubric_id == rubric_id)
        with self.database.read() as session:
            return [StoredProfile.model_validate(row) for row in session.scalars(query)]


def _rows(session: Session, rubric_id: str) -> list[t.RubricVersionRow]:
    query = select(t.RubricVersionRow).where(t.RubricVersionRow.rubric_id == rubric_id)
    return list(session.scalars(query.order_by(t.RubricVersionRow.id)))


def _standing(rows: list[t.RubricVersionRow]) -> list[t.RubricVersionRow]:
    """Versions that were not undone, oldest first; the last one counts."""
    standing: list[t.RubricVersionRow] = []
    for row in rows:
        if row.undoes is None:
            standing.append(row)
        else:
            standing.pop()
    return standing


def _add(
    session: Session, rubric_id: str, digest: str, who: str, comment: str, undoes: str | None = None
) -> RubricVersion:
    row = t.RubricVersionRow(
        id=new_id(),
        rubric_id=rubric_id,
        digest=digest,
        who=who,
        comment=comment,
        undoes=undoes,
        at=now(),
    )
    session.add(row)
    session.flush()
    return RubricVersion.model_validate(row)

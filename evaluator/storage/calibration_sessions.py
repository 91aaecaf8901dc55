"""Calibration sessions: several people grade the same texts blind, then see each other's points and settle on one.

The texts are gradings. Each person hands in all points for a text at once; they stand, since the others' points are visible
afterwards. Settled points correct the grading. Everybody's own blind points count as human grades; the settled ones do not
count once more.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from sqlalchemy import Select, delete, select

from evaluator.errors import InputError
from evaluator.storage import tables as t
from evaluator.storage.ids import new_id
from evaluator.storage.models import HumanGrade, Shape, now
from evaluator.storage.opening import Database


class CalibrationSession(Shape):
    """A session. Whoever knows its `code` may take part."""

    id: str
    owner: str
    code: str
    title: str
    rubric_id: str
    gradings: list[str]
    at: str


class BlindPoint(Shape):
    """One person's points for one criterion of one text. `person` is the browser or account, `who` the name."""

    session_id: str
    grading_id: str
    person: str
    who: str
    criterion: str
    points: float
    comment: str
    at: str


class CalibrationSessions:
    """Sessions by id, code and owner."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def begin(self, title: str, rubric_id: str, gradings: Sequence[str], *, owner: str = "") -> CalibrationSession:
        """Stores a new session over these gradings; InputError if there are none."""
        if not gradings:
            raise InputError("session_no_texts")
        row = t.CalibrationSessionRow(
            id=new_id(),
            owner=owner,
            code=secrets.token_urlsafe(12),
            title=title.strip(),
            rubric_id=rubric_id,
            gradings=list(dict.fromkeys(gradings)),
            at=now(),
        )
        with self.database.write() as session:
            session.add(row)
        return CalibrationSession.model_validate(row)

    def find(self, code: str) -> CalibrationSession:
        """The session with that code; InputError if there is none."""
        with self.database.read() as session:
            row = session.scalar(select(t.CalibrationSessionRow).where(t.CalibrationSessionRow.code == code))
            if row is None:
                raise InputError("session_unknown")
            return CalibrationSession.model_validate(row)

    def all(self, owner: str) -> list[CalibrationSession]:
        """The owner's sessions, newest first."""
        query = select(t.CalibrationSessionRow).where(t.CalibrationSessionRow.owner == owner)
        with self.database.read() as session:
            rows = session.scalars(query.order_by(t.CalibrationSessionRow.id.desc()))
            return [CalibrationSession.model_validate(row) for row in rows]

    def hand_in(
        self,
        session_id: str,
        grading_id: str,
        points: Mapping[str, float],
        comments: Mapping[str, str] | None = None,
        *,
        person: str,
        who: str,
    ) -> bool:
        """Stores a person's points by criterion for one text.

        Returns False and changes nothing if the person has handed in this text before: by then the others' points were
        visible. InputError without a name, or if the session does not have the text.
        """
        if not who.strip():
            raise InputError("storage_override_who")
        at = now()
        with self.database.write() as session:
            held = session.get(t.CalibrationSessionRow, session_id)
            if held is None or grading_id not in held.gradings:
                raise InputError("session_unknown")
            key = {"session_id": session_id, "grading_id": grading_id, "person": person}
            if session.scalar(select(t.BlindPointRow.at).filter_by(**key).limit(1)) is not None:
                return False
            for criterion, value in points.items():
                comment = (comments or {}).get(criterion, "").strip()
                session.add(
                    t.BlindPointRow(
                        **key, criterion=criterion, who=who.strip(), points=float(value), comment=comment, at=at
                    )
                )
        return True

    def points(self, session_id: str) -> list[BlindPoint]:
        """Everybody's points, in the order in which they were handed in. The caller keeps them from those still grading."""
        row = t.BlindPointRow
        query = select(row).where(row.session_id == session_id).order_by(row.at, row.person, row.criterion)
        with self.database.read() as session:
            return [BlindPoint.model_validate(one) for one in session.scalars(query)]

    def settle(self, session_id: str, grading_id: str, override_ids: Sequence[str]) -> None:
        """Notes the corrections that the session settled on, so that they are not taken for another person's grades."""
        with self.database.write() as session:
            for name in override_ids:
                session.merge(
                    t.SettledPointRow(override_id=name, session_id=session_id, grading_id=grading_id, at=now())
                )

    def settled(self, session_id: str) -> set[str]:
        """Ids of the gradings that the session has settled."""
        query = select(t.SettledPointRow.grading_id).where(t.SettledPointRow.session_id == session_id)
        with self.database.read() as session:
            return set(session.scalars(query))

    def delete(self, session_id: str) -> None:
        """Removes a session with everybody's points; settled corrections stay on their gradings."""
        with self.database.write() as session:
            session.execute(delete(t.BlindPointRow).where(t.BlindPointRow.session_id == session_id))
            session.execute(delete(t.CalibrationSessionRow).where(t.CalibrationSessionRow.id == session_id))


def was_settled() -> Select[tuple[str]]:
    """A query for the ids of corrections on which a session settled."""
    return select(t.SettledPointRow.override_id)


def blind_grades(points: Sequence[BlindPoint]) -> list[HumanGrade]:
    """Blind points as rows for calibration."""
    return [
        HumanGrade(item=one.grading_id, grader=one.who, criterion=one.criterion, points=one.points) for one in points
    ]

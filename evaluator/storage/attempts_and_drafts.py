"""Work in progress: drafts, so that nothing typed is lost, and trainees' attempts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update

from evaluator.errors import InputError
from evaluator.rubric import Rubric
from evaluator.storage import tables as t
from evaluator.storage.contents import keep_transcript, of_practice, transcript_of
from evaluator.storage.models import Shape, now
from evaluator.storage.opening import Database
from evaluator.transcript import Transcript


class Draft(Shape):
    """What somebody has typed, stored under a name ("grade", "practice:night-call", …)."""

    owner: str
    name: str
    body: dict[str, Any]
    at: str


class Drafts:
    """Drafts by owner and name."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def put(self, owner: str, name: str, body: dict[str, Any]) -> None:
        """Stores `body` (JSON), replacing what was there."""
        with self.database.write() as session:
            self.database.alone(session, f"draft {owner} {name}")
            session.merge(t.DraftRow(owner=owner, name=name, body=body, at=now()))

    def get(self, owner: str, name: str) -> Draft | None:
        """The draft, or None."""
        with self.database.read() as session:
            row = session.get(t.DraftRow, (owner, name))
            return Draft.model_validate(row) if row else None

    def all(self, owner: str) -> list[Draft]:
        """All drafts of `owner`, newest first."""
        query = select(t.DraftRow).where(t.DraftRow.owner == owner).order_by(t.DraftRow.at.desc())
        with self.database.read() as session:
            return [Draft.model_validate(row) for row in session.scalars(query)]

    def drop(self, owner: str, name: str) -> None:
        """Deletes a draft; it is no error if there is none."""
        with self.database.write() as session:
            session.execute(delete(t.DraftRow).where(t.DraftRow.owner == owner, t.DraftRow.name == name))


class OwnPoint(Shape):
    """The points that trainees gave themselves for one criterion."""

    points: float
    comment: str = ""


class Attempt(Shape):
    """One practice attempt; `grading_id`, `total`, `max_points` and `passed` are None until it is graded."""

    id: str
    owner: str
    at: str
    rubric_id: str
    rubric_digest: str
    own_points: dict[str, OwnPoint]
    grading_id: str | None = None
    total: float | None = None
    max_points: float | None = None
    passed: bool | None = None

    @property
    def own_total(self) -> float:
        """Sum of the points that the trainee gave."""
        return sum(one.points for one in self.own_points.values())


class Attempts:
    """Practice attempts: first the trainee's own grades, then the grader's result."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def begin(self, owner: str, rubric: Rubric, transcript: Transcript, own_points: dict[str, OwnPoint]) -> Attempt:
        """Stores the trainee's own grades before any result is shown; InputError for impossible points."""
        _check(rubric, own_points)
        with self.database.write() as session:
            row = t.AttemptRow(
                **of_practice(session, owner, rubric),
                transcript_id=keep_transcript(session, transcript),
                own_points={name: one.model_dump() for name, one in own_points.items()},
            )
            session.add(row)
        return Attempt.model_validate(row)

    def attach(self, attempt_id: str, grading_id: str) -> None:
        """Links the grading that followed; it must already be stored."""
        with self.database.write() as session:
            query = update(t.AttemptRow).where(t.AttemptRow.id == attempt_id)
            if not session.execute(query.values(grading_id=grading_id)).rowcount:  # type: ignore[attr-defined]
                raise InputError("storage_unknown_id", id=attempt_id)

    def all(self, owner: str, rubric_id: str | None = None) -> list[Attempt]:
        """The attempts of `owner`, oldest first, with totals for those that are graded."""
        graded = t.GradingRow
        query = select(t.AttemptRow, graded.total, graded.max_points, graded.passed)
        query = query.outerjoin(graded, graded.id == t.AttemptRow.grading_id)
        query = query.where(t.AttemptRow.owner == owner).order_by(t.AttemptRow.id)
        if rubric_id is not None:
            query = query.where(t.AttemptRow.rubric_id == rubric_id)
        with self.database.read() as session:
            return [_attempt(*row) for row in session.execute(query)]

    def transcript(self, attempt_id: str) -> Transcript:
        """What the trainee handed in."""
        with self.database.read() as session:
            row = session.get(t.AttemptRow, attempt_id)
            if row is None:
                raise InputError("storage_unknown_id", id=attempt_id)
            return transcript_of(session, row.transcript_id)


def _attempt(row: t.AttemptRow, total: float | None, most: float | None, passed: bool | None) -> Attempt:
    return Attempt.model_validate(row).model_copy(update={"total": total, "max_points": most, "passed": passed})


def _check(rubric: Rubric, own_points: dict[str, OwnPoint]) -> None:
    most = {item.id: 1.0 if item.kind == "fatal" else item.points for item in rubric.criteria}
    for name, given in own_points.items():
        if name not in most:
            raise InputError("storage_override_criterion", criterion=name, known=", ".join(most))
        if not 0 <= given.points <= most[name]:
            values = {"criterion": name, "points": f"{given.points:g}", "max_points": f"{most[name]:g}"}
            raise InputError("storage_override_points", **values)

"""Whole interviews, the panel's points and the decisions.

Paper, segments and outcomes are kept as the JSON of their types, which are of higher floors.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update

from evaluator.errors import InputError
from evaluator.storage import tables as t
from evaluator.storage.ids import new_id, read_id
from evaluator.storage.models import Shape, now
from evaluator.storage.opening import Database
from evaluator.transcript import Transcript


class KeptInterview(Shape):
    """An interview as it is stored."""

    id: str
    owner: str
    round: str
    candidate: str
    title: str
    at: str
    paper: dict[str, Any]
    transcript: Transcript
    segments: dict[str, Any]
    outcomes: list[dict[str, Any]]


class PanelPoint(Shape):
    """One interviewer's points for one question; None takes earlier ones back."""

    id: str
    interview_id: str
    question: str
    who: str
    points: float | None
    comment: str
    at: str


class Decision(Shape):
    """What somebody decided about a candidate."""

    id: str
    interview_id: str
    decision: str
    text: str
    who: str
    at: str


class Interviews:
    """Interviews by id, owner and round."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(
        self,
        *,
        paper: dict[str, Any],
        transcript: Transcript,
        segments: dict[str, Any],
        candidate: str = "",
        round: str = "",
        title: str = "",
        owner: str = "",
    ) -> str:
        """Stores a new interview and gives its id."""
        row = t.InterviewRow(
            id=new_id(),
            owner=owner,
            round=round.strip(),
            candidate=candidate.strip(),
            title=title,
            at=now(),
            paper=paper,
            transcript=transcript.model_dump(mode="json"),
            segments=segments,
            outcomes=[],
        )
        with self.database.write() as session:
            session.add(row)
        return row.id

    def change(self, interview_id: str, **changes: Any) -> None:
        """Sets `segments`, `outcomes`, `candidate` or `round`; InputError where there is no such interview."""
        with self.database.write() as session:
            query = update(t.InterviewRow).where(t.InterviewRow.id == interview_id)
            if not session.execute(query.values(**changes)).rowcount:  # type: ignore[attr-defined]
                raise InputError("storage_unknown_id", id=interview_id)

    def get(self, id_or_prefix: str) -> KeptInterview:
        """One interview by its id or the unique beginning of it."""
        wanted = read_id(id_or_prefix)
        query = select(t.InterviewRow).where(t.InterviewRow.id.startswith(wanted, autoescape=True)).limit(2)
        with self.database.read() as session:
            rows = session.scalars(query).all() if wanted else []
            if len(rows) != 1:
                raise InputError("storage_unknown_id", id=id_or_prefix)
            return KeptInterview.model_validate(rows[0])

    def all(self, owner: str | None = None, round: str | None = None) -> list[KeptInterview]:
        """The interviews (of an owner, of a round), oldest first."""
        query = select(t.InterviewRow).order_by(t.InterviewRow.id)
        query = query if owner is None else query.where(t.InterviewRow.owner == owner)
        query = query if round is None else query.where(t.InterviewRow.round == round)
        with self.database.read() as session:
            return [KeptInterview.model_validate(row) for row in session.scalars(query)]

    def rounds(self, owner: str | None = None) -> list[str]:
        """Names of the rounds, newest first."""
        query = select(t.InterviewRow.round).order_by(t.InterviewRow.id.desc())
        query = query if owner is None else query.where(t.InterviewRow.owner == owner)
        with self.database.read() as session:
            return list(dict.fromkeys(session.scalars(query)))

    def delete(self, interview_id: str) -> None:
        """Removes an interview with the panel's points and the decisions; its gradings stay."""
        with self.database.write() as session:
            for table in (t.PanelPointRow, t.DecisionRow):
                session.execute(delete(table).where(table.interview_id == interview_id))
            session.execute(delete(t.InterviewRow).where(t.InterviewRow.id == interview_id))

    def give(
        self, interview_id: str, question: str, points: float | None, *, who: str, comment: str = ""
    ) -> PanelPoint:
        """Adds an interviewer's points."""
        row = t.PanelPointRow(
            id=new_id(),
            interview_id=interview_id,
            question=question,
            who=who.strip(),
            points=points,
            comment=comment,
            at=now(),
        )
        with self.database.write() as session:
            session.add(row)
        return PanelPoint.model_validate(row)

    def given(self, interview_ids: list[str]) -> list[PanelPoint]:
        """All points of panels of these interviews, oldest first, those taken back included."""
        query = select(t.PanelPointRow).where(t.PanelPointRow.interview_id.in_(interview_ids))
        with self.database.read() as session:
            return [PanelPoint.model_validate(row) for row in session.scalars(query.order_by(t.PanelPointRow.id))]

    def decide(self, interview_id: str, decision: str, text: str, *, who: str) -> Decision:
        """Adds a decision."""
        row = t.DecisionRow(
            id=new_id(), interview_id=interview_id, decision=decision, text=text, who=who.strip(), at=now()
        )
        with self.database.write() as session:
            session.add(row)
        return Decision.model_validate(row)

    def decisions(self, interview_ids: list[str]) -> list[Decision]:
        """All decisions about these interviews, oldest first; the newest counts."""
        query = select(t.DecisionRow).where(t.DecisionRow.interview_id.in_(interview_ids))
        with self.database.read() as session:
            return [Decision.model_validate(row) for row in session.scalars(query.order_by(t.DecisionRow.id))]

"""What people add to a grading: their own points and notes. Rows are added, never edited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from evaluator.errors import InputError
from evaluator.scorecard import Scorecard
from evaluator.storage import tables as t
from evaluator.storage.audit import Action, note
from evaluator.storage.calibration_sessions import BlindPoint, blind_grades, was_settled
from evaluator.storage.effective_overrides import effective, given_points, standing
from evaluator.storage.gradings import Gradings
from evaluator.storage.ids import new_id
from evaluator.storage.models import CAUSES, Cause, HumanGrade, Note, Override, now


class Corrections(Gradings):
    """Gradings with overrides and notes."""

    def override(
        self,
        grading: str,
        criterion: str,
        points: float,
        comment: str = "",
        *,
        who: str,
        cause: Cause | None = None,
    ) -> Override:
        """Stores a person's points beside the machine's; InputError for an unknown criterion or impossible points.

        For a fatal criterion 1 means that it happened and 0 that it did not; for a penalty the points are those lost.
        `cause` is why the machine's points were wrong.
        """
        scorecard = self.get(grading)
        check_points(scorecard, criterion, points)
        return self._add(scorecard.id, criterion, points, comment, who, cause)

    def revert(self, grading: str, criterion: str, comment: str = "", *, who: str) -> Override:
        """Withdraws the points that `who` gave for `criterion`; the earlier rows remain visible."""
        scorecard = self.get(grading)
        check_points(scorecard, criterion, 0)
        return self._add(scorecard.id, criterion, None, comment, who)

    def overrides(self, grading: str) -> list[Override]:
        """All overrides of a grading, oldest first, including withdrawn ones."""
        query = select(t.OverrideRow).where(t.OverrideRow.grading_id == self.resolve(grading))
        with self.database.read() as session:
            return [Override.model_validate(row) for row in session.scalars(query.order_by(t.OverrideRow.id))]

    def effective(self, grading: str) -> dict[str, Override]:
        """The override that counts for each criterion: the newest that its author has not withdrawn."""
        return effective(self.overrides(grading))

    def given_points(self, ids: Sequence[str]) -> dict[str, dict[str, float]]:
        """The people's points that count, by grading id and criterion, for corrected gradings."""
        with self.database.read() as session:
            return given_points(session, ids)

    def human_grades(self, rubric_id: str, owner: str | None = None) -> list[HumanGrade]:
        """Every person's current points on gradings by `rubric_id` (of `owner`), as rows for calibration.

        Points given blind in calibration sessions are among them; those that a session settled on are not.
        """
        mine = select(t.GradingRow.id).where(t.GradingRow.rubric_id == rubric_id)
        mine = mine if owner is None else mine.where(t.GradingRow.owner == owner)
        return self._human_grades(mine)

    def human_grades_of(self, gradings: Sequence[str]) -> list[HumanGrade]:
        """Every person's current points on these gradings, as `human_grades` has them."""
        return self._human_grades(select(t.GradingRow.id).where(t.GradingRow.id.in_(gradings)))

    def _human_grades(self, mine: Select[Any]) -> list[HumanGrade]:
        row = t.OverrideRow
        query = select(row).where(row.grading_id.in_(mine), row.id.not_in(was_settled())).order_by(row.id)
        blind = select(t.BlindPointRow).where(t.BlindPointRow.grading_id.in_(mine)).order_by(t.BlindPointRow.at)
        with self.database.read() as session:
            rows = blind_grades([BlindPoint.model_validate(one) for one in session.scalars(blind)])
            given = standing(Override.model_validate(one) for one in session.scalars(query))
        rows += [
            HumanGrade(item=one.grading_id, grader=one.who, criterion=one.criterion, points=one.points or 0.0)
            for one in given
        ]
        newest = {(one.item, one.grader, one.criterion): one for one in rows}
        return [newest[name] for name in sorted(newest)]

    def add_note(self, grading: str, text: str, *, who: str = "", turn: str | None = None) -> Note:
        """Adds a remark to a grading, pinned to the turn with the id `turn` if there is one."""
        row = t.NoteRow(id=new_id(), grading_id=self.resolve(grading), text=text, who=who, turn=turn, at=now())
        with self.database.write() as session:
            session.add(row)
            note(session, "noted", row.grading_id, who)
        return Note.model_validate(row)

    def notes(self, grading: str) -> list[Note]:
        """The notes on a grading, oldest first."""
        query = select(t.NoteRow).where(t.NoteRow.grading_id == self.resolve(grading))
        with self.database.read() as session:
            return [Note.model_validate(row) for row in session.scalars(query.order_by(t.NoteRow.id))]

    def _add(
        self,
        grading_id: str,
        criterion: str,
        points: float | None,
        comment: str,
        who: str,
        cause: Cause | None = None,
    ) -> Override:
        with self.database.write() as session:
            return insert_override(session, grading_id, criterion, points, comment, who, cause)


def insert_override(
    session: Session,
    grading_id: str,
    criterion: str,
    points: float | None,
    comment: str,
    who: str,
    cause: Cause | None = None,
) -> Override:
    """Adds a correction, and its entry in the audit log, in the transaction of `session`; InputError without a name."""
    if not who.strip():
        raise InputError("storage_override_who")
    if cause is not None and cause not in CAUSES:
        raise InputError("storage_cause_unknown", cause=cause, known=", ".join(CAUSES))
    row = t.OverrideRow(
        id=new_id(),
        grading_id=grading_id,
        criterion=criterion,
        points=points,
        comment=comment,
        who=who.strip(),
        at=now(),
        cause=cause,
    )
    before = given_points(session, [grading_id]).get(grading_id, {}).get(criterion)
    session.add(row)
    action: Action = "withdrawn" if points is None else "overridden"
    detail = {"criterion": criterion, "before": before, "after": points} | ({"cause": cause} if cause else {})
    note(session, action, grading_id, who.strip(), **detail)
    return Override.model_validate(row)


def check_points(scorecard: Scorecard, criterion: str, points: float) -> None:
    """InputError where the scorecard has no such criterion, or the criterion cannot have these points."""
    verdict = next((one for one in scorecard.verdicts if one.criterion == criterion), None)
    if verdict is None:
        known = ", ".join(one.criterion for one in scorecard.verdicts)
        raise InputError("storage_override_criterion", criterion=criterion, known=known)
    most = 1.0 if verdict.kind == "fatal" else verdict.max_points
    if not 0 <= points <= most:  # also refuses not-a-number
        raise InputError("storage_override_points", criterion=criterion, points=f"{points:g}", max_points=f"{most:g}")

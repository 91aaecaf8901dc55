"""Appeals: somebody asks for a second look at a criterion; a reviewer decides; a final judgement closes it.

    open ──assign──▶ assigned ──decide──▶ decided ──close──▶ closed        open, assigned, decided ──withdraw──▶ withdrawn

Nobody judges in their own case: the reviewer is neither the person who appeals nor the one whose points are in dispute, and
the final judgement is by neither the reviewer nor the person who appeals. A closed appeal is final for its criterion. Points
that change are corrections (`overrides`) with their root cause, stored in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evaluator.errors import InputError
from evaluator.scorecard import Scorecard
from evaluator.storage import tables as t
from evaluator.storage.audit import note, pseudonym_of
from evaluator.storage.corrections import check_points, insert_override
from evaluator.storage.effective_overrides import effective
from evaluator.storage.ids import new_id, read_id
from evaluator.storage.models import Cause, Override, Shape, now
from evaluator.storage.opening import Database

AppealState = Literal["open", "assigned", "decided", "closed", "withdrawn"]
APPEAL_STATES: tuple[AppealState, ...] = get_args(AppealState)
PENDING: tuple[AppealState, ...] = ("open", "assigned", "decided")


class AppealStep(Shape):
    """What somebody did with an appeal; `points` None keeps the points as they are."""

    id: str
    appeal_id: str
    step: AppealState
    who: str
    at: str
    reviewer: str
    points: float | None
    cause: Cause | None
    reason: str


class Appeal(Shape):
    """A request for a second look, with its steps, oldest first."""

    id: str
    grading_id: str
    criterion: str
    reason: str
    who: str
    at: str
    state: AppealState
    reviewer: str
    steps: tuple[AppealStep, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state in PENDING


class Appeals:
    """The appeals of one database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def open(self, grading: str, criterion: str, reason: str, *, who: str) -> Appeal:
        """Asks for a second look at a criterion of the grading with exactly this id.

        Raises InputError without a name or a reason, for an unknown grading or criterion, and where the criterion has an
        undecided appeal or a final judgement.
        """
        who, reason = _named(who), _reasoned(reason)
        with self.database.write() as session:
            self.database.alone(session, f"appeal {grading}")
            check_points(_card(session, grading), criterion, 0)
            row = t.AppealRow
            same = select(row.state).where(row.grading_id == grading, row.criterion == criterion)
            states = set(session.scalars(same))
            if states & set(PENDING):
                raise InputError("appeal_pending", criterion=criterion)
            if "closed" in states:
                raise InputError("appeal_final", criterion=criterion)
            made = t.AppealRow(
                id=new_id(), grading_id=grading, criterion=criterion, reason=reason, who=who, at=now(), state="open"
            )
            session.add(made)
            session.flush()
            note(session, "appeal_opened", grading, who, appeal=made.id, criterion=criterion)
            return _appeal(session, made)

    def assign(self, appeal: str, reviewer: str, *, who: str) -> Appeal:
        """Gives an undecided appeal to a reviewer, another one if it had one."""
        who, reviewer = _named(who), _named(reviewer)
        with self.database.write() as session:
            row = self._in(session, appeal, "open", "assigned")
            self._check_independent(session, row, reviewer)
            row.reviewer = reviewer
            return _add(session, row, "assigned", who, reviewer=reviewer)

    def decide(self, appeal: str, points: float | None, reason: str, *, who: str, cause: Cause | None = None) -> Appeal:
        """The reviewer keeps the points (`points` None) or changes them, with a reason, and a root cause for a change."""
        who, reason = _named(who), _reasoned(reason)
        with self.database.write() as session:
            row = self._in(session, appeal, "open", "assigned")
            if row.reviewer and row.reviewer != who:
                raise InputError("appeal_of_another", reviewer=row.reviewer)
            self._check_independent(session, row, who)
            row.reviewer = who
            return self._judge(session, row, "decided", points, reason, who, cause)

    def close(self, appeal: str, points: float | None, reason: str, *, who: str, cause: Cause | None = None) -> Appeal:
        """The final judgement on a decided appeal: the decision stands (`points` None), or other points hold."""
        who, reason = _named(who), _reasoned(reason)
        with self.database.write() as session:
            row = self._in(session, appeal, "decided")
            if who in (row.reviewer, row.who):
                raise InputError("appeal_own_final", who=who)
            return self._judge(session, row, "closed", points, reason, who, cause)

    def withdraw(self, appeal: str, reason: str = "", *, who: str) -> Appeal:
        """The person who appealed takes it back, before the final judgement."""
        who = _named(who)
        with self.database.write() as session:
            row = self._in(session, appeal, *PENDING)
            if row.who != who:
                raise InputError("appeal_not_yours", who=row.who)
            return _add(session, row, "withdrawn", who, reason=reason.strip())

    def get(self, id_or_prefix: str) -> Appeal:
        """One appeal by its id or the unique beginning of it; InputError otherwise."""
        with self.database.read() as session:
            return _appeal(session, _found(session, id_or_prefix))

    def of(self, gradings: Sequence[str]) -> list[Appeal]:
        """All appeals about these gradings, oldest first."""
        query = select(t.AppealRow).where(t.AppealRow.grading_id.in_(gradings)).order_by(t.AppealRow.id)
        with self.database.read() as session:
            return [_appeal(session, row) for row in session.scalars(query)]

    def queue(self, *states: AppealState, reviewer: str | None = None, owner: str | None = None) -> list[Appeal]:
        """The appeals in these states (those pending by default), oldest first: of a reviewer, of an owner's gradings."""
        query = select(t.AppealRow).where(t.AppealRow.state.in_(states or PENDING)).order_by(t.AppealRow.id)
        query = query if reviewer is None else query.where(t.AppealRow.reviewer == reviewer)
        with self.database.read() as session:
            return [_appeal(session, row) for row in session.scalars(_of_owner(query, owner))]

    def count(self, owner: str | None = None) -> int:
        """How many appeals are pending (about gradings of `owner`)."""
        query = select(func.count(t.AppealRow.id)).where(t.AppealRow.state.in_(PENDING))
        with self.database.read() as session:
            return session.scalar(_of_owner(query, owner)) or 0

    def _in(self, session: Session, appeal: str, *states: AppealState) -> t.AppealRow:
        """The appeal, locked for this transaction; InputError if it is in another state."""
        row = _found(session, appeal)
        self.database.alone(session, f"appeal {row.grading_id}")
        session.refresh(row)
        if row.state not in states:
            raise InputError(f"appeal_is_{row.state}", id=row.id)
        return row

    def _check_independent(self, session: Session, row: t.AppealRow, reviewer: str) -> None:
        disputed = _standing(session, row)
        if reviewer == row.who or (disputed is not None and disputed.who == reviewer):
            raise InputError("appeal_own", who=reviewer)

    def _judge(
        self,
        session: Session,
        row: t.AppealRow,
        state: AppealState,
        points: float | None,
        reason: str,
        who: str,
        cause: Cause | None,
    ) -> Appeal:
        if points is not None:
            if cause is None:
                raise InputError("appeal_needs_cause")
            check_points(_card(session, row.grading_id), row.criterion, points)
            insert_override(session, row.grading_id, row.criterion, points, reason, who, cause)
        return _add(session, row, state, who, points=points, cause=cause, reason=reason)


def _add(session: Session, row: t.AppealRow, state: AppealState, who: str, **values: Any) -> Appeal:
    row.state = state
    session.add(t.AppealStepRow(id=new_id(), appeal_id=row.id, step=state, who=who, at=now(), **values))
    about: dict[str, Any] = {"appeal": row.id, "criterion": row.criterion}
    about |= {name: values[name] for name in ("points", "cause") if name in values}
    if values.get("reviewer"):
        about["reviewer"] = pseudonym_of(session, values["reviewer"])
    note(session, f"appeal_{state}", row.grading_id, who, **about)  # type: ignore[arg-type]
    return _appeal(session, row)


def _appeal(session: Session, row: t.AppealRow) -> Appeal:
    session.flush()
    query = select(t.AppealStepRow).where(t.AppealStepRow.appeal_id == row.id).order_by(t.AppealStepRow.id)
    steps = tuple(map(AppealStep.model_validate, session.scalars(query)))
    fields = {name: getattr(row, name) for name in Appeal.model_fields if name != "steps"}
    return Appeal(**fields, steps=steps)


def _found(session: Session, id_or_prefix: str) -> t.AppealRow:
    wanted = read_id(id_or_prefix)
    query = select(t.AppealRow).where(t.AppealRow.id.startswith(wanted, autoescape=True)).limit(2)
    rows = session.scalars(query).all() if wanted else []
    if len(rows) != 1:
        raise InputError("appeal_unknown", id=id_or_prefix)
    return rows[0]


def _of_owner(query: Any, owner: str | None) -> Any:
    if owner is None:
        return query
    return query.join(t.GradingRow, t.GradingRow.id == t.AppealRow.grading_id).where(t.GradingRow.owner == owner)


def _card(session: Session, grading: str) -> Scorecard:
    row = session.get(t.GradingRow, grading)
    if row is None:
        raise InputError("storage_unknown_id", id=grading)
    return Scorecard.model_validate(row.body)


def _standing(session: Session, row: t.AppealRow) -> Override | None:
    """The correction that counts for the criterion in dispute."""
    query = select(t.OverrideRow).where(t.OverrideRow.grading_id == row.grading_id).order_by(t.OverrideRow.id)
    return effective(map(Override.model_validate, session.scalars(query))).get(row.criterion)


def _named(who: str) -> str:
    if not who.strip():
        raise InputError("storage_override_who")
    return who.strip()


def _reasoned(reason: str) -> str:
    if not reason.strip():
        raise InputError("appeal_needs_reason")
    return reason.strip()

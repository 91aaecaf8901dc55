"""The tables of the records. A change here needs a new file in `migrations/versions`; a test compares the two.

What must never change (a scorecard, a transcript, a rubric as it was used) is stored as JSON in the form of its type;
the columns beside it are copies for searching and sorting. Corrections by people are separate rows, added and never
edited.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Connection,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    event,
    false,
    func,
    select,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from evaluator.storage.ids import new_id
from evaluator.text import well_formed

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=_NAMES)


def as_kept(text: str) -> str:
    """Text as every database can store it: lone surrogates and NUL, which PostgreSQL refuses, are replaced."""
    return well_formed(text).replace("\0", "\ufffd")


class TextType(TypeDecorator[str]):
    """Text as every database can store it: lone surrogates and NUL, which PostgreSQL refuses, are replaced.

    What must be returned exactly is stored in a JSON column.
    """

    impl: Any = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else as_kept(value)


class NameType(TextType):
    """A name of any length that somebody gave: a finished grading must not be lost because of its name.

    SQLite ignores lengths anyway; PostgreSQL would enforce them.
    """

    impl: Any = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(Text() if dialect.name == "postgresql" else self.impl_instance)


class InOrder:
    """A table whose newest row counts, by its id: a row that is added sorts after all that are stored.

    Its id changes for that if somebody set the clock back, so it is final only once the row was written.
    """

    __table__: Any
    id: Mapped[str]


@event.listens_for(InOrder, "before_insert", propagate=True)
def _after_all_others(_: Any, connection: Connection, row: InOrder) -> None:
    newest = connection.scalar(select(func.max(row.__table__.c.id)))
    if newest is not None and row.id <= newest:
        row.id = new_id(after=newest)


class TranscriptRow(Base):
    """A parsed response; `id` is the SHA-256 of the whole JSON, `digest` that of roles and words only."""

    __tablename__ = "transcripts"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    source: Mapped[str] = mapped_column(TextType)
    body: Mapped[dict] = mapped_column(JSON)


class RubricRow(Base):
    """The content of a rubric, once per digest."""

    __tablename__ = "rubrics"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    rubric_id: Mapped[str] = mapped_column(String(64), index=True)
    version: Mapped[int] = mapped_column(Integer)
    body: Mapped[dict] = mapped_column(JSON)


# Everything by which the list of gradings is filtered and ordered, so that a search reads no scorecard it does not
# show.
LISTED = ("owner", "created_at", "id", "label", "rubric_title", "transcript_id", "rubric_id", "review")


class GradingRow(Base):
    """One scorecard."""

    __tablename__ = "gradings"
    __table_args__ = (
        Index("ix_gradings_rubric_id_created_at", "rubric_id", "created_at"),
        Index("ix_gradings_listed", *LISTED),
        Index("ix_gradings_request_key", "request_key"),
        Index("ix_gradings_review_created_at", "review", "created_at"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    created_at: Mapped[str] = mapped_column(String(40), index=True)
    owner: Mapped[str] = mapped_column(NameType(200), default="")
    label: Mapped[str] = mapped_column(NameType(400), default="")
    request_key: Mapped[str | None] = mapped_column(String(64))
    rubric_id: Mapped[str] = mapped_column(String(64))
    rubric_version: Mapped[int] = mapped_column(Integer)
    rubric_title: Mapped[str] = mapped_column(TextType)
    rubric_digest: Mapped[str] = mapped_column(String(64))
    judge_digest: Mapped[str] = mapped_column(String(64), index=True)
    transcript_digest: Mapped[str] = mapped_column(String(64), index=True)
    transcript_id: Mapped[str] = mapped_column(ForeignKey("transcripts.id"), index=True)
    total: Mapped[float | None] = mapped_column(Float)
    max_points: Mapped[float] = mapped_column(Float)
    coverage: Mapped[float] = mapped_column(Float)
    passed: Mapped[bool | None] = mapped_column(Boolean)
    review: Mapped[bool] = mapped_column(Boolean)
    body: Mapped[dict] = mapped_column(JSON)


class OverrideRow(InOrder, Base):
    """A person's points for one criterion; None withdraws that person's earlier ones. Never edited."""

    __tablename__ = "overrides"
    __table_args__ = (Index("ix_overrides_grading_id_criterion", "grading_id", "criterion"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    grading_id: Mapped[str] = mapped_column(ForeignKey("gradings.id"))
    criterion: Mapped[str] = mapped_column(NameType(64))
    points: Mapped[float | None] = mapped_column(Float)
    comment: Mapped[str] = mapped_column(TextType, default="")
    who: Mapped[str] = mapped_column(NameType(200), index=True)
    at: Mapped[str] = mapped_column(String(40))
    cause: Mapped[str | None] = mapped_column(String(32))  # of `models.CAUSES`; None if nobody said


class NoteRow(InOrder, Base):
    """A note on a grading."""

    __tablename__ = "notes"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    grading_id: Mapped[str] = mapped_column(ForeignKey("gradings.id"), index=True)
    text: Mapped[str] = mapped_column(TextType)
    who: Mapped[str] = mapped_column(NameType(200), default="")
    turn: Mapped[str | None] = mapped_column(String(32))  # id of the turn that the note is pinned to
    at: Mapped[str] = mapped_column(String(40))


class ReviewRow(InOrder, Base):
    """A mark that somebody has reviewed a grading (`done`), or has withdrawn that mark. Never edited."""

    __tablename__ = "reviews"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    grading_id: Mapped[str] = mapped_column(ForeignKey("gradings.id"), index=True)
    who: Mapped[str] = mapped_column(NameType(200), default="")
    at: Mapped[str] = mapped_column(String(40))
    comment: Mapped[str] = mapped_column(TextType, default="")
    done: Mapped[bool] = mapped_column(Boolean)


class ReviewSampleRow(Base):
    """A grading drawn for review, although nothing on its scorecard asks for a person."""

    __tablename__ = "review_samples"
    grading_id: Mapped[str] = mapped_column(ForeignKey("gradings.id"), primary_key=True)
    drawn_by: Mapped[str] = mapped_column(String(16))  # "rate" or "risk"
    risk: Mapped[float] = mapped_column(Float)
    who: Mapped[str] = mapped_column(NameType(200), default="")
    at: Mapped[str] = mapped_column(String(40))


class AppealRow(InOrder, Base):
    """Somebody asks for a second look at a criterion; `state` and `reviewer` follow from the newest step."""

    __tablename__ = "appeals"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    grading_id: Mapped[str] = mapped_column(ForeignKey("gradings.id"), index=True)
    criterion: Mapped[str] = mapped_column(NameType(64))
    reason: Mapped[str] = mapped_column(TextType)
    who: Mapped[str] = mapped_column(NameType(200))
    at: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(16), index=True)
    reviewer: Mapped[str] = mapped_column(NameType(200), default="")


class AppealStepRow(InOrder, Base):
    """One step of an appeal, added and never edited; `points` None keeps the points as they are."""

    __tablename__ = "appeal_steps"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    appeal_id: Mapped[str] = mapped_column(ForeignKey("appeals.id"), index=True)
    step: Mapped[str] = mapped_column(String(16))  # "assigned", "decided", "closed" or "withdrawn"
    who: Mapped[str] = mapped_column(NameType(200))
    at: Mapped[str] = mapped_column(String(40))
    reviewer: Mapped[str] = mapped_column(NameType(200), default="")  # whom it was assigned to
    points: Mapped[float | None] = mapped_column(Float)
    cause: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(TextType, default="")


class DraftRow(Base):
    """What somebody has typed but not handed in yet."""

    __tablename__ = "drafts"
    owner: Mapped[str] = mapped_column(NameType(200), primary_key=True)
    name: Mapped[str] = mapped_column(NameType(200), primary_key=True)
    body: Mapped[dict] = mapped_column(JSON)
    at: Mapped[str] = mapped_column(String(40))


class AttemptRow(InOrder, Base):
    """A trainee's own grades for a response, and the grading that followed."""

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_owner_rubric_id", "owner", "rubric_id"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(NameType(200))
    at: Mapped[str] = mapped_column(String(40))
    rubric_id: Mapped[str] = mapped_column(String(64))
    rubric_digest: Mapped[str] = mapped_column(ForeignKey("rubrics.digest"))
    transcript_id: Mapped[str] = mapped_column(ForeignKey("transcripts.id"), index=True)
    own_points: Mapped[dict] = mapped_column(JSON)
    grading_id: Mapped[str | None] = mapped_column(ForeignKey("gradings.id"), index=True)


class CallRow(InOrder, Base):
    """A call with a simulated customer: who they were, as they were then."""

    __tablename__ = "calls"
    __table_args__ = (Index("ix_calls_owner_at", "owner", "at"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(NameType(200))
    at: Mapped[str] = mapped_column(String(40))
    rubric_id: Mapped[str] = mapped_column(String(64))
    rubric_digest: Mapped[str] = mapped_column(ForeignKey("rubrics.digest"))
    persona: Mapped[dict] = mapped_column(JSON)
    writer: Mapped[str] = mapped_column(NameType(200))


class CallTurnRow(InOrder, Base):
    """One turn of a call, or a hint, a pause and the like, behind its `parent`.

    Added and never edited: who tries a turn again begins another branch.
    """

    __tablename__ = "call_turns"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"), index=True)
    parent: Mapped[str | None] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(TextType)
    body: Mapped[dict] = mapped_column(JSON)
    at: Mapped[str] = mapped_column(String(40))


class BatchRow(InOrder, Base):
    """Responses that were handed in together."""

    __tablename__ = "batches"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(NameType(400))
    owner: Mapped[str] = mapped_column(NameType(200), default="", index=True)
    at: Mapped[str] = mapped_column(String(40))
    options: Mapped[dict] = mapped_column(JSON)
    paused: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())  # somebody asked to stop


class BatchItemRow(Base):
    """One response of a batch: the journal from which a killed run continues."""

    __tablename__ = "batch_items"
    __table_args__ = (Index("ix_batch_items_batch_id_state", "batch_id", "state", "position"),)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    item: Mapped[str] = mapped_column(NameType(400))
    rubric_digest: Mapped[str | None] = mapped_column(ForeignKey("rubrics.digest"))
    transcript_id: Mapped[str | None] = mapped_column(ForeignKey("transcripts.id"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    error_code: Mapped[str | None] = mapped_column(NameType(100))
    error: Mapped[str | None] = mapped_column(TextType)
    grading_id: Mapped[str | None] = mapped_column(ForeignKey("gradings.id"), index=True)
    started_at: Mapped[str | None] = mapped_column(String(40))
    finished_at: Mapped[str | None] = mapped_column(String(40))
    tries: Mapped[int] = mapped_column(Integer, default=0)
    extra: Mapped[dict | None] = mapped_column(JSON)  # columns of the user's own table, carried through
    runner: Mapped[str | None] = mapped_column(String(32))  # which runner is working on it


class BatchEventRow(Base):
    """A step of one item: what happened, when, and which runner did it. Added, never edited."""

    __tablename__ = "batch_events"
    __table_args__ = (Index("ix_batch_events_batch_id_position", "batch_id", "position"),)
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.id"))
    position: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(16))
    at: Mapped[str] = mapped_column(String(40))
    runner: Mapped[str | None] = mapped_column(String(32))
    cause: Mapped[str | None] = mapped_column(TextType)


class BatchRunnerRow(Base):
    """A process that runs a batch; `seen` is the database's clock (seconds since 1970) at its last heartbeat."""

    __tablename__ = "batch_runners"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.id"), index=True)
    host: Mapped[str] = mapped_column(String(200))
    pid: Mapped[int] = mapped_column(Integer)
    seen: Mapped[float] = mapped_column(Float)


class AnswerRow(Base):
    """A model's answer by its `memo_key`, for machines that share a database."""

    __tablename__ = "answers"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class ProviderJobRow(InOrder, Base):
    """Requests that a provider answers later, at half the price."""

    __tablename__ = "provider_jobs"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.id"), index=True)
    provider_id: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16))  # "submitted", "collected" or "lost"
    requests: Mapped[int] = mapped_column(Integer)
    at: Mapped[str] = mapped_column(String(40))


class RubricVersionRow(InOrder, Base):
    """A rubric saved in the product. Undo adds a row too, with the restored content."""

    __tablename__ = "rubric_versions"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    rubric_id: Mapped[str] = mapped_column(String(64), index=True)
    digest: Mapped[str] = mapped_column(ForeignKey("rubrics.digest"))
    who: Mapped[str] = mapped_column(NameType(200), default="")
    comment: Mapped[str] = mapped_column(TextType, default="")
    undoes: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[str] = mapped_column(String(40))


class ProfileRow(Base):
    """A calibration profile, by name and version."""

    __tablename__ = "profiles"
    name: Mapped[str] = mapped_column(NameType(200), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    rubric_id: Mapped[str] = mapped_column(String(64), default="", index=True)
    body: Mapped[dict] = mapped_column(JSON)
    at: Mapped[str] = mapped_column(String(40))


class InterviewRow(InOrder, Base):
    """A whole interview: its transcript and paper as they were, where each question stands in it, and what came of each."""

    __tablename__ = "interviews"
    __table_args__ = (Index("ix_interviews_owner_round", "owner", "round"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(NameType(200), default="")
    round: Mapped[str] = mapped_column(NameType(200), default="")
    candidate: Mapped[str] = mapped_column(NameType(400), default="")
    title: Mapped[str] = mapped_column(TextType, default="")
    at: Mapped[str] = mapped_column(String(40))
    paper: Mapped[dict] = mapped_column(JSON)
    transcript: Mapped[dict] = mapped_column(JSON)
    segments: Mapped[dict] = mapped_column(JSON)
    outcomes: Mapped[list] = mapped_column(JSON, default=list)


class PanelPointRow(InOrder, Base):
    """The points of one interviewer for one question; None takes that person's earlier ones back. Never edited."""

    __tablename__ = "panel_points"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.id"), index=True)
    question: Mapped[str] = mapped_column(String(64))
    who: Mapped[str] = mapped_column(NameType(200))
    points: Mapped[float | None] = mapped_column(Float)
    comment: Mapped[str] = mapped_column(TextType, default="")
    at: Mapped[str] = mapped_column(String(40))


class DecisionRow(InOrder, Base):
    """What was decided about a candidate, and why. Never edited; the newest counts."""

    __tablename__ = "interview_decisions"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.id"), index=True)
    decision: Mapped[str] = mapped_column(String(16), default="")
    text: Mapped[str] = mapped_column(TextType, default="")
    who: Mapped[str] = mapped_column(NameType(200), default="")
    at: Mapped[str] = mapped_column(String(40))


class SittingRow(InOrder, Base):
    """Somebody sits a paper: the paper as it was, and after it was handed in what came of each question."""

    __tablename__ = "sittings"
    __table_args__ = (Index("ix_sittings_owner_paper_digest", "owner", "paper_digest"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(NameType(200), default="")
    candidate: Mapped[str] = mapped_column(NameType(400), default="")
    title: Mapped[str] = mapped_column(TextType, default="")
    paper: Mapped[dict] = mapped_column(JSON)
    paper_digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[str] = mapped_column(String(40))
    limit_s: Mapped[float | None] = mapped_column(Float)
    state: Mapped[str] = mapped_column(String(16))  # "running", "paused" or "submitted"
    outcomes: Mapped[list] = mapped_column(JSON, default=list)


class SittingAnswerRow(Base):
    """An answer as it was last written."""

    __tablename__ = "sitting_answers"
    sitting_id: Mapped[str] = mapped_column(ForeignKey("sittings.id"), primary_key=True)
    question: Mapped[str] = mapped_column(String(64), primary_key=True)
    answer: Mapped[str] = mapped_column(TextType)
    at: Mapped[str] = mapped_column(String(40))


class SittingEventRow(InOrder, Base):
    """When a sitting was begun, paused, gone on with and handed in: the clock is read off these."""

    __tablename__ = "sitting_events"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    sitting_id: Mapped[str] = mapped_column(ForeignKey("sittings.id"), index=True)
    what: Mapped[str] = mapped_column(String(16))  # "begin", "pause", "resume" or "submit"
    at: Mapped[str] = mapped_column(String(40))


class CalibrationSessionRow(InOrder, Base):
    """Several people grade these gradings' texts blind; `code` is what they are invited with."""

    __tablename__ = "calibration_sessions"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(NameType(200), default="", index=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    title: Mapped[str] = mapped_column(TextType, default="")
    rubric_id: Mapped[str] = mapped_column(String(64))
    gradings: Mapped[list] = mapped_column(JSON)
    at: Mapped[str] = mapped_column(String(40))


class BlindPointRow(Base):
    """One person's points for one criterion of one text, given before they saw the others'. Never edited."""

    __tablename__ = "blind_points"
    session_id: Mapped[str] = mapped_column(ForeignKey("calibration_sessions.id"), primary_key=True)
    grading_id: Mapped[str] = mapped_column(String(32), primary_key=True, index=True)  # may be deleted since
    person: Mapped[str] = mapped_column(NameType(200), primary_key=True)
    criterion: Mapped[str] = mapped_column(NameType(64), primary_key=True)
    who: Mapped[str] = mapped_column(NameType(200))
    points: Mapped[float] = mapped_column(Float)
    comment: Mapped[str] = mapped_column(TextType, default="")
    at: Mapped[str] = mapped_column(String(40))


class SettledPointRow(Base):
    """A correction on which a session settled: it counts, but as nobody's own grade."""

    __tablename__ = "settled_points"
    override_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    session_id: Mapped[str] = mapped_column(String(32), index=True)
    grading_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[str] = mapped_column(String(40))


class AuditRow(Base):
    """An entry of the audit log, added and never changed; `who` is a pseudonym, see `audit`."""

    __tablename__ = "audit"
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(40))
    who: Mapped[str] = mapped_column(TextType)
    action: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(64), index=True)
    detail: Mapped[dict] = mapped_column(JSON)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class AuditPersonRow(Base):
    """Who a pseudonym of the audit log stands for. Deleting the row leaves the chain whole and the entries nameless."""

    __tablename__ = "audit_people"
    pseudonym: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(TextType, index=True)

"""One person's data in the records: found, exported, deleted, and what others did with a name replaced by a pseudonym.

A person is a name: of an account (`owner`), of a candidate, on a text (`label`, a file's name without its suffix), or under
what somebody did (`who`). What belongs to the person is deleted. What the person did with other people's records stays, under
the pseudonym that the audit log has for them. The log's chain holds, because it never contained the name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple

from sqlalchemy import Table, delete, select, text, update
from sqlalchemy.orm import Session

from evaluator.storage import tables as t
from evaluator.storage.audit import note, pseudonym_of
from evaluator.storage.effective_overrides import in_parts
from evaluator.storage.gradings import delete_gradings, drop_unused
from evaluator.storage.opening import Database

_MADE = (  # by whom something was done to other people's records
    (t.OverrideRow, "who"),
    (t.NoteRow, "who"),
    (t.ReviewRow, "who"),
    (t.ReviewSampleRow, "who"),
    (t.AppealRow, "who"),
    (t.AppealRow, "reviewer"),
    (t.AppealStepRow, "who"),
    (t.AppealStepRow, "reviewer"),
    (t.RubricVersionRow, "who"),
    (t.PanelPointRow, "who"),
    (t.DecisionRow, "who"),
    (t.BlindPointRow, "who"),
    (t.BlindPointRow, "person"),
)
# Tables without a person's data of their own; a test makes sure that every new table was thought of.
IMPERSONAL = {"rubrics", "profiles", "answers", "audit", "alembic_version"}


class OwnRows(NamedTuple):
    """Keys of what belongs to a person, by table, and how often their name stands under what they did."""

    gradings: list[str]
    interviews: list[str]
    sittings: list[str]
    batches: list[str]
    items: list[tuple[str, int]]  # of other people's batches
    attempts: list[str]
    calls: list[str]
    sessions: list[str]
    drafts: list[tuple[str, str]]
    named: int  # rows of other people's records under which the name stands

    def counts(self) -> dict[str, int]:
        """How many rows there are, by kind; kinds without any are left out."""
        found = {name: value if isinstance(value, int) else len(value) for name, value in self._asdict().items()}
        return {name: count for name, count in found.items() if count}


def same_person(value: str | None, name: str) -> bool:
    """Whether a stored name, or the name of a file, is this person's, ignoring case, width and surrounding spaces."""
    if not value:
        return False
    wanted = _folded(name)
    return bool(wanted) and wanted in (_folded(value), _folded(PurePath(value.replace("\\", "/")).stem))


def mentions(value: Any, name: str) -> bool:
    """Whether a text, or any text inside a JSON value, contains the name."""
    if isinstance(value, str):
        return _folded(name) in _folded(value)
    if isinstance(value, dict):
        return any(mentions(one, name) for pair in value.items() for one in pair)
    return isinstance(value, list | tuple) and any(mentions(one, name) for one in value)


def _folded(value: str) -> str:
    return unicodedata.normalize("NFKC", value).strip().casefold()


class Persons:
    """One person's rows in the records."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def find(self, name: str, *, mentioned: bool = False) -> OwnRows:
        """What belongs to the person; with `mentioned` also gradings and drafts whose texts contain the name."""
        with self.database.read() as session:
            return _find(session, name, mentioned)

    def older(self, before: str) -> OwnRows:
        """What is older than the moment `before` (ISO 8601), of anybody."""
        with self.database.read() as session:
            return _find(session, "", False, before)

    def note_export(self, name: str, who: str) -> None:
        """Tells the audit log that the person's data was exported; the person's own name is not in the entry."""
        with self.database.write() as session:
            note(session, "person_exported", pseudonym_of(session, name), who)

    def export(self, own: OwnRows, name: str) -> dict[str, list[dict[str, Any]]]:
        """The rows as JSON values, by table, with the texts, the corrections and the log's entries about them."""
        with self.database.read() as session:
            found = {
                table.__tablename__: _rows(session, table, getattr(table, column), keys)
                for table, column, keys in _belonging(session, own)
            }
            transcripts = {row.get("transcript_id") for rows in found.values() for row in rows} - {None}
            found["transcripts"] = _rows(session, t.TranscriptRow, t.TranscriptRow.id, sorted(transcripts))
            found["audit"] = _rows(session, t.AuditRow, t.AuditRow.subject, own.gradings)
            for table, column in _MADE:
                rows = [row for row in _rows(session, table) if same_person(row[column], name)]
                found.setdefault(table.__tablename__, []).extend(
                    row for row in rows if row not in found.get(table.__tablename__, [])
                )
        return {name: rows for name, rows in found.items() if rows}

    def texts(self, own: OwnRows) -> list[str]:
        """What was said in the person's records: the texts by which copies in files are found."""
        with self.database.read() as session:
            keys = _transcripts(session, own)
            query = select(t.TranscriptRow.source).where(t.TranscriptRow.id.in_(keys))
            return [source for source in session.scalars(query) if source.strip()]

    def delete(self, own: OwnRows, name: str, *, who: str = "") -> None:
        """Deletes what belongs to the person in one transaction, and forgets the name everywhere else.

        The file still holds the old bytes in free pages until `erase_free_pages`.
        """
        with self.database.write() as session:
            transcripts = _transcripts(session, own)
            alias = pseudonym_of(session, name)
            _delete_rows(session, own)
            for some in in_parts(transcripts):
                drop_unused(session, list(some))
            _rename(session, name, alias)
            session.execute(delete(t.AnswerRow))
            actor = "" if same_person(who, name) else who
            note(session, "person_deleted", alias, actor, **own.counts())
            people = session.scalars(select(t.AuditPersonRow))
            gone = [row.pseudonym for row in people if same_person(row.name, name)]
            session.execute(delete(t.AuditPersonRow).where(t.AuditPersonRow.pseudonym.in_(gone)))

    def expire(self, own: OwnRows, before: str, *, who: str = "") -> None:
        """Deletes what is older than the moment `before`."""
        with self.database.write() as session:
            transcripts = _transcripts(session, own)
            _delete_rows(session, own)
            for some in in_parts(transcripts):
                drop_unused(session, list(some))
            session.execute(delete(t.AnswerRow))
            note(session, "expired", "", who, before=before, **own.counts())

    def erase_free_pages(self) -> None:
        """Rewrites the database without what was deleted; other processes must not be writing."""
        with self.database._mapped(), self.database.engine.connect() as connection:
            raw = connection.connection.driver_connection
            if self.database.is_server:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM"))
                return
            assert raw is not None
            erase_sqlite(raw)


def erase_sqlite(connection: Any) -> None:
    """Rewrites an SQLite file without free pages and empties its journal; sqlite3.OperationalError while others use it."""
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute("VACUUM")
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise TimeoutError("in use")


def _find(session: Session, name: str, mentioned: bool, before: str | None = None) -> OwnRows:
    """What belongs to a person, or is older than `before`."""

    def keys(table: Any, key: Any, *names: Any, at: Any) -> list[Any]:
        if before is not None:
            return list(session.scalars(select(key).where(at < before)))
        rows = session.execute(select(key, *names)).all()
        return [row[0] for row in rows if any(same_person(value, name) for value in row[1:])]

    graded, item, session_row = t.GradingRow, t.BatchItemRow, t.CalibrationSessionRow
    gradings = keys(graded, graded.id, graded.owner, graded.label, at=graded.created_at)
    items: list[tuple[str, int]] = []
    if before is None:
        rows = session.execute(select(item.batch_id, item.position, item.item, item.extra, item.grading_id)).all()
        mine = [row for row in rows if same_person(row.item, name) or _holds_name(row.extra, name)]
        items = [(row.batch_id, row.position) for row in mine]
        gradings += [row.grading_id for row in mine if row.grading_id]
    if mentioned:
        said = session.execute(select(graded.id, t.TranscriptRow.source).join(t.TranscriptRow)).all()
        gradings += [key for key, source in said if mentions(source, name)]
    interviews = keys(
        t.InterviewRow, t.InterviewRow.id, t.InterviewRow.owner, t.InterviewRow.candidate, at=t.InterviewRow.at
    )
    sittings = keys(t.SittingRow, t.SittingRow.id, t.SittingRow.owner, t.SittingRow.candidate, at=t.SittingRow.at)
    gradings += _linked(session, interviews, sittings)
    attempts = keys(t.AttemptRow, t.AttemptRow.id, t.AttemptRow.owner, at=t.AttemptRow.at)
    query = select(t.AttemptRow.grading_id).where(t.AttemptRow.id.in_(attempts), t.AttemptRow.grading_id.is_not(None))
    gradings += list(session.scalars(query))
    drafts = session.scalars(select(t.DraftRow)).all()
    old = [(row.owner, row.name) for row in drafts if before is not None and row.at < before]
    own = [(row.owner, row.name) for row in drafts if same_person(row.owner, name) or mentions(row.body, name)]
    return OwnRows(
        gradings=sorted({key for key in gradings if key}),
        interviews=interviews,
        sittings=sittings,
        batches=keys(t.BatchRow, t.BatchRow.id, t.BatchRow.owner, at=t.BatchRow.at),
        items=items,
        attempts=attempts,
        calls=keys(t.CallRow, t.CallRow.id, t.CallRow.owner, at=t.CallRow.at),
        sessions=keys(session_row, session_row.id, session_row.owner, at=session_row.at),
        drafts=own if before is None else old,
        named=0 if before is not None else sum(len(_named(session, table, column, name)) for table, column in _MADE),
    )


def _holds_name(extra: dict[str, Any] | None, name: str) -> bool:
    return any(isinstance(value, str) and same_person(value, name) for value in (extra or {}).values())


def _linked(session: Session, interviews: Sequence[str], sittings: Sequence[str]) -> list[str]:
    """The gradings of questions of these interviews and sittings."""
    found: list[str] = []
    for table, keys in ((t.InterviewRow, interviews), (t.SittingRow, sittings)):
        for outcomes in session.scalars(select(table.outcomes).where(table.id.in_(keys))):
            found += [one["grading"] for one in outcomes or () if isinstance(one, dict) and one.get("grading")]
    return found


def _named(session: Session, table: Any, column: str, name: str) -> list[str]:
    """The spellings of the person's name in a column."""
    values = session.scalars(select(getattr(table, column)).distinct())
    return [value for value in values if same_person(value, name)]


def _transcripts(session: Session, own: OwnRows) -> list[str]:
    """The transcripts that the person's gradings, attempts and items of batches have."""
    pairs = ((t.GradingRow, "id", own.gradings), (t.AttemptRow, "id", own.attempts))
    found = {
        key
        for table, column, keys in pairs
        for some in in_parts(keys)
        for key in session.scalars(select(table.transcript_id).where(getattr(table, column).in_(some)))
    }
    item = t.BatchItemRow
    found |= set(session.scalars(select(item.transcript_id).where(item.batch_id.in_(own.batches))))
    for batch, position in own.items:
        found.add(session.scalar(select(item.transcript_id).where(item.batch_id == batch, item.position == position)))
    return sorted(key for key in found if key)


def _belonging(session: Session, own: OwnRows) -> list[tuple[Any, str, Sequence[Any]]]:
    """The tables that hold what belongs to the person, the column of the key, and the keys."""
    graded = [(table, "grading_id", own.gradings) for table in (t.OverrideRow, t.NoteRow, t.ReviewRow, t.AppealRow)]
    appeals = [key for key in session.scalars(select(t.AppealRow.id).where(t.AppealRow.grading_id.in_(own.gradings)))]
    return [
        (t.GradingRow, "id", own.gradings),
        *graded,
        (t.AppealStepRow, "appeal_id", appeals),
        (t.InterviewRow, "id", own.interviews),
        (t.PanelPointRow, "interview_id", own.interviews),
        (t.DecisionRow, "interview_id", own.interviews),
        (t.SittingRow, "id", own.sittings),
        (t.SittingAnswerRow, "sitting_id", own.sittings),
        (t.SittingEventRow, "sitting_id", own.sittings),
        (t.BatchRow, "id", own.batches),
        (t.BatchItemRow, "batch_id", own.batches),
        (t.AttemptRow, "id", own.attempts),
        (t.CallRow, "id", own.calls),
        (t.CallTurnRow, "call_id", own.calls),
        (t.CalibrationSessionRow, "id", own.sessions),
        (t.BlindPointRow, "grading_id", own.gradings),
        (t.DraftRow, "owner", [owner for owner, _ in own.drafts]),
    ]


def _rows(session: Session, table: Any, column: Any = None, keys: Sequence[Any] = ()) -> list[dict[str, Any]]:
    inner: Table = table.__table__
    queries = [select(inner)] if column is None else [select(inner).where(column.in_(some)) for some in in_parts(keys)]
    return [dict(row) for query in queries for row in session.execute(query).mappings()]


def _delete_rows(session: Session, own: OwnRows) -> None:
    for some in in_parts(own.gradings):
        delete_gradings(session, list(some))
    parts: Iterable[tuple[Any, str, Sequence[Any]]] = (
        (t.CallTurnRow, "call_id", own.calls),
        (t.CallRow, "id", own.calls),
        (t.BlindPointRow, "grading_id", own.gradings),
        (t.SettledPointRow, "grading_id", own.gradings),
        (t.BlindPointRow, "session_id", own.sessions),
        (t.SettledPointRow, "session_id", own.sessions),
        (t.CalibrationSessionRow, "id", own.sessions),
        (t.AttemptRow, "id", own.attempts),
        (t.PanelPointRow, "interview_id", own.interviews),
        (t.DecisionRow, "interview_id", own.interviews),
        (t.InterviewRow, "id", own.interviews),
        (t.SittingAnswerRow, "sitting_id", own.sittings),
        (t.SittingEventRow, "sitting_id", own.sittings),
        (t.SittingRow, "id", own.sittings),
        (t.BatchEventRow, "batch_id", own.batches),
        (t.BatchRunnerRow, "batch_id", own.batches),
        (t.ProviderJobRow, "batch_id", own.batches),
        (t.BatchItemRow, "batch_id", own.batches),
        (t.BatchRow, "id", own.batches),
    )
    for table, column, keys in parts:
        for some in in_parts(list(keys)):
            session.execute(delete(table).where(getattr(table, column).in_(some)))
    for table in (t.BatchEventRow, t.BatchItemRow):
        for batch, position in own.items:
            session.execute(delete(table).where(table.batch_id == batch, table.position == position))
    for owner, name in own.drafts:
        session.execute(delete(t.DraftRow).where(t.DraftRow.owner == owner, t.DraftRow.name == name))


def _rename(session: Session, name: str, alias: str) -> None:
    """Replaces the name under what the person did with other people's records."""
    for table, column in _MADE:
        for spelled in _named(session, table, column, name):
            session.execute(update(table).where(getattr(table, column) == spelled).values({column: alias}))

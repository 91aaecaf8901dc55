"""The audit log: what was done to which grading, by whom and when, in entries that are chained by their digests.

Entries are added in the transaction of what they tell of, and never changed. Each holds the digest of the one before, so a
changed, removed or inserted entry breaks the chain (`verify`). Entries cut off at the end leave a valid chain; whoever wants to
notice that keeps the newest digest elsewhere. An entry names gradings by id and people by pseudonyms, and holds no words of a
transcript, so it stays when a grading or a person is deleted: then only the name behind the pseudonym is forgotten.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any, Literal, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evaluator.storage import tables as t
from evaluator.storage.models import now
from evaluator.storage.opening import Database

Action = Literal[
    "graded",
    "viewed",
    "exported",
    "overridden",
    "withdrawn",
    "noted",
    "reviewed",
    "unreviewed",
    "sampled",
    "deleted",
    "appeal_opened",
    "appeal_assigned",
    "appeal_decided",
    "appeal_closed",
    "appeal_withdrawn",
    "rubric_saved",
    "profile_saved",
    "settings_changed",
    "person_exported",
    "person_deleted",
    "expired",
]
START = "0" * 64
LOCK = 7_215_001  # an advisory lock of PostgreSQL, for the chain alone


class AuditEntry(NamedTuple):
    """One entry; `digest` is the SHA-256 of `previous` and the other fields except `who`."""

    number: int
    at: str
    who: str  # the name behind `actor`; the pseudonym itself once the person was deleted
    actor: str  # pseudonym; empty for nobody in particular
    action: str
    subject: str
    detail: dict[str, Any]
    previous: str
    digest: str

    @property
    def expected(self) -> str:
        """The digest that these fields have."""
        return _digest(self.previous, self.at, self.actor, self.action, self.subject, self.detail)


class Chain(NamedTuple):
    """How many entries were read, the newest digest, and the number of the first entry that does not fit, None for none."""

    entries: int
    newest: str
    broken_at: int | None


def note(session: Session, action: Action, subject: str, who: str = "", **detail: Any) -> None:
    """Adds an entry in the transaction of `session`."""
    session.flush()
    if session.get_bind().dialect.name == "postgresql":  # one at a time, to the end of the transaction
        session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    previous = session.scalar(select(t.AuditRow.digest).order_by(t.AuditRow.number.desc()).limit(1)) or START
    number = session.scalar(select(t.AuditRow.number).order_by(t.AuditRow.number.desc()).limit(1)) or 0
    at, actor = now(), pseudonym_of(session, who)
    session.add(
        t.AuditRow(
            number=number + 1,
            at=at,
            who=actor,
            action=action,
            subject=subject,
            detail=detail,
            previous=previous,
            digest=_digest(previous, at, actor, action, subject, detail),
        )
    )
    session.flush()


def pseudonym_of(session: Session, name: str) -> str:
    """The pseudonym that stands for `name` in the log, made if necessary; empty for no name."""
    name = name.strip()
    if not name:
        return ""
    known = session.scalar(select(t.AuditPersonRow.pseudonym).where(t.AuditPersonRow.name == t.as_kept(name)))
    if known is not None:
        return known
    made = f"p-{secrets.token_hex(6)}"
    session.add(t.AuditPersonRow(pseudonym=made, name=name))
    session.flush()
    return made


class Audit:
    """The audit log of one database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, action: Action, subject: str, who: str = "", **detail: Any) -> None:
        """Adds an entry about something that changes no record, such as a look at one."""
        with self.database.write() as session:
            note(session, action, subject, who, **detail)

    def entries(self, subject: str | None = None) -> list[AuditEntry]:
        """All entries, or those about one grading, oldest first."""
        query = select(t.AuditRow).order_by(t.AuditRow.number)
        query = query if subject is None else query.where(t.AuditRow.subject == subject)
        with self.database.read() as session:
            names = {row.pseudonym: row.name for row in session.scalars(select(t.AuditPersonRow))}
            return [_entry(row, names) for row in session.scalars(query)]

    def verify(self) -> Chain:
        """Reads the whole chain: every number follows, every entry names the digest before it and has its own."""
        newest, count = START, 0
        for entry in self.entries():
            count += 1
            if entry.number != count or entry.previous != newest or entry.digest != entry.expected:
                return Chain(count, newest, entry.number)
            newest = entry.digest
        return Chain(count, newest, None)


def _entry(row: t.AuditRow, names: dict[str, str]) -> AuditEntry:
    about = (row.action, row.subject, row.detail, row.previous, row.digest)
    return AuditEntry(row.number, row.at, names.get(row.who, row.who), row.who, *about)


def _digest(previous: str, at: str, who: str, action: str, subject: str, detail: dict[str, Any]) -> str:
    told = json.dumps([previous, at, who, action, subject, detail], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()

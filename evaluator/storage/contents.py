"""Transcripts and rubrics, stored once however often they are graded."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from evaluator.rubric import Rubric
from evaluator.storage.ids import new_id
from evaluator.storage.models import now
from evaluator.storage.tables import RubricRow, TranscriptRow
from evaluator.transcript import Transcript


def keep_transcript(session: Session, transcript: Transcript) -> str:
    """Stores `transcript` if it is new and returns its id, the SHA-256 of its JSON.

    `Transcript.digest` leaves out names and layout, so two candidates may share it; their records must not.
    """
    return keep_transcripts(session, [transcript])[0]


def keep_transcripts(session: Session, transcripts: Sequence[Transcript]) -> list[str]:
    """Stores the new ones in one statement, and returns the ids of all.

    If two writers store the same text at once, the second finds it already there.
    """
    keys = [_transcript_key(one) for one in transcripts]
    known = set(session.scalars(select(TranscriptRow.id).where(TranscriptRow.id.in_(keys))))
    new = {key: one for key, one in zip(keys, transcripts, strict=True) if key not in known}
    rows = [
        {"id": key, "digest": one.digest, "source": one.source, "body": one.model_dump(mode="json")}
        for key, one in new.items()
    ]
    insert_new(session, TranscriptRow, rows)
    return keys


def transcripts_of(session: Session, keys: Sequence[str]) -> dict[str, Transcript]:
    """The stored transcripts with these ids."""
    query = select(TranscriptRow.id, TranscriptRow.body).where(TranscriptRow.id.in_(set(keys)))
    return {key: Transcript.model_validate(body) for key, body in session.execute(query)}


def insert_new(session: Session, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows in key order, skipping those whose key another writer has inserted meanwhile."""
    if rows:
        key = table.__mapper__.primary_key[0].name
        dialect = session.get_bind().dialect.name
        statement = postgresql_insert(table) if dialect == "postgresql" else sqlite_insert(table)
        ordered = sorted(rows, key=lambda row: row[key])  # a common lock order prevents deadlocks
        session.execute(statement.on_conflict_do_nothing(), ordered)


def _transcript_key(transcript: Transcript) -> str:
    return hashlib.sha256(transcript.model_dump_json().encode()).hexdigest()


def keep_rubric(session: Session, rubric: Rubric) -> str:
    """Stores the content of `rubric` if it is new and returns its digest."""
    key = rubric.digest
    if session.get(RubricRow, key) is None:
        body = rubric.model_dump(mode="json")
        row = {"digest": key, "rubric_id": rubric.id, "version": rubric.version, "body": body}
        insert_new(session, RubricRow, [row])
    return key


def transcript_of(session: Session, key: str) -> Transcript:
    """The stored transcript with that id."""
    return Transcript.model_validate(session.get_one(TranscriptRow, key).body)


def of_practice(session: Session, owner: str, rubric: Rubric) -> dict[str, Any]:
    """The columns that calls and attempts share when they begin: a new id, whose, when, and by which rubric."""
    digest = keep_rubric(session, rubric)
    return {"id": new_id(), "owner": owner, "at": now(), "rubric_id": rubric.id, "rubric_digest": digest}


def rubric_of(session: Session, key: str) -> Rubric | None:
    """The stored rubric with that digest, or None."""
    row = session.get(RubricRow, key)
    return Rubric.model_validate(row.body) if row else None

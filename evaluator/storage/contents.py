"""Transcripts and rubrics, stored once however often they are graded."""

from __future__ import annotations

import hashlib

from sqlalchemy.orm import Session

from evaluator.rubric import Rubric
from evaluator.storage.tables import RubricRow, TranscriptRow
from evaluator.transcript import Transcript


def keep_transcript(session: Session, transcript: Transcript) -> str:
    """Stores `transcript` if it is new and gives its id, the SHA-256 of its JSON.

    `Transcript.digest` leaves out names and layout, so two candidates may share it; their records must not.
    """
    text = transcript.model_dump_json()
    key = hashlib.sha256(text.encode()).hexdigest()
    if session.get(TranscriptRow, key) is None:
        body = transcript.model_dump(mode="json")
        session.add(TranscriptRow(id=key, digest=transcript.digest, source=transcript.source, body=body))
        session.flush()
    return key


def keep_rubric(session: Session, rubric: Rubric) -> str:
    """Stores the content of `rubric` if it is new and gives its digest."""
    key = rubric.digest
    if session.get(RubricRow, key) is None:
        body = rubric.model_dump(mode="json")
        session.add(RubricRow(digest=key, rubric_id=rubric.id, version=rubric.version, body=body))
        session.flush()
    return key


def transcript_of(session: Session, key: str) -> Transcript:
    """The stored transcript with that id."""
    return Transcript.model_validate(session.get_one(TranscriptRow, key).body)


def rubric_of(session: Session, key: str) -> Rubric | None:
    """The stored rubric with that digest, or None."""
    row = session.get(RubricRow, key)
    return Rubric.model_validate(row.body) if row else None

"""Gradings: stored whole, found by what was asked, listed without reading the scorecards."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from evaluator.encoding import redact_value
from evaluator.errors import InputError
from evaluator.rubric import Rubric
from evaluator.scorecard import Scorecard, Usage
from evaluator.storage import tables as t
from evaluator.storage.audit import note
from evaluator.storage.contents import keep_rubric, keep_transcript, rubric_of, transcript_of
from evaluator.storage.effective_overrides import bodies, corrected_sums, was_corrected
from evaluator.storage.ids import is_ahead, new_id, read_id
from evaluator.storage.models import GradingSummary, Note, Override, Record, digest
from evaluator.storage.opening import Database
from evaluator.storage.tables import as_kept
from evaluator.transcript import Transcript

_SUMMARY = [getattr(t.GradingRow, name) for name in GradingSummary.model_fields if name != "corrected"]


class Gradings:
    """The scorecards of one database; `evaluator.storage.Records` adds what people do with them."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def save(
        self,
        scorecard: Scorecard,
        transcript: Transcript,
        request_key: str | None = None,
        *,
        rubric: Rubric | None = None,
        label: str = "",
        owner: str = "",
    ) -> str:
        """Stores a grading, all of it or nothing, and returns its id.

        Storing the same id again changes nothing, except under another name: then the id of a copy is returned.
        `request_key` is what `find` looks for, `rubric` is stored as it was used, `label` is a name for people (a file,
        a candidate), and `owner` separates users.
        """
        with self.database.write() as session:
            return insert_grading(session, scorecard, transcript, request_key, rubric, label, owner)

    def find(self, request_key: str, owner: str | None = None) -> Scorecard | None:
        """The newest scorecard stored for `request_key` (by `owner`), or None, so that nothing is asked twice."""
        query = select(t.GradingRow.body).where(t.GradingRow.request_key == request_key)
        query = query if owner is None else query.where(t.GradingRow.owner == owner)
        with self.database.read() as session:
            body = session.scalar(query.order_by(t.GradingRow.id.desc()).limit(1))
        return None if body is None else Scorecard.model_validate(body)

    def resolve(self, id_or_prefix: str) -> str:
        """The full id that starts with `beginning`; InputError if there is none or more than one."""
        wanted = read_id(id_or_prefix)
        column = t.GradingRow.id
        query = select(column).where(or_(column == id_or_prefix, column.startswith(wanted, autoescape=True)))
        with self.database.read() as session:
            found = list(session.scalars(query.order_by(column).limit(4))) if wanted else []
        if id_or_prefix in found or wanted in found:
            return id_or_prefix if id_or_prefix in found else wanted
        if len(found) > 1:
            raise InputError("storage_ambiguous_id", id=id_or_prefix, matches=", ".join(found))
        if not found:
            raise InputError("storage_unknown_id", id=id_or_prefix)
        return found[0]

    def get(self, id_or_prefix: str) -> Scorecard:
        """The scorecard with that id, or the only one whose id starts with it."""
        grading_id = self.resolve(id_or_prefix)
        with self.database.read() as session:
            return Scorecard.model_validate(session.get_one(t.GradingRow, grading_id).body)

    def record(self, id_or_prefix: str) -> Record:
        """Everything kept about a grading: scorecard, transcript, rubric, overrides, notes."""
        grading_id = self.resolve(id_or_prefix)
        with self.database.read() as session:
            row = session.get_one(t.GradingRow, grading_id)
            return Record(
                id=row.id,
                label=row.label,
                owner=row.owner,
                scorecard=Scorecard.model_validate(row.body),
                transcript=transcript_of(session, row.transcript_id),
                rubric=rubric_of(session, row.rubric_digest),
                overrides=tuple(map(Override.model_validate, _rows_of(session, t.OverrideRow, row.id))),
                notes=tuple(map(Note.model_validate, _rows_of(session, t.NoteRow, row.id))),
            )

    def history(
        self,
        limit: int = 50,
        rubric: str | None = None,
        text: str = "",
        offset: int = 0,
        *,
        owner: str | None = None,
        review: bool | None = None,
        waiting: bool = False,
    ) -> list[GradingSummary]:
        """Gradings, newest first.

        `text` is searched in label, rubric title and the words of the transcript. `review` selects those that do or do
        not need a person, `waiting` those that need one, or were drawn for review, and have not been reviewed yet.
        """
        query = _filtered(select(*_SUMMARY, was_corrected()), rubric, text, owner, review, waiting)
        query = query.order_by(t.GradingRow.created_at.desc(), t.GradingRow.id.desc())
        with self.database.read() as session:
            rows = session.execute(query.limit(limit).offset(offset)).all()
            sums = corrected_sums(session, [row.id for row in rows if row.was_corrected])
        return [GradingSummary.model_validate(row).model_copy(update={"corrected": sums.get(row.id)}) for row in rows]

    def count(
        self,
        rubric: str | None = None,
        text: str = "",
        *,
        owner: str | None = None,
        review: bool | None = None,
        waiting: bool = False,
    ) -> int:
        """How many gradings `history` would list in total."""
        with self.database.read() as session:
            query = _filtered(select(func.count(t.GradingRow.id)), rubric, text, owner, review, waiting)
            return session.scalar(query) or 0

    def many(self, ids: list[str]) -> dict[str, Scorecard]:
        """The scorecards with exactly these ids, in one query; unknown ids are ignored."""
        with self.database.read() as session:
            return bodies(session, ids)

    def transcript(self, id_or_prefix: str) -> Transcript:
        """The transcript that a grading judged."""
        grading_id = self.resolve(id_or_prefix)
        with self.database.read() as session:
            return transcript_of(session, session.get_one(t.GradingRow, grading_id).transcript_id)

    def delete(self, id_or_prefix: str, *, who: str = "") -> str:
        """Deletes a grading with its overrides, notes, review marks and appeals, and returns its id.

        Its transcript is deleted too if nothing else uses it.
        """
        grading_id = self.resolve(id_or_prefix)
        with self.database.write() as session:
            transcript_id = session.get_one(t.GradingRow, grading_id).transcript_id
            delete_gradings(session, [grading_id])
            drop_unused(session, [transcript_id])
            note(session, "deleted", grading_id, who)
        return grading_id


def insert_grading(
    session: Session,
    scorecard: Scorecard,
    transcript: Transcript,
    request_key: str | None = None,
    rubric: Rubric | None = None,
    label: str = "",
    owner: str = "",
) -> str:
    """Adds a grading in the transaction of `session` and returns its id.

    An existing grading only gets a label if it had none. If it belongs to another candidate who said the same, a copy
    with this name is returned, and made if necessary: what people add to one must not appear with the other.
    """
    transcript_id = keep_transcript(session, transcript)
    known = session.get(t.GradingRow, scorecard.id)
    if known is not None:
        own = _own(session, known, transcript_id, label, owner)
        if own is not None:
            own.label = own.label or label[:400]
            return own.id
        scorecard, request_key = _copied(scorecard), known.request_key
    scorecard = _in_order(session, scorecard)
    if rubric is not None:
        keep_rubric(session, rubric)
    row = t.GradingRow(
        transcript_id=transcript_id,
        request_key=request_key,
        label=label[:400],
        owner=owner,
        **_columns(scorecard),
    )
    session.add(row)
    note(session, "graded", scorecard.id, owner, total=scorecard.total, rubric=scorecard.rubric.digest[:12])
    return scorecard.id


def _in_order(session: Session, scorecard: Scorecard) -> Scorecard:
    """The scorecard, under another id if the clock was set back: a newer grading must sort after an older one."""
    newest = session.scalar(select(func.max(t.GradingRow.id))) or ""
    if scorecard.id > newest or not is_ahead(newest):
        return scorecard
    return scorecard.model_copy(update={"id": new_id(after=newest)})


def _own(session: Session, known: t.GradingRow, transcript_id: str, label: str, owner: str) -> t.GradingRow | None:
    """`known`, or else the newest for the same request, if it has this owner, text and name."""
    row = t.GradingRow
    asked = row.id == known.id
    alike = asked if known.request_key is None else or_(asked, row.request_key == known.request_key)
    query = select(row).where(alike, row.owner == owner, row.transcript_id == transcript_id)
    query = query.where(row.label.in_((label[:400], ""))) if label else query
    return session.scalar(query.order_by(asked.desc(), row.id.desc()).limit(1))


def _copied(scorecard: Scorecard) -> Scorecard:
    """The same verdicts as a separate grading, created now; it counts no tokens, so that sums stay right."""
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    return scorecard.model_copy(update={"id": new_id(), "created_at": moment, "usage": Usage()})


def _columns(scorecard: Scorecard) -> dict[str, Any]:
    stamp = scorecard.rubric
    body = scorecard.model_dump(mode="json")
    body["judge"] = redact_value(body["judge"])  # addresses, and vendors' model names
    return {
        "id": scorecard.id,
        "created_at": scorecard.created_at,
        "rubric_id": stamp.id,
        "rubric_version": stamp.version,
        "rubric_title": stamp.title,
        "rubric_digest": stamp.digest,
        "judge_digest": digest(scorecard.judge),
        "transcript_digest": scorecard.transcript_digest,
        "total": scorecard.total,
        "max_points": scorecard.max_points,
        "coverage": scorecard.coverage,
        "passed": scorecard.passed,
        "review": scorecard.review,
        "body": body,
    }


def _filtered(
    query: Select[Any], rubric: str | None, text: str, owner: str | None, review: bool | None, waiting: bool
) -> Select[Any]:
    row = t.GradingRow
    wanted: list[ColumnElement[bool]] = []
    if waiting:
        newest = select(func.max(t.ReviewRow.id)).group_by(t.ReviewRow.grading_id)
        done = select(t.ReviewRow.grading_id).where(t.ReviewRow.id.in_(newest), t.ReviewRow.done)
        drawn = select(t.ReviewSampleRow.grading_id)
        wanted += [or_(row.review.is_(True), row.id.in_(drawn)), row.id.not_in(done)]
    if rubric is not None:
        wanted.append(row.rubric_id == rubric)
    if owner is not None:
        wanted.append(row.owner == owner)
    if review is not None:
        wanted.append(row.review == review)
    for word in text.split():
        said = select(t.TranscriptRow.id).where(_holds(t.TranscriptRow.source, word))
        places = [_holds(column, word) for column in (row.label, row.rubric_title)]
        numbered = row.id.startswith(read_id(as_kept(word)), autoescape=True)
        wanted.append(or_(*places, numbered, row.transcript_id.in_(said)))  # one pass instead of one look-up per row
    return query.where(*wanted)


def _holds(column: Any, word: str) -> ColumnElement[bool]:
    """Whether a text contains the word, ignoring case; both sides are lower-cased because databases differ."""
    return func.lower(column).contains(as_kept(word).lower(), autoescape=True)


def _rows_of(session: Session, table: Any, grading_id: str) -> list[Any]:
    return list(session.scalars(select(table).where(table.grading_id == grading_id).order_by(table.id)))


def delete_gradings(session: Session, ids: list[str]) -> None:
    """Deletes gradings and what people added to them; attempts and items of batches lose their link."""
    appeals = select(t.AppealRow.id).where(t.AppealRow.grading_id.in_(ids))
    session.execute(delete(t.AppealStepRow).where(t.AppealStepRow.appeal_id.in_(appeals)))
    for table in (t.OverrideRow, t.NoteRow, t.ReviewRow, t.ReviewSampleRow, t.AppealRow):
        session.execute(delete(table).where(table.grading_id.in_(ids)))
    for link in (t.AttemptRow, t.BatchItemRow):
        session.execute(update(link).where(link.grading_id.in_(ids)).values(grading_id=None))
    session.execute(delete(t.GradingRow).where(t.GradingRow.id.in_(ids)))


def drop_unused(session: Session, transcripts: list[str]) -> None:
    """Deletes those of the transcripts that nothing uses any more."""
    used = [
        exists().where(table.transcript_id == t.TranscriptRow.id)
        for table in (t.GradingRow, t.AttemptRow, t.BatchItemRow)
    ]
    unused = ~or_(*used)
    session.execute(delete(t.TranscriptRow).where(t.TranscriptRow.id.in_(transcripts), unused))

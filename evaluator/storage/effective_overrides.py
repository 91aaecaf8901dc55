"""Which corrections count, and the corrected sums of gradings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Label, exists, select
from sqlalchemy.orm import Session

from evaluator.scorecard import Scorecard, Sum, corrected
from evaluator.storage import tables as t
from evaluator.storage.models import Override

_AT_ONCE = 500  # SQLite limits the number of variables in a statement


def standing(overrides: Iterable[Override]) -> list[Override]:
    """The newest override of each person for each criterion of each grading, without withdrawn ones.

    `overrides` must be ordered oldest first.
    """
    newest = {(one.grading_id, one.who, one.criterion): one for one in overrides}
    return [one for one in newest.values() if one.points is not None]


def effective(overrides: Iterable[Override]) -> dict[str, Override]:
    """The correction that counts for each criterion of one grading: the newest that its author has not withdrawn."""
    return {one.criterion: one for one in sorted(standing(overrides), key=lambda one: one.id)}


def points_of(standing: Mapping[str, Override]) -> dict[str, float]:
    """The points that count, by criterion."""
    return {criterion: one.points for criterion, one in standing.items() if one.points is not None}


def was_corrected() -> Label[bool]:
    """A column for queries of gradings: whether anybody ever corrected it, even if that was withdrawn later."""
    return exists().where(t.OverrideRow.grading_id == t.GradingRow.id).label("was_corrected")


def bodies(session: Session, ids: Sequence[str]) -> dict[str, Scorecard]:
    """The scorecards with exactly these ids; unknown ids are ignored."""
    found: dict[str, Scorecard] = {}
    for some in in_parts(ids):
        query = select(t.GradingRow.id, t.GradingRow.body).where(t.GradingRow.id.in_(some))
        found |= {key: Scorecard.model_validate(body) for key, body in session.execute(query)}
    return found


def given_points(session: Session, ids: Sequence[str]) -> dict[str, dict[str, float]]:
    """The people's points that count, by grading id and criterion; uncorrected gradings are left out."""
    given: dict[str, list[Override]] = {}
    for some in in_parts(ids):
        query = select(t.OverrideRow).where(t.OverrideRow.grading_id.in_(some)).order_by(t.OverrideRow.id)
        for row in session.scalars(query):
            given.setdefault(row.grading_id, []).append(Override.model_validate(row))
    return {name: own for name, overrides in given.items() if (own := points_of(effective(overrides)))}


def corrected_sums(session: Session, ids: Sequence[str]) -> dict[str, Sum]:
    """The sums of corrected gradings, by id; uncorrected ones are left out."""
    points = given_points(session, ids)
    return {name: corrected(card, points[name]) for name, card in bodies(session, list(points)).items()}


def in_parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """The ids in parts that fit into one statement."""
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))

"""Which corrections count, and what gradings add up to with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Label, exists, select
from sqlalchemy.orm import Session

from evaluator.scorecard import Scorecard, Sum, corrected
from evaluator.storage import tables as t
from evaluator.storage.models import Override

_AT_ONCE = 500  # SQLite limits the variables of a statement


def standing(overrides: Iterable[Override]) -> list[Override]:
    """The newest of each person for each criterion of each grading, without those taken back; `overrides` are oldest
    first."""
    newest = {(one.grading_id, one.who, one.criterion): one for one in overrides}
    return [one for one in newest.values() if one.points is not None]


def effective(overrides: Iterable[Override]) -> dict[str, Override]:
    """By criterion, the correction of one grading that counts: the newest that its author has not taken back."""
    return {one.criterion: one for one in sorted(standing(overrides), key=lambda one: one.id)}


def points_of(standing: Mapping[str, Override]) -> dict[str, float]:
    """By criterion, the points that count."""
    return {criterion: one.points for criterion, one in standing.items() if one.points is not None}


def was_corrected() -> Label[bool]:
    """A column of a query of gradings: whether anybody ever corrected it, which may have been taken back since."""
    return exists().where(t.OverrideRow.grading_id == t.GradingRow.id).label("was_corrected")


def bodies(session: Session, ids: Sequence[str]) -> dict[str, Scorecard]:
    """The scorecards with these exact ids; unknown ones are left out."""
    found: dict[str, Scorecard] = {}
    for some in in_parts(ids):
        query = select(t.GradingRow.id, t.GradingRow.body).where(t.GradingRow.id.in_(some))
        found |= {key: Scorecard.model_validate(body) for key, body in session.execute(query)}
    return found


def given_points(session: Session, ids: Sequence[str]) -> dict[str, dict[str, float]]:
    """By grading id and criterion, the points of people that count; gradings that nobody corrected are left out."""
    given: dict[str, list[Override]] = {}
    for some in in_parts(ids):
        query = select(t.OverrideRow).where(t.OverrideRow.grading_id.in_(some)).order_by(t.OverrideRow.id)
        for row in session.scalars(query):
            given.setdefault(row.grading_id, []).append(Override.model_validate(row))
    return {name: own for name, overrides in given.items() if (own := points_of(effective(overrides)))}


def corrected_sums(session: Session, ids: Sequence[str]) -> dict[str, Sum]:
    """By id, what those of these gradings add up to that people corrected; the others are left out."""
    points = given_points(session, ids)
    return {name: corrected(card, points[name]) for name, card in bodies(session, list(points)).items()}


def in_parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """The ids in parts that one statement can name."""
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))

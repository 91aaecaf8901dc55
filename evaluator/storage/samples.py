"""Gradings drawn for review although nothing asks for a person: some at random, some because they are risky.

The random part estimates how often the grader is wrong when it seems sure; the risky part finds more mistakes per look. Drawn
gradings wait for a person like those whose scorecard asks for one.
"""

from __future__ import annotations

import math
import random
from typing import Literal

from sqlalchemy import select

from evaluator.errors import InputError
from evaluator.scorecard import Scorecard, UngradedVerdict, Verdict
from evaluator.storage import tables as t
from evaluator.storage.audit import note
from evaluator.storage.contents import insert_new
from evaluator.storage.effective_overrides import bodies
from evaluator.storage.models import Shape, now
from evaluator.storage.opening import Database
from evaluator.storage.tuned import NEAR_FOR_SAMPLES


class Sampled(Shape):
    """A grading drawn for review: at random ("rate") or because of its risk."""

    grading_id: str
    drawn_by: Literal["rate", "risk"]
    risk: float
    who: str
    at: str


def risk_of(card: Scorecard) -> float:
    """How much there is to get wrong in a grading, 0 to 4: four parts of equal weight, none of them fitted.

    They are the nearness of the total to the pass mark, the mean doubt of the criteria, the share that could not be graded,
    and whether a guard fired.
    """
    graded = [one for one in card.verdicts if isinstance(one, Verdict)]
    doubt = sum(1 - one.confidence for one in graded) / len(graded) if graded else 1.0
    apart = abs((card.total or 0.0) - card.pass_mark) / (NEAR_FOR_SAMPLES * card.max_points) if card.max_points else 1.0
    near = max(0.0, 1 - apart) if card.total is not None else 1.0
    missing = sum(isinstance(one, UngradedVerdict) for one in card.verdicts) / max(1, len(card.verdicts))
    return round(near + doubt + missing + bool(card.guards), 4)


class Samples:
    """Draws gradings for review, and says which were drawn."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def draw(
        self,
        rate: float,
        risk: float = 0.0,
        *,
        who: str = "",
        rubric: str | None = None,
        owner: str | None = None,
        since: str = "",
        seed: int | None = None,
    ) -> list[Sampled]:
        """Draws a share `rate` at random and, of the rest, the share `risk` with the highest risk; returns the new ones.

        Only gradings count that nobody reviewed or drew before, whose scorecards do not ask for a person (these wait
        anyway), from the moment `since` (ISO 8601) on. The seed is in the audit log, so a draw can be checked. Shares are
        rounded up; InputError unless both are between 0 and 1.
        """
        if not (0 <= rate <= 1 and 0 <= risk <= 1):
            raise InputError("sample_share", rate=rate, risk=risk)
        seed = random.SystemRandom().randrange(2**31) if seed is None else seed
        row = t.GradingRow
        seen = select(t.ReviewRow.grading_id).union(select(t.ReviewSampleRow.grading_id))
        query = select(row.id).where(row.review.is_(False), row.id.not_in(seen), row.created_at >= since)
        query = query if rubric is None else query.where(row.rubric_id == rubric)
        query = query if owner is None else query.where(row.owner == owner)
        with self.database.write() as session:
            ids = list(session.scalars(query.order_by(row.id)))
            risks = {name: risk_of(card) for name, card in bodies(session, ids).items()}
            at_random = random.Random(seed).sample(ids, math.ceil(rate * len(ids)))
            rest = sorted(set(ids) - set(at_random), key=lambda name: (-risks[name], name))
            riskiest = rest[: math.ceil(risk * len(ids))]
            drawn = [
                Sampled(grading_id=name, drawn_by=way, risk=risks[name], who=who, at=now())  # type: ignore[arg-type]
                for way, names in (("rate", at_random), ("risk", riskiest))
                for name in names
            ]
            insert_new(session, t.ReviewSampleRow, [one.model_dump() for one in drawn])
            if drawn:
                counts = {"of": len(ids), "at_random": len(at_random), "by_risk": len(riskiest)}
                note(session, "sampled", "", who, seed=seed, rate=rate, risk=risk, **counts)
        return drawn

    def of(self, gradings: list[str]) -> dict[str, Sampled]:
        """By id, those of the gradings that were drawn."""
        query = select(t.ReviewSampleRow).where(t.ReviewSampleRow.grading_id.in_(gradings))
        with self.database.read() as session:
            return {row.grading_id: Sampled.model_validate(row) for row in session.scalars(query)}

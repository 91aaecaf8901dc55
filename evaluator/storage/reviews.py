"""Who has reviewed a grading. Marks are separate rows; withdrawing one adds another row."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from evaluator.storage import tables as t
from evaluator.storage.audit import note
from evaluator.storage.corrections import Corrections
from evaluator.storage.effective_overrides import in_parts
from evaluator.storage.ids import new_id
from evaluator.storage.models import Review, now


class Reviews(Corrections):
    """Gradings with corrections and review marks."""

    def mark_reviewed(self, grading: str, *, who: str, comment: str = "") -> Review:
        """Records that `who` has reviewed the grading, so that nobody else needs to."""
        return self._mark(grading, who, comment, done=True)

    def unmark_reviewed(self, grading: str, *, who: str) -> Review:
        """Puts the grading back among those that wait for a person; the earlier mark stays in the table."""
        return self._mark(grading, who, "", done=False)

    def reviewed(self, ids: Sequence[str]) -> dict[str, Review]:
        """The newest mark, by grading id, of those among `ids` that count as reviewed."""
        newest: dict[str, Review] = {}
        for some in in_parts(ids):
            query = select(t.ReviewRow).where(t.ReviewRow.grading_id.in_(some)).order_by(t.ReviewRow.id)
            with self.database.read() as session:
                newest |= {row.grading_id: Review.model_validate(row) for row in session.scalars(query)}
        return {grading: mark for grading, mark in newest.items() if mark.done}

    def _mark(self, grading: str, who: str, comment: str, *, done: bool) -> Review:
        row = t.ReviewRow(
            id=new_id(), grading_id=self.resolve(grading), who=who.strip(), at=now(), comment=comment, done=done
        )
        with self.database.write() as session:
            session.add(row)
            note(session, "reviewed" if done else "unreviewed", row.grading_id, who)
        return Review.model_validate(row)

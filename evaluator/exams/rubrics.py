"""What an open question is graded by: the user's own rubric of it, the paper's criteria, or its reference answer."""

from __future__ import annotations

from evaluator.bank import Item, draft_rubric, plain_rubric
from evaluator.errors import RubricError
from evaluator.rubric import Rubric
from evaluator.rubrics import find_named
from evaluator.settings import Settings


def rubric_of(item: Item, settings: Settings) -> Rubric:
    """A rubric that the user saved under the question's id wins; else one is drafted from the criteria that the paper
    gives, else from the question and its reference answer alone. The levels of a draft are marked as proposed."""
    if item.id:
        try:
            return find_named(item.id, settings)
        except RubricError as error:
            if not error.code.startswith("rubric_unknown"):
                raise
    name = item.id or "question"
    return draft_rubric(item, name) if item.criteria else plain_rubric(item, name)

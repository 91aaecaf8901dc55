"""The rubric of an open question: the user's own, the paper's criteria, or its reference answer."""

from __future__ import annotations

from evaluator.bank import Item, draft_rubric, plain_rubric
from evaluator.errors import RubricError
from evaluator.rubric import Rubric
from evaluator.rubrics import find_named
from evaluator.settings import Settings


def rubric_of(item: Item, settings: Settings) -> Rubric:
    """Returns the rubric that the user saved under the question's id, or a draft.

    The draft is made from the paper's criteria if it states any, otherwise from the question and its reference answer
    alone. The levels of a draft are marked as proposed.
    """
    if item.id:
        try:
            return find_named(item.id, settings)
        except RubricError as error:
            if not error.code.startswith("rubric_unknown"):
                raise
    name = item.id or "question"
    return draft_rubric(item, name) if item.criteria else plain_rubric(item, name)

"""The types of a paper as it is asked.

A record keeps a whole paper, so that later changes to the bank do not change any result.
"""

from __future__ import annotations

import hashlib
from typing import Literal

from pydantic import Field

from evaluator.bank import Item, ItemKind, MarkingPolicy
from evaluator.encoding import Frozen
from evaluator.rubric import Rubric


class ExamQuestion(Frozen):
    """One question, with exactly one of `item`, which a key grades, and `rubric`, which the grader uses."""

    id: str  # "q1", "q2", …, in the order of the paper
    number: str  # as people call it: "1", "二.3"
    section: str  # id of its section
    kind: ItemKind
    text: str
    background: str = ""
    requirements: str = ""
    points: float
    item: Item
    rubric: Rubric | None = None
    policy: MarkingPolicy = "all_or_nothing"
    also: tuple[str, ...] = ()  # other ways of asking the question

    @property
    def by_key(self) -> bool:
        """Whether a key grades it, without a model."""
        return self.rubric is None


class ExamSection(Frozen):
    """A section of the paper. `pass_mark` is the points needed in it; None if the paper requires nothing."""

    id: str  # "s1", "s2", …
    title: str
    pass_mark: float | None = None


class ExamPaper(Frozen):
    """A paper for a sitting or an interview."""

    title: str
    language: Literal["zh", "en"]
    sections: tuple[ExamSection, ...]
    questions: tuple[ExamQuestion, ...]
    pass_mark: float | None = Field(
        default=None, description="Points at which the paper is passed; None: not declared."
    )
    minutes: float | None = Field(default=None, description="Time allowed; None: as long as it takes.")

    @property
    def max_points(self) -> float:
        """The total points of all questions."""
        return sum(question.points for question in self.questions)

    @property
    def digest(self) -> str:
        """SHA-256 of the content; all sittings of one paper share it."""
        return hashlib.sha256(self.model_dump_json(exclude_defaults=True).encode()).hexdigest()

    def question(self, question_id: str) -> ExamQuestion:
        """Returns the question with that id; raises KeyError if it does not exist."""
        for question in self.questions:
            if question.id == question_id:
                return question
        raise KeyError(question_id)

    def of_section(self, section_id: str) -> list[ExamQuestion]:
        """The questions of a section, in order."""
        return [question for question in self.questions if question.section == section_id]

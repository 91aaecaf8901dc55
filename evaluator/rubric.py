"""A rubric: what is graded, by which levels, against which reference answer."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

CriterionKind = Literal["score", "bonus", "penalty", "fatal", "checklist"]
Speaker = Literal["agent", "customer", "any"]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]


class Level(BaseModel):
    """One step of a criterion: its points and what a text at this step looks like."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    points: float = Field(ge=0, multiple_of=0.5, description="Points of this level; halves are allowed.")
    description: str = Field(min_length=1, description="What a text at this level shows.")


class Check(BaseModel):
    """One concrete yes/no question about the text, answered by the model; `yes` and `no` describe the two options."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Identifier
    question: str
    yes: str
    no: str


class Criterion(BaseModel):
    """One thing that is judged. `points` is the most it gives, takes away (penalty) or, for a fatal item, 0."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Identifier
    name: str
    description: str = ""
    kind: CriterionKind = "score"
    points: float = Field(ge=0, multiple_of=0.5)
    levels: tuple[Level, ...] = Field(default=(), description="Lowest first. Needed for score and bonus; at least two.")
    checks: tuple[Check, ...] = Field(default=(), description="Concrete yes/no questions that the judge asks besides the level.")
    speaker: Speaker = Field(default="agent", description="Whose words can prove it.")
    optional: bool = Field(default=False, description="May be not applicable; its points then go to the others.")


class KeyPoint(BaseModel):
    """One thing that the reference answer says and a good answer should too."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Identifier
    text: str
    criteria: tuple[Identifier, ...] = Field(default=(), description="Criteria that it belongs to; empty: all.")


class ReferenceAnswer(BaseModel):
    """A model answer, with the key points that it makes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Identifier
    text: str
    key_points: tuple[KeyPoint, ...] = ()
    source: str = Field(default="", description="Where it comes from, as a person would cite it.")


class Explanation(BaseModel):
    """A principle behind the task (解析) that helps a grader or a trainee."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Identifier
    text: str
    source: str = ""


class Rubric(BaseModel):
    """What is graded, by which levels, against which reference answers. YAML in `rubrics/`, one file a scenario."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Identifier
    version: int = Field(ge=1)
    title: str
    language: Literal["zh", "en"]
    task: str = Field(description="The scenario or question as the candidate saw it.")
    form: Literal["dialogue", "answer", "email"] = Field(
        default="answer", description="What is handed in: a conversation, a spoken or written answer, an e-mail."
    )
    pass_mark: float = Field(ge=0, description="Points at which the response passes.")
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    references: tuple[ReferenceAnswer, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    topics: tuple[str, ...] = ()

    @property
    def max_points(self) -> float:
        """Sum of the points of score and checklist criteria: what a full answer reaches without bonus."""
        return sum(item.points for item in self.criteria if item.kind in ("score", "checklist"))

    @property
    def digest(self) -> str:
        """SHA-256 of the content; two files with the same content have the same digest."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def criterion(self, criterion_id: str) -> Criterion:
        """The criterion with that id; KeyError if there is none."""
        for item in self.criteria:
            if item.id == criterion_id:
                return item
        raise KeyError(criterion_id)

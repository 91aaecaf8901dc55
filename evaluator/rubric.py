"""A rubric: what is graded, by which levels, against which reference answer."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from evaluator.encoding import Strict

CriterionKind = Literal["score", "bonus", "penalty", "fatal", "checklist"]
Role = Literal["agent", "customer", "other"]
Speaker = Literal["agent", "customer", "any"]
ROLES_OF: Mapping[Speaker, frozenset[Role]] = {
    "agent": frozenset({"agent"}),
    "customer": frozenset({"customer"}),
    "any": frozenset({"agent", "customer", "other"}),
}
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
Text = Annotated[str, StringConstraints(pattern=r"\S")]  # not empty and not only blanks


def _wrong(code: str, **values: object) -> PydanticCustomError:
    """A broken rule; `code` is a key of the catalogue `rubric`, so that people read it in their own language."""
    return PydanticCustomError(code, code, values)  # type: ignore[arg-type]


def _unique(ids: Iterable[str], what: str) -> None:
    for value, count in Counter(ids).items():
        if count > 1:
            raise _wrong("duplicate_id", what=what, id=value)


class Level(Strict):
    """One step of a criterion: its points and what a text at this step looks like."""

    points: float = Field(ge=0, multiple_of=0.5, description="Points of this level; halves are allowed.")
    description: Text = Field(description="What a text at this level shows.")
    proposed: bool = Field(
        default=False, description="Proposed by the program and not yet confirmed by a person; remove when it is."
    )


class Check(Strict):
    """One concrete question about the text, answered by the model.

    `no` and `yes` describe the two ends; `between` has the options that lie between them, from `no` to `yes` ("can't
    tell", or degrees).
    """

    id: Identifier
    question: Text
    yes: Text
    no: Text
    between: tuple[Text, ...] = Field(default=(), max_length=5, description="Options between `no` and `yes`, rising.")
    example: str = Field(default="", description="How a speaker would say it in one sentence; evidence is found by it.")


class Closing(Strict):
    """How somebody closes a conversation that went badly and one that went well, a few sentences for each end.

    The last turn of `speaker` is placed between the two by meaning, without a model, and has a fifth of the criterion's
    say.
    """

    low: tuple[Text, ...] = Field(min_length=2, description="What is said at the end where the criterion was missed.")
    high: tuple[Text, ...] = Field(min_length=2, description="What is said at the end where it was met.")
    speaker: Literal["agent", "customer"] = Field(default="customer", description="Whose last turn is looked at.")


class Criterion(Strict):
    """One thing that is judged, by what its kind says:

    - `score`: gives the points of the level reached; counts in the rubric's maximum.
    - `checklist`: its points, spread equally over its `checks`; counts in the maximum.
    - `bonus`: gives up to its points on top of the maximum.
    - `penalty`: takes away; its levels run from 0 (nothing lost) to `points` (all of it lost).
    - `fatal`: has no points and no levels; if it happened the total is 0 and the response does not pass.
    """

    id: Identifier
    name: Text
    description: str = ""
    kind: CriterionKind = "score"
    points: float = Field(
        default=0,
        ge=0,
        multiple_of=0.5,
        description="The most it gives or takes away; none for a fatal item.",
    )
    levels: tuple[Level, ...] = Field(
        default=(), description="Lowest first, at least two. Needed for score, bonus and penalty."
    )
    checks: tuple[Check, ...] = Field(
        default=(),
        description="Concrete yes/no questions; a checklist's points, otherwise asked besides the level.",
    )
    speaker: Speaker = Field(default="agent", description="Whose words can prove it.")
    closing: Closing | None = Field(default=None, description="Last words at either end, compared by meaning.")
    optional: bool = Field(default=False, description="May be not applicable; its points then go to the others.")

    @model_validator(mode="after")
    def _can_be_graded(self) -> Criterion:
        _unique((check.id for check in self.checks), "check")
        if self.kind == "fatal" and self.points:
            raise _wrong("fatal_with_points", id=self.id)
        if self.kind != "fatal" and not self.points:
            raise _wrong("points_needed", id=self.id)
        self._levels_fit_kind()
        if self.kind == "checklist" and not self.checks:
            raise _wrong("checks_needed", id=self.id)
        if self.closing and self.kind in ("fatal", "penalty"):
            raise _wrong("closing_not_wanted", id=self.id, kind=self.kind)
        if self.closing and self.speaker not in ("any", self.closing.speaker):
            raise _wrong("closing_of_another", id=self.id, speaker=self.closing.speaker)
        return self

    def _levels_fit_kind(self) -> None:
        if self.kind in ("fatal", "checklist"):
            if self.levels:
                raise _wrong("levels_not_wanted", id=self.id, kind=self.kind)
            return
        if len(self.levels) < 2:
            raise _wrong("levels_needed", id=self.id, count=len(self.levels))
        points = [level.points for level in self.levels]
        if any(low >= high for low, high in itertools.pairwise(points)):
            raise _wrong("levels_not_rising", id=self.id, points=", ".join(f"{value:g}" for value in points))
        if points[-1] > self.points:
            raise _wrong("level_above_points", id=self.id, level=f"{points[-1]:g}", points=f"{self.points:g}")


class KeyPoint(Strict):
    """One thing that the reference answer says and a good answer should too."""

    id: Identifier
    text: Text
    example: str = Field(default="", description="The sentence that says it in the reference answer.")
    criteria: tuple[Identifier, ...] = Field(default=(), description="Criteria that it belongs to; empty: all.")


class ReferenceAnswer(Strict):
    """A model answer, with the key points that it makes."""

    id: Identifier
    text: Text
    key_points: tuple[KeyPoint, ...] = ()
    source: str = Field(default="", description="Where it comes from, as a person would cite it.")

    @model_validator(mode="after")
    def _ids_tell_apart(self) -> ReferenceAnswer:
        _unique((point.id for point in self.key_points), "key point")
        return self


class Explanation(Strict):
    """A principle behind the task (解析) that helps a grader or a trainee."""

    id: Identifier
    text: Text
    source: str = ""


class Rubric(Strict):
    """What is graded, by which levels, against which reference answers. YAML in `rubrics/`, one file per scenario."""

    id: Identifier
    version: int = Field(ge=1)
    title: Text
    language: Literal["zh", "en"]
    task: Text = Field(description="The scenario or question as the candidate saw it.")
    form: Literal["dialogue", "answer", "email"] = Field(
        default="answer",
        description="What is handed in: a conversation, a spoken or written answer, an e-mail.",
    )
    pass_mark: float = Field(ge=0, description="Points at which the response passes.")
    out_of: float | None = Field(
        default=None,
        gt=0,
        description="What the points should add up to, as the paper states it; lint compares.",
    )
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    references: tuple[ReferenceAnswer, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    topics: tuple[str, ...] = ()
    any_topic: bool = Field(
        default=False, description="For texts about anything, such as any call; then no text is off the topic."
    )

    @model_validator(mode="after")
    def _can_be_graded(self) -> Rubric:
        _unique((item.id for item in self.criteria), "criterion")
        _unique((item.id for item in self.references), "reference")
        _unique((item.id for item in self.explanations), "explanation")
        if not self.max_points:
            raise _wrong("nothing_gives_points")
        return self

    @property
    def max_points(self) -> float:
        """Sum of the points of score and checklist criteria: what a full answer reaches without bonuses."""
        return sum(item.points for item in self.criteria if item.kind in ("score", "checklist"))

    @property
    def digest(self) -> str:
        """SHA-256 of the content; files with the same content have the same digest, including defaults."""
        return hashlib.sha256(self.model_dump_json(exclude_defaults=True).encode()).hexdigest()

    def key_points_of(self, criterion: Criterion) -> list[KeyPoint]:
        """The key points that belong to a criterion; those that name no criterion belong to all."""
        points = [point for reference in self.references for point in reference.key_points]
        return [point for point in points if not point.criteria or criterion.id in point.criteria]

    def criterion(self, criterion_id: str) -> Criterion:
        """The criterion with that id; KeyError if there is none."""
        for item in self.criteria:
            if item.id == criterion_id:
                return item
        raise KeyError(criterion_id)

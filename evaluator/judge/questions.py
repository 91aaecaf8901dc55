"""Typed questions about one text, and their answers: a probability for every option."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, Protocol

from pydantic import Field, field_validator

from evaluator.encoding import Frozen, redact
from evaluator.judge.subject import Subject, subject_of
from evaluator.scorecard import UngradedCause, Usage

QuestionKind = Literal["score", "predicate", "choice"]


class Option(Frozen):
    """One possible answer. `id` is sent and returned as data, `text` is what the model reads."""

    id: str
    text: str


class Question(Frozen):
    """One question with its options.

    For `score` the options run from lowest to highest; for `predicate` they are no, yes.
    """

    id: str
    kind: QuestionKind
    text: str
    options: tuple[Option, ...] = Field(min_length=2)
    # The single point that the question is about, if many questions differ only in it; `text` states it in full.
    point: str | None = None
    # Which judges of a panel or cascade should answer, named as in `Answer.model`; None leaves it to the rule.
    by: str | None = None

    @property
    def subject(self) -> Subject | None:
        """The part of a rubric that it is about; None if it does not come from a rubric."""
        return subject_of(self.id)


class State(Frozen):
    """What all questions of one request share: the task, its references and the text to judge, in prompt order."""

    language: Literal["zh", "en"]
    task: str
    text: str  # the numbered turns, neutralised: data, never instructions
    form: Literal["dialogue", "answer", "email"] = "answer"
    reference: str = ""  # reference material shown to the model, empty if there is none


class Answer(Frozen):
    """The answer to one question. `probabilities` sum to 1 over the question's option ids, in the question's order."""

    question: str
    probabilities: dict[str, float]
    menu_mass: float | None = None  # how much of the model's raw distribution lay on the options; None if unknown
    reason: str | None = None  # only from backends that state one before answering
    samples: int | None = None  # number of samples behind the distribution, when it was sampled
    model: str | None = None  # which judge answered, if a panel or cascade could have asked several
    votes: dict[str, dict[str, float]] = {}  # panels: each judge's own distribution
    disagreement: float | None = None  # panels: 0 the judges agree, 1 they are certain of opposite ends


class Ungraded(Frozen):
    """A question without an answer, and why. It is not zero and never becomes a point."""

    question: str
    cause: UngradedCause
    detail: str = ""

    @field_validator("detail")
    @classmethod
    def _without_secrets(cls, value: str) -> str:
        """Redacts a vendor's message, which goes into records and pages."""
        return redact(value)


class Reply(Frozen):
    """A judge's result for one request: an answer or Ungraded for every question, and the usage."""

    model: str  # the answering model's own name
    answers: dict[str, Answer | Ungraded]
    usage: Usage = Usage()


class Traits(Frozen):
    """What must be known about a model before it is asked."""

    anchored: bool = False  # its probabilities contain a prior: an empty text and the reference are asked about as well
    knows: bool = True  # it can tell right from wrong in knowledge questions; otherwise likeness decides
    context_tokens: int | None = None  # how much it reads at once; None if unknown
    apart: bool = False  # each question is a separate request, with many in parallel
    mixed: bool = False  # several judges: each answer says which one gave it; those of different judges do not compare

    @classmethod
    def of_several(cls, judges: Iterable[Judge]) -> Traits:
        """The traits of judges asked together: the union of needs and abilities, and the smallest context."""
        all_of = [judge.traits for judge in judges]
        rooms = [traits.context_tokens for traits in all_of if traits.context_tokens is not None]
        return cls(
            anchored=any(traits.anchored for traits in all_of),
            knows=any(traits.knows for traits in all_of),
            context_tokens=min(rooms, default=None),
            mixed=True,
        )


def of_the_same(questions: Iterable[Question], answers: Mapping[str, Answer | Ungraded]) -> list[Question]:
    """The answered questions, each to be asked of the judge that answered it, because other readings do not compare."""
    found = [(question, answers.get(question.id)) for question in questions]
    return [item.model_copy(update={"by": answer.model}) for item, answer in found if isinstance(answer, Answer)]


class Judge(Protocol):
    """The single interface to any model. Implementations raise ModelError only for what no question could survive."""

    @property
    def name(self) -> str:
        """The name that the user chose: "embedded", "openai:gpt-…", …"""
        ...

    @property
    def stamp(self) -> dict[str, str]:
        """What identifies the judge in a record: model, weights digest, prompt names and digests, method."""
        ...

    @property
    def traits(self) -> Traits:
        """Its needs, abilities and context size."""
        ...

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        """Answers every question about `state`, by id; a question that failed is returned as Ungraded."""
        ...


async def ask_member(judge: Judge, state: State, questions: list[Question]) -> Reply:
    """The answers of one of several judges to the questions meant for it; it is not asked if there are none."""
    own = [question.model_copy(update={"by": None}) for question in questions]
    return await judge.decide(state, own) if own else Reply(model=judge.name, answers={})

"""A persona: who the simulated customer is, what they know and hide, what moves them, and how they talk.

There is one YAML file per persona, `rubrics/personas/RUBRIC.TEMPER.yaml`. Everything that decides the course of a call
is data here: a state machine reads it, and the stock lines can carry a whole call without a model.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Annotated, Literal

from pydantic import (
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from evaluator.encoding import Strict
from evaluator.rubric import Identifier, Text

Temper = Literal["impatient", "hurt", "demanding", "calm", "confused", "suspicious"]
Channel = Literal["phone", "chat", "email"]
Event = Literal[
    "heard",  # the agent responds to the feeling or the problem
    "apologised",
    "named",  # the agent gives a name or a role
    "asked",  # a question that fits the case
    "explained",  # why it happened or how it works, in words that the customer understands
    "done_now",  # something is settled during the call
    "date_given",  # a day or time by which something happens
    "amount_given",  # a sum of money
    "choice_given",
    "owner_given",  # who follows up
    "summed_up",
    "blamed",  # the customer is told that it is their own fault
    "mocked",
    "pushed_away",  # sent to somebody else
    "refused",
    "vague",  # "as soon as possible", "please wait"
    "repeated",  # asked again for something already said
    "jargon",
    "ignored",  # what the customer said last gets no response
    "lectured",  # told the rules, told to calm down
]
Weight = Annotated[float, Field(gt=0, le=3)]
Lines = Annotated[tuple[Text, ...], Field(min_length=1)]
PersonaId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)?$", max_length=80)]


def _wrong(code: str, **values: object) -> PydanticCustomError:
    """A broken rule; `code` is a key of the catalogue `rubric`."""
    return PydanticCustomError(code, code, values)  # type: ignore[arg-type]


class Fact(Strict):
    """One fact that the customer knows. An open one may be told at any time; a hidden one only when asked about."""

    id: Identifier
    says: Text = Field(description="How the customer tells it.")
    hidden: bool = False
    asked_about: str = Field(default="", description="What the agent has to ask about to be told.")
    giveaways: tuple[Text, ...] = Field(
        default=(), description="Words of `says` that no line may hold before it was asked about."
    )

    @model_validator(mode="after")
    def _can_be_hidden(self) -> Fact:
        if self.hidden and not self.asked_about.strip():
            raise _wrong("hidden_without_topic", id=self.id)
        if self.hidden and not self.giveaways:
            raise _wrong("hidden_without_giveaways", id=self.id)
        return self

    def given_away_by(self, line: str) -> str:
        """The first giveaway that a line contains, or "" if there is none.

        Words in Latin letters match as whole words.
        """
        return next((word for word in self.giveaways if _holds(line, word)), "")


def _holds(line: str, word: str) -> bool:
    before, after = (r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])") if word.isascii() else ("", "")
    return bool(re.search(f"{before}{re.escape(word)}{after}", line, re.IGNORECASE))


class Speech(Strict):
    """How the customer talks: `region` in words, dialect words with their meaning, and a few sample sentences."""

    region: Text
    formality: Literal["formal", "polite", "plain", "rough"] = "plain"
    dialect: dict[str, str] = Field(default={}, description="Dialect word: what it means.")
    samples: tuple[Text, ...] = Field(min_length=2, description="Sentences that show the way of talking.")


class StockLines(Strict):
    """What the customer says in each state if no model phrases it, or if the model's phrasing was rejected."""

    opening: Lines = Field(description="The first words of the call.")
    wants: Lines = Field(description="Says what they want.")
    angry: Lines
    calmer: Lines = Field(description="Still in doubt, but talking.")
    asks_again: Lines = Field(description="Asks again for what was not answered.")
    hears_date: Lines = Field(description="Was given a day, an hour or a sum.")
    blamed: Lines = Field(description="Was blamed or mocked.")
    pushed_away: Lines = Field(description="Was sent elsewhere or put off.")
    confirms: Lines = Field(description="Yes, that is so.")
    does_not_know: Lines = Field(description="Was asked for something that no fact answers.")
    satisfied_end: Lines = Field(description="The last words of a call that went well.")
    gives_up_end: Lines = Field(description="The last words of one that did not.")


class Persona(Strict):
    """A simulated customer for one rubric."""

    id: PersonaId
    rubric: Identifier = Field(description="The rubric whose scenario this is.")
    language: Literal["zh", "en"]
    temper: Temper
    channel: Channel = "phone"
    name: Text
    happened: Text = Field(description="What happened, as the trainer would tell a colleague.")
    facts: tuple[Fact, ...] = Field(min_length=1)
    wants: tuple[Text, ...] = Field(min_length=1, description="What the customer wants, the most wanted first.")
    calms: dict[Event, Weight] = Field(min_length=1, description="How much each event lifts the mood.")
    enrages: dict[Event, Weight] = Field(min_length=1, description="How much each event lowers the mood.")
    mood: int = Field(default=3, ge=0, le=10, description="At the start: 0 is furious, 10 content.")
    patience: int = Field(ge=2, le=20, description="Turns without progress until the customer gives up.")
    speech: Speech
    lines: StockLines

    @field_validator("facts")
    @classmethod
    def _tell_apart(cls, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
        for value, count in Counter(fact.id for fact in facts).items():
            if count > 1:
                raise _wrong("duplicate_id", what="fact", id=value)
        return facts

    @field_validator("enrages")
    @classmethod
    def _not_both(cls, enrages: dict[Event, float], info: ValidationInfo) -> dict[Event, float]:
        if both := sorted(set(info.data.get("calms", ())) & set(enrages)):
            raise _wrong("calms_and_enrages", events=", ".join(both))
        return enrages

    @property
    def hidden(self) -> tuple[Fact, ...]:
        """The facts that are told only when asked about."""
        return tuple(fact for fact in self.facts if fact.hidden)

    def fact(self, fact_id: str) -> Fact:
        """The fact with that id; KeyError if there is none."""
        for fact in self.facts:
            if fact.id == fact_id:
                return fact
        raise KeyError(fact_id)

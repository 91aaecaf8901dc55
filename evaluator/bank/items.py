"""The result of reading a document: items with their position in the file, sections with declarations, and warnings."""

from __future__ import annotations

from typing import Any, Literal, get_args

from pydantic import Field

from evaluator import messages
from evaluator.encoding import Strict

ItemKind = Literal[
    "single_choice",
    "multiple_choice",
    "true_false",
    "ordering",
    "blank",
    "matching",
    "scenario",
    "behavioural",
    "strategy",
    "open",
]
KINDS: tuple[ItemKind, ...] = get_args(ItemKind)
CHOICE_KINDS: frozenset[str] = frozenset({"single_choice", "multiple_choice", "ordering"})
OBJECTIVE_KINDS: frozenset[str] = CHOICE_KINDS | {"true_false"}


class ItemOption(Strict):
    """One option of a choice question; `label` is a capital letter."""

    label: str
    text: str


class ScoringLine(Strict):
    """One line of the scoring criteria; `points` is None if the paper gives none."""

    number: int
    text: str
    points: float | None = None


class AnswerPart(Strict):
    """One part of a reference answer that is written in parts; `title` is empty if it has none."""

    number: int
    title: str = ""
    text: str


class ModelAnswer(Strict):
    """A reference answer of an open item: the whole text, and its parts, if any."""

    text: str
    parts: tuple[AnswerPart, ...] = ()


class Blank(Strict):
    """One gap of a fill-in question with every right answer, first the one that the paper writes first."""

    answers: tuple[str, ...]
    points: float | None = None


class MatchingPair(Strict):
    """One entry of a matching question and its match."""

    left: str
    right: str


class ItemSource(Strict):
    """The position of an item: file, SHA-256 of the file, first and last line (or paragraph, row), counted from 1."""

    file: str
    digest: str
    start: int
    end: int
    page: int | None = None


class ItemWarning(Strict):
    """Something a person should know; `code` is a key of the catalogue `bank` (with the prefix `warn_`)."""

    code: str
    line: int | None = None
    values: dict[str, str] = {}
    file: str = ""

    def text(self, language: str | None = None) -> str:
        """The sentence for people."""
        return messages.sentence(f"bank.warn_{self.code}", language, **self.values)


class Item(Strict):
    """One question. The JSON of this model is what `export` writes."""

    id: str = ""
    kind: ItemKind
    number: int | None = None
    text: str
    options: tuple[ItemOption, ...] = ()
    steps: tuple[str, ...] = Field(default=(), description="What an ordering question puts in order, as ①, ②, …")
    key: str | None = Field(
        default=None,
        description="Letters (`AC`), `√` or `×`, or a sequence (`②→①→③`); None where there is none.",
    )
    explanation: str = ""
    points: float | None = None
    criteria: tuple[ScoringLine, ...] = ()
    references: tuple[ModelAnswer, ...] = ()
    blanks: tuple[Blank, ...] = Field(default=(), description="The gaps of a fill-in question, in order.")
    pairs: tuple[MatchingPair, ...] = Field(default=(), description="What belongs together in a matching question.")
    background: str = ""
    requirements: str = ""
    case: str = Field(default="", description="Questions with the same case share their background as a stem.")
    difficulty: str = ""
    topics: tuple[str, ...] = ()
    chapter: str = ""
    partial: float | None = Field(
        default=None,
        description="Points for a choice of several where some right options are missing and no wrong one is picked, "
        "as the section declares; None where it declares nothing.",
    )
    pictures: tuple[str, ...] = Field(default=(), description="Names of the pictures that stand in the question.")
    section: str = ""
    paper: str = ""
    truncated: bool = Field(default=False, description="The question was cut off in the document.")
    source: ItemSource | None = None
    warnings: tuple[ItemWarning, ...] = ()

    @property
    def key_letters(self) -> tuple[str, ...]:
        """The letters of the key; empty for other kinds of key."""
        key = self.key or ""
        return tuple(key) if key.isalpha() and key.isascii() else ()


class Section(Strict):
    """A section of a paper: what its heading declared, and what was found in it."""

    title: str
    kind: ItemKind | None
    line: int
    declared_count: int | None = None
    declared_each: float | None = None
    per_gap: bool = Field(default=False, description="Whether `declared_each` is the points of a gap, as in `每空1分`.")
    declared_points: float | None = None
    found: int = 0
    truncated: int = 0


class Unplaced(Strict):
    """A line that is neither understood nor known noise. It belongs to no item and is reported."""

    line: int
    text: str


class Paper(Strict):
    """One paper read from a document (a document may contain several papers)."""

    title: str = ""
    language: Literal["zh", "en"] = "zh"
    about: tuple[str, ...] = Field(default=(), description="Lines about the whole paper: time allowed, full marks.")
    sections: tuple[Section, ...] = ()
    items: tuple[Item, ...] = ()
    answer_headings: tuple[str, ...] = Field(default=(), description="Headings of the groups of answers, in order.")
    unplaced: tuple[Unplaced, ...] = ()
    warnings: tuple[ItemWarning, ...] = ()
    noise: int = Field(default=0, description="Lines dropped as known noise.")


def content(item: Item) -> dict[str, Any]:
    """An item's content without id, position and warnings: equal for two readings of the same question."""
    return item.model_dump(mode="json", exclude={"id", "source", "warnings"})

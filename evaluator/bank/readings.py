"""What a person said about lines of a document: the reading that every later import of it applies.

A line is remembered by its words and by how many equal lines precede it, so that a reading survives lines that were
inserted above. `ignore` and `heading` change how the grammar takes the line; `text`, `explanation` and `answer` put its
words into a question, and `key` gives a question its key; `fine` says that a warning needs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from evaluator.bank.formats.lines import Document, Line
from evaluator.bank.items import OBJECTIVE_KINDS, Item, ItemWarning, Paper
from evaluator.bank.papers import line_patterns
from evaluator.bank.papers.answers import split_answer
from evaluator.bank.papers.gaps import read_blanks
from evaluator.encoding import Strict

ReadingRole = Literal["ignore", "heading", "text", "explanation", "answer", "key", "fine"]
INTO_QUESTION: tuple[ReadingRole, ...] = ("text", "explanation", "answer", "key")


class LineMark(Strict):
    """A line by its words; `nth` counts equal lines from 1."""

    text: str
    nth: int = 1


class LineReading(Strict):
    """One decision about a line. `of` is the first line of the question that it belongs to."""

    line: LineMark
    role: ReadingRole
    of: LineMark | None = None
    key: str = ""  # for `key`
    code: str = ""  # of the warning that is `fine`


@dataclass(frozen=True)
class Resolved:
    """The readings of a document by line number."""

    ignored: frozenset[int] = frozenset()
    headings: frozenset[int] = frozenset()
    into: Mapping[int, list[LineReading]] = field(default_factory=dict)  # by the first line of the question
    fine: frozenset[tuple[str, int]] = frozenset()  # warnings by code and line


def mark_of(lines: Sequence[ShownLine], number: int, words: str = "") -> LineMark | None:
    """The mark of a line by its number; `words`, with which it begins, tell lines of several sheets apart."""
    found = [place for place, line in enumerate(lines) if line.number == number]
    if not found:
        return None
    fitting = [place for place in found if words and lines[place].text.startswith(words)]
    place = (fitting or found)[0]
    text = lines[place].text
    return LineMark(text=text, nth=sum(line.text == text for line in lines[: place + 1]))


class ShownLine(NamedTuple):
    """A line of a document: its number, its page or sheet, and its words."""

    number: int
    page: int | None
    text: str


def lines_of(document: Document) -> list[ShownLine]:
    """Every line and table row of a document, in order."""
    lines = [ShownLine(line.number, line.page, line.text.strip()) for line in document.lines]
    rows = [
        ShownLine(
            int(row["_row"]),
            int(row["_sheet"]) if "_sheet" in row else None,
            " | ".join(cell for name, cell in row.items() if not name.startswith("_")),
        )
        for row in document.rows
    ]
    return sorted([*lines, *rows], key=lambda line: (line.page or 0, line.number))


def resolve(document: Document, readings: Iterable[LineReading]) -> Resolved:
    """The readings of a document whose lines it still has."""
    readings = list(readings)
    if not readings:
        return Resolved()
    wanted = {mark.text for reading in readings for mark in (reading.line, reading.of) if mark}
    places: dict[tuple[str, int], int] = {}
    times: dict[str, int] = {}
    for number, _, text in lines_of(document):
        if text in wanted:
            times[text] = times.get(text, 0) + 1
            places[text, times[text]] = number
    ignored, headings, fine = set(), set(), set()
    into: dict[int, list[LineReading]] = {}
    for reading in readings:
        here = places.get((reading.line.text, reading.line.nth))
        there = places.get((reading.of.text, reading.of.nth)) if reading.of else None
        if here is None or (reading.role in INTO_QUESTION and there is None):
            continue
        if reading.role == "heading":
            headings.add(here)
        elif reading.role == "fine":
            fine.add((reading.code, here))
        elif reading.role == "ignore":
            ignored.add(here)
        elif there is not None:
            into.setdefault(there, []).append(reading)
            if here != there:  # otherwise the key of the question itself is given
                ignored.add(here)
    return Resolved(frozenset(ignored), frozenset(headings), into, frozenset(fine))


def mark_lines(lines: tuple[Line, ...], resolved: Resolved) -> tuple[Line, ...]:
    """The lines with those that a person left out or called a heading marked."""
    if not resolved.ignored and not resolved.headings:
        return lines
    return tuple(
        replace(line, noise=True)
        if line.number in resolved.ignored
        else replace(line, heading=True)
        if line.number in resolved.headings
        else line
        for line in lines
    )


def put_into(item: Item, resolved: Resolved) -> Item:
    """The question with what a person said belongs to it."""
    readings = resolved.into.get(item.source.start, []) if item.source else []
    for reading in readings:
        item = _put(item, reading)
    return item


def _put(item: Item, reading: LineReading) -> Item:
    words = reading.line.text
    if reading.role == "text":
        return item.model_copy(update={"text": f"{item.text}\n{words}".strip(), "truncated": False})
    if reading.role == "explanation":
        return item.model_copy(update={"explanation": f"{item.explanation}\n{words}".strip()})
    if reading.role == "answer":
        return item.model_copy(update={"references": (*item.references, split_answer(words))})
    if item.kind == "blank":
        return item.model_copy(update={"blanks": read_blanks(item.text, reading.key, item.points), "references": ()})
    key = line_patterns.read_key(reading.key, ordered=item.kind == "ordering" and not item.steps)
    if key is None:
        return item
    verdict = key in (line_patterns.RIGHT, line_patterns.WRONG)
    kind = "true_false" if verdict and not item.options and item.kind == "open" else item.kind
    several = kind == "single_choice" and len(key) > 1
    references = () if item.kind in OBJECTIVE_KINDS else item.references
    return item.model_copy(
        update={"key": key, "kind": "multiple_choice" if several else kind, "references": references}
    )


def without_fine(paper: Paper, resolved: Resolved) -> Paper:
    """The paper without the warnings that a person called fine."""
    if not resolved.fine:
        return paper

    def kept(warnings: tuple[ItemWarning, ...]) -> tuple[ItemWarning, ...]:
        return tuple(warning for warning in warnings if (warning.code, warning.line or 0) not in resolved.fine)

    items = tuple(item.model_copy(update={"warnings": kept(item.warnings)}) for item in paper.items)
    return paper.model_copy(update={"items": items, "warnings": kept(paper.warnings)})

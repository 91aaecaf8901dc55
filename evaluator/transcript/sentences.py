"""Splits a transcript's words into spans that can be quoted and compared: sentences, and clauses within them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from evaluator.rubric import Role
from evaluator.scorecard import Direction, Evidence
from evaluator.transcript.turns import Transcript, Turn

_CLOSERS = "”’」』】〕）)\"'"
_SENTENCE = re.compile(
    rf"[^。！？!?；;\n]+?(?:[。！？!?；;\n]+[{_CLOSERS}]*|\.[{_CLOSERS}]*(?=\s|$|[\u4e00-\u9fff])|$)"
)

_CLAUSE = re.compile(r"[^，,、：:。！？!?；;\n]+[，,、：:。！？!?；;\n]*")


class Span(NamedTuple):
    """A sentence of one turn: `turn.text[start:end]`, without surrounding white space."""

    turn: Turn
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.turn.text[self.start : self.end]


def spans_of(
    transcript: Transcript, roles: Collection[Role], left_out: Collection[tuple[str, int, int]] = ()
) -> list[Span]:
    """The sentences of the turns with these roles, in order, except those that touch an excluded (turn, start, end)."""
    spans = [span for turn in transcript.turns if turn.role in roles for span in _sentences(turn)]
    return [span for span in spans if not any(_touches(span, *part) for part in left_out)]


def touched_sentences(turn: Turn, places: Collection[tuple[str, int, int]]) -> list[Span]:
    """The sentences of one turn that touch any of the positions (turn, start, end), in order."""
    return [span for span in _sentences(turn) if any(_touches(span, *part) for part in places)]


def cut_sentences(text: str) -> list[tuple[int, int]]:
    """Start and end of every sentence that says something, without the white space around it."""
    return [*_cut(_SENTENCE, text)]


def cut_clauses(text: str) -> list[tuple[int, int]]:
    """Start and end of what stands between two marks, commas included."""
    return [*_cut(_CLAUSE, text)]


def _cut(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    for match in pattern.finditer(text):
        found = match.group()
        start = match.start() + len(found) - len(found.lstrip())
        end = start + len(found.strip())
        if any(char.isalnum() for char in text[start:end]):
            yield start, end


def _sentences(turn: Turn) -> Iterator[Span]:
    return (Span(turn, start, end) for start, end in cut_sentences(turn.text))


def _touches(span: Span, turn: str, start: int, end: int) -> bool:
    return span.turn.id == turn and span.start < end and start < span.end


def evidence_of(span: Span, direction: Direction, weight: float) -> Evidence:
    """A span as evidence, with its exact words and position."""
    return Evidence(
        turn=span.turn.id,
        role=span.turn.role,
        speaker=span.turn.speaker,
        start=span.start,
        end=span.end,
        text=span.text,
        direction=direction,
        weight=round(min(max(weight, 0.0), 1.0), 4),
    )

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


def _sentences(turn: Turn) -> Iterator[Span]:
    for match in _SENTENCE.finditer(turn.text):
        text = match.group()
        start = match.start() + len(text) - len(text.lstrip())
        end = start + len(text.strip())
        if any(char.isalnum() for char in turn.text[start:end]):
            yield Span(turn, start, end)


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

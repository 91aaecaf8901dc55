"""The words of a transcript cut into spans that can be quoted and compared: sentences, and the clauses in them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple

from evaluator.transcript import Role, Transcript, Turn

if TYPE_CHECKING:
    from evaluator.references.embedding import Vectors

_CLOSERS = "”’」』】〕）)\"'"
_SENTENCE = re.compile(
    rf"[^。！？!?；;\n]+?(?:[。！？!?；;\n]+[{_CLOSERS}]*|\.[{_CLOSERS}]*(?=\s|$|[\u4e00-\u9fff])|$)"
)
_CLAUSE = re.compile(r"[^，,、：:。！？!?；;\n]+")
LEAST_CLAUSE = 4  # characters: shorter pieces resemble everything


class Span(NamedTuple):
    """A sentence of one turn: `turn.text[start:end]`, without the white space around it."""

    turn: Turn
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.turn.text[self.start : self.end]


class Comparison:
    """The spans of one transcript with the vectors of their sentences and clauses."""

    def __init__(self, spans: list[Span]) -> None:
        from evaluator.references.space import passage_vectors

        self.spans = spans
        pieces = [(number, text) for number, span in enumerate(spans) for text in _pieces(span.text)]
        self._owners = [number for number, _ in pieces]
        self._vectors = passage_vectors([text for _, text in pieces])

    def similarities(self, queries: Vectors) -> Vectors:
        """For each query (rows) and span (columns) the best cosine of the query with the sentence or a clause of it."""
        import numpy as np

        found = np.full((len(queries), len(self.spans)), -1.0)
        for column, owner in enumerate(self._owners):
            found[:, owner] = np.maximum(found[:, owner], queries @ self._vectors[column])
        return found


def spans_of(
    transcript: Transcript, roles: Collection[Role], left_out: Collection[tuple[str, int, int]] = ()
) -> list[Span]:
    """The sentences of the turns with these roles, in order, without those that touch a left-out (turn, start, end)."""
    spans = [span for turn in transcript.turns if turn.role in roles for span in _sentences(turn)]
    return [span for span in spans if not any(_touches(span, *part) for part in left_out)]


def touched_sentences(turn: Turn, places: Collection[tuple[str, int, int]]) -> list[Span]:
    """The sentences of one turn that touch any of the places (turn, start, end), in order."""
    return [span for span in _sentences(turn) if any(_touches(span, *part) for part in places)]


def _sentences(turn: Turn) -> Iterator[Span]:
    for match in _SENTENCE.finditer(turn.text):
        text = match.group()
        start = match.start() + len(text) - len(text.lstrip())
        end = start + len(text.strip())
        if any(char.isalnum() for char in turn.text[start:end]):
            yield Span(turn, start, end)


def _pieces(sentence: str) -> list[str]:
    clauses = [clause.strip() for clause in _CLAUSE.findall(sentence) if len(clause.strip()) >= LEAST_CLAUSE]
    return [sentence] if len(clauses) < 2 else [sentence, *clauses]


def _touches(span: Span, turn: str, start: int, end: int) -> bool:
    return span.turn.id == turn and span.start < end and start < span.end

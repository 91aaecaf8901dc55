"""The space in which entries are searched: two embedders, side by side in one vector.

One represents sentences well (`space`), the other knows synonyms (`universal`). A vector contains both, scaled so that
the dot product of two is

    (1 - SECOND_SHARE) * cosine in the first space  +  SECOND_SHARE * cosine in the second

and one search of one index serves both. Share and recipe are from docs/references.md; in the second space an entry
combines its whole text, the question that it answers, and half the mean of its clauses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from evaluator.references import space, universal
from evaluator.references.embedding import DIMENSIONS as FIRST_DIMENSIONS
from evaluator.references.entries import Entry, entry_text
from evaluator.references.space import unit
from evaluator.references.tuned import CLAUSES_SHARE, SECOND_SHARE

if TYPE_CHECKING:
    from evaluator.references.embedding import Progress, Vectors

DIMENSIONS = FIRST_DIMENSIONS + universal.DIMENSIONS
_CLAUSE_ENDS = re.compile(r"[，。；：、,;.:!?？！\n]\s*")
_LEAST_CLAUSE = 3  # characters


def version() -> str:
    """What stored vectors depend on: both embedders and the recipe of a vector."""
    return f"{space.version()} + {universal.version()} share {SECOND_SHARE} recipe 2"


def search_vectors(texts: Sequence[str]) -> Vectors:
    """Vectors of search texts, (n, 896), length 1."""
    return _side_by_side(space.query_vectors(texts), universal.embed(texts))


def entry_vectors(entries: Sequence[Entry], progress: Progress | None = None) -> Vectors:
    """One vector per entry, (n, 896), length 1."""
    return _side_by_side(_first(entries, progress), _second(entries))


def surprise(query: Vectors, cosines: Vectors) -> Vectors:
    """How far `cosines` of one search vector lie above its similarities to unrelated texts, in standard deviations."""
    unrelated = _background() @ query
    return (cosines - unrelated.mean()) / unrelated.std()


def _first(entries: Sequence[Entry], progress: Progress | None) -> Vectors:
    """Each entry's text averaged with the question that it answers: queries resemble questions more than answers.

    By linearity one vector ranks as the mean of both similarities would.
    """
    vectors = space.passage_vectors([entry_text(entry) for entry in entries], progress)
    asking = [number for number, entry in enumerate(entries) if entry.context]
    if asking:
        vectors[asking] = unit(vectors[asking] + space.query_vectors([entries[n].context for n in asking]))
    return vectors


def _second(entries: Sequence[Entry]) -> Vectors:
    wholes = universal.embed([entry_text(entry) for entry in entries])
    questions = universal.embed([entry.context or entry_text(entry) for entry in entries])
    return unit(wholes + questions + CLAUSES_SHARE * _clause_means(entries))


def _clause_means(entries: Sequence[Entry]) -> Vectors:
    """The mean vector of each entry's clauses, (n, 512), length 1."""
    import numpy as np

    parts = [clauses(entry.text) for entry in entries]
    if not parts:
        return universal.embed([])
    vectors = universal.embed([clause for found in parts for clause in found])
    starts = np.cumsum([0, *(len(found) for found in parts)][:-1])
    return unit(np.add.reduceat(vectors, starts, axis=0))


def clauses(text: str) -> list[str]:
    """The clauses of a text that are long enough to carry meaning, or the text itself if there are none."""
    parts = [part.strip() for part in _CLAUSE_ENDS.split(text)]
    return [part for part in parts if len(part) >= _LEAST_CLAUSE] or [text]


def _side_by_side(first: Vectors, second: Vectors) -> Vectors:
    import numpy as np

    return np.hstack([(1 - SECOND_SHARE) ** 0.5 * first, SECOND_SHARE**0.5 * second]).astype(np.float32)


@cache
def _background() -> Vectors:
    """The unrelated texts in this space, (64, 896)."""
    return _side_by_side(space.background().passages, universal.embed(space.background_texts()))

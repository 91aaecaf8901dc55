"""Lexical search:

BM25 (Lucene's form, by `bm25s`) over Chinese characters and character pairs, Latin words and numbers.

No Chinese word list is needed: character pairs stand in for words, and single characters catch pairs that were split.
Texts are compared in NFKC, simplified, lower case, with English words stemmed (Porter's second stemmer, by
`snowballstemmer`).

The index belongs to one revision of the store. Indexing 10,000 entries takes seconds, so `kept_index` keeps it on disk.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from evaluator.references.entries import Entry, entry_text
from evaluator.text import fold

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_stemming = Lock()  # a stemmer stores the word that it is working on
_RUNS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[^\W_\u3400-\u9fff\uf900-\ufaff]+")


def tokens(text: str, *, function_words: bool = True) -> list[str]:
    """Characters and character pairs of Chinese runs, stems of English words, and whole words of other scripts.

    `function_words` says whether "the", "of" and the like are included.
    """
    found: list[str] = []
    for run in _RUNS.findall(fold(text)):
        if "\u3400" <= run[0] <= "\ufaff":
            found += run
            found += (run[i : i + 2] for i in range(len(run) - 1))
        elif function_words or run not in _function_words():
            found.append(_stem(run))
    return found


@cache
def _function_words() -> frozenset[str]:
    from bm25s.stopwords import STOPWORDS_EN_PLUS

    return frozenset(STOPWORDS_EN_PLUS)


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    if not (word.isascii() and word.isalpha()):
        return word
    with _stemming:
        return str(_stemmer().stemWord(word))


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


class LexicalIndex:
    """The words of `entries` at one revision of the store."""

    def __init__(self, entries: Sequence[Entry], revision: str = "") -> None:
        self.entries = tuple(entries)
        self.revision = revision
        self.place = {entry.id: number for number, entry in enumerate(self.entries)}
        documents = [tokens(entry_text(entry)) for entry in self.entries]
        self.frequency = Counter(word for document in documents for word in set(document))
        self._ranker = _index(documents) if self.frequency else None

    @classmethod
    def restored(cls, entries: Sequence[Entry], revision: str, frequency: Counter[str], folder: Path) -> LexicalIndex:
        """The index that `save` wrote, with the entries and document frequencies that it was made of."""
        import bm25s

        index = cls((), revision)
        index.entries = tuple(entries)
        index.place = {entry.id: number for number, entry in enumerate(index.entries)}
        index.frequency = frequency
        index._ranker = bm25s.BM25.load(str(folder), mmap=True, show_progress=False)
        return index

    def save(self, folder: Path) -> None:
        """Writes the counted words to a folder; OSError where there are none."""
        if self._ranker is None:
            raise OSError("no words")
        self._ranker.save(str(folder), show_progress=False)

    def coverage(self, query: str, **filters: str | None) -> NDArray[np.float32]:
        """The share of the query's information that each entry's words cover, 0 to 1, in the order of the entries.

        That is BM25 divided by the highest value that any text could reach for this query, so that it means the same
        for short and long queries. Entries excluded by a filter have 0.
        """
        import numpy as np

        words = tokens(query)
        most = sum(map(self._information, words))
        if self._ranker is None or not most:
            return np.zeros(len(self.entries), dtype=np.float32)
        known = [word for word in words if word in self.frequency]
        scores = self._ranker.get_scores(known) if known else np.zeros(len(self.entries), dtype=np.float32)
        return np.minimum(scores / most, 1.0) * self.mask(**filters)

    def mask(self, **filters: str | None) -> NDArray[np.bool_]:
        """True for entries that match all the given values."""
        import numpy as np

        wanted = {name: value for name, value in filters.items() if value is not None}
        if not wanted:
            return np.ones(len(self.entries), dtype=bool)
        fits = [all(getattr(entry, name) == value for name, value in wanted.items()) for entry in self.entries]
        return np.array(fits, dtype=bool)

    def _information(self, word: str) -> float:
        """Inverse document frequency as in BM25 (Robertson and Zaragoza 2009, with Lucene's + 1)."""
        seen = self.frequency.get(word, 0)
        return math.log(1 + (len(self.entries) - seen + 0.5) / (seen + 0.5))


def _index(documents: list[list[str]]):  # type: ignore[no-untyped-def]
    import bm25s

    ranker = bm25s.BM25(method="lucene")
    ranker.index(documents, show_progress=False)
    return ranker

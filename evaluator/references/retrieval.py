"""What fits a task: by item first, then by meaning and words together; nothing if nothing fits.

Two searches are fused. The dense one finds paraphrases, the lexical one is reliable where words are shared. An entry's
score is

    cosine of meanings (`meaning`)  +  LEXICAL_WEIGHT * (share of the query's information that its words cover) ** 2

The square suppresses chance: a text that answers the query covers a quarter of it or more if words are shared at all, a
random one a few hundredths. Reciprocal rank fusion was measured too and was worse: it uses only ranks, so for a query
that shares no word with anything, the first of many chance hits weighs as much as the nearest meaning (the table is in
docs/references.md).

The nearest entry does not necessarily fit. A hit fits if its cosine lies FITTING_SURPRISE standard deviations above the
query's similarities to unrelated texts, or if its words cover FITTING_COVERAGE of the query.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Literal, NamedTuple

from evaluator.references import meaning
from evaluator.references.entries import Entry, EntryKind
from evaluator.references.lexical import LexicalIndex
from evaluator.references.store import ReferenceStore, open_store
from evaluator.references.tuned import FITTING_COVERAGE, FITTING_SURPRISE, LEXICAL_WEIGHT

if TYPE_CHECKING:
    from evaluator.references.embedding import Vectors

_CANDIDATES = 50  # from each search

_indexing = threading.Lock()


class Hit(NamedTuple):
    """An entry that was found. Ranks count from 1 and are None if that search did not return it."""

    entry: Entry
    score: float
    dense_rank: int | None
    lexical_rank: int | None
    matched_by: Literal["item", "meaning"]
    surprise: float  # standard deviations above unrelated texts
    coverage: float  # share of the query's information that its words cover, 0 to 1

    @property
    def fits(self) -> bool:
        """Whether this is more than the nearest of unrelated entries."""
        return self.matched_by == "item" or self.surprise >= FITTING_SURPRISE or self.coverage >= FITTING_COVERAGE


def find(
    task_text: str,
    *,
    item: str | None = None,
    kind: EntryKind | None = None,
    language: str | None = None,
    k: int = 3,
    store: ReferenceStore | None = None,
) -> list[Hit]:
    """Up to `k` entries that fit a task: those of `item` first, then others by meaning; empty if nothing fits.

    Takes 25 ms for a short text, most of it for embedding: call it from asyncio through `asyncio.to_thread`.
    """
    chosen = store or open_store()
    own = search(task_text, k=k, store=chosen, item=item, kind=kind, language=language) if item else []
    own = [hit._replace(matched_by="item") for hit in own]
    others = search(task_text, k=k + len(own), store=chosen, kind=kind, language=language)
    known = {hit.entry.id for hit in own}
    return [*own, *(hit for hit in others if hit.fits and hit.entry.id not in known)][:k]


def search(
    query: str,
    *,
    k: int = 10,
    store: ReferenceStore | None = None,
    item: str | None = None,
    kind: str | None = None,
    topic: str | None = None,
    source: str | None = None,
    language: str | None = None,
    bank: str | None = "",
) -> list[Hit]:
    """The `k` entries with the highest scores, fitting or not (`Hit.fits` says which), best first."""
    chosen = store or open_store()
    filters = {"item": item, "kind": kind, "topic": topic, "source": source, "language": language, "bank": bank}
    filters = {name: value for name, value in filters.items() if value is not None}
    index = lexical_index(chosen)
    if not query.strip() or not index.entries:
        return []
    vector = meaning.search_vectors([query])[0]
    dense = chosen.nearest(vector, min(_CANDIDATES, len(index.entries)), **filters)
    coverage = index.coverage(query, **filters)
    worded = _best(coverage, _CANDIDATES)
    cosines = {near.id: near.cosine for near in dense}
    dense_ranks = {near.id: rank for rank, near in enumerate(dense, 1)}
    lexical_ranks = {index.entries[number].id: rank for rank, number in enumerate(worded, 1)}
    cosines |= chosen.cosines(vector, [id for id in lexical_ranks if id not in cosines])
    found = [id for id in cosines if id in index.place]
    surprises = meaning.surprise(vector, _array([cosines[id] for id in found]))
    hits = []
    for id, surprise in zip(found, surprises, strict=True):
        covered = float(coverage[index.place[id]])
        hits.append(
            Hit(
                entry=index.entries[index.place[id]],
                score=cosines[id] + LEXICAL_WEIGHT * covered**2,
                dense_rank=dense_ranks.get(id),
                lexical_rank=lexical_ranks.get(id),
                matched_by="meaning",
                surprise=float(surprise),
                coverage=covered,
            )
        )
    return sorted(hits, key=lambda hit: (-hit.score, hit.entry.id))[:k]


def lexical_index(store: ReferenceStore) -> LexicalIndex:
    """The words of the store's current revision; built once per revision for all callers."""
    with _indexing:
        return store.words()


def _best(values: Vectors, k: int) -> list[int]:
    """Indices of the `k` highest positive values, highest first."""
    import numpy as np

    top = np.argpartition(-values, min(k, len(values) - 1))[:k]
    return [int(number) for number in sorted(top, key=lambda n: (-values[n], n)) if values[number] > 0]


def _array(values: list[float]) -> Vectors:
    import numpy as np

    return np.array(values, dtype=np.float32)

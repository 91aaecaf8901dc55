"""The ways of searching that are compared.

Each returns ids, best first, for a query whose embedding is remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from evaluator.references import embedding, meaning
from evaluator.references.retrieval import lexical_index, search
from evaluator.references.store import ReferenceStore

Search = Callable[[str], list[str]]
DEPTH = 10


def systems(store: ReferenceStore, plain: Any) -> dict[str, Search]:
    """Name -> search. `plain` is a Chroma collection of raw vectors of the bare texts."""

    def fused(query: str) -> list[str]:
        return [hit.entry.id for hit in search(query, k=DEPTH, store=store)]

    def rank_fusion(query: str) -> list[str]:
        hits = search(query, k=100, store=store)
        score = {h.entry.id: _reciprocal(h.dense_rank) + _reciprocal(h.lexical_rank) for h in hits}
        return sorted(score, key=lambda id: -score[id])[:DEPTH]

    def dense(query: str) -> list[str]:
        return [near.id for near in store.nearest(meaning.search_vectors([query])[0], DEPTH)]

    def lexical(query: str) -> list[str]:
        index = lexical_index(store)
        coverage = index.coverage(query)
        return [index.entries[n].id for n in (-coverage).argsort(kind="stable")[:DEPTH] if coverage[n] > 0]

    def plain_chroma(query: str) -> list[str]:
        return plain.query(query_embeddings=embedding.embed_queries([query]), n_results=DEPTH, include=[])["ids"][0]

    return {
        "fused (shipped)": fused,
        "reciprocal rank fusion": rank_fusion,
        "dense alone": dense,
        "lexical alone": lexical,
        "plain Chroma query": plain_chroma,
    }


def _reciprocal(rank: int | None) -> float:
    return 1 / (60 + rank) if rank else 0.0

"""Searching the bank's references, for `evaluator bank search`."""

from __future__ import annotations

from evaluator.references.retrieval import Hit
from evaluator.references.retrieval import search as search_store
from evaluator.references.store import FILTERS, ReferenceStore


def search(
    query: str, k: int = 10, filters: dict[str, str] | None = None, *, store: ReferenceStore | None = None
) -> list[Hit]:
    """The `k` best hits with scores and sources, best first; `Hit.fits` tells a hit from a mere nearest.

    `filters` narrows by item, kind, topic, source or language; another name raises ValueError.
    """
    wanted = filters or {}
    unknown = sorted(set(wanted) - set(FILTERS))
    if unknown:
        raise ValueError(f"unknown filter {', '.join(unknown)}; there are {', '.join(FILTERS)}")
    return search_store(query, k=k, store=store, **wanted)

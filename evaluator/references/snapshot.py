"""The contents of a store at one revision, in memory: entries and their vectors, searched exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from evaluator.references.entries import Entry

if TYPE_CHECKING:
    from evaluator.references.embedding import Vectors

FILTERS = ("item", "kind", "topic", "source", "language")


class Near(NamedTuple):
    """An entry id and its cosine to the query in the space of `evaluator.references.meaning`."""

    id: str
    cosine: float


@dataclass(frozen=True)
class Snapshot:
    """Entries by id with their rows in `vectors`, (n, 896), at one revision.

    10,000 entries take 36 MB, and comparing all of them with a query takes a few milliseconds: an approximate index
    would gain nothing.
    """

    revision: str
    entries: dict[str, Entry]
    places: dict[str, int]
    vectors: Vectors

    def select(self, **filters: str | None) -> list[Entry]:
        """The entries that match all the given values; a filter that is None does not filter."""
        unknown = set(filters) - {*FILTERS, "bank"}
        if unknown:
            raise TypeError(f"unknown filter {sorted(unknown)}; there are {FILTERS}")
        wanted = {name: value for name, value in filters.items() if value is not None}
        if not wanted:
            return list(self.entries.values())
        return [one for one in self.entries.values() if all(getattr(one, name) == wanted[name] for name in wanted)]

    def nearest(self, query: Vectors, k: int, **filters: str | None) -> list[Near]:
        """The `k` entries with the highest cosine to `query`, nearest first; ties are ordered by id."""
        import numpy as np

        chosen = self.select(**filters)
        if not chosen or k < 1:
            return []
        rows = [self.places[entry.id] for entry in chosen]
        cosines = (self.vectors if len(rows) == len(self.vectors) else self.vectors[rows]) @ query
        least = np.partition(cosines, -k)[-k] if k < len(rows) else -np.inf
        found = [Near(chosen[place].id, float(cosines[place])) for place in np.flatnonzero(cosines >= least)]
        return sorted(found, key=lambda near: (-near.cosine, near.id))[:k]

    def cosines(self, query: Vectors, ids: Sequence[str]) -> dict[str, float]:
        """Cosine to `query` of each named entry that exists."""
        known = [id for id in ids if id in self.places]
        found = self.vectors[[self.places[id] for id in known]] @ query
        return dict(zip(known, map(float, found), strict=True))

"""The reference store: a Chroma collection, embedded on disk by default or on a server, with the same code.

A collection belongs to one version of the vectors and is named after it, because vectors of two versions may not even
have the same length. Opening a store migrates entries of other versions by embedding them again; an older collection is
deleted once everything has arrived, so an interrupted migration continues where it stopped.

Reading uses an in-memory snapshot, which is refreshed whenever any process has written (`chroma` explains why no
process keeps the collection open). Embedding, which is slow, happens without holding the lock.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from evaluator.references import kept_index, meaning
from evaluator.references.apart import write_apart
from evaluator.references.chroma import (
    PLACEHOLDER,
    CollectionPlace,
    FolderPlace,
    OpenCollection,
    ServerPlace,
    collection_name,
)
from evaluator.references.entries import Entry, entries_of_rubric, rubric_prefix
from evaluator.references.lexical import LexicalIndex
from evaluator.references.snapshot import FILTERS, Near, Snapshot
from evaluator.rubric import Rubric
from evaluator.settings import Settings, load_settings

if TYPE_CHECKING:
    from evaluator.references.embedding import Progress, Vectors

__all__ = ["FILTERS", "Changes", "Near", "ReferenceStore", "open_folder", "open_server", "open_store"]

_WRITE_BATCH = 500  # entries embedded and written at a time: the most that a kill can lose
_READ_BATCH = 5000

_open: dict[str, ReferenceStore] = {}
_opening = threading.Lock()


class Changes(NamedTuple):
    """The effect of a write, in entries."""

    added: int
    changed: int
    unchanged: int
    deleted: int = 0


class ReferenceStore:
    """Entries with their vectors. Threads may share a store, and processes a folder."""

    def __init__(self, place: CollectionPlace, progress: Progress | None = None) -> None:
        self._place = place
        self._snapshot: Snapshot | None = None
        self._looking = threading.Lock()
        self._words: LexicalIndex | None = None
        if not self._load_kept():
            self._bring_over(progress)

    @property
    def place(self) -> str:
        """The folder or address, for messages."""
        return self._place.name

    def upsert(self, entries: Iterable[Entry], progress: Progress | None = None) -> Changes:
        """Adds entries and replaces those with a known id; embeds only new or changed ones."""
        wanted = {entry.id: entry for entry in entries}
        new, changes = self._compare(wanted)
        for start in range(0, len(new), _WRITE_BATCH):
            batch = new[start : start + _WRITE_BATCH]
            self._write(batch, meaning.entry_vectors(batch, _shifted(progress, start, len(new))))
        return changes

    def replace_item(
        self, item: str, entries: Iterable[Entry], *, prefix: str = "", progress: Progress | None = None
    ) -> Changes:
        """Makes `entries` everything that the store has for `item`, or for ids starting with `prefix`, in one step."""
        wanted = {entry.id: entry for entry in entries}
        if any(entry.item != item for entry in wanted.values()):
            raise ValueError(f"all entries must belong to {item!r}")
        new, changes = self._compare(wanted)
        gone = self._stale(item, prefix, wanted)
        if new or gone:
            vectors = meaning.entry_vectors(new, progress)
            with self._place.held():
                gone = self._stale(item, prefix, wanted)  # read again, now that nobody else writes
                self._write(new, vectors, gone)
        return changes._replace(deleted=len(gone))

    def delete_item(self, item: str) -> int:
        """Deletes every entry of `item` and returns their number."""
        with self._place.held():
            gone = self._stale(item, "", {})
            self._write([], None, gone)
        return len(gone)

    def erase(self, ids: Sequence[str]) -> int:
        """Deletes entries so that no byte of them remains in the store's own folder; returns their number.

        The folder is written anew with the other entries and their vectors. On a server the entries are deleted, and its
        files are the operator's.
        """
        gone, before = set(ids), self.now()
        kept = [entry for name, entry in before.entries.items() if name not in gone]
        vectors = before.vectors[[before.places[entry.id] for entry in kept]]
        if self._place.kept_in is None:
            self._write([], None, [name for name in before.entries if name in gone])
        else:
            with self._place.replaced() as anew:
                write_apart(anew, kept, vectors)
        return len(before.entries) - len(kept)

    def index_rubric(self, rubric: Rubric) -> Changes:
        """Stores the rubric's references, key points and explanations, and deletes those that it no longer has."""
        return self.replace_item(rubric.id, entries_of_rubric(rubric), prefix=rubric_prefix(rubric))

    def index_entries(self, entries: Iterable[Entry], progress: Progress | None = None) -> Changes:
        """The same as `upsert`, for items of the question bank."""
        return self.upsert(entries, progress)

    def write_vectors(self, entries: Sequence[Entry], vectors: Vectors) -> None:
        """Writes entries with known vectors, (n, 896) as from `meaning.entry_vectors`."""
        self._write(entries, vectors)

    def entries(self, **filters: str | None) -> list[Entry]:
        """All entries with the given item, kind, topic, source or language, in no particular order."""
        return self.now().select(**filters)

    def nearest(self, query: Vectors, k: int, **filters: str | None) -> list[Near]:
        """The `k` entries with the highest cosine to a vector of `meaning.search_vectors`, nearest first."""
        return self.now().nearest(query, k, **filters)

    def cosines(self, query: Vectors, ids: Sequence[str]) -> dict[str, float]:
        """Cosine to `query` of each named entry."""
        return self.now().cosines(query, ids)

    def count(self) -> int:
        """Number of entries."""
        return len(self.now().entries)

    def revision(self) -> str:
        """A value that changes with every write by any process."""
        return self.now().revision

    def now(self) -> Snapshot:
        """The store's current contents; read again only if somebody has written since the last snapshot."""
        snapshot = self._snapshot
        if snapshot is not None and snapshot.revision == self._place.revision():
            return snapshot
        with self._place.held() as held, self._looking:
            revision = self._place.revision()
            if self._snapshot is None or self._snapshot.revision != revision:
                self._snapshot = _snapshot_of(held.collection, revision)
            return self._snapshot

    def words(self) -> LexicalIndex:
        """The index of words at the current revision, kept on disk for other processes where it is worth it."""
        snapshot = self.now()
        index = self._words
        if index is None or index.revision != snapshot.revision:
            index = LexicalIndex(list(snapshot.entries.values()), snapshot.revision)
            self._words = index
            if self._place.kept_in is not None and len(index.entries) >= kept_index.WORTH_KEEPING:
                kept_index.keep(self._place.kept_in, collection_name(), snapshot, index)
        return index

    def _load_kept(self) -> bool:
        """Whether another process kept the current revision; older collections were brought over before it did."""
        folder = self._place.kept_in
        kept = kept_index.load(folder, self._place.revision(), collection_name()) if folder else None
        if kept is not None:
            self._snapshot, self._words = kept
        return kept is not None

    def _compare(self, wanted: dict[str, Entry]) -> tuple[list[Entry], Changes]:
        """The entries that are new or changed, and the counts of each."""
        known = self.now().entries
        new = [entry for entry in wanted.values() if entry.id not in known or known[entry.id].digest != entry.digest]
        changed = sum(entry.id in known for entry in new)
        return new, Changes(len(new) - changed, changed, len(wanted) - len(new))

    def _stale(self, item: str, prefix: str, wanted: dict[str, Entry]) -> list[str]:
        ids = [entry.id for entry in self.now().select(item=item)]
        return sorted(id for id in ids if id.startswith(prefix) and id not in wanted)

    def _write(self, entries: Sequence[Entry], vectors: Vectors | None, gone: Sequence[str] = ()) -> None:
        """Writes, then deletes."""
        if not entries and not gone:
            return
        with self._place.held() as held:
            held.touch()
            if entries:
                _put(held.collection, entries, vectors)
            if gone:
                held.collection.delete(ids=list(gone))
            held.touch()

    def _bring_over(self, progress: Progress | None) -> None:
        with self._place.held() as held:
            self._embed_others(held, progress)

    def _embed_others(self, held: OpenCollection, progress: Progress | None) -> None:
        """The entries of collections for another version or layout, embedded again."""
        for older in held.others():
            known = set(held.collection.get(include=[])["ids"])
            left = [entry for entry in _entries_in(older) if entry.id not in known]
            for start in range(0, len(left), _WRITE_BATCH):
                batch = left[start : start + _WRITE_BATCH]
                held.touch()
                _put(held.collection, batch, meaning.entry_vectors(batch, _shifted(progress, start, len(left))))
            held.touch()
            held.drop(older)


def open_store(settings: Settings | None = None, progress: Progress | None = None) -> ReferenceStore:
    """The store selected by the settings:

    `chroma_url`, otherwise the folder `chroma` in the data folder; one per process.
    """
    chosen = settings or load_settings()
    place = chosen.chroma_url or str(chosen.chroma_dir.absolute())
    with _opening:
        if place not in _open:
            token = chosen.chroma_token.get_secret_value() if chosen.chroma_token else ""
            _open[place] = open_server(place, progress, token) if chosen.chroma_url else open_folder(place, progress)
        return _open[place]


def open_folder(folder: Path | str, progress: Progress | None = None) -> ReferenceStore:
    """A store in a folder, which is created; StorageError if it is not writable."""
    return ReferenceStore(FolderPlace(Path(folder)), progress)


def open_server(url: str, progress: Progress | None = None, token: str = "") -> ReferenceStore:
    """A store on a Chroma server such as http://localhost:8000; StorageError if it does not answer."""
    return ReferenceStore(ServerPlace(url, token), progress)


def _put(collection: Any, entries: Sequence[Entry], vectors: Any) -> None:
    collection.upsert(
        ids=[entry.id for entry in entries],
        embeddings=[list(PLACEHOLDER)] * len(entries),
        documents=[entry.text for entry in entries],
        metadatas=[_metadata(entry, vector) for entry, vector in zip(entries, vectors, strict=True)],
    )


def _snapshot_of(collection: Any, revision: str) -> Snapshot:
    import numpy as np

    entries: dict[str, Entry] = {}
    vectors: list[Any] = []
    for rows in _pages(collection):
        entries |= {
            id: _entry(id, *row) for id, *row in zip(rows["ids"], rows["documents"], rows["metadatas"], strict=True)
        }
        vectors += [_vector(row) for row in rows["metadatas"]]
    places = {id: place for place, id in enumerate(entries)}
    return Snapshot(revision, entries, places, np.stack(vectors) if vectors else meaning.search_vectors([]))


def _entries_in(collection: Any) -> list[Entry]:
    return [
        _entry(id, *row)
        for rows in _pages(collection)
        for id, *row in zip(rows["ids"], rows["documents"], rows["metadatas"], strict=True)
    ]


def _pages(collection: Any) -> Iterator[dict[str, Any]]:
    for start in range(0, collection.count(), _READ_BATCH):
        yield collection.get(limit=_READ_BATCH, offset=start, include=["documents", "metadatas"])


def _metadata(entry: Entry, vector: Any) -> dict[str, str]:
    import numpy as np

    written = base64.b64encode(np.asarray(vector, dtype="<f4").tobytes()).decode("ascii")
    return {**{name: getattr(entry, name) for name in (*FILTERS, "context", "digest")}, "vector": written}


def _vector(metadata: dict[str, Any]) -> Any:
    import numpy as np

    return np.frombuffer(base64.b64decode(metadata["vector"]), dtype="<f4")


def _entry(id: str, text: str, metadata: dict[str, Any]) -> Entry:
    return Entry(id=id, text=text, **{name: metadata[name] for name in (*FILTERS, "context")})


def _shifted(progress: Progress | None, start: int, total: int) -> Progress | None:
    return (lambda done, _: progress(start + done, total)) if progress else None

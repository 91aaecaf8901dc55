"""The store of references: a Chroma collection, embedded on disk by default or on a server, with the same
code.

This is the one module that touches Chroma. Vectors are always handed over ready-made and the collection has
no embedding function, so Chroma's own embedder, which downloads at first use, cannot be reached; telemetry
is off.

A collection belongs to one version of the vectors and is named after it, because vectors of two versions may not even
have the same length. Opening a store brings the entries of other versions over, embedded again; an older collection goes
when all of it has arrived, so an interrupted run goes on where it stopped. The collection's metadata hold a revision that
every write changes.
"""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from evaluator.errors import InputError, StorageError
from evaluator.references import meaning
from evaluator.references.entries import Entry, entries_of_rubric, rubric_prefix
from evaluator.rubric import Rubric
from evaluator.settings import Settings, load_settings, make_writable

if TYPE_CHECKING:
    from evaluator.references.embedding import Progress, Vectors

COLLECTION = "references"  # and the version of its vectors
FILTERS = ("item", "kind", "topic", "source", "language")
_WRITE_BATCH = 500  # entries embedded and written at a time: what a kill can lose
_READ_BATCH = 5000

_open: dict[str, ReferenceStore] = {}
_opening = threading.Lock()


class Changes(NamedTuple):
    """What a write did, in entries."""

    added: int
    changed: int
    unchanged: int
    deleted: int = 0


class Near(NamedTuple):
    """An entry id and its cosine to the query in the space of `evaluator.references.meaning`."""

    id: str
    cosine: float


class ReferenceStore:
    """Entries with their vectors; threads may share it, several writing processes need a server."""

    def __init__(self, client: Any, place: str, folder: Path | None = None, progress: Progress | None = None) -> None:
        self.place = place
        self._client = client
        self._folder = folder
        self._writing = threading.RLock()
        self._file_lock = FileLock(folder / "write.lock", timeout=60) if folder else nullcontext()
        self._name = _collection_name()
        with self._mapped():
            self._collection = client.get_or_create_collection(
                self._name,
                embedding_function=None,
                metadata={"revision": _new_revision()},
                configuration={"hnsw": {"space": "cosine", "ef_search": 200}},
            )
        self._bring_over(progress)

    def upsert(self, entries: Iterable[Entry], progress: Progress | None = None) -> Changes:
        """Adds entries and replaces those with a known id; only new or changed ones are embedded."""
        wanted = {entry.id: entry for entry in entries}
        with self._write_lock():
            known = self._digests(list(wanted))
            new = [entry for entry in wanted.values() if known.get(entry.id) != entry.digest]
            self._write(new, progress)
        changed = sum(entry.id in known for entry in new)
        return Changes(len(new) - changed, changed, len(wanted) - len(new))

    def replace_item(
        self, item: str, entries: Iterable[Entry], *, prefix: str = "", progress: Progress | None = None
    ) -> Changes:
        """Makes `entries` all that the store has of `item`, or of its entries whose id begins with `prefix`.

        What is new is written before what is gone is deleted.
        """
        wanted = list(entries)
        if any(entry.item != item for entry in wanted):
            raise ValueError(f"all entries must belong to {item!r}")
        with self._write_lock():
            changes = self.upsert(wanted, progress)
            stale = self._ids(item=item) - {entry.id for entry in wanted}
            gone = sorted(id for id in stale if id.startswith(prefix))
            self._delete(gone)
        return changes._replace(deleted=len(gone))

    def delete_item(self, item: str) -> int:
        """Deletes every entry of `item` and gives their number."""
        with self._write_lock():
            gone = sorted(self._ids(item=item))
            self._delete(gone)
        return len(gone)

    def index_rubric(self, rubric: Rubric) -> Changes:
        """Stores the rubric's references, key points and explanations, and drops those that it lost."""
        return self.replace_item(rubric.id, entries_of_rubric(rubric), prefix=rubric_prefix(rubric))

    def index_entries(self, entries: Iterable[Entry], progress: Progress | None = None) -> Changes:
        """Same as `upsert`: for items of the question bank."""
        return self.upsert(entries, progress)

    def entries(self, **filters: str | None) -> list[Entry]:
        """All entries that have the given item, kind, topic, source or language, in no particular order."""
        with self._mapped():
            return _entries_in(self._collection, _where(filters))

    def nearest(self, query: Vectors, k: int, **filters: str | None) -> list[Near]:
        """The `k` entries with the highest cosine to a vector of `meaning.search_vectors`, nearest first."""
        with self._mapped():
            rows = self._collection.query(
                query_embeddings=query[None, :], n_results=k, where=_where(filters), include=["distances"]
            )
        return [Near(id, 1 - distance) for id, distance in zip(rows["ids"][0], rows["distances"][0], strict=True)]

    def cosines(self, query: Vectors, ids: Sequence[str]) -> dict[str, float]:
        """Cosine to `query` of each entry named."""
        if not ids:
            return {}
        with self._mapped():
            rows = self._collection.get(ids=list(ids), include=["embeddings"])
        return {id: float(vector @ query) for id, vector in zip(rows["ids"], rows["embeddings"], strict=True)}

    def count(self) -> int:
        """Number of entries."""
        with self._mapped():
            return self._collection.count()

    def revision(self) -> str:
        """Changes with every write, by whichever process."""
        with self._mapped():
            return self._client.get_collection(self._name, embedding_function=None).metadata["revision"]

    def _write(self, entries: list[Entry], progress: Progress | None) -> None:
        for start in range(0, len(entries), _WRITE_BATCH):
            batch = entries[start : start + _WRITE_BATCH]
            vectors = meaning.entry_vectors(batch, _shifted(progress, start, len(entries)))
            self.write_vectors(batch, vectors)

    def write_vectors(self, entries: Sequence[Entry], vectors: Vectors) -> None:
        """Writes entries whose vectors are known already, (n, 896) of `meaning.entry_vectors`."""
        with self._write_lock(), self._mapped():
            self._touch()
            self._collection.upsert(
                ids=[entry.id for entry in entries],
                embeddings=vectors,
                documents=[entry.text for entry in entries],
                metadatas=[_metadata(entry) for entry in entries],
            )
            self._touch()

    def _delete(self, ids: list[str]) -> None:
        if ids:
            with self._mapped():
                self._touch()
                self._collection.delete(ids=ids)
                self._touch()

    def _touch(self) -> None:
        """A new revision, before a write and after it: a reader between the two must look again."""
        metadata = dict(self._client.get_collection(self._name, embedding_function=None).metadata)
        metadata["revision"] = _new_revision()
        self._collection.modify(metadata=metadata)

    def _bring_over(self, progress: Progress | None) -> None:
        """The entries of collections with vectors of another version, embedded again."""
        with self._mapped():
            names = [found.name for found in self._client.list_collections()]
            for name in (name for name in names if name.startswith(COLLECTION) and name != self._name):
                with self._write_lock():
                    older = self._client.get_collection(name, embedding_function=None)
                    self.upsert(_entries_in(older), progress)
                    self._client.delete_collection(name)

    def _digests(self, ids: list[str]) -> dict[str, str]:
        digests: dict[str, str] = {}
        with self._mapped():
            for start in range(0, len(ids), _READ_BATCH):
                rows = self._collection.get(ids=ids[start : start + _READ_BATCH], include=["metadatas"])
                digests |= {id: row["digest"] for id, row in zip(rows["ids"], rows["metadatas"], strict=True)}
        return digests

    def _ids(self, **filters: str | None) -> set[str]:
        with self._mapped():
            return set(self._collection.get(where=_where(filters), include=[])["ids"])

    @contextmanager
    def _write_lock(self) -> Iterator[None]:
        with self._writing:
            try:
                with self._file_lock:
                    yield
            except Timeout:
                raise StorageError("references_busy", path=self.place) from None

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        """Chroma's exceptions become StorageError with a sentence that says what to do."""
        with _mapped(self.place, embedded=self._folder is not None):
            yield


def open_store(settings: Settings | None = None, progress: Progress | None = None) -> ReferenceStore:
    """The store that the settings name: `chroma_url`, else the folder `chroma` in the data folder. One a
    process.
    """
    chosen = settings or load_settings()
    place = chosen.chroma_url or str(chosen.chroma_dir.absolute())
    with _opening:
        if place not in _open:
            _open[place] = (open_server if chosen.chroma_url else open_folder)(place, progress)
        return _open[place]


def open_folder(folder: Path | str, progress: Progress | None = None) -> ReferenceStore:
    """A store in a folder, which is created; StorageError if one cannot write there."""
    import chromadb

    folder = make_writable(Path(folder))
    with _mapped(str(folder), embedded=True):
        client = chromadb.PersistentClient(str(folder), settings=_chroma_settings())
    return ReferenceStore(client, str(folder), folder, progress)


def open_server(url: str, progress: Progress | None = None) -> ReferenceStore:
    """A store on a Chroma server such as http://localhost:8000; StorageError if it does not answer."""
    import chromadb

    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise InputError("references_server_address", url=url)
    secure = address.scheme == "https"
    with _mapped(url, embedded=False):
        client = chromadb.HttpClient(
            host=address.hostname,
            port=address.port or (443 if secure else 8000),
            ssl=secure,
            settings=_chroma_settings(),
        )
    return ReferenceStore(client, url, progress=progress)


def _chroma_settings() -> Any:
    from chromadb.config import Settings as ChromaSettings

    return ChromaSettings(anonymized_telemetry=False)


@contextmanager
def _mapped(place: str, *, embedded: bool) -> Iterator[None]:
    import httpx
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, ValueError, OSError, RuntimeError, httpx.HTTPError) as error:
        raise StorageError(_error_code(error, embedded), path=place, detail=_first_line(error)) from error


def _error_code(error: Exception, embedded: bool) -> str:
    said = str(error).lower()
    if "is full" in said or "no space left" in said:
        return "references_full"
    if "readonly" in said or "read-only" in said or "unable to open" in said or "denied" in said:
        return "references_no_access"
    if not embedded and ("connect" in said or "timed out" in said):
        return "references_server_unreachable"
    return "references_failed"


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def _where(filters: dict[str, str | None]) -> dict[str, Any] | None:
    """Chroma's form of "all of these"; a filter that is None does not filter."""
    unknown = set(filters) - set(FILTERS)
    if unknown:
        raise TypeError(f"unknown filter {sorted(unknown)}; there are {FILTERS}")
    terms = [{name: value} for name, value in filters.items() if value is not None]
    return {"$and": terms} if len(terms) > 1 else (terms[0] if terms else None)


def _collection_name() -> str:
    return f"{COLLECTION}-{hashlib.sha256(meaning.version().encode()).hexdigest()[:12]}"


def _entries_in(collection: Any, where: dict[str, Any] | None = None) -> list[Entry]:
    found: list[Entry] = []
    for start in range(0, collection.count(), _READ_BATCH):
        rows = collection.get(where=where, limit=_READ_BATCH, offset=start, include=["documents", "metadatas"])
        found += map(_entry, rows["ids"], rows["documents"], rows["metadatas"])
    return found


def _metadata(entry: Entry) -> dict[str, str]:
    return {name: getattr(entry, name) for name in (*FILTERS, "context", "digest")}


def _entry(id: str, text: str, metadata: dict[str, Any]) -> Entry:
    return Entry(id=id, text=text, **{name: metadata[name] for name in (*FILTERS, "context")})


def _shifted(progress: Progress | None, start: int, total: int) -> Progress | None:
    return (lambda done, _: progress(start + done, total)) if progress else None


def _new_revision() -> str:
    return uuid.uuid4().hex

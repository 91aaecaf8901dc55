"""Where Chroma keeps the collection: a folder, or a server. The one module that touches Chroma.

Vectors are always handed over ready-made and the collection has no embedding function, so Chroma's own embedder, which
downloads at first use, cannot be reached; telemetry is off.

Several processes may share a folder: a page, command lines, batches. Chroma's index of vectors does not reckon with that.
Each process that has a folder open keeps the index in its memory, hears of no other's writes, and saves its own index over
theirs, even while it only reads; one that is killed meanwhile leaves half an index. So

- a vector lies beside its text, in SQLite, where a write happens wholly or not at all. Chroma's index is given a
  placeholder, and what it saved is deleted before it is opened;
- Chroma is open in one process at a time, while that process holds the folder's lock;
- a revision beside the collection says whether anything was written since one looked.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from filelock import FileLock, Timeout

from evaluator.errors import InputError, StorageError
from evaluator.files import keep_private, write_in_one_step
from evaluator.references import meaning
from evaluator.settings import make_writable

COLLECTION = "references"  # and the version of its vectors
LAYOUT = "vectors in metadata"
PLACEHOLDER = (1.0, 0.0)  # what Chroma's index is given instead of a vector
BUSY_S = 60.0

_opening = threading.Lock()  # Chroma's cache of clients is not made for threads


class Place(Protocol):
    """Where a collection is."""

    name: str

    def held(self) -> Any:
        """A context in which the collection may be used: `with place.held() as held`, a `Held`. Blocks in blocks are one.
        Raises StorageError where it cannot be had."""
        ...

    def revision(self) -> str:
        """Another one after every write, by whichever process."""
        ...


class Held:
    """The collection in use."""

    def __init__(self, client: Any, collection: Any, place: FolderPlace | ServerPlace) -> None:
        self.client, self.collection, self._place = client, collection, place

    def touch(self) -> None:
        """A new revision: before a write, for who reads after a writer was killed, and after it."""
        self._place.new_revision(self.collection)

    def others(self) -> list[Any]:
        """Our collections that are not the current one: of other versions of the vectors, or of the layout."""
        names = [found.name for found in self.client.list_collections()]
        kept = [name for name in names if name.startswith(COLLECTION) and name != self.collection.name]
        return [self.client.get_collection(name, embedding_function=None) for name in kept]

    def drop(self, collection: Any) -> None:
        """Deletes another collection."""
        self.client.delete_collection(collection.name)


class FolderPlace:
    """A folder of this machine, which is created."""

    def __init__(self, folder: Path) -> None:
        self.name, self.folder = str(folder), make_writable(folder)
        keep_private(folder)
        self._threads = threading.RLock()
        self._lock = FileLock(folder / "write.lock", timeout=BUSY_S, mode=0o600)
        self._held: Held | None = None

    @contextmanager
    def held(self) -> Iterator[Held]:
        with self._threads:
            if self._held is not None:
                yield self._held
                return
            with mapped(self.name, embedded=True), self._locked():
                client = _open_folder(self.folder)
                try:
                    self._held = Held(client, _collection_of(client), self)
                    yield self._held
                finally:
                    self._held = None
                    _close(client)
                    for path in (*self.folder.glob("*"), *self.folder.glob("*/*")):
                        keep_private(path)

    def revision(self) -> str:
        try:
            return self._revision_file.read_text(encoding="ascii")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise StorageError("references_no_access", path=self.name, detail=error) from None

    def new_revision(self, _: Any) -> None:
        write_in_one_step(self._revision_file, uuid.uuid4().hex)

    @property
    def _revision_file(self) -> Path:
        return self.folder / "revision"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self._lock.acquire()
        except Timeout:
            raise StorageError("references_busy", path=self.name) from None
        try:
            yield
        finally:
            self._lock.release()


class ServerPlace:
    """A Chroma server, such as http://localhost:8000, which serves several processes by itself. The address may have a path,
    where the server lies behind a proxy, and `?tenant=…&database=…`; `token` travels as a bearer's."""

    def __init__(self, url: str, token: str = "") -> None:
        address = urlsplit(url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise InputError("references_server_address", url=url)
        port = address.port or (443 if address.scheme == "https" else 8000)
        path, host = address.path.rstrip("/"), str(address.hostname)
        self.name = f"{address.scheme}://{host}:{port}{path}"
        self._address: dict[str, Any] = {
            "host": self.name if path else host,
            "port": port,
            "ssl": address.scheme == "https",
            "headers": {"Authorization": f"Bearer {token}"} if token else None,
        }
        chosen = parse_qs(address.query)
        self._address |= {name: chosen[name][-1] for name in ("tenant", "database") if name in chosen}
        self._threads = threading.RLock()
        self._client: Any = None

    @contextmanager
    def held(self) -> Iterator[Held]:
        with mapped(self.name, embedded=False):
            client = self._connected()
            yield Held(client, _collection_of(client), self)

    def revision(self) -> str:
        with self.held() as held:
            return str((held.collection.metadata or {}).get("revision", ""))

    def new_revision(self, collection: Any) -> None:
        collection.modify(metadata={"revision": uuid.uuid4().hex})

    def _connected(self) -> Any:
        import chromadb

        with self._threads:
            if self._client is None:
                self._client = chromadb.HttpClient(settings=_settings(), **self._address)
        return self._client


@contextmanager
def mapped(place: str, *, embedded: bool) -> Iterator[None]:
    """Chroma's exceptions become StorageError with a sentence that says what to do."""
    import httpx
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, ValueError, OSError, RuntimeError, httpx.HTTPError) as error:
        raise StorageError(_error_code(error, embedded), path=place, detail=_first_line(error)) from error


def _open_folder(folder: Path) -> Any:
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient

    for index in folder.glob("*/index_metadata.pickle"):
        shutil.rmtree(index.parent, ignore_errors=True)
    with _opening:
        SharedSystemClient.clear_system_cache()  # else Chroma could hand out one that knows what was once
        return chromadb.PersistentClient(str(folder), settings=_settings())


def _close(client: Any) -> None:
    """Frees what the client holds of the folder. Chroma before 1.4 has no `close`; there its server object is stopped."""
    with _opening:
        server = client._server
        if hasattr(server, "bindings"):
            server.stop()


def _collection_of(client: Any) -> Any:
    return client.get_or_create_collection(
        collection_name(),
        embedding_function=None,
        metadata={"revision": uuid.uuid4().hex},
    )


def collection_name() -> str:
    """The name of the collection for today's vectors and layout."""
    return f"{COLLECTION}-{hashlib.sha256(f'{meaning.version()} {LAYOUT}'.encode()).hexdigest()[:12]}"


def _settings() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


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

"""Where Chroma keeps the collection: a folder or a server. The only module that uses Chroma.

Vectors are always passed in and the collection has no embedding function, so Chroma's own embedder, which downloads on
first use, is never reached; telemetry is off.

Several processes may share a folder: a page, commands, batches. Chroma's vector index is not made for that. Each
process that has a folder open keeps the index in memory, does not notice other processes' writes, and saves its own
index over theirs, even if it only reads; if it is killed while doing so, half an index remains. Therefore

- a vector is stored beside its text in SQLite, where a write happens completely or not at all. Chroma's index gets a
  placeholder, and its saved index is deleted before it is opened;
- Chroma is open in one process at a time, while that process holds the folder's lock;
- a revision number beside the collection shows whether anything was written since the last look.
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

COLLECTION = "references"  # a version of the vectors is appended
LAYOUT = "vectors in metadata"
PLACEHOLDER = (1.0, 0.0)  # given to Chroma's index instead of a vector
BUSY_S = 60.0

_opening = threading.Lock()  # Chroma's client cache is not thread-safe


class CollectionPlace(Protocol):
    """The location of a collection."""

    name: str

    @property
    def kept_in(self) -> Path | None:
        """The folder in which processes keep for each other what they read; None where there is none."""
        ...

    def held(self) -> Any:
        """A context manager in which the collection may be used: `with place.held() as held`, a `Held`.

        Nested contexts share one. Raises StorageError if the collection cannot be opened.
        """
        ...

    def revision(self) -> str:
        """A value that changes with every write by any process."""
        ...

    def replaced(self) -> Any:
        """A context manager with an empty folder, whose contents then take the place of the store's own folder."""
        ...


class OpenCollection:
    """The collection in use."""

    def __init__(self, client: Any, collection: Any, place: FolderPlace | ServerPlace) -> None:
        self.client, self.collection, self._place = client, collection, place

    def touch(self) -> None:
        """Sets a new revision: before a write, for readers after a writer was killed, and after it."""
        self._place.new_revision(self.collection)

    def others(self) -> list[Any]:
        """Our collections other than the current one: for other versions of the vectors or of the layout."""
        names = [found.name for found in self.client.list_collections()]
        kept = [name for name in names if name.startswith(COLLECTION) and name != self.collection.name]
        return [self.client.get_collection(name, embedding_function=None) for name in kept]

    def drop(self, collection: Any) -> None:
        """Deletes another collection."""
        self.client.delete_collection(collection.name)


class FolderPlace:
    """A folder on this machine; it is created if necessary."""

    def __init__(self, folder: Path) -> None:
        self.name, self.folder = str(folder), make_writable(folder)
        keep_private(folder)
        self._threads = threading.RLock()
        self._lock = FileLock(folder / "write.lock", timeout=BUSY_S, mode=0o600)
        self._held: OpenCollection | None = None

    @contextmanager
    def held(self) -> Iterator[OpenCollection]:
        with self._threads:
            if self._held is not None:
                yield self._held
                return
            with mapped(self.name, embedded=True), self._locked():
                client = _open_folder(self.folder)
                try:
                    self._held = OpenCollection(client, _collection_of(client), self)
                    yield self._held
                finally:
                    self._held = None
                    _close(client)
                    for path in (*self.folder.glob("*"), *self.folder.glob("*/*")):
                        keep_private(path)

    @property
    def kept_in(self) -> Path | None:
        """The store's own folder."""
        return self.folder

    def revision(self) -> str:
        try:
            return self._revision_file.read_text(encoding="ascii")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise StorageError("references_no_access", path=self.name, detail=error) from None

    def new_revision(self, _: Any) -> None:
        write_in_one_step(self._revision_file, uuid.uuid4().hex)

    @contextmanager
    def replaced(self) -> Iterator[Path]:
        """Chroma keeps deleted words in free pages and in its journal, so a folder is written anew to be rid of them."""
        anew = self.folder.with_name(f".{self.folder.name}-anew")
        with self._threads, self._locked():
            shutil.rmtree(anew, ignore_errors=True)
            anew.mkdir(mode=0o700)
            try:
                yield anew
                for path in [*self.folder.iterdir()]:
                    if path.name != "write.lock":
                        shutil.rmtree(path) if path.is_dir() else path.unlink()
                for path in [*anew.iterdir()]:
                    if path.name != "write.lock":
                        path.rename(self.folder / path.name)
            finally:
                shutil.rmtree(anew, ignore_errors=True)

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
    """A Chroma server, such as http://localhost:8000, which itself serves several processes.

    The address may have a path, for a server behind a proxy, and `?tenant=…&database=…`; `token` is sent as a bearer
    token.
    """

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
    def held(self) -> Iterator[OpenCollection]:
        with mapped(self.name, embedded=False):
            client = self._connected()
            yield OpenCollection(client, _collection_of(client), self)

    @property
    def kept_in(self) -> Path | None:
        """Nothing is kept of a store on a server."""
        return None

    def revision(self) -> str:
        with self.held() as held:
            return str((held.collection.metadata or {}).get("revision", ""))

    def replaced(self) -> Any:
        """The files of a server are its operator's."""
        raise NotImplementedError

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
    """Converts Chroma's exceptions to StorageError with a sentence that says what to do."""
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
        SharedSystemClient.clear_system_cache()  # otherwise Chroma could return a cached client with outdated contents
        return chromadb.PersistentClient(str(folder), settings=_settings())


def _close(client: Any) -> None:
    """Frees the client's hold on the folder. Chroma before 1.4 has no `close`; there its server object is stopped."""
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
    """The name of the collection for the current vectors and layout."""
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

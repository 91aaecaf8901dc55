"""A cache of a model's answers on disk, so that nothing is asked twice.

Keys contain everything that the answer depends on (model, prompt, text); make them with `memo_key`. The file may be
shared by several processes and by many tasks of one process. Deleting it loses time, never a grading.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from evaluator.files import make_private_file
from evaluator.settings import make_writable
from evaluator.storage.faults import sqlite_faults
from evaluator.storage.journal import write_ahead

_INSERT = "INSERT OR REPLACE INTO answers (key, value) VALUES (?, ?)"
_AT_ONCE = 500  # SQLite limits the number of variables in a statement
BUSY_MS = 20_000  # another process holds the file for one insert at a time


def memo_key(*parts: Any) -> str:
    """SHA-256 over the JSON of `parts`: equal parts give equal keys, whatever the key order in mappings."""
    return hashlib.sha256(_as_json(parts).encode()).hexdigest()


class KeyPrefix:
    """Makes keys that share their first parts: `KeyPrefix(a, b).key(c)` equals `memo_key(a, b, c)`.

    A long text among the first parts is hashed only once.
    """

    def __init__(self, *parts: Any) -> None:
        text = "[" + "".join(f"{_as_json(part)}," for part in parts)
        self._hash = hashlib.sha256(text.encode())

    def key(self, last: Any) -> str:
        """The key of all parts followed by `last`."""
        whole = self._hash.copy()
        whole.update(f"{_as_json(last)}]".encode())
        return whole.hexdigest()


def _as_json(part: Any) -> str:
    return json.dumps(part, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


class Memo(Protocol):
    """Cached answers by key."""

    async def get(self, key: str) -> Any | None:
        """The stored value, or None."""
        ...

    async def get_many(self, keys: Sequence[str]) -> dict[str, Any]:
        """The stored values of the keys that have one."""
        ...

    async def put(self, key: str, value: Any) -> None:
        """Stores a value, replacing an older one; it is durable when this returns."""
        ...

    async def put_many(self, values: Mapping[str, Any]) -> None:
        """Stores several values, all of them or none."""
        ...

    def close(self) -> None:
        """Closes the underlying storage."""
        ...


class AskMemo:
    """A mapping from keys (SHA-256 as hex) to JSON values on disk; StorageError if the file cannot be used."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        make_writable(self.path.parent)
        self._lock = threading.Lock()  # one connection, used from the threads of asyncio.to_thread
        with sqlite_faults(self.path):
            make_private_file(self.path)
            self._connection = _connect(self.path)

    async def get(self, key: str) -> Any | None:
        """The stored value, or None; a value that is not valid JSON counts as missing."""
        return await asyncio.to_thread(self._get, key)

    async def get_many(self, keys: Sequence[str]) -> dict[str, Any]:
        """The stored values of the keys that have one."""
        return await asyncio.to_thread(self._get_many, keys)

    async def put(self, key: str, value: Any) -> None:
        """Stores `value` (any JSON value) under `key`, replacing an older one; it is on disk when this returns."""
        await self.put_many({key: value})

    async def put_many(self, values: Mapping[str, Any]) -> None:
        """Stores several values, all of them or none."""
        rows = [(key, json.dumps(value, ensure_ascii=False)) for key, value in values.items()]
        if rows:
            await asyncio.to_thread(self._put_many, rows)

    def __len__(self) -> int:
        with self._lock, sqlite_faults(self.path):
            return self._connection.execute("SELECT count(*) FROM answers").fetchone()[0]

    def close(self) -> None:
        """Closes the file; the memo cannot be used afterwards."""
        with self._lock:
            self._connection.close()

    def _get(self, key: str) -> Any | None:
        with self._lock, sqlite_faults(self.path):
            row = self._connection.execute("SELECT value FROM answers WHERE key = ?", (key,)).fetchone()
        try:
            return None if row is None else json.loads(row[0])
        except ValueError:
            return None

    def _get_many(self, keys: Sequence[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            with self._lock, sqlite_faults(self.path):
                query = f"SELECT key, value FROM answers WHERE key IN ({marks})"
                rows = self._connection.execute(query, some).fetchall()
            for key, text in rows:
                with contextlib.suppress(ValueError):
                    found[key] = json.loads(text)
        return found

    def _put_many(self, rows: list[tuple[str, str]]) -> None:
        with self._lock, sqlite_faults(self.path):
            if len(rows) == 1:
                self._connection.execute(_INSERT, rows[0])
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._connection.executemany(_INSERT, rows)
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
    write_ahead(connection, BUSY_MS / 1000)
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
    return connection

"""Database failures as one sentence that says what to do."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evaluator.errors import StorageError

LEAST_BYTES = 64 * 1024  # that a write of SQLite may need beside the page itself

# SQLite's and libpq's messages are part of their interface. The order matters: a full disk may also be called an I/O
# error.
_CAUSES = (
    (
        "storage_unreachable",
        (
            "connection refused",
            "could not translate host",
            "could not connect",
            "connection timeout",
            "server closed the connection",
            "connection is closed",
            "terminating connection",
            "name or service not known",
            "connection failed",
            "failed to resolve host",
        ),
    ),
    ("storage_refused", ("authentication failed", "does not exist", "no pg_hba", "permission denied for")),
    ("storage_full", ("database or disk is full", "no space left", "disk quota")),
    ("storage_read_only", ("readonly database", "read-only", "attempt to write a readonly")),
    (
        "storage_busy",
        (
            "database is locked",
            "database table is locked",
            "database schema is locked",
            "deadlock detected",
            "lock timeout",
            "could not serialize",
            "too many clients",
        ),
    ),
    ("storage_damaged", ("not a database", "malformed", "file is encrypted")),
    ("storage_no_access", ("unable to open", "permission denied", "access denied")),
)


def storage_error(error: Exception, path: object) -> StorageError:
    """The StorageError for an error of sqlite3, SQLAlchemy or the system concerning `path`."""
    detail = str(getattr(error, "orig", None) or error).splitlines()[0]
    lowered = detail.lower()
    for code, marks in _CAUSES:
        if any(mark in lowered for mark in marks):
            # On a full disk the records are opened for reading only, so that they can still be viewed.
            code = "storage_full" if code == "storage_read_only" and _is_full(path) else code
            return StorageError(code, path=path, detail=detail)
    return StorageError("storage_failed", path=path, detail=detail)


def _is_full(path: object) -> bool:
    try:
        return shutil.disk_usage(Path(str(path)).parent).free < LEAST_BYTES
    except (OSError, ValueError):
        return False


@contextmanager
def sqlite_faults(path: object) -> Iterator[None]:
    """Turns errors of the sqlite3 module and of the file system into StorageError."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise storage_error(error, path) from None

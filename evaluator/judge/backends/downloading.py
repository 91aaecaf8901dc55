"""Large files over HTTP: started once, resumed after an interruption, verified by digest.

A partial file lies beside its target as `.NAME.part`, with a note that records its address and version. It is resumed
only if the server still has that version (`If-Range`), otherwise started again.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import httpx

from evaluator.errors import InputError, ModelError, StorageError
from evaluator.files import not_written

Progress = Callable[[int, int], None]  # bytes done, bytes in all (0 if unknown)
CHUNK = 1 << 20
ATTEMPTS = 5  # attempts to resume a broken connection without receiving any bytes
MARGIN = 200 * CHUNK  # free space to leave on the disk
TIMEOUT = httpx.Timeout(30, connect=10)
BEGINS = b"GGUF"


class Fetched(NamedTuple):
    """A complete file, still under its partial name. `promised` is the SHA-256 stated by the server, if any."""

    path: Path
    size: int
    sha256: str
    promised: str | None


class _Broken(Exception):
    """The connection ended before the file did; what arrived is kept."""


def fetch(url: str, goal: Path, progress: Progress | None = None, headers: Mapping[str, str] | None = None) -> Fetched:
    """Downloads `url` to the partial file of `goal`, resuming an existing one.

    Raises InputError for an address without a GGUF file, ModelError if the server cannot be reached or disconnects too
    often, and StorageError if the disk is full. In the last two cases the downloaded part is kept for the next call.
    """
    half, note = half_of(goal)
    left = ATTEMPTS
    while True:
        before = half.stat().st_size if half.is_file() else 0
        try:
            promised = _continue(url, half, note, progress, headers or {})
            break
        except (httpx.HTTPError, _Broken) as error:
            gained = half.is_file() and half.stat().st_size > before
            left = ATTEMPTS if gained else left - 1
            if left <= 0:
                raise ModelError("download_broken", url=shown(url), detail=type(error).__name__) from None
            time.sleep(min(2.0 ** (ATTEMPTS - left - 1), 8.0) if not gained else 0.2)
        except OSError as error:
            raise not_written(half.parent, error) from None
    with half.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    note.unlink(missing_ok=True)
    return Fetched(half, half.stat().st_size, digest, promised)


def half_of(goal: Path) -> tuple[Path, Path]:
    """The partial file of a download, and its note."""
    return goal.with_name(f".{goal.name}.part"), goal.with_name(f".{goal.name}.part.json")


def shown(url: str) -> str:
    """The address without user, password and query, which may be secrets."""
    return str(httpx.URL(url).copy_with(username=None, password=None, query=None))


def _continue(url: str, half: Path, note: Path, progress: Progress | None, headers: Mapping[str, str]) -> str | None:
    """One request; returns the digest that the server promises once the file is complete."""
    version, done = _known(url, half, note)
    asked = dict(headers)
    if done and version:
        asked |= {"Range": f"bytes={done}-", "If-Range": version}
    with httpx.stream("GET", url, headers=asked, follow_redirects=True, timeout=TIMEOUT) as reply:
        if reply.status_code == 416 and done:  # nothing is left to send, or the file shrank
            if reply.headers.get("content-range", "").endswith(f"/{done}"):
                return _promised(reply)
            half.unlink()
            raise _Broken
        if reply.status_code >= 500 or reply.status_code == 429:
            raise _Broken
        if reply.status_code not in (200, 206):
            raise InputError("download_refused", url=shown(url), status=reply.status_code)
        resumed = reply.status_code == 206
        total = _total(reply, done if resumed else 0)
        _require_room(half.parent, total - (done if resumed else 0))
        note.write_text(json.dumps({"url": url_key(url), "version": _version(reply)}), encoding="utf-8")
        _write(reply, half, done if resumed else 0, total, progress)
        return _promised(reply)


def _write(reply: httpx.Response, half: Path, done: int, total: int, progress: Progress | None) -> None:
    with half.open("ab" if done else "wb") as file:
        for chunk in reply.iter_raw():  # written as it arrives: a buffered chunk would be lost with the connection
            if not done and not BEGINS.startswith(chunk[:4]) and not chunk.startswith(BEGINS):
                raise InputError("download_no_gguf", url=shown(str(reply.url)))
            file.write(chunk)
            done += len(chunk)
            if progress:
                progress(done, total)
    if total and done != total:
        raise _Broken


def _known(url: str, half: Path, note: Path) -> tuple[str, int]:
    """The version that the partial file belongs to, and its size; nothing if it is from another address."""
    try:
        kept = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "", 0
    if not half.is_file() or not isinstance(kept, dict) or kept.get("url") != url_key(url):
        return "", 0
    return str(kept.get("version") or ""), half.stat().st_size


def url_key(url: str) -> str:
    """What a note stores of an address: a digest, since an address may contain a secret."""
    return hashlib.sha256(url.encode()).hexdigest()


def _version(reply: httpx.Response) -> str:
    """A value that identifies the version of the file: a strong ETag, otherwise the date."""
    tag = reply.headers.get("etag", "")
    return tag if tag and not tag.startswith("W/") else reply.headers.get("last-modified", "")


def _promised(reply: httpx.Response) -> str | None:
    """The SHA-256 that a hub states for a file, in its own redirect header or in the ETag."""
    for one in (*reply.history, reply):
        for name in ("x-linked-etag", "etag"):
            found = re.fullmatch(r'"?([0-9a-f]{64})"?', one.headers.get(name, ""))
            if found:
                return found[1]
    return None


def _total(reply: httpx.Response, done: int) -> int:
    length = int(reply.headers.get("content-length") or 0)
    return done + length if length else 0


def _require_room(folder: Path, needed: int) -> None:
    import shutil

    free = shutil.disk_usage(folder).free
    if free < needed + MARGIN:
        raise StorageError("disk_full", path=folder, free=free // CHUNK, needed=(needed + MARGIN) // CHUNK)

"""Atomic writing: readers see either the complete old file or the complete new one, and others cannot read it."""

from __future__ import annotations

import errno
import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from evaluator.errors import StorageError

PRIVATE_DIR, PRIVATE_FILE = 0o700, 0o600
SHARED_FILE = 0o666  # exported files: as open as the user's umask allows


def not_written(path: object, error: OSError, code: str = "storage_no_access") -> StorageError:
    """The StorageError of a file or folder that could not be written: a full disk, or `code` with the system's reason."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageError("storage_full", path=path)
    return StorageError(code, path=path, detail=error.strerror or error)


@contextmanager
def replacing(path: Path, mode: int = PRIVATE_FILE) -> Iterator[Path]:
    """A temporary file beside `path`, with its suffix, that replaces it at the end of the block.

    It is deleted if the block raises. Raises OSError if the folder is not writable.
    """
    half = path.with_name(f".{path.stem[:40]}-{uuid.uuid4().hex[:8]}.tmp{path.suffix}")
    os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    try:
        yield half
        half.replace(path)
    finally:
        with suppress(OSError):
            half.unlink(missing_ok=True)


def write_in_one_step(path: Path, content: bytes | str, mode: int = PRIVATE_FILE) -> Path:
    """Replaces `path` atomically by a file with `content` (text in UTF-8) and returns it. Raises OSError."""
    with replacing(path, mode) as half:
        half.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def keep_private(path: Path) -> None:
    """Removes other users' permissions on our own files and folders, which older versions left open.

    Anything that belongs to somebody else, or that its group may write to, is deliberately shared and left alone.
    """
    with suppress(OSError):
        found = path.stat(follow_symlinks=False)
        mode = stat.S_IMODE(found.st_mode)
        shared = mode & (stat.S_IWGRP | stat.S_ISVTX) or stat.S_ISLNK(found.st_mode)
        if mode & 0o077 and not shared and found.st_uid == getattr(os, "geteuid", lambda: found.st_uid)():
            path.chmod(mode & ~0o077)


def make_private_file(path: Path) -> None:
    """Creates an empty file, readable by its owner only, if there is none: a database then keeps its mode.

    Raises OSError.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
    keep_private(path)


def make_private_dir(folder: Path) -> Path:
    """Creates `folder` and missing parents for their owner only; an existing one is unchanged. Raises OSError."""
    missing = [folder, *folder.parents]
    for one in reversed([each for each in missing if not each.exists()]):
        with suppress(FileExistsError):
            one.mkdir(mode=PRIVATE_DIR)
    folder.mkdir(mode=PRIVATE_DIR, exist_ok=True)
    return folder

"""Safe reading of a named path, which may be a folder, a pipe that never ends, or a device of endless zeros."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from evaluator.errors import InputError
from evaluator.messages import say

_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP)


class NotAFile(OSError):
    """The path is a folder, a pipe or a device."""

    def __init__(self, path: Path, kind: str) -> None:
        super().__init__(errno.EINVAL, kind, str(path))
        self.kind = kind


class TooLarge(OSError):
    """The file is larger than the limit; nothing of it was kept."""

    def __init__(self, path: Path, limit: int) -> None:
        super().__init__(errno.EFBIG, f"> {limit} bytes", str(path))
        self.limit = limit


def read_bounded(path: Path | str, limit: int) -> bytes:
    """The bytes of a regular file of at most `limit` bytes. Raises NotAFile, TooLarge or another OSError.

    The size is counted while reading, and opening never blocks: a named pipe without a writer would otherwise stop the
    process forever.
    """
    path = Path(path)
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except ValueError:  # a NUL in the name
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), repr(str(path))) from None
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise NotAFile(path, kind_of(mode))
    with open(descriptor, "rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise TooLarge(path, limit)
    return content


def kind_at(path: Path | str) -> str:
    """What is at `path`: a kind of `kind_of`, or "missing"; a name that no file system takes is missing too.

    Raises InputError if a folder on the way may not be entered.
    """
    try:
        return kind_of(os.stat(path).st_mode)
    except ValueError:  # a NUL in the name
        return "missing"
    except OSError as error:
        if error.errno in _ABSENT:
            return "missing"
        raise InputError("transcript_no_permission", path=path) from None


def require_file(path: Path | str, *more: str) -> str:
    """The kind of what is at `path`: "file", or one of `more`. Raises InputError if it is missing or anything else."""
    kind = kind_at(path)
    if kind == "missing":
        raise InputError("file_missing", path=path)
    if kind not in ("file", *more):
        raise InputError("file_not_regular", path=path, kind=say(f"errors.kind_{kind}"))
    return kind


def kind_of(mode: int) -> str:
    """The kind of path according to `st_mode`: "file", "folder", "pipe", "device" or "socket"."""
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "pipe" if stat.S_ISFIFO(mode) else "socket" if stat.S_ISSOCK(mode) else "device"

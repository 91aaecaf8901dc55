"""Uploaded files on their way to disk."""

from __future__ import annotations

import hashlib
from pathlib import PurePath

LONGEST = 200  # bytes; a disk takes 255, and names are added before and after


def disk_name(name: str) -> str:
    """Returns the file's name without its path, as a disk accepts it.

    A name that is too long is cut and keeps its suffix; a digest distinguishes two that begin alike.
    """
    whole = PurePath(name).name.encode("utf-8", "replace")
    if len(whole) <= LONGEST:
        return whole.decode()
    suffix = PurePath(name).suffix.encode("utf-8", "replace")
    suffix = suffix if len(suffix) <= 20 else b""
    tail = b"~" + hashlib.sha256(whole).hexdigest()[:8].encode() + suffix
    return (whole[: LONGEST - len(tail)].decode("utf-8", "ignore").encode() + tail).decode()

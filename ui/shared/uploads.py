"""Uploaded files on their way to disk."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePath
from typing import Any

from evaluator.errors import InputError

TABLES = (".csv", ".tsv", ".xlsx", ".jsonl", ".zip")

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


def write_inputs(files: list[Any], folder: Path) -> Path:
    """Writes uploaded files and returns what `batch.read_inputs` reads: one table or archive, or other files as a folder.

    Names are used without their path. Raises InputError for a table among other files.
    """
    tables = [file for file in files if PurePath(file.name).suffix.lower() in TABLES]
    if tables and len(files) > 1:
        raise InputError("ui_batch_mixed", name=tables[0].name)
    for number, file in enumerate(files):
        name = disk_name(file.name) or f"{number}.txt"
        path = folder / (name if not (folder / name).exists() else f"{number}-{name}")
        path.write_bytes(file.getvalue())
    return folder / disk_name(tables[0].name) if tables else folder

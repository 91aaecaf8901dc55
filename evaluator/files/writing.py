"""Writing in one step: whoever looks sees the old file or the new one, whole, and nobody else may read it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PRIVATE_DIR, PRIVATE_FILE = 0o700, 0o600
SHARED_FILE = 0o666  # what somebody exports: as open as their umask has it


@contextmanager
def replacing(path: Path, mode: int = PRIVATE_FILE) -> Iterator[Path]:
    """A temporary file beside `path`, with its suffix, that takes its place at the end of the block; gone if the block
    raises. OSError where one cannot write there."""
    half = path.with_name(f".{path.stem[:40]}-{uuid.uuid4().hex[:8]}.tmp{path.suffix}")
    os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    try:
        yield half
        half.replace(path)
    finally:
        with suppress(OSError):
            half.unlink(missing_ok=True)


def write_in_one_step(path: Path, content: bytes | str, mode: int = PRIVATE_FILE) -> Path:
    """Replaces `path` by a file with `content` (text in UTF-8) and gives it back. Raises OSError."""
    with replacing(path, mode) as half:
        half.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def make_private_dir(folder: Path) -> Path:
    """Creates `folder` and those above it that are missing, for their owner alone; an existing one stays as it is. Raises
    OSError."""
    missing = [folder, *folder.parents]
    for one in reversed([each for each in missing if not each.exists()]):
        with suppress(FileExistsError):
            one.mkdir(mode=PRIVATE_DIR)
    folder.mkdir(mode=PRIVATE_DIR, exist_ok=True)
    return folder

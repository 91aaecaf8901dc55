"""Parts in other formats inside a Word file (altChunk), read by their formats' readers."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from evaluator.bank.formats import html, text
from evaluator.bank.formats.lines import Line

_READERS = {".html": html.read, ".htm": html.read, ".xhtml": html.read, ".txt": text.read}


def read_attached(data: bytes, name: str, read_word: Callable[[Path], Sequence[Line]]) -> tuple[Line, ...]:
    """The lines of an attached part, Word files read by `read_word`; an unknown format yields one line saying so."""
    suffix = PurePosixPath(name).suffix.lower()
    read = read_word if suffix == ".docx" else _READERS.get(suffix)
    if read is None:
        return (Line(f"[{PurePosixPath(name).name}]", 1, unknown=True),)
    with tempfile.TemporaryDirectory(prefix="evaluator-part-") as folder:
        path = Path(folder) / f"part{suffix}"
        path.write_bytes(data)
        return tuple(read(path))

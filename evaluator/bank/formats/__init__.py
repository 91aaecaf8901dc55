"""Document readers: one module per format, each returning lines with their positions."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Mapping
from pathlib import Path

from evaluator.bank.exchange import Exchanged
from evaluator.bank.formats.limits import MAX_LINES, check_size
from evaluator.bank.formats.lines import Document, Line, Pictures
from evaluator.errors import InputError

_READERS = {
    ".docx": "docx",
    ".doc": "doc",
    ".pdf": "pdf",
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".xlsx": "sheet",
    ".csv": "sheet",
    ".xml": "questions",
    ".gift": "questions",
}
FORMATS = tuple(sorted(_READERS))
ARCHIVE = ".zip"


def read_document(path: Path, name: str | None = None, known: Mapping[str, str] | None = None) -> Document:
    """The document at `path`, called `name` in errors and in its items' source (by default the file name).

    `known` maps further column names of spreadsheets to their roles.
    """
    check_size(path)
    suffix = path.suffix.lower()
    if suffix not in _READERS:
        raise InputError("bank_unknown_format", file=name or path.name, formats=" ".join(FORMATS))
    try:
        digest = digest_of(path)
        reader = importlib.import_module(f"evaluator.bank.formats.{_READERS[suffix]}")
        if _READERS[suffix] == "sheet":
            sheets = reader.read(path, known)
            return Document(name or path.name, digest, sheets.lines, sheets.rows, sheets.headings, sheets.unread)
        if suffix in (".xml", ".gift", ".txt"):
            items = _questions(path, suffix)
            if items or suffix != ".txt":
                kept = {picture: data for item in items for picture, data in item.pictures}
                return Document(name or path.name, digest, questions=tuple(items), pictures=kept)
        pictures: Pictures = {}
        read = reader.read(path, pictures) if suffix == ".docx" else reader.read(path)
    except ImportError as error:  # the readers' packages are in an extra
        raise InputError("bank_extra_missing", package=error.name or suffix) from None
    except OSError as error:
        raise InputError("bank_unreadable", file=name or path.name, detail=error.strerror or error) from None
    if len(read) > MAX_LINES:
        raise InputError("bank_too_long", file=name or path.name, limit=MAX_LINES)
    return Document(name or path.name, digest, lines=tuple(read), pictures=pictures)


def _questions(path: Path, suffix: str) -> list[Exchanged]:
    from evaluator.bank.formats import questions

    return questions.read_text(path) if suffix == ".txt" else questions.read(path)


def digest_of(path: Path) -> str:
    """SHA-256 of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


__all__ = ["ARCHIVE", "FORMATS", "Document", "Line", "digest_of", "read_document"]

"""Texts in folders and archives. Nothing is unpacked to disk, and sizes are counted while reading."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from evaluator.errors import InputError

SUFFIXES = (".txt", ".md", ".srt", ".vtt", ".eml", ".log", ".json", ".html", ".htm", ".csv", ".tsv", ".docx", ".xlsx")
MAX_FILE_BYTES = 5_000_000
MAX_ALL_BYTES = 500_000_000
MAX_FILES = 20_000

# Besides zipfile's own error, a damaged or unusual archive raises OSError, EOFError and zlib's and lzma's errors
# (compressed bytes), ValueError (a member's header), RuntimeError (a password) and NotImplementedError (an unknown
# compression).
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, RuntimeError)


def read_folder(folder: Path) -> Iterator[tuple[str, bytes | None]]:
    """Name (path below `folder`) and content of each file, sorted; the content is None if it is not text.

    Hidden files and links that lead out of the folder are ignored.
    """
    home = folder.resolve()
    for path in sorted(folder.rglob("*")):
        inside, name = path.resolve().is_relative_to(home), path.relative_to(folder).as_posix()
        if inside and path.is_file() and not _hidden(name):
            yield name, _content(path) if _is_text(name) else None


def read_zip(path: Path) -> Iterator[tuple[str, bytes | None]]:
    """Name and content of each visible file in the archive, sorted; the content is None if it is not text.

    Raises InputError if the archive is broken or unpacks to more than the limit.
    """
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            members = [(_name(one), one) for one in archive.infolist() if not one.is_dir()]
            wanted = sorted(((name, one) for name, one in members if not _hidden(name)), key=lambda pair: pair[0])
            if len(wanted) > MAX_FILES:
                raise InputError("batch_too_large", path=path, limit=f"{MAX_FILES}")
            for name, member in wanted:
                content = _member(archive, member, path) if _is_text(name) else None
                total += len(content or b"")
                if total > MAX_ALL_BYTES:
                    raise InputError("batch_too_large", path=path, limit=f"{MAX_ALL_BYTES // 1_000_000} MB")
                yield name, content
    except _DAMAGE as error:
        raise InputError("batch_unreadable", path=path, detail=str(error) or type(error).__name__) from None


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> bytes:
    with archive.open(member) as file:
        content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise InputError("batch_too_large", path=f"{path}/{_name(member)}", limit=f"{MAX_FILE_BYTES // 1_000_000} MB")
    return content


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InputError("batch_unreadable", path=path, detail=error.strerror or error) from None
    if len(content) > MAX_FILE_BYTES:
        raise InputError("batch_too_large", path=path, limit=f"{MAX_FILE_BYTES // 1_000_000} MB")
    return content


def _name(member: zipfile.ZipInfo) -> str:
    """Decode a GBK name: Chinese Windows does not declare the encoding, and zipfile then assumes code page 437."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) and part != ".." for part in PurePosixPath(name).parts)


def _is_text(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)

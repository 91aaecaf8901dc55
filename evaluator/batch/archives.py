"""Texts in folders and archives. Nothing is unpacked to disk, and sizes are counted while reading, not
believed.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from evaluator.errors import InputError

SUFFIXES = (".txt", ".md", ".srt", ".vtt", ".eml", ".log")
MAX_FILE_BYTES = 5_000_000
MAX_ALL_BYTES = 500_000_000
MAX_FILES = 20_000


def read_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Name (path below `folder`) and content of each text file, sorted; links that lead out of it are left
    alone.
    """
    home = folder.resolve()
    for path in sorted(folder.rglob("*")):
        inside = path.resolve().is_relative_to(home)
        if inside and path.is_file() and _wanted(path.relative_to(folder).as_posix()):
            yield path.relative_to(folder).as_posix(), _content(path)


def read_zip(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of each text file in the archive, sorted; InputError when it is broken or unpacks
    too large.
    """
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            members = sorted((_name(one), one) for one in archive.infolist() if not one.is_dir())
            wanted = [(name, one) for name, one in members if _wanted(name)]
            if len(wanted) > MAX_FILES:
                raise InputError("batch_too_large", path=path, limit=f"{MAX_FILES}")
            for name, member in wanted:
                content = _member(archive, member, path)
                total += len(content)
                if total > MAX_ALL_BYTES:
                    raise InputError("batch_too_large", path=path, limit=f"{MAX_ALL_BYTES // 1_000_000} MB")
                yield name, content
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
        # RuntimeError is what zipfile raises for a password, NotImplementedError for an unknown compression.
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
    """Chinese Windows writes names in GBK without saying so; zipfile then reads them as code page 437."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def _wanted(name: str) -> bool:
    parts = PurePosixPath(name).parts
    hidden = any(part.startswith((".", "__MACOSX")) and part != ".." for part in parts)
    return not hidden and name.lower().endswith(SUFFIXES)

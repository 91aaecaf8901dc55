"""Zip archives: unpacked member by member into a separate folder, within limits."""

from __future__ import annotations

import lzma
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from evaluator.bank.formats.limits import MAX_FILE_BYTES, MAX_UNPACKED_BYTES, check_archive, check_size
from evaluator.errors import InputError
from evaluator.files import Reader

MAX_SUFFIX = 12  # characters; longer names match none of our formats and are too long for file systems


@contextmanager
def unpacked(path: Path, reader: Reader) -> Iterator[list[tuple[str, Path]]]:
    """The members as (name inside the archive, file on disk); the files are deleted when the block ends."""
    check_size(path)
    with TemporaryDirectory(prefix="evaluator-zip-") as folder:
        found = reader.call(extract, path, folder)
        yield [(name, Path(place)) for name, place in found]


def extract(path: Path, folder: str) -> list[tuple[str, str]]:
    """Unpacks the members into separate folders in `folder`: (name inside the archive, file on disk)."""
    members: list[tuple[str, str]] = []
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            check_archive(archive, path.name)
            for place, member in enumerate(archive.infolist()):
                if member.flag_bits & 1:
                    raise InputError("bank_encrypted", file=path.name)
                if not member.is_dir() and _wanted(member):
                    name, target = _extract_one(archive, member, Path(folder) / str(place))
                    total += target.stat().st_size
                    if total > MAX_UNPACKED_BYTES:
                        raise InputError("bank_zip_bomb", file=path.name, size=f"{MAX_UNPACKED_BYTES / 2**20:.0f}+")
                    members.append((name, str(target)))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, RuntimeError, zlib.error, lzma.LZMAError):
        raise InputError("bank_damaged", file=path.name) from None
    return members


def _wanted(member: zipfile.ZipInfo) -> bool:
    """Everything except files that systems add for themselves, and links, which could point anywhere."""
    name = PurePosixPath(_name(member))
    is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
    return not is_link and "__MACOSX" not in name.parts and not name.name.startswith((".", "~$"))


def _extract_one(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> tuple[str, Path]:
    """Writes one member under a name of our own, so that its path cannot lead out of the folder."""
    name = _name(member)
    folder.mkdir()
    suffix = PurePosixPath(name).suffix.lower()
    target = folder / f"member{suffix if len(suffix) <= MAX_SUFFIX and suffix.isprintable() else ''}"
    with archive.open(member) as source, target.open("wb") as copy:
        shutil.copyfileobj(_Limited(source, archive.filename or name), copy)
    return name, target


def _name(member: zipfile.ZipInfo) -> str:
    """Decode a GBK name: Chinese Windows does not declare the encoding, and zipfile then assumes code page 437."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return member.filename


class _Limited:
    """A stream that stops a member which unpacks to more than its header states."""

    def __init__(self, stream: object, name: str) -> None:
        self._stream = stream
        self._name = name
        self._left = MAX_FILE_BYTES

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._stream.read(size)  # type: ignore[attr-defined]
        self._left -= len(data)
        if self._left < 0:
            raise InputError("bank_zip_bomb", file=Path(self._name).name, size=f"{MAX_FILE_BYTES / 2**20:.0f}+")
        return data

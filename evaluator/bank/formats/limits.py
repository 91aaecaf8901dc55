"""Limits on input, so that no file can take the machine down. A file over a limit is refused by name."""

from __future__ import annotations

import zipfile
from pathlib import Path

from evaluator.errors import InputError
from evaluator.files import kind_of
from evaluator.messages import say

MAX_FILE_BYTES = 64 * 2**20
MAX_UNPACKED_BYTES = 256 * 2**20
MAX_RATIO = 200  # real Office files stay under 60
RATIO_MATTERS_FROM_BYTES = 8 * 2**20  # a small part may be very repetitive
MAX_MEMBERS = 5000
MAX_LINES = 200_000
MAX_CELL = 200_000  # characters per cell; Excel itself stops at 32,767


def check_size(path: Path) -> None:
    """Refuses a file that is missing, empty or too large, before reading it."""
    try:
        found = path.stat()
    except FileNotFoundError:
        raise InputError("file_missing", path=path) from None
    except OSError as error:
        raise InputError("bank_unreadable", file=path.name, detail=error.strerror or error) from None
    kind, size = kind_of(found.st_mode), found.st_size
    if kind != "file":
        raise InputError("file_not_regular", path=path, kind=say(f"errors.kind_{kind}"))
    if size > MAX_FILE_BYTES:
        raise InputError(
            "bank_too_large",
            file=path.name,
            size=f"{size / 2**20:.0f}",
            limit=f"{MAX_FILE_BYTES / 2**20:.0f}",
        )
    if size == 0:
        raise InputError("bank_empty", file=path.name)


def check_archive(archive: zipfile.ZipFile, name: str) -> None:
    """Refuses an archive (or an Office file, which is one) that would unpack to too much."""
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    bomb = total > RATIO_MATTERS_FROM_BYTES and total / packed > MAX_RATIO
    if bomb or total > MAX_UNPACKED_BYTES or len(members) > MAX_MEMBERS:
        raise InputError("bank_zip_bomb", file=name, size=f"{total / 2**20:.0f}")


def check_office(path: Path) -> None:
    """Refuses an Office file that is password-protected, damaged, or a decompression bomb."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        code = "bank_encrypted" if _has_encrypted_package(path) else "bank_old_format"
        raise InputError(code, file=path.name)
    try:
        with zipfile.ZipFile(path) as archive:
            check_archive(archive, path.name)
            if any(member.flag_bits & 1 for member in archive.infolist()):
                raise InputError("bank_encrypted", file=path.name)
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        raise InputError("bank_damaged", file=path.name) from None


def _has_encrypted_package(path: Path) -> bool:
    """Whether the file is an old-style container with an encrypted Office package."""
    return "EncryptedPackage".encode("utf-16-le") in path.read_bytes()

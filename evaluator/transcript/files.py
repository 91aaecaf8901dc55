"""From bytes to text: encodings, Office files, and files that are not text at all."""

from __future__ import annotations

import codecs
import errno
import re
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from evaluator.errors import InputError
from evaluator.files import NotAFile, TooLarge, read_bounded
from evaluator.messages import say
from evaluator.rubric import Role
from evaluator.text import simplify
from evaluator.transcript.parsing import Form, parse, transcript_of
from evaluator.transcript.structured import kind_of, read_document
from evaluator.transcript.turns import Assumption, Transcript

SIZE_LIMIT_BYTES = 5_000_000

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # starts like UTF-16 LE, so it is checked first
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_SIGNATURES = (
    (b"PK\x03\x04", "ZIP / DOCX / XLSX"),
    (b"%PDF-", "PDF"),
    (b"\xd0\xcf\x11\xe0", "DOC / XLS"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"RIFF", "WAV / AVI"),
    (b"ID3", "MP3"),
    (b"OggS", "OGG"),
    (b"\x1f\x8b", "GZIP"),
    (b"SQLite format 3", "SQLite"),
    (b"\x7fELF", "ELF"),
    (b"#!AMR", "AMR"),
    (b"fLaC", "FLAC"),
    (b"\xff\xfb", "MP3"),
    (b"\xff\xf3", "MP3"),
    (b"\xff\xf2", "MP3"),
)
_SOUNDS = frozenset({"WAV / AVI", "MP3", "OGG", "AMR", "FLAC", "M4A / MP4"})
_DOCUMENTS = (".docx", ".xlsx", ".doc", ".xls", ".pdf", ".rtf")  # such a file never holds plain text
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def load(path: str | Path, *, roles: Mapping[str, Role] | None = None, form: Form = "dialogue") -> Transcript:
    """The transcript in a file; how its bytes were decoded is among the assumptions. Raises InputError."""
    return parse_bytes(_read_bytes(Path(path)), str(path), roles=roles, form=form)


def load_stream(stream: BinaryIO, *, roles: Mapping[str, Role] | None = None, form: Form = "dialogue") -> Transcript:
    """The transcript in a stream such as standard input, read like a file. Raises InputError."""
    return parse_bytes(_within_limit(stream.read(SIZE_LIMIT_BYTES + 1), "-"), "-", roles=roles, form=form)


def parse_bytes(
    data: bytes, name: str = "", *, roles: Mapping[str, Role] | None = None, form: Form = "dialogue"
) -> Transcript:
    """The transcript in a file's content: text in any usual encoding, a Word file or a spreadsheet. Raises InputError.

    `name` is used in messages only.
    """
    kind = kind_of(data) if data.startswith(b"PK") else None
    suffix = Path(name).suffix.lower()
    if kind is None and suffix in _DOCUMENTS and not _begins_like_a_document(data):
        raise InputError("transcript_binary", name=_shown(name), kind=suffix.removeprefix(".").upper())
    if kind is None:
        text, assumed = _text_of(data, name)
        return parse(text, roles=roles, form=form, assumed=assumed)
    text, layout, about = read_document(data, kind, _shown(name))
    if layout:
        return transcript_of(text, layout, roles=roles, assumed=about)
    return parse(text, roles=roles, form=form, assumed=about)


def _begins_like_a_document(data: bytes) -> bool:
    return _signed_kind(data) is not None


def _signed_kind(data: bytes) -> str | None:
    """The kind of file that begins like `data`, if it is none that holds plain text."""
    if data[4:8] == b"ftyp":
        return "M4A / MP4"
    return next((kind for magic, kind in _SIGNATURES if data.startswith(magic)), None)


def read_file(path: str | Path) -> str:
    """The text of a file; InputError if it is missing, a folder, unreadable, empty, too large or not text."""
    return _text_of(_read_bytes(Path(path)), str(path))[0]


def decode(data: bytes, name: str = "") -> tuple[str, tuple[Assumption, ...]]:
    """The text of `data` and assumptions about its encoding; InputError if it is not text.

    Tried in order: a byte order mark, UTF-16 without one, UTF-8, GB18030. `name` is used in the message only.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decode_as(data[len(mark) :], encoding, name), ()
    if kind := _signed_kind(data):
        code = "transcript_is_sound" if kind in _SOUNDS else "transcript_binary"
        raise InputError(code, name=_shown(name), kind=kind)
    return _decode_without_mark(data, name)


def _text_of(data: bytes, name: str) -> tuple[str, tuple[Assumption, ...]]:
    text, assumed = decode(data, name)
    if not text.strip():
        raise InputError("transcript_empty", path=name)
    return text, assumed


def _read_bytes(path: Path) -> bytes:
    try:
        return read_bounded(path, SIZE_LIMIT_BYTES)
    except NotAFile as error:
        if error.kind == "folder":
            raise InputError("transcript_is_folder", path=path) from None
        raise InputError("file_not_regular", path=path, kind=say(f"errors.kind_{error.kind}")) from None
    except TooLarge:
        raise InputError("transcript_too_large", path=path, limit_mb=SIZE_LIMIT_BYTES // 1_000_000) from None
    except FileNotFoundError as error:
        raise InputError("file_missing", path=repr(str(path)) if "\0" in str(path) else path) from error
    except PermissionError as error:
        raise InputError("transcript_no_permission", path=path) from error
    except OSError as error:
        code = "file_missing" if error.errno in (errno.ENAMETOOLONG, errno.ENOTDIR) else "transcript_unreadable"
        raise InputError(code, path=path, reason=error.strerror) from error


def _within_limit(data: bytes, path: str | Path) -> bytes:
    if len(data) > SIZE_LIMIT_BYTES:
        raise InputError("transcript_too_large", path=path, limit_mb=SIZE_LIMIT_BYTES // 1_000_000)
    return data


def _decode_as(data: bytes, encoding: str, name: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError("transcript_undecodable", name=_shown(name)) from error
    if _looks_binary(text):
        raise InputError("transcript_binary", name=_shown(name), kind="?")
    return text


def _decode_without_mark(data: bytes, name: str) -> tuple[str, tuple[Assumption, ...]]:
    if b"\x00" in data:
        encoding = _utf16_order(data)
        if encoding is None:
            raise InputError("transcript_binary", name=_shown(name), kind="?")
        return _decode_as(data, encoding, name), (_encoding(encoding.upper()),)
    try:
        return _decode_as(data.decode("utf-8").encode(), "utf-8", name), ()
    except UnicodeDecodeError:
        return _decode_damaged_or_chinese(data, name)


def _decode_damaged_or_chinese(data: bytes, name: str) -> tuple[str, tuple[Assumption, ...]]:
    repaired = data.decode("utf-8", errors="replace")
    broken = repaired.count("\ufffd") - data.count("\ufffd".encode())
    if sum(ord(char) > 0x7F for char in repaired) - broken >= 5 * broken:  # UTF-8 is rarely valid by chance
        return repaired, (Assumption(code="bytes_replaced", values={"count": str(broken)}),)
    text = _decode_as(data, "gb18030", name)
    if _rare_share(text) > 0.5:  # bytes that are valid only by chance, such as Big5 or Latin-1
        raise InputError("transcript_undecodable", name=_shown(name))
    return text, (_encoding("GB18030"),)


def _utf16_order(data: bytes) -> str | None:
    """Detects UTF-16 without a mark: for ASCII and line breaks, every other byte is zero."""
    if len(data) % 2:
        return None
    little, big = data[1::2].count(0), data[::2].count(0)
    encoding = "utf-16-le" if little > big else "utf-16-be"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    plain = sum(char.isprintable() or char in "\r\n\t" for char in text)
    return encoding if min(little, big) == 0 and plain == len(text) else None


def _rare_share(text: str) -> float:
    """The share of non-ASCII text outside common Chinese (GB 2312 level 1, its punctuation, and Big5-like forms)."""
    foreign = [char for char in simplify(text) if ord(char) > 0x7F]
    return sum(not _is_everyday(char) for char in foreign) / max(len(foreign), 1)


def _is_everyday(char: str) -> bool:
    try:
        first = char.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return first <= 0xA3 or 0xB0 <= first <= 0xD7


def _looks_binary(text: str) -> bool:
    return len(_CONTROL.findall(text)) > max(2, len(text) // 1000) or "\x00" in text


def _encoding(name: str) -> Assumption:
    return Assumption(code="encoding", values={"encoding": name})


def _shown(name: str) -> str:
    return name or "-"

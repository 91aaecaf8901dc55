"""Plain text: UTF-8, UTF-16 with a byte order mark, GB18030 and Big5."""

from __future__ import annotations

import re
from pathlib import Path

from evaluator.bank.formats.lines import Line, number_lines
from evaluator.errors import InputError

_COMMON = re.compile("[题題答案的是一二三不客服应應可以及与與]")


def read(path: Path) -> tuple[Line, ...]:
    """The lines of a text file."""
    return number_lines(decode(path.read_bytes(), path.name).splitlines())


def decode(data: bytes, name: str) -> str:
    """The text of `data`; InputError if no known encoding fits or if it is not text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(data, "utf-16", name)
    if b"\x00" in data:
        raise InputError("bank_not_text", file=name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decode_chinese(data, name)


def _decode_chinese(data: bytes, name: str) -> str:
    """Chooses the decoding with more common characters, because GB18030 accepts nearly any bytes."""
    readings = []
    for encoding in ("gb18030", "big5"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        readings.append((len(_COMMON.findall(text)), text))
    if not readings:
        raise InputError("bank_not_text", file=name)
    return max(readings, key=lambda reading: reading[0])[1]


def _strictly(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise InputError("bank_not_text", file=name) from None

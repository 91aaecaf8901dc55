"""Broken and malicious variants of well-formed inputs; the same generator state always makes the same variant."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from random import Random

LARGEST = 48_000  # bytes of a variant, so that a quadratic reader shows and a linear one does not
_TOKENS = [
    token.encode("utf-8", "surrogatepass")
    for token in (
        *("客服：", "客户:", "Agent: ", "[00:01] ", "00:00:01,000 --> 00:00:02,000", "WEBVTT\n", "<v A>", "</v>", "> "),
        *("From: a@b\n", "\n", "\n\n", "\t", "  ", "－－－", "“", "1.", "2、", "(3)", "一、单选题", "A. 对", "答案：A"),
        *(
            "解析：",
            "参考答案",
            "（5分）",
            "①",
            "______",
            "\u200b",
            "\u202e",
            "\ufeff",
            "\x00",
            "\r",
            "\u2028",
            "\ud800",
        ),
        *("{", "}", "[", "]", '"', ":", ",", "null", "true", "-Infinity", "NaN", "1e999", "9" * 400, "😀", "\\u0000"),
        *("<div>", "</div>", "<tr><td>", "<!--", "&#x110000;", "&a;", "<![CDATA[", "<!DOCTYPE x [", "**", "```", "# "),
        *("|", "| --- |", "\\", "- ", "&a ", "*a", "!!int ", "!!python/object:os.system ", "<<: ", "? ", "---\n", "%"),
        *("=1+1", "::Q::", "{~a=b}", "//", "$CATEGORY: ", "0x1", "~", "2026-11-27 10:00", "<think>", "</think>", "'"),
        *('w:gridSpan w:val="99999999"', 'r="XFD1048576"', 't="s"><v>999999999</v>', "xml:space", "../../x", "\x1b[2J"),
    )
]


def vary(inputs: Sequence[bytes], random: Random) -> bytes:
    """One of `inputs` after one to six changes; members of Office files and archives are changed one by one."""
    data = random.choice(inputs)
    if data.startswith(b"PK\x03\x04") and random.random() < 0.85:
        return _repacked(data, random)
    for _ in range(random.randint(1, 6)):
        data = _changed(data, random.choice(inputs), random)
    return data[:LARGEST]


def _changed(data: bytes, other: bytes, random: Random) -> bytes:
    start = random.randint(0, len(data))
    end = min(len(data), start + random.choice((0, 1, 4, 20, 200)))
    way = random.randrange(7)
    if way == 0:
        return data[:start] + random.choice(_TOKENS) + data[end:]
    if way == 1:
        return data[:start] + data[end:]
    if way == 2:  # something said many times
        piece = random.choice((data[start:end], random.choice(_TOKENS))) or b"-"
        return data[:start] + piece * random.choice((2, 40, LARGEST // len(piece))) + data[start:]
    if way == 3:
        at = random.randint(0, len(other))
        return data[:start] + other[at : at + random.choice((10, 100, 1000))] + data[end:]
    if way == 4:
        return data[:start] + bytes(random.randrange(256) for _ in range(random.randint(1, 4))) + data[end:]
    if way == 5:  # deep nesting
        opening = random.choice((b"[", b"{", b'{"a":', b"- ", b"(", "（".encode(), b"<div>", b"> ", b"<w:tbl>"))
        return data[:start] + opening * random.choice((3, 60, 5000)) + data[end:]
    return data[:start]


def _repacked(data: bytes, random: Random) -> bytes:
    """The archive with one member changed, doubled, emptied or left out."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
    except (zipfile.BadZipFile, NotImplementedError, OSError):
        return _changed(data, data, random)
    place = random.randrange(len(members))
    name, content = members[place]
    way = random.randrange(10)
    if way == 0:
        members.pop(place)
    elif way == 1:
        members[place] = (name, b"")
    elif way == 2:
        members[place] = (members[random.randrange(len(members))][0], content)
    else:
        for _ in range(random.randint(1, 4)):
            content = _changed(content, content, random)
        members[place] = (name, content[: 8 * LARGEST])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, inside in dict(members).items():
            archive.writestr(path, inside)
    return packed.getvalue()

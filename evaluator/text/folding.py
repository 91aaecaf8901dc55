"""Finds words in a text whatever their width, script variant, case, punctuation or spacing.

A quotation is compared in a folded form (NFKC, simplified Chinese, case folded, without punctuation and white space).
The result is offsets into the original text, so that the exact words can be cut out of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

# Dropped between words, but not inside a number: 3.5 must not match 35, and 10:30 must not match 1030.
_INSIDE_NUMBERS = frozenset(".:/")
_KEPT_MARKS = frozenset("%")
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


@dataclass(frozen=True)
class Normalised:
    """A folded text. Character i of `text` comes from `source[spans[i][0]:spans[i][1]]` of the original."""

    text: str
    spans: tuple[tuple[int, int], ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original of the folded characters `start` to `end`, which must not be empty."""
        return self.spans[start][0], self.spans[end - 1][1]


def normalise(text: str) -> Normalised:
    """The folded form in which quotations are compared, with a mapping to the original offsets."""
    letters: list[str] = []
    spans: list[tuple[int, int]] = []
    for piece, (start, end) in folded(text):
        kept = [char for char in piece if not is_separator(char) or char in _KEPT_MARKS]
        if not kept and piece in _INSIDE_NUMBERS and _is_inside_number(text, start, end):
            kept = [piece]
        letters += kept
        spans += [(start, end)] * len(kept)
    return Normalised("".join(letters), tuple(spans))


def find(needle: str, haystack: str) -> tuple[int, int] | None:
    """Offsets of `needle` in `haystack`, as the exact original words; None if it does not occur.

    Latin words and numbers match only as wholes: "art" is not in "start", and "35" is in neither "135" nor "3.5".
    """
    wanted, text = normalise(needle).text, normalise(haystack)
    at = text.text.find(wanted) if wanted else -1
    while at >= 0:
        start, end = text.original(at, at + len(wanted))
        if not (_splits_word(haystack, start) or _splits_word(haystack, end)):
            return start, end
        at = text.text.find(wanted, at + 1)
    return None


def simplify(text: str) -> str:
    """Replaces traditional characters by simplified ones one by one, so that the length stays the same."""
    return "".join(_simplified(char) for char in text) if _CJK.search(text) else text


def fold(text: str) -> str:
    """NFKC, simplified, case folded and trimmed, for comparing names and labels; offsets are lost."""
    return simplify(unicodedata.normalize("NFKC", text)).casefold().strip()


def folded(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Each character of `text` with its combining marks, folded, with its position; nothing is dropped."""
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        yield _folded_cluster(text[start:end]) if end - start > 1 else _folded_char(text[start]), (start, end)
        start = end


def _is_inside_number(text: str, start: int, end: int) -> bool:
    return text[max(start - 1, 0) : start].isdigit() and text[end : end + 1].isdigit()


@cache
def is_separator(char: str) -> bool:
    """Whether `char` only separates or decorates words: punctuation, white space, control and format characters."""
    return unicodedata.category(char)[0] in "PZC" or "\ufe00" <= char <= "\ufe0f"


@cache
def _folded_char(char: str) -> str:
    return _folded_cluster(char)


def _folded_cluster(cluster: str) -> str:
    composed = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).casefold())
    return "".join(_simplified(char) for char in composed)


@cache
def _simplified(char: str) -> str:
    if not _CJK.match(char):
        return char
    converted: str = _converter().convert(char)
    return converted if len(converted) == 1 else char


@cache
def _converter() -> Any:
    import opencc  # loads its dictionaries, so it is imported only when Chinese has to be compared

    return opencc.OpenCC("t2s")


def _splits_word(text: str, at: int) -> bool:
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if before.isdigit() and after in ".．" and text[at + 1 : at + 2].isdigit():
        return True
    if before in ".．" and after.isdigit() and text[at - 2 : at - 1].isdigit():
        return True
    return _is_word(before) and _is_word(after) and before.isdigit() == after.isdigit()


def _is_word(char: str) -> bool:
    return (char.isalnum() and ord(char) < 0x250) or ("０" <= char <= "ｚ" and char.isalnum())

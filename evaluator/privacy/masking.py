"""Placeholders in place of personal data: the same for the same, and a way back to the original words and places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from evaluator.privacy.finding import find

Language = Literal["zh", "en"]
WORDS: Mapping[str, tuple[str, str]] = {
    "phone": ("电话", "phone"),
    "id_card": ("身份证号", "identity number"),
    "permit": ("通行证号", "permit number"),
    "passport": ("护照号", "passport number"),
    "bank_card": ("银行卡号", "card number"),
    "email": ("邮箱", "e-mail"),
    "address": ("地址", "address"),
    "plate": ("车牌", "plate"),
    "name": ("姓名", "name"),
    "order": ("单号", "order number"),
}


class Replaced(NamedTuple):
    """A replaced stretch: its place in the masked text, its place in the original, and the original words."""

    placeholder: str
    start: int
    end: int
    original_start: int
    original_end: int
    original: str


class Masked(NamedTuple):
    """A text without personal data, and what stood where."""

    text: str
    pieces: tuple[Replaced, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of `text[start:end]`; a placeholder that is touched counts as a whole."""
        return self._back(start, at_end=False), self._back(end, at_end=True)

    def unmask(self, text: str) -> str:
        """Any text with the placeholders of this one put back into words, for the screen."""
        for placeholder, words in {piece.placeholder: piece.original for piece in reversed(self.pieces)}.items():
            text = text.replace(placeholder, words)
        return text

    def _back(self, at: int, *, at_end: bool) -> int:
        shift = 0
        for piece in self.pieces:
            if at <= piece.start:
                break
            if at < piece.end:
                return piece.original_end if at_end else piece.original_start
            shift = piece.original_end - piece.end
        return at + shift


def mask(text: str, language: Language = "zh", *, orders: bool = False) -> Masked:
    """The text with personal data replaced. Equal data gets equal placeholders, numbered by kind in order of appearance."""
    known: dict[tuple[str, str], str] = {}
    counts: dict[str, int] = {}
    out: list[str] = []
    pieces: list[Replaced] = []
    at = length = 0
    for one in find(text, orders=orders):
        key = (one.kind, one.value)
        if key not in known:
            counts[one.kind] = counts.get(one.kind, 0) + 1
            known[key] = _placeholder(one.kind, counts[one.kind], language)
        before = text[at : one.start]
        start = length + len(before)
        length = start + len(known[key])
        out += [before, known[key]]
        pieces.append(Replaced(known[key], start, length, one.start, one.end, text[one.start : one.end]))
        at = one.end
    return Masked("".join([*out, text[at:]]), tuple(pieces))


def _placeholder(kind: str, number: int, language: Language) -> str:
    word = WORDS[kind][language == "en"]
    return f"〔{word}{number}〕" if language == "zh" else f"〔{word} {number}〕"

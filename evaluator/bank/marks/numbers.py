"""The heads of questions: `题目11(3分):`, `1.`, `第3题`, `(2)`, `Question 4`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evaluator.bank.items import Kind
from evaluator.bank.marks.folding import CN, NUM, POINT_WORD, fold, read_number, read_points
from evaluator.bank.marks.kinds import read_kind


@dataclass(frozen=True)
class Header:
    """The head of a question: its number, its points, what follows on the line, and how it was written."""

    number: int
    style: str  # "word" (题目3, 第3题, Question 3), "dot" (3. 3、 3)), "bracket" ((3)), "chinese" (三、)
    rest: str
    points: float | None = None
    kind: Kind | None = None


_TAG = re.compile(r"^\s*[\[(]\s*([^\])]{2,8}?)(?:题|questions?)?\s*[\])]\s*", re.I)
_HEADERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("word", re.compile(rf"^\s*\[?\s*第\s*({NUM})\s*(?:小题|题|问)\s*\]?\s*[.、:)]?\s*")),
    ("word", re.compile(rf"^\s*\[?\s*(?:题目|试题|问题|题)\s*({NUM})\s*\]?\s*(?=[.、:)(\s]|$)[.、:)]?\s*")),
    ("word", re.compile(r"^\s*(?:question|q|item)\s*\.?\s*(\d{1,4})\s*(?=[.:)(\s]|$)[.:)]?\s*", re.I)),
    ("dot", re.compile(r"^\s*(?:\[\s*)?(\d{1,4})\s*(?:\]|\.|、|\)|:(?!\d))\s*(?!\d{1,2}(?!\d))")),
    ("bracket", re.compile(r"^\s*\((\d{1,4})\)\s*[.、]?\s*")),
    ("chinese", re.compile(rf"^\s*({CN}{{1,3}})\s*、\s*")),
)
_LABEL = re.compile(r"^\s*(?:题目|题干|试题|问题|question)\s*:\s*", re.I)


def read_header(text: str) -> Header | None:
    """The head of a question, or None. Which of them really begin a question is for the grammar to say."""
    folded = fold(text)
    tag = _TAG.match(folded)
    tagged = read_kind(tag[1]) if tag else None
    start = tag.end() if tag and tagged else 0
    for style, pattern in _HEADERS:
        match = pattern.match(folded[start:])
        number = read_number(match[1]) if match else None
        if match and number is not None:
            return _finish_header(number, style, text[start + match.end() :], tagged)
    return None


def _finish_header(number: int, style: str, rest: str, kind: Kind | None) -> Header:
    """Points and a kind may stand between the number and the text; the label `题目:` says nothing."""
    points: float | None = None
    for _ in range(3):
        folded = fold(rest)
        if match := re.match(
            rf"^\s*\(\s*(?:本题)?(?:共|满分)?\s*(\d+(?:\.\d+)?|{CN}+)\s*{POINT_WORD}\s*\)\s*[:.、]?\s*",
            folded,
            re.I,
        ):
            points = read_points(match[1])
        elif (match := _TAG.match(folded)) and read_kind(match[1]) and len(match[1]) <= 6:
            kind = read_kind(match[1])
        elif not (match := _LABEL.match(folded)):
            break
        rest = rest[match.end() :]
    return Header(number, style, rest.strip(), points, kind)


def is_label(text: str) -> bool:
    """Whether the line only says that a question follows (`题目:`, `问题:`)."""
    return bool(re.fullmatch(r"\s*(?:(?:题目|题干|试题|questions?)\s*:?|问题\s*:)\s*", fold(text), re.I))

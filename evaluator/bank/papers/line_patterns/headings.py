"""Section headings and what they declare: `一、单选题(共8题,每题2分,总计16分)`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from evaluator.bank.items import ItemKind
from evaluator.bank.papers.line_patterns.folding import CN, NUM, POINT_WORD, fold, read_number, read_points, remembered
from evaluator.bank.papers.line_patterns.kinds import names_prose, names_some_choice, read_kind


@dataclass(frozen=True)
class Heading:
    """A section heading: its ordinal, its words, and its declaration."""

    title: str
    ordinal: int | None
    kind: ItemKind | None
    some_choice: bool = False
    count: int | None = None
    each: float | None = None  # points of a question, or of each of its gaps
    per_gap: bool = False  # `每空1分`
    points: float | None = None
    partial: float | None = None  # points if right options are missing and none is wrong
    chapter: bool = False  # groups sections; numbering may restart below it

    @property
    def declares(self) -> bool:
        return any(value is not None for value in (self.count, self.each, self.points))


_ORDINAL = re.compile(
    rf"^\s*(?:第?\s*({CN}{{1,3}})\s*(?:[、.:,]|(?:大题|部分|章|节)\s*[、.:]?|\s)|\(({CN}{{1,3}})\)|"
    r"(?:part|section)\s+([IVX]{1,4}|\d{1,2}|[A-H]|one|two|three|four|five|six)\b\s*[.:、)–—-]?|([IVX]{1,4})\s*[.、])\s*",
    re.I,
)
_CHAPTER = re.compile(
    rf"^\s*(?:第\s*({NUM})\s*(?:章|节|单元|模块|篇|讲|课|编|部分)|(?:模块|单元|专题|项目|篇章)\s*({NUM})(?![\d、.]*\d)|"
    rf"(?:chapter|unit|module)\s+(\d{{1,3}}|[IVX]{{1,5}})\b)\s*[、.:]?\s*(.{{0,40}}?)\s*$",
    re.I,
)
_ROMAN = {
    name: value for value, name in enumerate(["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"], start=1)
}

_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}


@remembered
def read_heading(text: str) -> Heading | None:
    """A section heading, or None. It needs an ordinal with a kind or a declaration, or a kind alone on its line."""
    if len(text) > 400:
        return None
    folded = fold(text).strip().strip("#").strip()
    match = _ORDINAL.match(folded)
    rest = folded[match.end() :] if match else folded
    if match is None and rest[:1] in "-–•·*+":  # a point of a list
        return None
    title, declared = _split_declaration(rest)
    title = title.rstrip("。") if declared else title
    if (len(title) > 30 and not title.isascii()) or len(title) > 60 or re.search(r"[。?!;]", title):
        return None
    kind, some = read_kind(title), names_some_choice(title)
    heading = Heading(text.strip(), _ordinal(match), kind, some, *_declaration(declared), _partial(declared))
    if match and (kind or some or heading.declares or names_prose(title)):
        return heading
    bare = re.fullmatch(
        r"\[?[^\s,，、:]{0,8}题\]?:?|[A-Za-z/ -]+ questions:?|true (?:or|/) false:?|multiple choice:?", title, re.I
    )
    return heading if not match and (kind or some) and (bare or (heading.declares and len(title) <= 12)) else None


_CASE = re.compile(
    rf"^\s*(?:案例|情[景境]|场景|case|scenario)\s*({NUM})\s*(?:[、.:]\s*|\s+)?([^:。?!;,]{{0,40}})$", re.I
)


@remembered
def read_case(text: str) -> Heading | None:
    """`案例1 首次逾期客户`: the name of a case, whose background, question and criteria stand below it under labels."""
    match = _CASE.match(fold(text).strip()) if len(text) <= 60 else None
    return Heading(text.strip(), read_number(match[1]), "scenario") if match else None


@remembered
def read_chapter(text: str) -> Heading | None:
    """A heading that groups sections or questions and restarts numbering: `第二章 投诉`, `Chapter 3`."""
    folded = fold(text).strip().strip("#").strip() if len(text) <= 60 else ""
    match = _CHAPTER.match(folded)
    if not match or re.search(r"[。?!;,]", match[4]):
        return None
    given = match[1] or match[2] or match[3]
    return Heading(text.strip(), read_number(given) or _ROMAN.get(given.upper()), None, chapter=True)


def _ordinal(match: re.Match[str] | None) -> int | None:
    if not match:
        return None
    given = next(group for group in match.groups() if group)
    known = _ROMAN.get(given.upper()) or _WORDS.get(given.lower())
    return known or read_number(given) or (ord(given.upper()) - 64 if len(given) == 1 else None)


def _split_declaration(rest: str) -> tuple[str, str]:
    """The words before the last bracket, and the text in the brackets or after a colon."""
    match = re.search(r"[(\[].*$|[:,]\s*(?=共|每|本).*$|\s[-–—]\s.*\d.*$", rest)
    if not match:
        return rest.strip(" :"), ""
    return rest[: match.start()].strip(" :"), match[0]


_PER_GAP = re.compile(r"^每空|(?:each|per|apiece)\s*(?:blank|gap)", re.I)


class _Declared(NamedTuple):
    """What a heading declares, in the order of the fields of `Heading`."""

    questions: int | None
    each: float | None
    per_gap: bool
    points: float | None


def _declaration(text: str) -> _Declared:
    """What the brackets of a heading declare."""
    text = re.sub(r"[^,;。(]{0,10}(?:少选|漏选|错选|多选|不选|选对|不全|部分选对|答错)[^,;。)]*分[^,;。)]*", "", text)
    span = re.search(r"第?\s*(\d{1,4})\s*题?\s*[-~–—至到]+\s*第?\s*(\d{1,4})\s*题", text)
    rest_of = text[: span.start()] + text[span.end() :] if span else text
    count = re.search(
        rf"(?:共|计|共有|包含)?\s*({NUM})\s*(?:小?题|个?小题|道题?|questions?|items?)(?!目?[、.]?\d)",
        rest_of,
        re.I,
    )
    each = re.search(
        rf"每(?:小?题|道题?|空)?\s*(\d+(?:\.\d+)?|{CN}+)\s*分|(\d+(?:\.\d+)?)\s*{POINT_WORD}\s*(?:each|per|apiece)",
        text,
        re.I,
    )
    rest = text[: each.start()] + text[each.end() :] if each else text
    total = re.search(
        rf"(?:总计|总分|合计|共计|满分|共|计)\s*:?为?\s*(\d+(?:\.\d+)?|{CN}+)\s*分|"
        r"(?:total|in all)\D{0,8}(\d+(?:\.\d+)?)|"
        rf"(\d+(?:\.\d+)?)\s*{POINT_WORD}",
        rest,
        re.I,
    )
    counted = read_number(count[1]) if count else int(span[2]) - int(span[1]) + 1 if span else None
    return _Declared(
        counted if counted is None or counted > 0 else None,
        _first(each),
        bool(each and _PER_GAP.search(f"{each[0]}{text[each.end() : each.end() + 12]}")),
        _first(total),
    )


def _partial(text: str) -> float | None:
    """`少选得2分`: the points for choosing some but not all right options."""
    match = re.search(
        r"(?:少选|漏选|选对但不全|部分选对|选不全)[^,;。)]{0,8}?(?:得|给|计)\s*(\d+(?:\.\d+)?)\s*分", text
    )
    return float(match[1]) if match else None


def _first(match: re.Match[str] | None) -> float | None:
    return read_points(next(group for group in match.groups() if group)) if match else None

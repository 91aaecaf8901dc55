"""Splits physical lines into the grammar's logical lines: a paper pasted as one paragraph, several labels on a line.

Every piece keeps its line number. The pieces of a line, joined, are the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from evaluator.bank.formats.lines import MAX_LINE, Line, within_length
from evaluator.bank.papers import line_patterns

LONGEST = 2_000_000  # characters of a line that is searched for a paper in one paragraph
_CARD_FROM = 4  # numbers in a row
_DENSE_FROM = 60  # characters; a shorter line contains at most one question

_HEADING = rf"(?<![\d({line_patterns.CN[1:-1]}第])(?P<heading>(?:{line_patterns.CN}{{1,3}}[、.]|第{line_patterns.CN}{{1,3}}部分)\s*[^\s。?;:,()、.]{{0,9}}?题(?:\s*\([^()]{{0,60}}\))?)"
_LABEL = r"(?P<label>\[(?:正确|参考|标准)?(?:答案|解析|详解)\]|(?:正确|参考|标准)?答案(?:及|与)?(?:解析)?\s*:|(?<=[A-L√×。;\s)])(?:试题|答案)?(?:解析|详解)\s*:)"
_NUMBER = r"(?:^|(?<=[A-L√×。?;:)\]题\s!]))(?P<number>\d{1,4})\s*[.、](?!\d)"
_MARKS = re.compile(f"{_HEADING}|{_LABEL}|{_NUMBER}")
_INNER = re.compile(
    r"(?<=\S)\s*(?P<label>\[?(?:我|你|您|学生)的答案|\[?(?:正确|参考|标准)答案|答案解析|难度(?:系数)?|知识点|考点|分值|得分)\]?\s*[:]"
    r"|(?<=\S)\s*(?P<bracket>\[(?:正确答案|参考答案|答案|解析|详解|答案解析|难度|知识点|考点|分值|选项)\])"
)
_LABEL_TWICE = re.compile(
    r"\s*(?:(?:reference|correct|model) )?answer\s*[/(]?\s*", re.I
)  # `Reference Answer 参考答案:`
_PART = re.compile(r"(?:\s{2,}|(?<=[。?;]))(\(\d\)[^()\n]{2,80}\(\s*\))")  # a part of a case after its stem
_QUESTION_SIGN = re.compile(r"[(\[]\s*[A-L√×TFVX对错]{0,8}\s*[)\]]|_{2,}|[?]")


def find_cards(lines: tuple[Line, ...]) -> frozenset[int]:
    """Positions of an answer card's lines: bare ascending numbers that learning platforms show beside a paper."""
    found: set[int] = set()
    run: list[int] = []
    for place, line in enumerate([*lines, None]):
        text = line.text.strip() if line is not None else ""
        number = int(text) if text.isdecimal() and len(text) <= 4 else None
        if number is not None and (not run or number == int(lines[run[-1]].text) + 1):
            run.append(place)
            continue
        found |= set(run) if len(run) >= _CARD_FROM else set()
        run = [place] if number is not None else []
    heads = {
        place - 1
        for place in found
        if place - 1 not in found and place and line_patterns.read_heading(lines[place - 1].text)
    }
    return frozenset(found | heads)


def break_lines(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """All lines, with multi-part ones split, and none longer than any line written for people."""
    return tuple(short for line in lines for piece in _break(line) for short in within_length(piece))


def _break(line: Line) -> Iterator[Line]:
    if line.cells or line.unknown:
        yield line
        return
    if groups := _group_cuts(line.text):
        yield from _cut(line, groups)
        return
    cuts = _dense_cuts(line.text) if _DENSE_FROM <= len(line.text) <= LONGEST else []
    if not cuts and len(line.text) <= MAX_LINE:
        cuts = _label_cuts(line.text)
    yield from _cut(line, cuts)


def _cut(line: Line, cuts: list[int]) -> Iterator[Line]:
    """The line in pieces; the first keeps the properties of the whole line."""
    if not cuts:
        yield line
        return
    for place, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(line.text)], strict=True)):
        if line.text[start:end].strip():
            piece = line.part(start, end)
            yield piece if place == 0 else replace(piece, blank_before=False, pictures=())


_GROUPS = re.compile(
    rf"(?<=[A-L√×对错\s;。,])\s*((?:{line_patterns.CN}{{1,3}}\s*[、.]|第{line_patterns.CN}{{1,3}}(?:部分|大题))\s*\W{{0,2}}[^\s\d.、:]{{0,8}}[:]?\s*(?=[(\[]?\d{{1,4}}\s*[-~–—.、:)]))"
)


def _group_cuts(text: str) -> list[int]:
    """Where further groups begin on a line that holds the keys of several sections: `一、1.B 2.A 二、1.√ 2.×`."""
    if len(text) > MAX_LINE:
        return []
    cuts = [match.start(1) for match in _GROUPS.finditer(line_patterns.fold(text))]
    cuts = [cut for cut in cuts if text[:cut].strip()]
    if not cuts:
        return []
    label = line_patterns.read_label(text)
    if label and label[0] == "answer" and label[1] and cuts and text[: cuts[0]].strip().endswith((":", "：")):
        cuts = cuts[1:]
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    if label and label[0] == "answer":
        pieces[0] = label[1] if len(cuts) == 0 else pieces[0][len(text) - len(label[1]) if label[1] else 0 :]
    keyed = all(line_patterns.read_compact_keys(line_patterns.split_named_keys(piece)[1]) for piece in pieces)
    return cuts if keyed else []


def _label_cuts(text: str) -> list[int]:
    """Where a further label starts on a line that starts with one: `我的答案:B正确答案:A`, `答案:A 难度:易`."""
    if line_patterns.read_label(text) is None and not text.lstrip().startswith(("【", "[")):
        return [match.start(1) for match in _PART.finditer(line_patterns.fold(text)) if text[: match.start(1)].strip()]
    return _inner_cuts(text)


def _inner_cuts(text: str) -> list[int]:
    cuts = [_start(match) for match in _INNER.finditer(line_patterns.fold(text))]
    return [cut for cut in cuts if text[:cut].strip() and not _LABEL_TWICE.fullmatch(text[:cut])]


def _start(match: re.Match[str]) -> int:
    return match.start("label") if match["label"] else match.start("bracket")


def _dense_cuts(text: str) -> list[int]:
    """Where the logical lines of a paper in one paragraph start; empty if the line is not such a paper.

    Numbers count only in order, and only if most of what they start looks like questions.
    """
    folded = line_patterns.fold(text)
    cuts: list[int] = []
    heads: list[int] = []
    last = 0
    for match in _MARKS.finditer(folded):
        if match["heading"]:
            cuts += [match.start(), match.end()]
            last = 0
        elif match["label"]:
            cuts.append(match.start())
        elif int(match["number"]) == last + 1 or (not heads and match.start() == 0):
            cuts.append(match.start())
            heads.append(match.start())
            last = int(match["number"])
    cuts = sorted({cut for cut in cuts if 0 < cut < len(text)})
    return cuts if _holds_questions(folded, heads) else []


def _holds_questions(folded: str, heads: list[int]) -> bool:
    """Whether at least two numbers start questions: most have options, a bracket for the key, a gap or an answer."""
    if not heads:
        return False
    ends = [*heads[1:], len(folded)]
    pieces = [folded[start:end] for start, end in zip(heads, ends, strict=True)]
    signs = sum(bool(re.search(r"答案\s*[:\]]", piece[-40:]) or _asks(piece)) for piece in pieces)
    several = len(heads) >= 2 or (heads[0] > 0 and "答案" in folded)
    return several and signs * 2 > len(pieces)


def _asks(piece: str) -> bool:
    """Whether a numbered piece reads like a question of a dense paper, not like part of an answer or a key."""
    head = piece[:MAX_LINE]
    return len(line_patterns.find_options_behind(head)[1]) >= 2 or bool(
        _QUESTION_SIGN.search(head[-30:]) and len(head) > 12
    )

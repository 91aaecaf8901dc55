"""Numbers as people write and speak them: "138 0013 8000", "一三八零零一三八零零零", "oh seven double nine"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

MOST_GROUPS = 40  # of one run: a longer one is read from each place only so far

_CHINESE = dict(zip("零〇幺一二两三四五六七八九", "0011223456789", strict=True)) | {
    "幺": "1",
    "一": "1",
    "二": "2",
    "两": "2",
}
_ENGLISH = dict(
    zip(
        ["zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
        "00123456789",
        strict=True,
    )
)  # "o" alone is a letter
_TOKEN = re.compile(
    r"(?P<digits>[0-9０-９]+)|(?P<chinese>[零〇幺一二两三四五六七八九])"
    r"|(?P<english>\b(?:(?:double|triple) )?(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)\b)"
    r"|(?P<check>[Xx](?![A-Za-z]))",
    re.IGNORECASE,
)
_GAP = re.compile(r"[\s\-－—–·,，、.()（）]{0,3}(?:嗯|呃|啊|um|uh)?[\s,，、.]{0,3}")


class Digits(NamedTuple):
    """Digits that stand together, and their place; spoken ones are groups of one."""

    digits: str
    start: int
    end: int
    spoken: bool


def runs(text: str) -> Iterator[list[Digits]]:
    """Groups of digits between which stands nothing but separators."""
    run: list[Digits] = []
    for match in _TOKEN.finditer(text):
        group = _group(match)
        if group.digits == "X" and not (run and run[-1].end == match.start()):
            continue
        if run and not _GAP.fullmatch(text, run[-1].end, group.start):
            yield run
            run = []
        if group.digits != "X" or run:
            run.append(group)
    if run:
        yield run


def _group(match: re.Match[str]) -> Digits:
    start, end = match.span()
    if match["digits"]:
        return Digits("".join(str(int(char)) for char in match["digits"]), start, end, False)
    if match["chinese"]:
        return Digits(_CHINESE[match["chinese"]], start, end, True)
    if match["check"]:
        return Digits("X", start, end, False)
    *times, word = match["english"].lower().split()
    return Digits(_ENGLISH[word] * {"double": 2, "triple": 3}.get(times[0] if times else "", 1), start, end, True)


def stretches(run: list[Digits]) -> Iterator[tuple[str, int, int]]:
    """Every sequence of neighbouring groups as digits with their place, the longest first from each group on."""
    for first in range(len(run)):
        for last in range(min(len(run), first + MOST_GROUPS), first, -1):
            groups = run[first:last]
            yield "".join(group.digits for group in groups), groups[0].start, groups[-1].end

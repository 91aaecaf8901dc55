"""What a layout reader hands to the parser: pieces of the source with a name, before anybody has a role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from evaluator.rubric import Role
from evaluator.transcript.turns import Assumption

# speech: somebody's words; written: the author's own text around a role-play; direction: a stage direction;
# preamble: text before the first speaker; mail, earlier_mail: a message, and the one it answers.
Kind = Literal["speech", "written", "direction", "preamble", "mail", "earlier_mail"]

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
DATE = (
    r"(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/月]\d{1,2}日?(?:[-/]\d{2,4})?|"
    r"昨天|今天|前天|(?:星期|周)[一二三四五六日天])"
)
CLOCK = r"(?>\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:[.,]\d{1,3})?)"  # never half of one: 10:22 is no time in 10:22:03
TIME = rf"(?:{DATE}[ T,，]*)?(?:上午|下午|晚上|凌晨|中午|早上)?\s?{CLOCK}(?:\s?[AaPp]\.?[Mm]\.?)?"
_TIME_PARTS = re.compile(rf"(?P<date>{DATE})?.*?(?P<clock>{CLOCK})(?P<half>\s?[AaPp])?")


class Line(NamedTuple):
    """A line without its line break: offsets in the source, and the text between them."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Piece:
    """`source[start:end]`, by `speaker`. `time` is the time as written; `role` is set where the layout
    states it.
    """

    speaker: str | None
    start: int
    end: int
    time: str | None = None
    kind: Kind = "speech"
    role: Role | None = None


@dataclass(frozen=True)
class Layout:
    """What a reader found: the format's name, its pieces in order, what it assumed."""

    format: str
    pieces: tuple[Piece, ...]
    assumptions: tuple[Assumption, ...] = ()


def lines_of(source: str) -> Iterator[Line]:
    """The lines of `source` with their offsets; only line feeds and carriage returns end a line."""
    for match in _LINE.finditer(source):
        if match.end() > match.start():
            text = match.group().rstrip("\r\n")
            yield Line(match.start(), match.start() + len(text), text)


def trimmed(source: str, piece: Piece) -> Piece:
    """The piece without white space at its ends; empty if it has nothing else."""
    text = source[piece.start : piece.end]
    start = piece.start + len(text) - len(text.lstrip())
    return replace(piece, start=start, end=max(start, piece.start + len(text.rstrip())))


def seconds(time: str, *, clock: bool) -> float | None:
    """Seconds that a written time stands for; two parts are hours and minutes if `clock`, else minutes and
    seconds.
    """
    match = _TIME_PARTS.search(time)
    if not match:
        return None
    parts = [float(part) for part in re.split("[:：]", match["clock"].replace(",", "."))]
    hours, minutes, rest = parts if len(parts) == 3 else ((*parts, 0.0) if clock else (0.0, *parts))
    half = (match["half"] or "").strip().lower()
    if hours < 12 and (half == "p" or "下午" in time or "晚上" in time):
        hours += 12
    elif hours == 12 and (half == "a" or "凌晨" in time):  # 12:30 AM is half past midnight
        hours = 0
    return _day_number(match["date"] or "") * 86400 + hours * 3600 + minutes * 60 + rest


def has_date(time: str) -> bool:
    """Whether a written time names a day, so that it is a time of day and not a time into the call."""
    match = _TIME_PARTS.search(time)
    return bool(match and match["date"])


def _day_number(date: str) -> int:
    """Days since year 1 for full dates; otherwise 0, so that only times of one day are compared."""
    from datetime import date as calendar_date

    numbers = [int(number) for number in re.findall(r"\d+", date)]
    try:
        return calendar_date(*numbers).toordinal() if len(numbers) == 3 and numbers[0] > 31 else 0
    except ValueError:
        return 0

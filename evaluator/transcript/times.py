"""Written times: dates, 12- and 24-hour clocks, zones, seconds into a call, and ranges of them.

A time is never a name. Anything that is only a time, however a program writes it, is recognised here and nowhere else.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_WEEKDAY = (
    r"(?:(?:星期|周|礼拜|週)[一二三四五六日天]|"
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?)"
)
_DAY = (
    r"(?:\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?[日号]?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|"
    r"\d{1,2}\s?月\s?\d{1,2}\s?[日号]|\d{1,2}[-/]\d{1,2}(?![-/\d])|"
    rf"{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?(?![:：\d])(?:,?\s\d{{4}}(?![:：\d]))?|"
    rf"\d{{1,2}}[-/]{_MONTH}[-/]\d{{2,4}}|"
    rf"\d{{1,2}}(?:st|nd|rd|th)?\s{_MONTH}(?:,?\s\d{{4}}(?![:：\d]))?|"
    r"昨天|今天|前天|明天|today\b|yesterday\b)"
)
_AGO = (
    r"(?:\b(?:\d{1,3}|an?|a few)\s(?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?)\sago\b|just now\b|"
    r"\d{1,3}\s?(?:秒|分钟|小时|天|周|个月)前|刚刚)"
)
DATE = rf"(?:(?:{_WEEKDAY}[,，\s]{{0,2}})?{_DAY}(?:[,，\s]{{0,2}}[(（]?{_WEEKDAY}[)）]?)?|{_WEEKDAY})"
CLOCK = (  # never half of one
    r"(?>\d{1,2}[:：]\d{1,2}[:：]\d{1,2}[.,]\d{1,6}|\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:[.,]\d{1,6})?)(?![:：]?\d)"
)
_HALF_BEFORE = r"(?:上午|下午|晚上|凌晨|中午|早上|傍晚|午前|午後|오전|오후)"
_HALF_AFTER = r"(?:[ap]\.?[ ]?m\b\.?|上午|下午|晚上|凌晨|中午|早上)"
_ZONE = (
    r"(?:z\b|[(（]?\s?(?:utc|gmt)\s?(?:[+\-−]\d{1,2}(?::?\d{2})?)?\s?[)）]?|[(（][+\-−]\d{2}:?\d{2}[)）]|\+\d{2}:?\d{2}(?!\d)|-\d{4}(?!\d)|"
    r"(?:cst|est|edt|cdt|pst|pdt|mst|bst|cet|cest|jst|hkt)\b)"
)
_NUMBER = r"\d{1,6}(?:\.\d{1,3})?"
_SECONDS = r"\s?(?:s|secs?|seconds?)(?![a-z])|\s?秒"
_MINUTES = r"\s?(?:m|mins?|minutes?)(?![a-z])|\s?分钟?"
_HOURS = r"\s?(?:h|hrs?|hours?)(?![a-z])|\s?小时|\s?时"
DURATION = (
    rf"(?:{_NUMBER}(?:{_HOURS})[\s,]{{0,2}}(?:\d{{1,2}}(?:{_MINUTES})[\s,]{{0,2}})?(?:{_NUMBER}(?:{_SECONDS}))?|"
    rf"\d{{1,4}}(?:{_MINUTES})[\s,]{{0,2}}(?:{_NUMBER}(?:{_SECONDS}))?|{_NUMBER}(?:{_SECONDS}))"
)
_CHINESE_CLOCK = r"\d{1,2}\s?[点时]\s?\d{1,2}\s?分(?:\s?\d{1,2}\s?秒)?"
_AT = r"(?:at|à|um|alle|às|a las|kl\.?|om|klo|в|о)"
_POINT = (  # a time of day, or minutes and seconds into the call
    rf"(?:(?:(?:{DATE})(?:T(?=\d)|[\s,，]{{0,3}}(?:{_AT}\s|@\s?)?))?(?:{_HALF_BEFORE}\s?)?(?:{CLOCK}|{_CHINESE_CLOCK})"
    rf"(?:\s?{_HALF_AFTER})?(?:\s{{0,2}}{_ZONE})?|{CLOCK}(?:\s?{_HALF_AFTER})?[\s,，]{{1,2}}(?:{DATE}))"
)
STAMP = rf"(?:{_POINT}|{DURATION})"
_TO = r"\s{0,2}(?:-->|->|[-–—~～至到]|to\b)\s{0,2}"
RANGE = rf"(?:{STAMP}(?:{_TO}(?:{STAMP}))?)"
_BARE = rf"(?:{_POINT}(?:{_TO}(?:{_POINT}))?|{DURATION}{_TO}(?:{DURATION}))"  # "3 minutes" alone is part of a sentence
_BARE_SECONDS = r"(?:\d{1,6}\.\d{1,3}\s{0,2}(?:-->|->|[-–—~])\s{0,2}\d{1,6}\.\d{1,3})"

_FLAGS = re.IGNORECASE
_OPEN, _CLOSE = r"[\[【(（{<]", r"[\]】)）}>]"
_LEADING = (
    rf"(?:{_OPEN}\s{{0,3}}(?P<inside>{RANGE}|{_BARE_SECONDS})\s{{0,3}}{_CLOSE}|(?P<bare>{_BARE}))"
    r"\s{0,8}(?:[-–—|·•,，]\s{0,4})?"
)
_TRAILING = (
    rf"(?P<before>[\s,，|·•@—–\]】>」』)）\"'”]|(?<!\d)-|(?={_OPEN})|(?<=[\u3400-\u9fff])(?=\d{{2}}[:：]\d{{2}}))(?:at\s)?"
    rf"(?:{_OPEN}\s{{0,3}}(?P<inside>{RANGE}|{_BARE_SECONDS})\s{{0,3}}{_CLOSE}|(?P<bare>(?:{DURATION}\s{{0,2}})?{_BARE}))"
    r"(?P<colon>\s{0,4}[:：])?\s*$"
)
_INNER = (
    rf"(?<=[\s\]】>」』)）])(?:{_OPEN}\s{{0,3}}(?P<inside>{RANGE}|{_BARE_SECONDS})\s{{0,3}}{_CLOSE}|(?P<bare>{_BARE}))"
    r"(?=\s+[^\s\-–—~至到])\s*"
)
_FILLER = re.compile(r"[\s\-—–_=*#|·•,，()（）\[\]【】.]+")
_TOKEN = rf"{_AGO}|{RANGE}|{DATE}|{_BARE_SECONDS}|{_ZONE}"
_TIME_PARTS = rf"(?P<date>{DATE})?(?s:.){{0,12}}?(?P<clock>{CLOCK})(?:\s?(?P<half>{_HALF_AFTER}))?"
_UNITS = re.compile(rf"(?P<number>{_NUMBER})(?:(?P<h>{_HOURS})|(?P<m>{_MINUTES})|(?P<s>{_SECONDS}))", _FLAGS)
_LONGEST = 90  # no written time is longer


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, compiled at its first use: that takes longer than all else here, and most commands read no transcript."""
    return re.compile(pattern, _FLAGS)


class TimeStamp(NamedTuple):
    """A time in a line: as written, and the offsets of it with its brackets and what joins it to its neighbours."""

    time: str
    start: int
    end: int
    colon: bool = False


def leading(text: str, at: int = 0) -> TimeStamp | None:
    """The time that starts at `at`, bare or in brackets; dates without a clock time do not count."""
    match = _compiled(_LEADING).match(text, at, at + _LONGEST)
    return TimeStamp(_written(match), match.start(), match.end()) if match else None


def trailing(text: str) -> TimeStamp | None:
    """The time at the end of the line, bare or in brackets, with or without a colon after it."""
    base = max(0, len(text) - _LONGEST)
    match = _compiled(_TRAILING).search(text, base)
    if match is None:
        return None
    return TimeStamp(_written(match), match.start(), match.end(), colon=match["colon"] is not None)


def inner(text: str, at: int, within: int) -> TimeStamp | None:
    """The first time inside the line that is followed by words and starts within `within` characters of `at`."""
    match = _compiled(_INNER).search(text, at, at + within + _LONGEST)
    if match is None or match.start() > at + within:
        return None
    return TimeStamp(_written(match), match.start(), match.end())


def is_time(text: str) -> bool:
    """Whether the text consists only of dates, times and durations."""
    return (
        0 < len(text) <= 2 * _LONGEST
        and time_in(text) is not None
        and not _FILLER.sub("", _compiled(_TOKEN).sub("", text))
    )


def time_in(text: str) -> str | None:
    """The first time or date in a short text, as written."""
    match = _compiled(_TOKEN).search(text[: 2 * _LONGEST])
    return match[0] if match else None


def _written(match: re.Match[str]) -> str:
    return match["inside"] or match["bare"]


def kind_of(time: str) -> tuple[bool, bool, bool]:
    """The form of a time: with a date, with seconds, as a duration. Heads of one export share it."""
    clock = _compiled(CLOCK).search(time)
    return has_date(time), clock is not None and len(re.findall(r"[:：]", clock[0])) > 1, clock is None


def is_exact(time: str) -> bool:
    """Whether the time has a date or seconds, so that it is no accident in the middle of a sentence."""
    dated, seconds_written, duration = kind_of(time)
    return dated or seconds_written or duration


def has_date(time: str) -> bool:
    """Whether a written time names a day, so that it is a time of day, not an offset into the call."""
    match = _compiled(DATE).search(time)
    return match is not None


def seconds(time: str, *, clock: bool) -> float | None:
    """Seconds of a written time; two parts are hours and minutes if `clock`, otherwise minutes and seconds."""
    match = _compiled(_TIME_PARTS).search(time)
    if not match:
        return _seconds_of_units(time)
    parts = [float(part) for part in re.split("[:：]", match["clock"].replace(",", "."))]
    hours, minutes, rest = parts if len(parts) == 3 else ((*parts, 0.0) if clock else (0.0, *parts))
    half = (match["half"] or "").strip().lower()
    if hours < 12 and (half.startswith("p") or re.search("下午|晚上|傍晚|午後|오후", time)):
        hours += 12
    elif hours == 12 and (half.startswith("a") or "凌晨" in time):  # 12:30 AM is half past midnight
        hours = 0
    return _day_number(match["date"] or "") * 86400 + hours * 3600 + minutes * 60 + rest


def _seconds_of_units(time: str) -> float | None:
    """Seconds of the first duration in "1m 3s", "3分12秒" or "0.50s - 3.00s"."""
    first = _compiled(DURATION).search(time)
    if first is None:
        bare = re.search(_NUMBER, time)
        return float(bare[0]) if bare else None
    size = {"h": 3600.0, "m": 60.0, "s": 1.0}
    found = _UNITS.finditer(first[0])
    return sum(float(unit["number"]) * next(size[key] for key in size if unit[key]) for unit in found)


def _day_number(date: str) -> int:
    """Days since year 1 for full dates; otherwise 0, so that only times of one day are compared."""
    from datetime import date as calendar_date

    numbers = [int(number) for number in re.findall(r"\d+", date)]
    if len(numbers) == 3 and numbers[2] > 31:  # 15/06/2026
        numbers = [numbers[2], numbers[1], numbers[0]]
    if len(numbers) == 3 and numbers[1] > 12:  # 2026/15/06, written by Americans as 06/15/2026
        numbers = [numbers[0], numbers[2], numbers[1]]
    try:
        return calendar_date(*numbers).toordinal() if len(numbers) == 3 and numbers[0] > 31 else 0
    except ValueError:
        return 0

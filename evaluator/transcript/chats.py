"""Chat exports in the manner of WeChat, QQ and 千牛: a line with name and time, the message on the lines after
it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaluator.transcript.labels import read_labels
from evaluator.transcript.names import known_role
from evaluator.transcript.segments import DATE, TIME, Layout, Line, Piece, lines_of

_PERSON = r"[^\s:：，。！？,!?；;\[\]【】][^:：，。！？!?；;\r\n\t]{0,29}?"
_SHOP = r"[^\s:：，。！？,!?；;\[\]【】]{1,20}店[:：]"  # the shop before its clerk: 旗舰店:小美
_END = r"[ \t]*[:：]?[ \t]*"
_NAME_FIRST = re.compile(
    rf"[ \t\ufeff]*(?P<name>(?:{_SHOP})?{_PERSON})(?:[ \t\u3000]+[\[(（]?|[\[(（])(?P<time>{TIME})[\])）]?{_END}"
)
_NAME_WITH_COLON = re.compile(  # any shop: its name only counts with a full date in brackets and a colon
    rf"[ \t\ufeff]*(?P<name>{_PERSON}:{_PERSON})[ \t]*\((?=\d{{4}})(?P<time>{TIME})\)[:：][ \t]*"
)
_TIME_FIRST = re.compile(rf"[ \t\ufeff]*[\[(（]?(?P<time>{TIME})[\])）]?[ \t\u3000]+(?P<name>{_PERSON}){_END}")
_TIME_ONLY = re.compile(rf"[\s\-—–=]*(?P<time>{TIME})[\s\-—–=]*|[ \t]*[-—–=]{{2,}}\s*{DATE}\s*[-—–=]{{2,}}\s*")
_ACCOUNT = re.compile(r"[(（<][\w.@+-]*[\d@][\w.@+-]*[)）>]\s*$")  # QQ number or address behind the name
_TITLE_LINES = 3  # above the first message: the meeting, its day, who took part


def read_chat_export(source: str) -> Layout | None:
    """The messages of a chat export as pieces; None if fewer than two lines look like a message's head."""
    lines = list(lines_of(source))
    heads = _of_one_kind({line.start: head for line in lines if (head := _head_of(line.text))})
    if len(heads) < 2 or not _is_plausible(source, lines, heads):
        return None
    return Layout("chat_export", tuple(_pieces(lines, heads)))


def _head_of(text: str) -> re.Match[str] | None:
    match = _NAME_FIRST.fullmatch(text) or _NAME_WITH_COLON.fullmatch(text) or _TIME_FIRST.fullmatch(text)
    return match if match and not re.fullmatch(r"[\W\d_]+", match["name"]) else None


def _is_exact(head: re.Match[str]) -> bool:
    """Whether the head has a date or seconds."""
    return len(re.findall(r"\d+", head["time"])) > 2


def _of_one_kind(heads: dict[int, re.Match[str]]) -> dict[int, re.Match[str]]:
    """Where messages are headed by exact times, "退款到账 18:00" is a line of one; only who has such a head may lack it."""
    exact = [head for head in heads.values() if _is_exact(head)]
    names = {head["name"].strip() for head in exact}
    return heads if len(exact) < 2 else {at: head for at, head in heads.items() if head["name"].strip() in names}


def _is_plausible(source: str, lines: list[Line], heads: dict[int, re.Match[str]]) -> bool:
    """Heads with dates or seconds are no accident, unless labelled speech surrounds them; bare "10:30" heads need names
    that return or state a role, and no more than a title above them.
    """
    first = min(heads)
    told_above = read_labels(source[:first]) is not None
    if told_above and read_labels(source[first:]):
        return False
    if any(_is_exact(head) for head in heads.values()):
        return True
    above = sum(bool(line.text.strip()) for line in lines if line.start < first)
    names = {head["name"].strip() for head in heads.values()}
    named = len(names) < len(heads) or any(known_role(name) for name in names)
    return named and above <= _TITLE_LINES and not told_above


def _pieces(lines: list[Line], heads: dict[int, re.Match[str]]) -> Iterator[Piece]:
    current = Piece(None, 0, 0, kind="preamble")
    for line in lines:
        head, only_time = heads.get(line.start), _TIME_ONLY.fullmatch(line.text)
        if head or (only_time and line.text.strip()):
            yield current
            name = _ACCOUNT.sub("", head["name"]).strip() or head["name"] if head else current.speaker
            time = head["time"] if head else only_time["time"] or current.time  # type: ignore[index]
            current = Piece(name, line.end, line.end, time, "speech" if head else current.kind)
        else:
            current = Piece(current.speaker, current.start, line.end, current.time, current.kind)
    yield current

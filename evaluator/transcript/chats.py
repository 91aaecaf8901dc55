"""Chat exports in the manner of WeChat and QQ: a line with name and time, the message on the lines after
it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaluator.transcript.names import known_role
from evaluator.transcript.pieces import TIME, Layout, Line, Piece, lines_of

_NAME = r"(?P<name>[^\s:：，。！？,!?；;\[\]【】][^:：，。！？!?；;\r\n\t]{0,29}?)"
_NAME_FIRST = re.compile(rf"[ \t\ufeff]*{_NAME}[ \t\u3000]+[\[(（]?(?P<time>{TIME})[\])）]?[ \t]*[:：]?[ \t]*")
_TIME_FIRST = re.compile(rf"[ \t\ufeff]*[\[(（]?(?P<time>{TIME})[\])）]?[ \t\u3000]+{_NAME}[ \t]*[:：]?[ \t]*")
_TIME_ONLY = re.compile(rf"[\s\-—–=]*(?P<time>{TIME})[\s\-—–=]*")
_ACCOUNT = re.compile(r"[(（<][\w.@+-]*[\d@][\w.@+-]*[)）>]\s*$")  # QQ number or address behind the name


def read_chat_export(source: str) -> Layout | None:
    """The messages of a chat export as pieces; None if fewer than two lines look like a message's head."""
    lines = list(lines_of(source))
    heads = {line.start: head for line in lines if (head := _head_of(line.text))}
    names = {head["name"].strip() for head in heads.values()}
    if len(heads) < 2 or not _is_plausible(lines, heads, names):
        return None
    return Layout("chat_export", tuple(_pieces(lines, heads)))


def _head_of(text: str) -> re.Match[str] | None:
    match = _NAME_FIRST.fullmatch(text) or _TIME_FIRST.fullmatch(text)
    return match if match and not re.fullmatch(r"[\W\d_]+", match["name"]) else None


def _is_plausible(lines: list[Line], heads: dict[int, re.Match[str]], names: set[str]) -> bool:
    """Heads with dates or seconds are no accident; bare "10:30" heads need names that return or state a
    role.
    """
    if any(len(re.findall(r"\d+", head["time"])) > 2 for head in heads.values()):
        return True
    first = next((line for line in lines if line.text.strip()), None)
    opens = first is not None and first.start in heads
    return opens and (len(names) < len(heads) or any(known_role(name) for name in names))


def _pieces(lines: list[Line], heads: dict[int, re.Match[str]]) -> Iterator[Piece]:
    current = Piece(None, 0, 0, kind="preamble")
    for line in lines:
        head, only_time = heads.get(line.start), _TIME_ONLY.fullmatch(line.text)
        if head or (only_time and line.text.strip()):
            yield current
            name = _ACCOUNT.sub("", head["name"]).strip() or head["name"] if head else current.speaker
            time = (head or only_time)["time"]  # type: ignore[index]
            current = Piece(name, line.end, line.end, time, "speech" if head else current.kind)
        else:
            current = Piece(current.speaker, current.start, line.end, current.time, current.kind)
    yield current

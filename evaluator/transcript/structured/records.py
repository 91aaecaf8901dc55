"""Records written one field a line, as some systems print them: the same names of fields come back for every message."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaluator.text import fold
from evaluator.transcript.asides import is_rule
from evaluator.transcript.names import known_role
from evaluator.transcript.segments import Layout, lines_of
from evaluator.transcript.structured import fields
from evaluator.transcript.structured.messages import Message, written_out

_FIELD = re.compile(r"(?:[-*·] ?)?(?P<name>[^\s:：][^:：\r\n]{0,14}?)[ \t]{0,8}[:：](?P<value>.*)")
_SPEAKERS = frozenset(
    [
        "speaker",
        "sender",
        "author",
        "name",
        "role",
        "nickname",
        "sendername",
        "speakername",
        "发言人",
        "说话人",
        "讲话人",
        "发送人",
        "发送者",
        "发送方",
        "发件人",
        "姓名",
        "昵称",
        "角色",
        "发言者",
        "说话者",
        "发送人名称",
        "发送者名称",
    ]
)
_WORDS = frozenset(
    [
        "text",
        "content",
        "message",
        "words",
        "utterance",
        "内容",
        "消息",
        "消息内容",
        "发送内容",
        "文本",
        "文字",
        "发言内容",
        "说话内容",
        "聊天内容",
        "对话内容",
        "原文",
        "正文",
    ]
)
_TIMES = frozenset(fields.TIMES) | {"日期时间", "发送日期"}
_LONGEST_NAME = 40


def read_records(text: str) -> tuple[str, Layout] | None:
    """The records written out; None unless every one of at least two names a speaker and words, and few names come back."""
    found = list(_records(text))
    if len(found) < 2 or not all(_SPEAKERS & set(one) and _WORDS & set(one) for one in found):
        return None
    names = [_value(one, _SPEAKERS) for one in found]
    distinct = {fold(name) for name in names}
    few = len(distinct) <= max(2, len(names) // 2) or all(map(known_role, distinct))
    if not few or any(not name or len(name) > _LONGEST_NAME for name in names):
        return None
    times = [_value(one, _TIMES) or None for one in found]
    words = [_value(one, _WORDS) for one in found]
    others = [f"{name}：{value}" for one in found[:1] for name, value in one.items() if name == ""]
    titles = [Message(None, line.removeprefix("："), kind="system") for line in others if line.strip("：")]
    messages = [Message(name, said, time) for name, said, time in zip(names, words, times, strict=True)]
    return written_out("table", [*titles, *messages])


def _value(record: dict[str, str], keys: frozenset[str]) -> str:
    return next((value.strip() for name, value in record.items() if name in keys), "")


def _records(text: str) -> Iterator[dict[str, str]]:
    """The fields of each record by the names that they are compared by; what stands above the first under ""."""
    current: dict[str, str] = {"": ""}
    last = ""
    for line in lines_of(text):
        match = _FIELD.fullmatch(line.plain.strip())
        key = fields.key_of(match["name"]) if match else ""
        if match and key in _SPEAKERS | _WORDS | _TIMES:
            if key in current:
                yield current
                current = {}
            current[key], last = match["value"].strip(), key
        elif not line.is_blank and not is_rule(line.plain):
            current[last] = f"{current.get(last, '')}\n{line.plain.strip()}".strip()
    if set(current) - {""}:
        yield current

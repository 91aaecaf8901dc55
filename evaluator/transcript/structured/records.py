"""Records written one field a line, as some systems print them: the same names of fields come back for every message."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from evaluator.text import fold
from evaluator.transcript.asides import is_rule
from evaluator.transcript.names import known_role
from evaluator.transcript.segments import Layout, lines_of
from evaluator.transcript.structured import fields
from evaluator.transcript.structured.messages import Message, written_out
from evaluator.transcript.turns import Assumption

_FIELD = re.compile(r"(?:[-*·] ?)?(?P<name>[^\s:：][^:：\r\n]{0,14}?)[ \t]{0,8}[:：](?P<value>.*)")
_SPEAKERS = frozenset(
    [
        "speaker",
        "from",
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
_MAIL_FIELD = re.compile(r"^[> ]*(?:subject|to|cc|主题|主旨|收件人|抄送)[ \t]*[:：]", re.IGNORECASE | re.MULTILINE)
_TIMES = frozenset(fields.TIMES) | {"日期时间", "发送日期"}
_LONGEST_NAME = 40


@dataclass
class _Record:
    """One record: the values of its known fields by key, lines below them, and the names of other fields."""

    values: dict[str, str] = field(default_factory=dict)
    below: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)

    def value(self, keys: frozenset[str]) -> str:
        return next((value.strip() for name, value in self.values.items() if name in keys), "")

    @property
    def words(self) -> str:
        """What the field for it holds, otherwise the lines below the fields."""
        return self.value(_WORDS) or "\n".join(self.below)


def read_records(text: str) -> tuple[str, Layout] | None:
    """The records written out; None unless every one of at least two names a speaker and words, and few names come back.

    Words without a field of their own stand below the fields, as in copies of text messages; mails are no such records.
    """
    above, found = _records(text)
    below = any(one.below for one in found)
    if len(found) < (3 if below else 2) or (below and _MAIL_FIELD.search(text)):
        return None
    names = [one.value(_SPEAKERS) for one in found]
    distinct = {fold(name) for name in names}
    few = len(distinct) <= max(2, len(names) // 2) or all(map(known_role, distinct))
    if not few or any(not name or len(name) > _LONGEST_NAME for name in names) or not all(one.words for one in found):
        return None
    titles = [Message(None, line, kind="system") for line in above]
    messages = [Message(one.value(_SPEAKERS), one.words, one.value(_TIMES) or None) for one in found]
    beside = dict.fromkeys(name for one in found for name in one.beside)
    about = [Assumption(code="columns_beside", values={"columns": ", ".join(beside)})] if beside else []
    lost = [line for one in found if one.value(_WORDS) for line in one.below]
    about += [Assumption(code="not_read", values={"count": str(len(lost)), "places": lost[0][:40]})] if lost else []
    return written_out("table", [*titles, *messages], about)


def _records(text: str) -> tuple[list[str], list[_Record]]:
    """The lines above the first record, and the records."""
    lines = [(line.plain.strip(), _FIELD.fullmatch(line.plain.strip())) for line in lines_of(text) if not line.is_blank]
    counts = Counter(fields.key_of(match["name"]) for _, match in lines if match)
    size = max((counts[key] for key in _SPEAKERS), default=0)
    above, found = [], list[_Record]()
    last = ""
    for line, match in lines:
        key = fields.key_of(match["name"]) if match else ""
        if match and key in _SPEAKERS | _WORDS | _TIMES:
            if not found or key in found[-1].values:
                found.append(_Record())
            found[-1].values[key], last = match["value"].strip(), key
        elif is_rule(line):
            continue
        elif not found:
            above.append(line)
        elif match and size > 1 and (counts[key] >= size or last not in _WORDS):
            found[-1].beside.append(match["name"].strip())
        elif last in _WORDS:
            found[-1].values[last] += f"\n{line}"
        else:
            found[-1].below.append(line)
    return above, found

"""Names of fields and columns for the speaker, the words and the time, and the meaning of their values.

Compared without case and with letters and digits only, so that "SpeakerId", "speaker_id" and "speaker-id" are the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from evaluator.rubric import Role
from evaluator.text import fold
from evaluator.transcript.names import known_role

# The first one that an entry has is used; names of people precede their roles, and roles precede numbers.
NAMES = [
    "userprofile",
    "speakername",
    "displayname",
    "sendername",
    "authorname",
    "realname",
    "nickname",
    "fromname",
    "username",
    "screenname",
    "fullname",
    "firstname",
    "participantname",
    "agentname",
    "name",
    "nick",
    "姓名",
    "昵称",
    "名称",
    "用户名",
    "发言人名称",
    "发送者名称",
    "发送人名称",
    "员工姓名",
    "微信昵称",
]
SPEAKERS = [
    "speaker",
    "spk",
    "speakerid",
    "speakerlabel",
    "speakertag",
    "speakernumber",
    "spkid",
    "speakeridx",
    "talker",
    "author",
    "sender",
    "from",
    "user",
    "senderid",
    "authorid",
    "userid",
    "fromuser",
    "fromid",
    "person",
    "actor",
    "participant",
    "participantid",
    "who",
    "source",
    "side",
    "party",
    "member",
    "roleid",
    "说话人",
    "说话者",
    "发言人",
    "发言者",
    "讲话人",
    "讲话者",
    "发送人",
    "发送者",
    "发送方",
    "对话人",
    "坐席客户",
    "发言人id",
    "说话人id",
    "channel",
    "mediachannel",
    "channelid",
    "channeltag",
    "channelnumber",
    "声道",
    "通道",
    "轨道",
]
ROLES = [
    "role",
    "participantrole",
    "participantpurpose",
    "speakerrole",
    "authortype",
    "sendertype",
    "usertype",
    "fromtype",
    "messagetype",
    "roletype",
    "authorrole",
    "senderrole",
    "direction",
    "type",
    "kind",
    "speakertype",
    "participanttype",
    "isagent",
    "fromme",
    "isfromme",
    "issend",
    "issender",
    "isself",
    "outgoing",
    "角色",
    "身份",
    "方向",
    "类型",
    "发送方向",
]
TEXTS = [
    "text",
    "content",
    "transcript",
    "message",
    "body",
    "utterance",
    "sentence",
    "display",
    "displaytext",
    "transcripttext",
    "msg",
    "value",
    "onebest",
    "result",
    "words",
    "plaintext",
    "textcontent",
    "bodytext",
    "line",
    "dialogue",
    "speech",
    "nbest",
    "alternatives",
    "parts",
    "elements",
    "sentences",
    "data",
    "answer",
    "内容",
    "文本",
    "消息",
    "话术",
    "对话",
    "对话内容",
    "聊天内容",
    "消息内容",
    "文字",
    "发言内容",
    "说话内容",
    "语句",
    "原文",
    "转写内容",
    "转写文本",
    "正文",
]
TIMES = [
    "time",
    "timestamp",
    "timestampms",
    "ts",
    "start",
    "starttime",
    "begin",
    "begintime",
    "startms",
    "starttimems",
    "absolutetime",
    "startoffset",
    "beginoffsetmillis",
    "offset",
    "at",
    "date",
    "datetime",
    "createdat",
    "createdatetime",
    "sentat",
    "bg",
    "offsetinticks",
    "created",
    "sendtime",
    "createtime",
    "from_ms",
    "startts",
    "时间",
    "开始时间",
    "发送时间",
    "时间戳",
    "发言时间",
    "说话时间",
    "日期",
]
_AGENT = {
    "assistant",
    "ai",
    "model",
    "internal",
    "agent",
    "operator",
    "admin",
    "staff",
    "outbound",
    "outboundapi",
    "outboundreply",
    "outboundcall",
    "outgoing",
    "out",
    "employee",
    "rep",
    "gpt",
    "chatgpt",
    "callee",
}
_CUSTOMER = {
    "user",
    "human",
    "external",
    "customer",
    "client",
    "inbound",
    "incoming",
    "in",
    "enduser",
    "visitor",
    "contact",
    "lead",
    "guest",
    "caller",
}
_PROGRAM = {
    "system",
    "tool",
    "function",
    "developer",
    "toolcall",
    "toolresult",
    "workflow",
    "event",
    "service",
    "info",
    "notification",
    "systemmessage",
}
_INTERNAL = {"note", "notes", "internalnote", "privatenote", "internalcomment", "whisper", "内部备注", "备注"}
_PUBLIC = {"public", "ispublic"}
_PRIVATE = {"private", "isprivate", "internal", "isinternal", "internalonly"}
_KINDS = {"type", "parttype", "messagetype", "commenttype", "kind", "notetype"}
_MINE = {"isagent", "fromme", "isfromme", "issend", "issender", "isself", "outgoing"}
_KEY = re.compile(r"[\W_]+")


def key_of(name: object) -> str:
    """A field's name in the form used for comparison."""
    return _key(name if isinstance(name, str) else str(name))


@lru_cache(maxsize=4096)
def _key(name: str) -> str:  # an export repeats a few names thousands of times
    return _KEY.sub("", fold(name))


def all_of(entry: dict[str, Any], keys: Sequence[str]) -> list[str]:
    """The entry's own names of those of `keys` that it has with a value, in the order of `keys`."""
    have = {key_of(name): name for name, value in entry.items() if value or value is False or value == 0}
    return [have[key] for key in keys if key in have]


def find(entry: dict[str, Any], keys: Sequence[str]) -> str | None:
    """The first of `all_of`; None if there are none."""
    return next(iter(all_of(entry, keys)), None)


def role_of(field: str, value: object) -> Role | None:
    """The role stated by a field's value: "assistant", "external", `is_agent: true`."""
    if key_of(field) in _MINE:
        return ("agent" if value else "customer") if isinstance(value, bool | int) else None
    text = key_of(value) if isinstance(value, str) else ""
    return "agent" if text in _AGENT else "customer" if text in _CUSTOMER else known_role(str(value)) if text else None


def is_internal(entry: dict[str, Any]) -> bool:
    """Whether the entry is a note for colleagues, which the other side never saw."""
    for name, value in entry.items():
        key = key_of(name)
        if (key in _PUBLIC and value is False) or (key in _PRIVATE and value is True):
            return True
        if key in _KINDS and isinstance(value, str) and key_of(value) in _INTERNAL:
            return True
    return False


def is_program(value: object) -> bool:
    """Whether a role is the program's: system, tool, an event."""
    return isinstance(value, str) and key_of(value) in _PROGRAM

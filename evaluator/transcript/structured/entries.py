"""One list entry as a message: which field names the speaker, and which holds the words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from evaluator.rubric import Role
from evaluator.transcript.names import known_role
from evaluator.transcript.structured import fields
from evaluator.transcript.structured.messages import Message
from evaluator.transcript.structured.webpages import looks_like_html, text_of_html

_INNER_TEXT = (
    "text",
    "content",
    "plain",
    "plainText",
    "body",
    "value",
    "display",
    "transcript",
    "parts",
    "message",
    "data",
)
_EVENT = re.compile(r"join|leave|left\b|transfer|assignment|(?:chat|conversation)[._ ]?(?:start|end|close)")
_OWN_FIELDS = frozenset([*fields.TEXTS, *fields.SPEAKERS, *fields.NAMES, *fields.ROLES, *fields.TIMES])
_TICKS = 10_000_000  # Azure counts in tenths of a microsecond


class Unreadable(Exception):
    """An entry without anything that could be words; the caller reports its position."""


def messages_of(entry: dict[str, Any]) -> list[Message]:
    """The messages of one entry: {"客服": "您好", "客户": "坏了"} contains two. Raises Unreadable."""
    sides = [name for name, value in entry.items() if isinstance(value, str) and known_role(str(name))]
    if len(sides) > 1 and {known_role(name) for name in sides} >= {"agent", "customer"}:
        return [Message(name, entry[name]) for name in sides if entry[name].strip()]
    return [_message_of(entry)]


def words_field_of(entry: dict[str, Any]) -> str | None:
    """The field of the entry that holds the words."""
    entry = _unwrapped(entry)
    return _words_field(entry, _role_field(entry))


def _role_field(entry: dict[str, Any]) -> str | None:
    return next((name for name in fields.all_of(entry, fields.ROLES) if _tells(entry, name)), None)


def _words_field(entry: dict[str, Any], role_field: str | None) -> str | None:
    return next((name for name in fields.all_of(entry, fields.TEXTS) if name != role_field), None)


def _message_of(entry: dict[str, Any]) -> Message:
    """The entry as a message; a service entry becomes a program line."""
    entry = _unwrapped(entry)
    role_field = _role_field(entry)
    stated = entry.get(role_field) if role_field else None
    words_field = _words_field(entry, role_field)
    words = _words_in(entry, words_field)
    if fields.is_program(stated) or _is_service(entry):
        return Message(None, words or _about(entry), kind="system")
    speaker, role = _speaker(entry, words_field, role_field)
    if words is None:
        if words_field is None and not (speaker and _calls_or_empty(entry)):
            raise Unreadable
        return Message(None, _about(entry) if _calls(entry) else "", kind="system")
    if fields.is_internal(entry):
        return Message(None, f"{speaker}：{words}" if speaker else words, _time(entry), kind="system")
    return Message(speaker, words, _time(entry), role)


def opening_of(entry: dict[str, Any]) -> Message | None:
    """The message that an object beside the list is: who and words, as Intercom has the first one."""
    if not _is_message(entry):
        return None
    message = _message_of(entry)
    return message if message.speaker and message.text.strip() and message.kind == "speech" else None


def person_of(entry: dict[str, Any]) -> tuple[str, str | None, Role | None] | None:
    """An entry that only describes a person: the number or id used by messages, the name and the role."""
    if fields.find(entry, fields.TEXTS) is not None:
        return None
    own = fields.find(entry, ["id", "speakerid", "participantid", "userid", "speaker", "spkid"])
    if own is None or isinstance(entry[own], dict | list):
        return None
    name = fields.find(entry, fields.NAMES)
    stated = fields.find(entry, fields.ROLES)
    role = fields.role_of(stated, entry[stated]) if stated else None
    shown = _name_of(entry[name]) if name and name != own else None
    return (str(entry[own]), shown, role) if shown or role else None


def _unwrapped(entry: dict[str, Any]) -> dict[str, Any]:
    """Unwraps an entry: {"客服": "您好"} is a speaker and words; {"message": {"role": …}} is its contents."""
    if len(entry) == 1:
        name, value = next(iter(entry.items()))
        if isinstance(value, str) and (known_role(str(name)) or fields.key_of(name) not in _OWN_FIELDS):
            return {"speaker": name, "text": value}
    inner = next((value for value in entry.values() if isinstance(value, dict) and _is_message(value)), None)
    return {**entry, **inner} if inner is not None and not _is_message(entry) else entry


def _is_message(entry: dict[str, Any]) -> bool:
    return (
        fields.find(entry, fields.TEXTS) is not None
        and fields.find(entry, [*fields.SPEAKERS, *fields.ROLES]) is not None
    )


def _tells(entry: dict[str, Any], name: str) -> bool:
    """Whether a field such as "type" or "direction" says who speaks: many only say that it is text."""
    value = entry[name]
    return (
        fields.role_of(name, value) is not None
        or fields.is_program(value)
        or fields.key_of(name) in ("role", "角色", "participantrole")
    )


def _speaker(entry: dict[str, Any], words_field: str | None, role_field: str | None) -> tuple[str | None, Role | None]:
    """The display name and the role that the entry states."""
    role = fields.role_of(role_field, entry[role_field]) if role_field else None
    name: str | None = None
    for keys in (fields.NAMES, fields.SPEAKERS):
        for found in fields.all_of(entry, keys):
            if found not in (words_field, role_field) and (name := _name_of(entry[found])):
                inner = entry[found]
                role = role or _role_inside(inner) or (fields.role_of(found, inner) if isinstance(inner, str) else None)
                return name, role
    if role_field and not isinstance(entry[role_field], bool | dict | list):
        return str(entry[role_field]), role
    return (role, role) if role else (None, None)


def _name_of(value: Any) -> str | None:
    """A name in a field, or in an object in it: {"user": {"displayName": "Nick"}}."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str | int | float):
        return str(value).strip() or None
    if isinstance(value, dict):
        for keys in (fields.NAMES, ["email", *fields.SPEAKERS, "type", "role", "id"]):
            found = fields.find(value, keys)
            if found and (name := _name_of(value[found])):
                return name
    return None


def _role_inside(value: Any) -> Role | None:
    if not isinstance(value, dict):
        return None
    found = fields.find(value, [*fields.ROLES, "type", "role"])
    return fields.role_of(found, value[found]) if found else None


def _words_in(entry: dict[str, Any], field: str | None) -> str | None:
    """The first, and so most likely, of a recogniser's alternatives."""
    if field is None:
        return None
    value = entry[field]
    guesses = fields.key_of(field) in ("nbest", "alternatives") and isinstance(value, list)
    return words_of(value[:1] if guesses else value)


def words_of(value: Any) -> str | None:
    """The words in a field: a text, a list of parts, or an object with a text; None if there are none."""
    if isinstance(value, str):
        return text_of_html(value) if looks_like_html(value) else value
    if isinstance(value, list):
        parts = [part for item in value if (part := _part(item)) is not None]
        return _joined(parts) if parts else None
    if isinstance(value, dict):
        for key in _INNER_TEXT:
            if value.get(key) and (words := words_of(value[key])) is not None:
                return words
    return None


def _part(item: Any) -> str | None:
    if isinstance(item, str):
        return item
    if not isinstance(item, dict):
        return None
    for key in ("text", "Text", "value", "content", "transcript", "display", "word", "punctuated_word", "w"):
        if isinstance(item.get(key), str):
            return str(item[key])
    inner = item.get("alternatives") or item.get("parts")
    return words_of(inner[:1]) if isinstance(inner, list) and inner else None


def _joined(parts: list[str]) -> str:
    """Joins words, with spaces between Latin ones; parts that include their own spaces stay unchanged."""
    if any(part != part.strip() for part in parts):
        return "".join(parts)
    text = ""
    for part in parts:
        glued = not text or not part or not (text[-1].isascii() and part[0].isascii()) or part[0] in ",.!?;:'’"
        text += part if glued else f" {part}"
    return text


def _is_service(entry: dict[str, Any]) -> bool:
    """Whether the entry is a program line in a chat export: {"type": "service"}, {"subtype": "channel_join"}."""
    subtype = entry.get("subtype")
    return fields.is_program(entry.get("type")) or any(
        isinstance(value, str) and _EVENT.search(value)
        for value in (subtype, entry.get("type"), entry.get("part_type"))
    )


def _calls(entry: dict[str, Any]) -> bool:
    return bool(entry.get("tool_calls") or entry.get("function_call") or entry.get("action") or entry.get("event"))


def _calls_or_empty(entry: dict[str, Any]) -> bool:
    """Whether a message without words is still a message: a tool call, null content, a picture."""
    keys = {fields.key_of(name) for name in entry}
    return _calls(entry) or bool(keys & set(fields.TEXTS))


def _about(entry: dict[str, Any]) -> str:
    """What a program entry says: the tool called, the action, the kind of event."""
    for call in entry.get("tool_calls") or []:
        if isinstance(call, dict):
            name = (
                (call.get("function") or {}).get("name") if isinstance(call.get("function"), dict) else call.get("name")
            )
            return f"[{name or 'tool'}]"
    for key in ("action", "event", "subtype", "type", "name"):
        if isinstance(entry.get(key), str):
            return f"[{entry[key]}]"
    return ""


def _time(entry: dict[str, Any]) -> str | None:
    """Seconds into the call, or the time as written."""
    name = fields.find(entry, fields.TIMES)
    value = entry.get(name) if name else None
    if isinstance(value, bool) or value is None:
        return None
    key = fields.key_of(name)
    if isinstance(value, str):
        try:
            value = int(value) if value.isdigit() else float(value)
        except ValueError:
            return str(value)
    if not isinstance(value, int | float) or not 0 <= value < 1e17:
        return None
    if value >= 1e9 and key != "offsetinticks":
        return _date_of(value)
    if key == "offsetinticks":
        value /= _TICKS
    elif key.endswith(("ms", "millis")) or (
        isinstance(value, int) and key in ("bg", "start", "begin", "begintime", "offset")
    ):
        value /= 1000
    return f"{value:.3f}s"


def _date_of(value: float) -> str:
    """The date and clock that a count of seconds, milliseconds or finer parts since 1970 stands for."""
    while value >= 1e11:
        value /= 1000
    return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%S")

"""JSON by structure: a list whose entries have words in one field and a speaker in another is a conversation.

No vendor is known by name. If several lists qualify (utterances, segments and single words of one call), the one whose
entries have speakers and are not single words is used. JSON without such a list is refused, naming the places that were
searched; it is never read as prose.
"""

from __future__ import annotations

import ast
import json
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from evaluator.errors import InputError
from evaluator.rubric import Role
from evaluator.text import well_formed_value
from evaluator.transcript.segments import INVISIBLE, Layout
from evaluator.transcript.structured import fields
from evaluator.transcript.structured.entries import Unreadable, messages_of, opening_of, person_of, words_field_of
from evaluator.transcript.structured.leftovers import beside, listed, unused
from evaluator.transcript.structured.messages import Message, written_out
from evaluator.transcript.structured.words import is_word, labels_by_start, turns_of_words, unused_of_words
from evaluator.transcript.turns import Assumption

_LOOKS_LIKE = re.compile(r"\{\s*[\"'}]|\[\s*(?:[{\[\"]|\])")
_NUMBER = re.compile(r"\[\d+\]")
_DEEPEST = 40
_MOST_PATHS = 5


class FoundMessages(NamedTuple):
    """A list that was read as a conversation: where it is, its messages, the places of entries that were not understood, the
    places of their fields that were not read, and which paths it was read from."""

    path: str
    messages: list[Message]
    unread: list[str]
    unused: list[str]
    read: tuple[str, ...]
    of_words: bool = False
    conversations: int = 1  # how many lists in which several people speak were put together

    @property
    def several(self) -> bool:
        """Whether more than one speaks in it."""
        return len({one.speaker for one in self.messages if one.kind == "speech" and one.speaker}) > 1

    @property
    def named(self) -> bool:
        """Whether most of the text has a speaker."""
        spoken = [one for one in self.messages if one.kind == "speech" and one.text.strip()]
        return 2 * sum(one.speaker is not None for one in spoken) > len(spoken)

    @property
    def size(self) -> int:
        """The number of characters said."""
        return sum(len(one.text.strip()) for one in self.messages if one.kind == "speech")


def _best_of(found: list[FoundMessages]) -> FoundMessages | None:
    """The list to use: with speakers before without, whole utterances before single words.

    Among lists that hold most of the text, the one with the most turns is used.
    """
    for named in (True, False):
        for of_words in (False, True):
            own = [one for one in found if one.named == named and one.of_words == of_words and one.size]
            if own:
                most = max(one.size for one in own)
                return max((one for one in own if 2 * one.size >= most), key=lambda one: len(one.messages))
    return None


def read_json(text: str) -> tuple[str, Layout] | None:
    """The conversation in JSON or JSON Lines, written out; None if the text is not JSON.

    Raises InputError if it is JSON without a recognisable conversation, or broken JSON.
    """
    stripped = text.strip().strip(INVISIBLE).strip()
    if not _LOOKS_LIKE.match(stripped):
        return None
    data = _load(stripped)
    if data is _NOTHING:
        return None
    found = list(_conversations(data))
    first = _best_of(found)
    if first is None or not (first.named or len(first.messages) > 1):
        if inner := _inner_text(data):
            return inner
        raise InputError("transcript_json_unknown", place=_place_of_failure(data))
    best = _with_people(_with_opening(_joined(first, found), data), data)
    if len(best.unread) > len(best.messages):
        raise InputError("transcript_json_unknown", place=best.unread[0])
    return written_out("json", best.messages, _assumptions(best, data))


_NOTHING = object()
_LITERAL = re.compile(r"\[?\s*\{\s*'[^'\r\n]{1,60}'\s*:")


def _load(text: str) -> Any:
    """The value; whatever half characters its escapes stand for are replaced here, so that no name or word has any."""
    loaded = _loaded(text)
    return well_formed_value(loaded) if "\\ud" in text or "\\uD" in text else loaded


def _loaded(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except RecursionError:
        raise InputError("transcript_json_unknown", place="[[[…") from None
    except ValueError as broken:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > 1 and _is_whole(lines[0]):
            return _load_lines(lines)
        if _LITERAL.match(text):
            return _literal(text, lines)
        if not re.match(r"\{\s*\"|\[\s*\{\s*\"|\[\s*\[\s*[\[\"]|\[{3}", text):
            return _NOTHING  # prose that starts with a bracket
        place = getattr(broken, "lineno", 1)
        raise InputError("transcript_json_broken", line=place, column=getattr(broken, "colno", 1)) from None


def _literal(text: str, lines: Sequence[str]) -> Any:
    """The value of a printed Python object, which has its texts in single quotes; or one per line."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        pass
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(ast.literal_eval(line.strip().rstrip(",")))
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            raise InputError("transcript_json_broken", line=number, column=1) from None
    return found


def _is_whole(line: str) -> bool:
    """Whether the line is a complete JSON value, as in JSON Lines."""
    try:
        return isinstance(json.loads(line.strip().rstrip(","), strict=False), dict | list)
    except (ValueError, RecursionError):
        return False


def _load_lines(lines: Sequence[str]) -> list[Any]:
    """JSON Lines: one value per line."""
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(json.loads(line.strip().rstrip(","), strict=False))
        except (ValueError, RecursionError):
            raise InputError("transcript_json_broken", line=number, column=1) from None
    return found


def _conversations(data: Any) -> Iterator[FoundMessages]:
    """Every list that reads as a conversation, anywhere in the data."""
    words: dict[str, list[dict[str, Any]]] = {}
    labels: dict[str, str] = {}
    labelled: list[str] = []
    for path, value in _walk(data):
        if path[: path.rfind("[")] in words:  # the guesses at one word
            continue
        if isinstance(value, dict):
            if found := _columns(path, value):
                yield found
            continue
        entries = [item for item in value if isinstance(item, dict)]
        if not entries or len(entries) < len(value):
            if found := _plain_items(path, value):
                yield found
            continue
        if starts := labels_by_start(entries):
            labels |= starts
            labelled.append(path)
        if len(entries) > 1 and all(map(is_word, entries)):
            words[path] = entries
        else:
            yield from _entries(path, entries)
    if words and (messages := turns_of_words(list(words.values()), labels)):
        left = [f"{path}[].{name}" for path, entries in words.items() for name in unused_of_words(entries)]
        yield FoundMessages(next(iter(words)), messages, [], left, (*words, *labelled), of_words=True)


def _walk(data: Any) -> Iterator[tuple[str, Any]]:
    """Every list and object with its path, outermost first, down to a depth that no conversation exceeds."""
    waiting = deque([("", data, 0)])
    while waiting:
        path, value, depth = waiting.popleft()
        if isinstance(value, dict):
            yield path or "{}", value
            children = [(f"{path}.{name}" if path else str(name), child) for name, child in value.items()]
        else:
            yield path or "[]", value
            children = [(f"{path}[{place}]", child) for place, child in enumerate(value)]
        if depth < _DEEPEST:
            waiting += [(where, child, depth + 1) for where, child in children if isinstance(child, list | dict)]


def _entries(path: str, value: list[dict[str, Any]]) -> Iterator[FoundMessages]:
    messages: list[Message] = []
    unread: list[str] = []
    left: dict[str, None] = {}
    for place, entry in enumerate(value):
        try:
            own = messages_of(entry)
        except Unreadable:
            unread.append(f"{path}[{place}]")
            continue
        messages += own
        left |= dict.fromkeys(unused(entry, own, words_field_of(entry)))
    if any(one.text.strip() and one.kind == "speech" for one in messages):
        base = "" if path == "[]" else path
        yield FoundMessages(path, messages, unread, [f"{base}[].{name}" for name in left], (path,))


def _plain_items(path: str, value: list[Any]) -> FoundMessages | None:
    """[["客服", "您好"], …]: pairs of a name and words."""
    pairs = [
        item for item in value if isinstance(item, list) and len(item) == 2 and all(isinstance(x, str) for x in item)
    ]
    if len(pairs) < 2 or len(pairs) != len(value) or len({pair[0] for pair in pairs}) > max(2, len(pairs) // 2):
        return None
    return FoundMessages(path, [Message(name, words) for name, words in pairs], [], [], (path,))


def _columns(path: str, value: dict[str, Any]) -> FoundMessages | None:
    """A table stored by columns: {"speaker": […], "text": […]}."""
    lists = {
        name: item
        for name, item in value.items()
        if isinstance(item, list) and all(isinstance(x, str | int) for x in item)
    }
    speaker, words = fields.find(lists, [*fields.SPEAKERS, *fields.ROLES]), fields.find(lists, fields.TEXTS)
    if not speaker or not words or len(lists[speaker]) != len(lists[words]):
        return None
    messages = [Message(str(who), str(said)) for who, said in zip(lists[speaker], lists[words], strict=True)]
    base = "" if path == "{}" else f"{path}."
    left = [f"{base}{name}" for name in value if name not in (speaker, words)]
    return FoundMessages(path, messages, [], left, (path,))


def _joined(best: FoundMessages, found: list[FoundMessages]) -> FoundMessages:
    """Joins sibling lists that belong together ("phrases" of several transcripts), in order."""
    pattern = _NUMBER.sub("[]", best.path)
    alike = [one for one in found if _NUMBER.sub("[]", one.path) == pattern and one.named == best.named]
    if len(alike) < 2 or "[]" not in pattern:
        return best
    alike.sort(key=lambda one: [int(number) for number in re.findall(r"\[(\d+)\]", one.path)])
    return FoundMessages(
        pattern,
        [message for one in alike for message in one.messages],
        [place for one in alike for place in one.unread],
        [place for one in alike for place in one.unused],
        tuple(path for one in alike for path in one.read),
        conversations=max(1, sum(one.several for one in alike)),
    )


def _with_opening(best: FoundMessages, data: Any) -> FoundMessages:
    """With the first message where it stands beside the list of those that follow it, in an object above the list."""
    said = {one.text.strip() for one in best.messages}
    for path, value in _walk(data):
        above, _, name = path.rpartition(".")
        if not isinstance(value, dict) or not name or not best.read[0].startswith(f"{above}." if above else ""):
            continue
        if best.read[0].startswith(path) or "[" in path[len(above) :]:
            continue
        message = opening_of(value)
        if message and message.text.strip() not in said:
            left = [f"{path}.{one}" for one in unused(value, [message], words_field_of(value))]
            return best._replace(
                messages=[message, *best.messages], unused=[*left, *best.unused], read=(*best.read, path)
            )
    return best


def _with_people(best: FoundMessages, data: Any) -> FoundMessages:
    """Adds names and roles that another list gives to the speakers' numbers: {"speakers":

    [{"id": 0, "name": "Nick"}]}.
    """
    people: dict[str, tuple[str | None, Role | None]] = {}
    places: list[str] = []
    for path, value in _walk(data):
        if isinstance(value, list) and path not in best.read:
            for entry in value:
                if isinstance(entry, dict) and (known := person_of(entry)):
                    people.setdefault(known[0], known[1:])
                    places.append(path)
    if not people:
        return best
    messages = []
    for one in best.messages:
        name, role = people.get(one.speaker or "", (None, None))
        messages.append(replace(one, speaker=name or one.speaker, role=one.role or role))
    return best._replace(messages=messages, read=(*best.read, *dict.fromkeys(places)))


def _inner_text(data: Any) -> tuple[str, Layout] | None:
    """JSON around one text, or a list of lines: the text inside is read as text."""
    from evaluator.transcript.dialogue import read_dialogue

    path = "[]"
    if isinstance(data, list) and len(data) > 1 and all(isinstance(item, str) for item in data):
        inner = "\n".join(data)
    else:
        texts = [(where, value) for where, value in _strings(data) if len(value) > 40 or "\n" in value]
        if len(texts) != 1:
            return None
        path, inner = texts[0]
    left = list(beside(data, (path,)))
    about = [Assumption(code="json_beside", values={"path": path, "others": listed(left)})] if left else []
    if _LOOKS_LIKE.match(inner.strip()):  # JSON inside a JSON string
        source, layout = read_json(inner) or ("", None)
    else:
        source, layout = inner, read_dialogue(inner)
    return (source, replace(layout, assumptions=(*layout.assumptions, *about))) if layout is not None else None


def _strings(data: Any) -> Iterator[tuple[str, str]]:
    for path, value in _walk(data):
        base = "" if path in ("{}", "[]") else path
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for name, child in items:
            if isinstance(child, str):
                dotted = f"{base}.{name}" if base else str(name)
                yield f"{base}[{name}]" if isinstance(value, list) else dotted, child


def _place_of_failure(data: Any) -> str:
    """The longest list of entries, or the whole value, with its fields."""
    lists = [(path, value) for path, value in _walk(data) if isinstance(value, list) and value]
    path, value = max(lists, key=lambda one: len(one[1]), default=("{}", data))
    first = value[0] if isinstance(value, list) and value else value
    place = f"{path}[0]" if isinstance(value, list) and path != "[]" else path if not isinstance(value, list) else "[0]"
    if isinstance(first, dict):
        place += f" ({', '.join(list(map(str, first))[:6])})" if first else " ({})"
    return place


def _assumptions(best: FoundMessages, data: Any) -> Iterator[Assumption]:
    if left := [*beside(data, best.read), *best.unused]:
        yield Assumption(code="json_beside", values={"path": best.path, "others": listed(left)})
    if best.conversations > 1:
        values = {"path": best.path, "count": str(best.conversations)}
        yield Assumption(code="conversations_joined", values=values)
    if best.unread:
        yield Assumption(
            code="not_read", values={"places": ", ".join(best.unread[:_MOST_PATHS]), "count": str(len(best.unread))}
        )
    empty = sum(not message.text.strip() for message in best.messages)
    if empty:
        yield Assumption(code="empty_messages", values={"count": str(empty)})

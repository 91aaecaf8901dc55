"""What stands in JSON and ended in no turn: the places of fields that were not read, so that they can be stated."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from evaluator.transcript.structured import fields
from evaluator.transcript.structured.messages import Message
from evaluator.transcript.structured.webpages import looks_like_html

_INDEX = re.compile(r"\[\d+\]")
_MOST_LEAVES = 200  # a field of an entry with more is looked at as a whole
_DEEPEST = 8
_MOST_NAMED = 8


def listed(places: Sequence[str]) -> str:
    """The places for a sentence: each kind once, the first few by name and the rest by number."""
    kinds = list(dict.fromkeys(_INDEX.sub("[]", place) for place in places))
    more = len(kinds) - _MOST_NAMED
    return ", ".join(kinds[:_MOST_NAMED]) + (f" (+{more})" if more > 0 else "")


def beside(data: Any, read: Collection[str]) -> Iterator[str]:
    """The outermost places that hold something and lie neither in, above nor on one of the paths `read`."""
    above = {path[: match.start()] for path in read for match in re.finditer(r"[.\[]", path)} | {"", "{}", "[]"}

    def walk(value: Any, path: str) -> Iterator[str]:
        if path in read:
            return
        if path not in above:
            if _says_something(value):
                yield path
            return
        children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for name, child in children:
            inside = f"{path}[{name}]" if isinstance(value, list) else f"{path}.{name}" if path else str(name)
            yield from walk(child, inside)

    if not {"{}", "[]"} & set(read):
        yield from walk(data, "")


def unused(entry: Mapping[str, Any], messages: Sequence[Message], words_field: str | None) -> Iterator[str]:
    """The fields of one entry whose value is neither in the words that it became, nor a name, role or time of them."""
    said = "\n".join(message.text for message in messages)
    names = {text for one in messages for text in (one.speaker, one.time, one.role) if text}
    for name, value in entry.items():
        of_words = name == words_field
        if isinstance(value, dict | list):
            leaves = list(_leaves(value, str(name)))
            if len(leaves) > _MOST_LEAVES:
                yield from () if of_words else (str(name),)
                continue
            left = [path for path, leaf in leaves if not _is_used(path, leaf, said, names, of_words)]
            yield from (str(name),) if left and len(left) == len(leaves) else left
        elif not of_words and _says_something(value) and not _is_used(str(name), value, said, names, of_words):
            yield str(name)


def _leaves(value: Any, path: str, depth: int = 0) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict | list) and depth < _DEEPEST:
        children = value.items() if isinstance(value, dict) else ((f"[{n}]", one) for n, one in enumerate(value))
        for name, child in children:
            yield from _leaves(child, f"{path}[]" if isinstance(value, list) else f"{path}.{name}", depth + 1)
    elif _says_something(value):
        yield path, value


def _is_used(path: str, value: Any, said: str, names: Collection[str], of_words: bool) -> bool:
    if isinstance(value, dict | list):
        return False
    key, text = fields.key_of(path.rpartition(".")[2].rstrip("[]")), str(value).strip()
    if key in fields.TIMES or (key in fields.ROLES and len(text) < 30):  # looked at, whatever came of it
        return True
    if of_words and isinstance(value, str) and looks_like_html(value):
        return True
    if isinstance(value, float) and value.is_integer():
        text = str(int(value))
    return text in names or (isinstance(value, str) and text in said)


def _says_something(value: Any) -> bool:
    return (
        not isinstance(value, bool)
        and value not in (None, "", [], {})
        and (not isinstance(value, str) or bool(value.strip()))
    )

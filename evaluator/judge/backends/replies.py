"""Careful parsing of what a model wrote: thoughts before the JSON, prose and fences around it, mistakes inside it.

Strict parsing comes first, then a tolerant reader (json-repair). That reader completes truncated text, so half an
option could read as another one: in a truncated reply, the last entry is discarded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from evaluator.text import well_formed, well_formed_value

_THOUGHT = re.compile(r"<(think|thinking|thought|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_END_OF_THOUGHT = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_BEGIN_OF_THOUGHT = re.compile(r"\s*<(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_FENCE = re.compile(r"```[ \t]*[A-Za-z0-9_+-]*[ \t]*\r?\n?(.*?)```", re.DOTALL)
_OPENING = re.compile(r"\{\s*\"(?:answers|results?)\"|(?:^|\n)\s*[{\[]", re.IGNORECASE)
_WHOLE = re.compile(r"\{\s*\"answers\"\s*:", re.IGNORECASE)
_MARKS = "\ufeff\u200b\u200e\u200f \t\r\n"
_OPTION_KEYS = ("option", "answer", "choice", "level", "value", "选项")
_ID_KEYS = ("id", "question", "question_id", "题目")
_LONGEST = 400_000
# The tolerant reader takes quadratic time on deep nesting; real replies with slips are shorter and flatter.
_LONGEST_REPAIRED, _DEEPEST_REPAIRED = 20_000, 20
_MOST_STARTS = 50


def without_thinking(text: str) -> str:
    """The reply after the model's thought; nothing if the thought never ended."""
    text = _THOUGHT.sub("", text[:_LONGEST])
    ends = list(_END_OF_THOUGHT.finditer(text))  # templates that open the thought in the prompt leave only its end
    text = text[ends[-1].end() :] if ends else text
    return "" if _BEGIN_OF_THOUGHT.match(text) else text


def answers_in(text: str, *, cut_off: bool = False) -> list[dict[str, Any]] | None:
    """The answers in a reply as {"id", "option", "reason"}; None if there are none.

    With `cut_off` the reply ended at the limit, so that its last entry may be incomplete.
    """
    text = _last_version(well_formed(without_thinking(text)).strip(_MARKS))
    for candidate in _candidates(text):
        found = _entries(_strictly(candidate))
        if found:
            return list(well_formed_value(found))
    repaired = _repaired(text, cut_off or not text.rstrip("`" + _MARKS).endswith(("}", "]")))
    return list(well_formed_value(repaired)) if repaired else None


def _last_version(text: str) -> str:
    """The text from its last object of answers on: what a model drafts above its answer does not count."""
    starts = [match.start() for match in _WHOLE.finditer(text)]
    return text[starts[-1] :] if len(starts) > 1 else text


def _candidates(text: str) -> Iterator[str]:
    """Where the JSON may be: the whole text, fenced parts from last to first, or after prose with brackets.

    An entry inside a broken list is not a candidate: it would pass for the only answer.
    """
    yield text
    yield from reversed([match.group(1) for match in _FENCE.finditer(text)])
    starts = [match.start() for match in _OPENING.finditer(text)]
    for start in starts[:_MOST_STARTS]:
        yield text[start:]


def _strictly(text: str) -> Any:
    """The JSON value at the start of the text, allowing raw line breaks in strings; None if there is none."""
    try:
        return json.JSONDecoder(strict=False).raw_decode(text.strip(_MARKS))[0]
    except (ValueError, RecursionError):
        return None


def _repaired(text: str, open_ended: bool) -> list[dict[str, Any]] | None:
    import json_repair

    start = text.find("{")
    if start < 0 or _depth(text[start : start + _LONGEST_REPAIRED]) > _DEEPEST_REPAIRED:
        return None
    try:
        found = _entries(json_repair.loads(text[start : start + _LONGEST_REPAIRED], skip_json_loads=True))
    except (ValueError, RecursionError, IndexError, TypeError):
        return None
    open_ended = open_ended or len(text) - start > _LONGEST_REPAIRED
    return (found[:-1] if open_ended else found) if found else None


def _depth(text: str) -> int:
    """How deep its brackets are nested, those inside strings included."""
    steps = (1 if char in "{[" else -1 for char in text if char in "{}[]")
    return max(accumulate(steps), default=0)


def _entries(reply: Any) -> list[dict[str, Any]]:
    """Answers in any of the forms that models use: a list under "answers" or alone, or an object by question id."""
    if isinstance(reply, list):
        found = [one for one in (_entry(item) for item in reply) if one is not None]
        return found or next((inner for item in reply if (inner := _entries(item))), []) if reply else []
    if not isinstance(reply, dict):
        return []
    for key in ("answers", "Answers", "result", "results", "答案"):
        if isinstance(reply.get(key), list | dict):
            return _entries(reply[key])
    single = _entry(reply)
    if single is not None:
        return [single]
    named = [{"id": key, **_as_answer(value)} for key, value in reply.items() if _as_answer(value)]
    return [one for one in (_entry(item) for item in named) if one is not None]


def _as_answer(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if key not in _ID_KEYS}
    return {"option": value} if isinstance(value, str | int | float) and not isinstance(value, bool) else {}


def _entry(item: Any) -> dict[str, Any] | None:
    """One answer with its id and option as text: 2 and 2.0 are the option "2"."""
    if not isinstance(item, dict):
        return None
    identifier = next((item[key] for key in _ID_KEYS if key in item), None)
    option = next((item[key] for key in _OPTION_KEYS if key in item), None)
    if not isinstance(identifier, str | int) or isinstance(identifier, bool) or option is None:
        return None
    reason = item.get("reason", item.get("理由"))
    return {"id": str(identifier).strip(), "option": _text(option), "reason": reason if isinstance(reason, str) else ""}


def _text(option: Any) -> str | None:
    if isinstance(option, bool):
        return "yes" if option else "no"
    if isinstance(option, float) and option.is_integer():
        option = int(option)
    if isinstance(option, dict):
        option = option.get("id")
    return str(option).strip() if isinstance(option, str | int | float) else None

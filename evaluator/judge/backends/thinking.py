"""Models that think before they answer: detected by their first token, and read after the thought."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from evaluator.judge.backends.asking import ReadingFailed

_BEGINS = ("<think", "<thought", "<reasoning", "<|channel|>", "<|begin_of_thought|>", "◁think▷")
_ENDS = ("</think>", "</thinking>", "</thought>", "</reasoning>", "<|message|>", "<|end_of_thought|>", "◁/think▷")
_THOUGHTS = ("reasoning_content", "reasoning", "thinking")
_DECORATION = " \t\r\n*_`\"'“”.:：("
_NEAR = 16  # number of tokens within which a label follows "Answer: **"


def is_thought(choice: dict[str, Any]) -> bool:
    """Whether the requested token started a thought instead of an answer."""
    message = _message(choice)
    if any(message.get(name) for name in _THOUGHTS):
        return True
    logprobs = choice.get("logprobs")
    tokens = logprobs.get("content") if isinstance(logprobs, dict) else None
    first = tokens[0].get("token") if isinstance(tokens, list) and tokens and isinstance(tokens[0], dict) else None
    text = str(message.get("content") or "").lstrip()
    if isinstance(first, str) and (first.strip() == "<" or first.strip().startswith(_BEGINS)):
        return True
    hidden = not text and not tokens and choice.get("finish_reason") == "length"  # the token went into a hidden thought
    return text.startswith(_BEGINS) or hidden


def answering_token(tokens: Sequence[dict[str, Any]], choice: dict[str, Any], labels: Collection[str]) -> int:
    """The position of the answering token: after the thought, the first label, otherwise the first word.

    Raises ReadingFailed if the thought did not end.
    """
    texts = [str(token.get("token", "")) for token in tokens]
    whole = "".join(texts)
    offset = _behind_thought(whole, choice)
    at, places = 0, []
    for place, text in enumerate(texts):
        if at + len(text) > offset and text.strip(_DECORATION):
            places.append(place)
        at += len(text)
    if not places:
        raise ReadingFailed("unreadable", "no answer behind the thinking: raise output_limit or switch thinking off")
    near = places[:_NEAR]
    return next((place for place in near if texts[place].strip(_DECORATION).upper() in labels), near[0])


def _behind_thought(whole: str, choice: dict[str, Any]) -> int:
    """The position in the text of all tokens at which the answer starts."""
    ends = [whole.rfind(mark) + len(mark) for mark in _ENDS if mark in whole]
    if ends:
        return max(ends)
    if whole.lstrip().startswith(_BEGINS):
        raise ReadingFailed("unreadable", "still thinking at the limit: raise output_limit or switch thinking off")
    message = _message(choice)
    content = str(message.get("content") or "")
    if any(message.get(name) for name in _THOUGHTS) and not content.strip():
        raise ReadingFailed("unreadable", "still thinking at the limit: raise output_limit or switch thinking off")
    return len(whole) - len(content) if content and whole.endswith(content) else 0


def _message(choice: dict[str, Any]) -> dict[str, Any]:
    message = choice.get("message")
    return message if isinstance(message, dict) else {}


def soft_switch(model: str) -> str:
    """Return " /no_think" for models that understand it (Qwen3 before its split into thinking and instruct models)."""
    name = model.lower()
    return " /no_think" if "qwen3" in name and not any(word in name for word in ("2507", "instruct", "coder")) else ""

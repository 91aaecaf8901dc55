"""Options, alone on a line or several on one, and the steps of ordering questions."""

from __future__ import annotations

import re

from evaluator.bank.items import Option
from evaluator.bank.marks.folding import CIRCLED, fold

_OPTION = re.compile(r"^\s*[-*•]?\s*(?:\(([A-Ha-h])\)|\[([A-H])\]|([A-Ha-h])\s*[.、:)])\s*")
_INLINE = re.compile(r"(?:(?<=\s)|(?<=[;。,]))(?:\(([A-H])\)|([A-H])\s*[.、:)])\s*")


def read_options(text: str, after: str = "") -> list[Option]:
    """The options on a line, in sequence; the first must follow the label `after` (empty: it must be A)."""
    folded = fold(text)
    match = _OPTION.match(folded)
    label = _label(match) if match else None
    if match is None or label != _next(after):
        return []
    return split_options(text[match.end() :], label)


def split_options(text: str, label: str) -> list[Option]:
    """The text of option `label` and the options that follow it on the same line."""
    folded, options, start, at = fold(text), [], 0, 0
    while match := _INLINE.search(folded, at):
        at = match.end()
        if _label(match) == _next(label):
            options.append(Option(label=label, text=text[start : match.start()].strip()))
            label, start = _next(label), match.end()
    return [*options, Option(label=label, text=text[start:].strip())]


def find_inline_options(text: str) -> tuple[str, list[Option]]:
    """A question with its options on the same line: the question, and the options (at least A and B, else none)."""
    for match in _INLINE.finditer(fold(text)):
        if _label(match) == "A":
            options = split_options(text[match.end() :], "A")
            if len(options) > 1:
                return text[: match.start()].strip(), options
    return text, []


def option_label(text: str) -> str | None:
    """The label that the line begins with, whatever its place in the sequence; None where it begins with none."""
    match = _OPTION.match(fold(text))
    return _label(match) if match else None


def _label(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group).upper()


def _next(label: str) -> str:
    return chr(ord(label) + 1) if label else "A"


def read_step(text: str) -> tuple[int, str] | None:
    """`① text`: the step's number and text."""
    stripped = text.strip()
    if stripped and stripped[0] in CIRCLED:
        return CIRCLED.index(stripped[0]) + 1, stripped[1:].lstrip(" .、．:：")
    return None


def is_sequence(text: str) -> bool:
    """Whether the text is nothing but numbers or circled numbers joined by arrows or dashes."""
    return bool(
        re.fullmatch(
            rf"\s*(?:[{CIRCLED}]|\d)(?:\s*(?:→|->|=>|>|-|—+>?|–)\s*(?:[{CIRCLED}]|\d))+\s*[.。;]?\s*",
            fold(text),
        )
    )

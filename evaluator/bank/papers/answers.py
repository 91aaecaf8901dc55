"""Reference answers that are written in parts: `-开场白:…`, `(1)…`, `①…`, `1.…`."""

from __future__ import annotations

import re

from evaluator.bank.items import AnswerPart, ModelAnswer
from evaluator.bank.papers.line_patterns import CIRCLED, fold

# In this order: the style of the first marked line is the outer one; all others belong inside a part.
_STYLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("dash", re.compile(r"^\s*[-–—•·*▪●]\s*(?=[^\s\d-])")),
    ("bracket", re.compile(r"^\s*\(\d{1,2}\)\s*")),
    ("circled", re.compile(rf"^\s*[{CIRCLED}]\s*[.、]?\s*")),
    ("dot", re.compile(r"^\s*\d{1,2}\s*[.、)]\s*(?!\d)")),
    (
        "ordinal",
        re.compile(r"^\s*(?:第[一二三四五六七八九十],|首先,|其次,|再次,|最后,|第[一二三四五六七八九十][、:])\s*"),
    ),
)
_TITLE = re.compile(r"^([^:,。;!?\"“”]{1,20}):\s*")


def split_answer(text: str) -> ModelAnswer:
    """An answer with its parts; without parts if nothing or only one is marked."""
    lines = _break_inline(text).splitlines()
    style = next((pattern for line in lines for _, pattern in _STYLES if pattern.match(fold(line))), None)
    if style is None:
        return ModelAnswer(text=text)
    parts: list[list[str]] = []
    for line in lines:
        match = style.match(fold(line))
        if match:
            parts.append([line[match.end() :].strip()])
        elif parts:
            parts[-1].append(line.strip())
    return ModelAnswer(
        text=text, parts=tuple(_part(n, part) for n, part in enumerate(parts, 1)) if len(parts) > 1 else ()
    )


def _part(number: int, lines: list[str]) -> AnswerPart:
    match = _TITLE.match(fold(lines[0]))
    title = lines[0][: match.end(1)].strip() if match else ""
    first = lines[0][match.end() :] if match else lines[0]
    body = "\n".join(line for line in (first, *lines[1:]) if line.strip())
    return AnswerPart(number=number, title=title, text=body or title)


def _break_inline(text: str) -> str:
    """Splits `(1)…;(2)…;(3)…` on one line into separate lines."""
    if "\n" in text:
        return text
    folded = fold(text)
    starts = [
        match.start() for match in re.finditer(rf"(?:(?<=^)|(?<=[;。,:\s]))(?:\(\d{{1,2}}\)|[{CIRCLED}])", folded)
    ]
    if len(starts) < 2:
        return text
    pieces = [text[begin:end].strip() for begin, end in zip([0, *starts], [*starts, len(text)], strict=True)]
    return "\n".join(piece for piece in pieces if piece)

"""Splits references into the form a rubric holds, and a points rubric written in words into criteria."""

from __future__ import annotations

import re
from typing import NamedTuple

from evaluator.rubric import ReferenceAnswer
from evaluator.rubrics.key_points import strip_numbering

LEAST_NAMED = 6  # letters left of a wording without its numbering
_SUB_QUESTION = re.compile(r"\b(?:q|question|part|item|sub-?question)\b\s*\.?\s*\w{0,3}\b|\b\w\b", re.IGNORECASE)
_POINTS = re.compile(r"\(\s*(\d+(?:\.\d+)?)\s*points?\s*\)", re.IGNORECASE)


class RubricItem(NamedTuple):
    """One item of a rubric in words, and its points."""

    text: str
    points: float


def build_references(texts: tuple[str, ...]) -> tuple[ReferenceAnswer, ...]:
    """Returns the reference answers; duplicates count once."""
    return tuple(
        ReferenceAnswer(id=f"r{number}", text=text)
        for number, text in enumerate(dict.fromkeys(texts), start=1)
        if text.strip()
    )


def read_points_rubric(text: str) -> list[RubricItem]:
    """Returns the items of a rubric in words, in order: the text before each "(5 points)"."""
    items, start = [], 0
    for match in _POINTS.finditer(text):
        lines = [line for line in re.split(r"[\n;]", text[start : match.start()]) if line.strip(" ;.•")]
        wording = strip_numbering(lines[-1]) if lines else text[start : match.start()]
        items.append(RubricItem(" ".join(wording.split()).strip(" .;•"), float(match.group(1))))
        start = match.end()
    return items


def are_parts(items: list[RubricItem], most: float) -> bool:
    """True when the items add up to the maximum, so each part earns its points; otherwise they are alternatives."""
    return abs(sum(item.points for item in items) - most) < 1e-6


def names_something(item: RubricItem) -> bool:
    """True if an item says what earns its points, and not only which sub-question it belongs to."""
    return sum(char.isalpha() for char in _SUB_QUESTION.sub(" ", item.text)) >= LEAST_NAMED

"""Key points out of a reference answer, and criteria out of a points rubric written in words."""

from __future__ import annotations

import re
from typing import NamedTuple

from evaluator.rubric import KeyPoint, ReferenceAnswer
from evaluator.spans import spans_of
from evaluator.transcript import parse

LEAST = 6  # characters of a clause that can stand alone; shorter ones join the next
_BREAK = re.compile(r"(?<=[，,；;：:])|(?<=[。！？!?])|\n|(?<=\.)\s")
_NUMBERING = re.compile(r"^\s*(?:[（(]?\d+[)）.,、:：]|[①-⑳]|[•*-]\s)\s*")
_POINTS = re.compile(r"\(\s*(\d+(?:\.\d+)?)\s*points?\s*\)", re.IGNORECASE)


class RubricItem(NamedTuple):
    """One item of a rubric in words, and the points behind it."""

    text: str
    points: float


def split_clauses(text: str, least: int = LEAST) -> list[str]:
    """The clauses of a text without numbering; English is split into sentences, because its clauses say little."""
    chinese = any("\u4e00" <= char <= "\u9fff" for char in text)
    pieces = _BREAK.split(text) if chinese else [span.text for span in spans_of(parse(text, form="answer"), {"agent"})]
    clauses: list[str] = []
    held = ""
    for piece in pieces:
        held += _NUMBERING.sub("", piece.strip())
        if sum(char.isalnum() for char in held) >= least:
            clauses.append(held.strip("，,；;：:。 "))
            held = ""
    return clauses + ([held.strip("，,；;：:。 ")] if held.strip("，,；;：:。 ") and not clauses else [])


def build_references(texts: tuple[str, ...]) -> tuple[ReferenceAnswer, ...]:
    """Reference answers with a key point a clause; ids tell apart across references, equal references count once."""
    return tuple(
        ReferenceAnswer(
            id=f"r{number}",
            text=text,
            key_points=tuple(
                KeyPoint(id=f"r{number}p{place}", text=clause)
                for place, clause in enumerate(split_clauses(text), start=1)
            ),
        )
        for number, text in enumerate(dict.fromkeys(texts), start=1)
        if text.strip()
    )


def read_points_rubric(text: str) -> list[RubricItem]:
    """The items of a rubric in words, in order: what stands before each "(5 points)"."""
    items, start = [], 0
    for match in _POINTS.finditer(text):
        lines = [line for line in re.split(r"[\n;]", text[start : match.start()]) if line.strip(" ;.•")]
        wording = _NUMBERING.sub("", lines[-1].strip()) if lines else text[start : match.start()]
        items.append(RubricItem(" ".join(wording.split()).strip(" .;•"), float(match.group(1))))
        start = match.end()
    return items


def are_parts(items: list[RubricItem], most: float) -> bool:
    """True when the items add up to the maximum: parts that each earn their points. Else they are alternatives."""
    return abs(sum(item.points for item in items) - most) < 1e-6

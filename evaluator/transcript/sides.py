"""Dialogue without names, where a dash or ">>" at the start of a line marks a change of speaker, as in captions and novels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from evaluator.transcript.phrases import AGENT_PHRASES, CUSTOMER_PHRASES
from evaluator.transcript.segments import Layout, Segment, SourceLine, lines_of
from evaluator.transcript.tuned import SIDE_SHARE
from evaluator.transcript.turns import Assumption

_MARK = re.compile(r"[ \t]*(?P<mark>>>|》》|—{1,2}|–|-|•|·)[ \t]*(?=[^\s\-–—>*•·=_])")
_LISTS = ("-", "•", "·")  # marks that begin the items of a list too
_LEAST_TURNS = 3


def read_sides(source: str) -> Layout | None:
    """The turns of speakers 1 and 2; None unless most lines start with one mark and the words show two sides.

    Captions mark every change of speaker with ">>", so there the marks are enough. That the sides alternate is a doubt.
    """
    lines = [line for line in lines_of(source) if not line.is_blank]
    marks = [_MARK.match(line.plain) for line in lines]
    found = [match["mark"] for match in marks if match]
    if len(found) < _LEAST_TURNS or len(found) < SIDE_SHARE * len(lines):
        return None
    mark = max(set(found), key=found.count)
    starts = [place for place, match in enumerate(marks) if match and match["mark"] == mark]
    if len(starts) < _LEAST_TURNS or not _has_two_sides(mark, [lines[place].plain for place in starts]):
        return None
    segments = tuple(_segments(lines, marks, starts))
    return Layout("dialogue", segments, (Assumption(code="sides_by_turns", values={"mark": mark}),))


def _has_two_sides(mark: str, turns: Sequence[str]) -> bool:
    if mark in (">>", "》》"):
        return True
    agent, customer = (
        [sum(bool(phrases.search(turn)) for turn in turns[first::2]) for first in (0, 1)]
        for phrases in (AGENT_PHRASES, CUSTOMER_PHRASES)
    )
    sides = [agent[0] - agent[1], customer[1] - customer[0]]
    if mark in _LISTS:
        return sides[0] * sides[1] > 0
    return any(sides) and sides[0] * sides[1] >= 0


def _segments(
    lines: Sequence[SourceLine], marks: Sequence[re.Match[str] | None], starts: Sequence[int]
) -> Iterator[Segment]:
    if starts[0] > 0:
        yield Segment(None, lines[0].start, lines[starts[0] - 1].end, kind="preamble")
    for number, (place, following) in enumerate(zip(starts, [*starts[1:], len(lines)], strict=True)):
        match = marks[place]
        begin = lines[place].start + (match.end() if match else 0)
        yield Segment(str(number % 2 + 1), begin, lines[following - 1].end)

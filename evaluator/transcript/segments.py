"""The output of layout readers: the source cut into segments, before roles are assigned."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from evaluator.rubric import Role
from evaluator.transcript.turns import Assumption

# speech: somebody's words; written: the author's own text around a role-play; direction: a stage direction; preamble:
# text before the first speaker; mail, earlier_mail: a message, and the one it answers; system: a program line, such as
# "Nick joined the chat"; quotation: another message repeated inside one.
SegmentKind = Literal["speech", "written", "direction", "preamble", "mail", "earlier_mail", "system", "quotation"]

# Invisible characters: zero-width characters, direction marks, byte order marks.
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
_COLONS = "\u2236\ufe55\ufe30\ufe13\ua789\u02d0\u02f8\u05c3"  # signs that look like a colon and are typed for one
_VISIBLE = str.maketrans(
    dict.fromkeys(INVISIBLE, " ") | dict.fromkeys("\u00a0\u202f\u2007\u3000", " ") | dict.fromkeys(_COLONS, ":")
)
_QUOTE_MARKS = re.compile(r"(?:[\r\n][ \t]*>[ \t]*)+\s*\Z")
_LAST_LINES = 200
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")


class SourceLine(NamedTuple):
    """A line without its line break: offsets in the source, the text between them, and the text with invisible marks
    and unusual spaces as plain spaces, of the same length.
    """

    start: int
    end: int
    text: str
    plain: str

    @property
    def is_blank(self) -> bool:
        """Whether nothing on it is visible, apart from quotation marks of replies."""
        return not self.plain.strip().strip("> ")


@dataclass(frozen=True)
class Segment:
    """`source[start:end]`, spoken by `speaker`.

    `time` is the time as written; `role` is set if the layout states it.
    """

    speaker: str | None
    start: int
    end: int
    time: str | None = None
    kind: SegmentKind = "speech"
    role: Role | None = None


@dataclass(frozen=True)
class Layout:
    """A reader's result: the format's name, its segments in order, its assumptions, and the declared roles."""

    format: str
    segments: tuple[Segment, ...]
    assumptions: tuple[Assumption, ...] = ()
    declared: tuple[tuple[str, Role], ...] = ()


def lines_of(source: str) -> Iterator[SourceLine]:
    """The lines of `source` with their offsets; only line feeds and carriage returns end a line."""
    for match in _LINE.finditer(source):
        if match.end() > match.start():
            text = match.group().rstrip("\r\n")
            yield SourceLine(match.start(), match.start() + len(text), text, text.translate(_VISIBLE))


def plain_of(text: str) -> str:
    """The text with invisible characters and unusual spaces as plain spaces, of the same length."""
    return text.translate(_VISIBLE)


def trimmed(source: str, segment: Segment) -> Segment:
    """The segment without surrounding white space and invisible characters, and without trailing lines of only ">".

    Empty if it has nothing else.
    """
    start, end = segment.start, segment.end
    if bare := _QUOTE_MARKS.search(source, max(start, end - _LAST_LINES), end):
        end = bare.start()
    while start < end and (source[start].isspace() or source[start] in INVISIBLE):
        start += 1
    while end > start and (source[end - 1].isspace() or source[end - 1] in INVISIBLE):
        end -= 1
    return replace(segment, start=start, end=end)

"""Subtitle files of Aegisub and its relatives (ASS, SSA), read with pysubs2: every event has a field for its speaker."""

from __future__ import annotations

import re

from evaluator.errors import InputError
from evaluator.transcript.segments import INVISIBLE
from evaluator.transcript.structured import Message
from evaluator.transcript.turns import Assumption

_SECTION = re.compile(r"\[(?:Script Info|V4\+? Styles|Events)\]", re.IGNORECASE)
_EVENT = re.compile(r"^(?:Dialogue|Comment):", re.MULTILINE)
_TITLE = re.compile(r"^Title:[ \t]*(?P<title>\S.*)", re.MULTILINE)


def read_ass(source: str) -> tuple[list[Message], list[str], list[Assumption]] | None:
    """The events in order of time, titles and comments, and what was not read; None if the text is no such file.

    Raises InputError if no event can be read.
    """
    source = source.lstrip(INVISIBLE).lstrip()
    if not _SECTION.match(source) or not _EVENT.search(source):
        return None
    import pysubs2

    try:
        events = list(pysubs2.SSAFile.from_string(source, format_="ass"))
    except (pysubs2.Pysubs2Error, ValueError, KeyError, IndexError):
        raise InputError("transcript_ass_damaged") from None
    written = len(_EVENT.findall(source))
    lost = Assumption(code="not_read", values={"count": str(written - len(events)), "places": "Dialogue"})
    notes = [one.plaintext.strip() for one in events if one.is_comment]
    title = _TITLE.search(source)
    cues = [
        Message(one.name.strip() or None, one.plaintext.strip(), _clock(one.start))
        for one in sorted(events, key=lambda event: event.start)
        if not one.is_comment
    ]
    return cues, [*([title["title"].strip()] if title else []), *notes], [lost] if written > len(events) else []


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"

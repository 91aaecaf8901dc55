"""The common form of all structured layouts: messages in order, written out as one name and its words per line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from evaluator.rubric import Role
from evaluator.transcript.segments import Layout, Segment, SegmentKind
from evaluator.transcript.times import has_date, seconds
from evaluator.transcript.turns import Assumption

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Message:
    """One message: speaker (None if the source has none), words, time as written, and the role if stated."""

    speaker: str | None
    text: str
    time: str | None = None
    role: Role | None = None
    kind: SegmentKind = "speech"


def in_order(messages: Sequence[Message]) -> tuple[list[Message], bool]:
    """The messages from the first to the last, and whether they had to be turned round: some programs list the newest first,
    which their times show."""
    written = [message.time for message in messages if message.time and message.text.strip()]
    known = [time for one in written if (time := seconds(one, clock=True)) is not None]
    spoken = sum(bool(message.text.strip()) for message in messages)
    falling = all(one >= other for one, other in pairwise(known))
    enough = len(known) > (1 if all(map(has_date, written)) else 2)  # 23:59 and 0:01 are no two times that fall
    turned = enough and 2 * len(known) > spoken and falling and known[0] > known[-1]
    return (list(reversed(messages)) if turned else list(messages)), turned


def written_out(
    format: str, messages: Sequence[Message], assumptions: Iterable[Assumption] = ()
) -> tuple[str, Layout] | None:
    """The text formed by the messages, and its layout; None if nobody says anything."""
    if not any(message.text.strip() for message in messages):
        return None
    messages, turned = in_order(messages)
    about = [*assumptions, *([Assumption(code="newest_first")] if turned else [])]
    parts: list[str] = []
    segments: list[Segment] = []
    at = 0
    for message in messages:
        words = _CONTROLS.sub(" ", message.text).replace("\r\n", "\n").replace("\r", "\n").strip()
        if not words:
            continue
        speaker = " ".join(message.speaker.split()) if message.speaker else None
        head = f"{speaker}：" if speaker and message.kind == "speech" else ""
        parts.append(f"{head}{words}")
        start = at + len(head)
        segments.append(Segment(speaker, start, start + len(words), message.time, message.kind, message.role))
        at = start + len(words) + 1
    return "\n".join(parts), Layout(format, tuple(segments), tuple(about))

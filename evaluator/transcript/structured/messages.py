"""What all structured layouts come down to: messages in order, written out as one name and its words a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evaluator.rubric import Role
from evaluator.transcript.segments import Layout, Segment, SegmentKind
from evaluator.transcript.turns import Assumption

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Message:
    """One message: who (None where the source has nobody), the words, when as written, and the role if the source states it."""

    speaker: str | None
    text: str
    time: str | None = None
    role: Role | None = None
    kind: SegmentKind = "speech"


def written_out(
    format: str, messages: Sequence[Message], assumptions: Iterable[Assumption] = ()
) -> tuple[str, Layout] | None:
    """The text that the messages become, and its layout; None if nobody says anything."""
    if not any(message.text.strip() for message in messages):
        return None
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
    return "\n".join(parts), Layout(format, tuple(segments), tuple(assumptions))

"""A transcript: who said what, in the exact words, with their place in the source text."""

from __future__ import annotations

import hashlib
from typing import Literal

from pydantic import BaseModel, ConfigDict

Role = Literal["agent", "customer", "other"]


class Turn(BaseModel):
    """One uninterrupted piece by one speaker. `source[start:end] == text`, exactly."""

    model_config = ConfigDict(frozen=True)

    id: str  # "t1", "t2", …
    role: Role  # "agent" is the person graded: agent, candidate, author of a written answer
    speaker: str | None  # the name as written, None where the text has none
    text: str
    start: int  # offset of the first character of `text` in Transcript.source
    end: int
    at_s: float | None = None  # seconds into the call, where the source has times


class Assumption(BaseModel):
    """Something that the parser had to assume. `code` is a key of the catalogue `transcript`."""

    model_config = ConfigDict(frozen=True)

    code: str
    values: dict[str, str] = {}


class Transcript(BaseModel):
    """Turns in order, over the exact source text; what was assumed in reading it is part of the result."""

    model_config = ConfigDict(frozen=True)

    source: str
    format: str  # "dialogue", "srt", "vtt", "chat_export", "quoted", "email", "plain"
    turns: tuple[Turn, ...]
    assumptions: tuple[Assumption, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 over roles and texts: the same conversation has the same digest whatever the file's layout."""
        content = "\x1e".join(f"{turn.role}\x1f{turn.text}" for turn in self.turns)
        return hashlib.sha256(content.encode()).hexdigest()

    def turn(self, turn_id: str) -> Turn:
        """The turn with that id; KeyError if there is none."""
        for turn in self.turns:
            if turn.id == turn_id:
                return turn
        raise KeyError(turn_id)

"""The types of a transcript, and its queries: its speakers, and the same turns with other roles."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from evaluator.encoding import Frozen
from evaluator.errors import InputError
from evaluator.rubric import Role
from evaluator.text import fold

# The kind of a turn; all but speech, written text and mail are nobody's words, with the role "other". See `segments`.
TurnKind = Literal["speech", "written", "direction", "preamble", "mail", "earlier_mail", "system", "quotation"]

SAID: frozenset[TurnKind] = frozenset({"speech", "written", "mail", "earlier_mail"})
"""Kinds of turns that are somebody's words; the others have no speaker to choose a role for."""

DOUBTS = frozenset(
    {
        "agent_by_order",
        "agent_by_phrases",
        "agent_only_speaker",
        "several_agents",
        "same_agent",
        "one_side_only",
        "label_doubtful",
        "label_left_doubtful",
        "names_alone",
        "layout_doubtful",
        "words_without_speaker",
        "conversations_joined",
        "not_read",
        "mail_other_agent",
        "sides_by_turns",
    }
)
"""Codes of assumptions based on thin evidence, so that a person is asked."""


class Turn(Frozen):
    """One uninterrupted piece by one speaker: `source[start:end] == text` holds exactly."""

    id: str  # "t1", "t2", …
    role: Role  # "agent" is the graded person: agent, candidate, author of a written answer
    speaker: str | None  # the name as written; None if the text has none
    text: str
    start: int  # offset of the first character of `text` in Transcript.source
    end: int
    at_s: float | None = None  # seconds into the call, if the source has times
    kind: TurnKind = "speech"


class Assumption(Frozen):
    """Something that the parser had to assume; `code` is a key of the catalogue `transcript`."""

    code: str
    values: dict[str, str] = {}

    @property
    def is_doubt(self) -> bool:
        """Whether it is based on thin evidence, so that a person has to look."""
        return self.code in DOUBTS


class Transcript(Frozen):
    """Turns in order, over the exact source text; assumptions made while reading are part of the result."""

    source: str
    format: str  # "dialogue", "chat_export", "srt", "vtt", "ass", "json", "table", "quoted", "email", "plain"
    turns: tuple[Turn, ...]
    assumptions: tuple[Assumption, ...] = ()

    @property
    def doubts(self) -> tuple[Assumption, ...]:
        """The assumptions that a person should confirm."""
        return tuple(item for item in self.assumptions if item.is_doubt)

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


class SpeakerSummary(NamedTuple):
    """One speaker of a transcript; `speaker` is None for text without a name."""

    speaker: str | None
    role: Role
    turns: int


def speakers(transcript: Transcript) -> list[SpeakerSummary]:
    """Every speaker with role and number of turns, in order of appearance; what a program wrote has no speaker."""
    counts: dict[tuple[str | None, Role], int] = {}
    for turn in transcript.turns:
        if turn.speaker and turn.kind not in SAID:
            continue
        counts[turn.speaker, turn.role] = counts.get((turn.speaker, turn.role), 0) + 1
    return [SpeakerSummary(name, role, count) for (name, role), count in counts.items()]


def with_roles(transcript: Transcript, roles: Mapping[str, Role]) -> Transcript:
    """The same turns with changed roles for the named speakers; InputError lists the speakers if one is unknown.

    Only the named speakers change: assumptions about the others remain, also in `assumptions`.
    """
    wanted = {fold(name): role for name, role in roles.items()}
    check_names(roles, [turn.speaker for turn in transcript.turns])
    turns = tuple(
        turn.model_copy(update={"role": wanted.get(fold(turn.speaker or ""), turn.role)}) if turn.kind in SAID else turn
        for turn in transcript.turns
    )
    everybody = {fold(turn.speaker) for turn in transcript.turns if turn.speaker} <= set(wanted)
    left = tuple(
        item
        for item in transcript.assumptions
        if not (item.is_doubt and everybody) and fold(item.values.get("speaker", "")) not in wanted
    )
    return transcript.model_copy(update={"turns": turns, "assumptions": left})


def with_turn_roles(transcript: Transcript, roles: Mapping[str, Role]) -> Transcript:
    """The same turns with other roles for those with these ids; their speakers' names are removed.

    Whoever said the words is somebody else than the text says, and nobody said who. Unknown ids are ignored.
    """
    turns = tuple(
        turn.model_copy(update={"role": roles[turn.id], "speaker": None})
        if roles.get(turn.id, turn.role) != turn.role
        else turn
        for turn in transcript.turns
    )
    return transcript.model_copy(update={"turns": turns})


def check_names(roles: Mapping[str, Role], found: Iterable[str | None]) -> None:
    """Raises InputError listing the speakers if `roles` names one that is not among `found`."""
    names = list(dict.fromkeys(name for name in found if name))
    known = {fold(name) for name in names}
    for name in roles:
        if fold(name) not in known:
            code = "transcript_unknown_speaker" if names else "transcript_no_speakers"
            raise InputError(code, name=name, found=", ".join(names))


def assemble(turns: Iterable[tuple[Role, str | None, str]]) -> Transcript:
    """A transcript from separate turns (role, name or None, text), as in data sets and practice calls.

    The source is written as one "name：text" per line, so that offsets, storage and display work as for pasted text.
    """
    source, built = "", []
    for number, (role, name, text) in enumerate(turns, start=1):
        source += ("\n" if source else "") + (f"{name}：" if name else "")
        start = len(source)
        source += text
        built.append(Turn(id=f"t{number}", role=role, speaker=name, text=text, start=start, end=len(source)))
    return Transcript(source=source, format="dialogue", turns=tuple(built))

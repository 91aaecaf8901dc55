"""From text to turns: which layout it is, and who is who. Every guess becomes an assumption of the
transcript.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from evaluator.guard.matching import fold
from evaluator.transcript.casting import cast
from evaluator.transcript.chats import read_chat_export
from evaluator.transcript.labels import is_dialogue_throughout, read_labels
from evaluator.transcript.mails import has_mail_head, read_mail
from evaluator.transcript.pieces import Layout, Piece, has_date, seconds, trimmed
from evaluator.transcript.quoted import read_quoted
from evaluator.transcript.subtitles import read_subtitles
from evaluator.transcript.turns import Assumption, Role, Transcript, Turn, check_names

Form = Literal["dialogue", "answer", "email"]


def parse(
    text: str,
    *,
    roles: Mapping[str, Role] | None = None,
    form: Form = "dialogue",
    assumed: tuple[Assumption, ...] = (),
) -> Transcript:
    """The turns of `text`, over the exact text; what had to be assumed is in `assumptions`.

    `roles` says who somebody is ("小李": "agent"); InputError lists the speakers found if a name is not
    among them.
    `form` is what was handed in: an "answer" or "email" is one author's text and is not cut at its labels,
    unless it
    is a conversation from its first line on. `assumed` goes first among the assumptions. Empty text has no
    turns.
    """
    roles = roles or {}
    layout = _read(text, form, roles)
    pieces = [piece for piece in (trimmed(text, piece) for piece in layout.pieces) if piece.end > piece.start]
    check_names(roles, [piece.speaker for piece in pieces])
    cast_roles, about_roles = cast(text, pieces, {fold(name): role for name, role in roles.items()})
    times = _times(pieces, clock=layout.format == "chat_export")
    turns = tuple(
        Turn(
            id=f"t{number}",
            role=role,
            speaker=piece.speaker,
            text=text[piece.start : piece.end],
            start=piece.start,
            end=piece.end,
            at_s=at_s,
        )
        for number, (piece, role, at_s) in enumerate(zip(pieces, cast_roles, times, strict=True), start=1)
    )
    return Transcript(
        source=text,
        format=layout.format,
        turns=turns,
        assumptions=(*assumed, *layout.assumptions, *about_roles),
    )


def _read(text: str, form: Form, roles: Mapping[str, Role]) -> Layout:
    if form == "email" or (form == "dialogue" and has_mail_head(text)):
        if form == "email" and not has_mail_head(text) and is_dialogue_throughout(text):
            return read_labels(text, roles) or _plain(text)
        return read_mail(text)
    found = read_subtitles(text) or read_chat_export(text)
    if found:
        return found
    if form == "answer" and not roles:
        return _answer(text)
    return read_labels(text, roles) or read_quoted(text) or _plain(text)


def _answer(text: str) -> Layout:
    if is_dialogue_throughout(text):
        return read_labels(text) or _plain(text)
    inside = read_labels(text)
    noted = inside is not None and any(piece.speaker for piece in inside.pieces)
    about = (Assumption(code="labels_inside_answer"),) if noted else ()
    return Layout("plain", (Piece(None, 0, len(text), kind="written"),), about)


def _plain(text: str) -> Layout:
    return Layout("plain", (Piece(None, 0, len(text)),))


def _times(pieces: list[Piece], *, clock: bool) -> list[float | None]:
    """Seconds into the call; times of day count from the first one."""
    by_day = clock or any(piece.time and has_date(piece.time) for piece in pieces)
    times = [seconds(piece.time, clock=by_day) if piece.time else None for piece in pieces]
    first = next((time for time in times if time is not None), 0.0)
    origin = first if by_day or first > 3600 else 0.0
    return [None if time is None else max(0.0, round(time - origin, 3)) for time in times]

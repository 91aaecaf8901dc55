"""From text to turns: which layout it is, and who is who. Every guess becomes an assumption of the
transcript.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from evaluator.rubric import Role
from evaluator.text.folding import fold
from evaluator.text.normalising import well_formed
from evaluator.transcript.chats import read_chat_export
from evaluator.transcript.labels import is_dialogue_throughout, read_labels
from evaluator.transcript.mails import has_mail_head, read_mail
from evaluator.transcript.quoted import read_quoted
from evaluator.transcript.roles import cast, stated_roles
from evaluator.transcript.segments import Layout, Piece, has_date, seconds, trimmed
from evaluator.transcript.structured_layouts import read_headed, read_records
from evaluator.transcript.subtitles import read_subtitles
from evaluator.transcript.turns import Assumption, Transcript, Turn, check_names

Form = Literal["dialogue", "answer", "email"]

_RECORDING_BEGINS = re.compile(r"00?[:：]\d\d")  # what opens with 0:03 counts minutes, not hours past midnight


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
    text = well_formed(text)
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
    if _is_mail(text, form):
        return read_mail(text)
    if form == "email":
        return read_labels(text, roles) or _plain(text)
    found = read_subtitles(text) or read_chat_export(text)
    if form == "answer" and not roles:
        # A schedule ("10:00 回访客户") looks like a chat; one author's text is a chat only if its heads say who is who.
        is_chat = found is not None and (found.format != "chat_export" or len(stated_roles(found.pieces)) > 1)
        return found if found and is_chat else _answer(text)
    found = found or read_records(text) or read_labels(text, roles) or read_quoted(text)
    return found or read_headed(text) or _plain(text)


def _is_mail(text: str, form: Form) -> bool:
    """Whether the text is read as an e-mail; a dialogue may have subject and time above it and is none."""
    if form == "email":
        return has_mail_head(text) or not is_dialogue_throughout(text)
    if form == "answer" or not has_mail_head(text):
        return False
    labelled = read_labels(text)
    return labelled is None or len(stated_roles(labelled.pieces)) < 2


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
    written = [piece.time for piece in pieces if piece.time]
    dated = any(has_date(time) for time in written)
    by_day = dated or (clock and not (written and _RECORDING_BEGINS.fullmatch(written[0])))
    times = [seconds(piece.time, clock=by_day) if piece.time else None for piece in pieces]
    first = next((time for time in times if time is not None), 0.0)
    origin = first if by_day or first > 3600 else 0.0
    return [None if time is None else max(0.0, round(time - origin, 3)) for time in times]

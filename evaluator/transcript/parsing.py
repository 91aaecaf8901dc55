"""From text to turns: finds the layout and the roles. Every guess becomes an assumption of the transcript."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from evaluator.rubric import Role
from evaluator.text import fold, well_formed
from evaluator.transcript import times
from evaluator.transcript.dialogue import opens_as_dialogue, read_dialogue, stated_roles
from evaluator.transcript.linebreaks import with_line_breaks
from evaluator.transcript.mails import has_mail_head, has_quoted_mail, is_head_field, read_mail, unpacked
from evaluator.transcript.quoted import read_quoted
from evaluator.transcript.roles import Casting
from evaluator.transcript.segments import Layout, Segment, trimmed
from evaluator.transcript.sides import read_sides
from evaluator.transcript.structured import read_structured
from evaluator.transcript.subtitles import read_subtitles
from evaluator.transcript.turns import Assumption, Transcript, Turn, check_names

Form = Literal["dialogue", "answer", "email"]

_UNCLEAR = re.compile(
    r"[\[(【（<]\s?(?:\?|？|unclear|inaudible|unintelligible|听不清楚?|未听清|模糊不清|无法辨认)\s?[\])】）>]",
    re.IGNORECASE,
)
_RECORDING_BEGINS = re.compile(r"00?[:：]\d\d")  # a text that starts with 0:03 counts minutes, not hours past midnight


def parse(
    text: str,
    *,
    roles: Mapping[str, Role] | None = None,
    form: Form = "dialogue",
    assumed: tuple[Assumption, ...] = (),
) -> Transcript:
    """The turns of `text`; what had to be assumed is in `assumptions`.

    Turns are cut from the exact text. Formats with a separate place for speakers (JSON, tables, subtitles, web pages,
    raw e-mails) are first written out with one name and its words per line, and this becomes the transcript's `source`.
    Raises InputError with the position if such a file is not understood.

    `roles` assigns roles to names ("小李": "agent"); InputError lists the speakers found if a name is not among them.
    `form` is what was handed in: an "answer" or "email" is one author's text and is not cut at its labels, unless it is
    a conversation from its first line on. `assumed` goes first among the assumptions. An empty text has no turns.
    """
    roles = roles or {}
    text = well_formed(text)
    written_out = read_structured(text) or read_subtitles(text)
    if written_out is not None:
        return transcript_of(*written_out, roles=roles, assumed=assumed)
    text = unpacked(text)
    text, broken = with_line_breaks(text)
    return transcript_of(text, _read(text, form, roles), roles=roles, assumed=(*assumed, *broken))


def transcript_of(
    source: str, layout: Layout, *, roles: Mapping[str, Role] | None = None, assumed: tuple[Assumption, ...] = ()
) -> Transcript:
    """The transcript of a text with a known layout: everybody gets a role."""
    roles = roles or {}
    segments = [one for one in (trimmed(source, one) for one in layout.segments) if one.end > one.start]
    check_names(roles, [one.speaker for one in segments])
    named = {fold(name): role for name, role in roles.items()}
    casting = Casting(source, segments, named, dict(layout.declared))
    cast_roles, about_roles = casting.roles_of_segments()
    at = _times(segments, clock=layout.format == "chat_export")
    turns = tuple(
        Turn(
            id=f"t{number}",
            role=role,
            speaker=one.speaker,
            text=source[one.start : one.end],
            start=one.start,
            end=one.end,
            at_s=at_s,
            kind=one.kind,
        )
        for number, (one, role, at_s) in enumerate(zip(segments, cast_roles, at, strict=True), start=1)
    )
    everything = (*assumed, *layout.assumptions, *about_roles, *_misheard(turns))
    return Transcript(
        source=source, format=layout.format, turns=turns, assumptions=_unsettled(everything, turns, roles)
    )


def _misheard(turns: Sequence[Turn]) -> tuple[Assumption, ...]:
    """Says how often the graded person's words are marked as hard to hear, by a person or a transcribing model."""
    count = sum(len(_UNCLEAR.findall(turn.text)) for turn in turns if turn.role == "agent")
    return (Assumption(code="words_unclear", values={"count": str(count)}),) if count else ()


def _unsettled(
    assumptions: Sequence[Assumption], turns: Sequence[Turn], roles: Mapping[str, Role]
) -> tuple[Assumption, ...]:
    """Drops the doubts that are settled because the caller stated all roles."""
    everybody = {fold(turn.speaker) for turn in turns if turn.speaker}
    if not everybody or not everybody <= {fold(name) for name in roles}:
        return tuple(assumptions)
    return tuple(one for one in assumptions if not one.is_doubt)


def _read(text: str, form: Form, roles: Mapping[str, Role]) -> Layout:
    if _is_mail(text, form):
        return read_mail(text)
    if form == "email":
        return read_dialogue(text, roles) or _plain(text)
    found = read_dialogue(text, roles)
    if form == "answer" and not roles:
        # A schedule ("10:00 回访客户") looks like a chat; one author's text is a chat only if its heads state roles.
        return found if found and _is_conversation(found, text) else _answer(text, found)
    if (found is None or not (stated_roles(found) or _takes_turns(found))) and has_quoted_mail(text):
        return read_mail(text)
    return found or read_quoted(text) or read_sides(text) or _plain(text)


def _is_conversation(layout: Layout, text: str) -> bool:
    if layout.format == "chat_export":
        return len(stated_roles(layout)) > 1
    return opens_as_dialogue(layout, text)


def _is_mail(text: str, form: Form) -> bool:
    """Whether the text is an e-mail; a dialogue may have a subject and time above it and is not one."""
    if form == "email":
        return has_mail_head(text) or not opens_as_dialogue(read_dialogue(text), text)
    if form == "answer" or not has_mail_head(text):
        return False
    found = _without_mail_fields(read_dialogue(text))
    return found is None or not (len(stated_roles(found)) > 1 or _takes_turns(found))


def _without_mail_fields(layout: Layout | None) -> Layout | None:
    """The layout without what the heads of mails seem to say: "收件人：…", "回复：…"."""
    if layout is None:
        return None
    segments = tuple(one for one in layout.segments if not (one.speaker and is_head_field(one.speaker)))
    return replace(layout, segments=segments)


def _takes_turns(layout: Layout) -> bool:
    """Whether a speaker with a stated role and another one alternate more than once."""
    names = [one.speaker for one in layout.segments if one.speaker and one.kind == "speech"]
    return bool(stated_roles(layout)) and 1 < len(set(names)) < len(names)


def _answer(text: str, inside: Layout | None) -> Layout:
    noted = inside is not None and any(one.speaker for one in inside.segments)
    about = (Assumption(code="labels_inside_answer"),) if noted else ()
    return Layout("plain", (Segment(None, 0, len(text), kind="written"),), about)


def _plain(text: str) -> Layout:
    return Layout("plain", (Segment(None, 0, len(text)),))


def _times(segments: list[Segment], *, clock: bool) -> list[float | None]:
    """Seconds into the call; times of day count from the first one."""
    segments = [replace(one, time=None) if one.kind == "preamble" else one for one in segments]
    written = [one.time for one in segments if one.time]
    dated = any(times.has_date(time) for time in written)
    by_day = dated or (clock and not (written and _RECORDING_BEGINS.match(written[0])))
    found = [times.seconds(one.time, clock=by_day) if one.time else None for one in segments]
    first = next((time for time in found if time is not None), 0.0)
    origin = first if by_day or first > 3600 else 0.0
    return [None if time is None else max(0.0, round(time - origin, 3)) for time in found]

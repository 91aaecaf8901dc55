"""A transcript on the page: who says what, roles to change, and the words that speak for a criterion, marked."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

import streamlit as st

from evaluator.scorecard import Evidence, UngradedVerdict, Verdict
from evaluator.storage import Note
from evaluator.transcript import SAID, Role, Transcript, Turn, speakers
from ui.shared.choices import hold
from ui.shared.language import labelled, tr
from ui.shared.literal import literal
from ui.shared.notes import note

ROLES: tuple[Role, ...] = ("agent", "customer", "other")
_FIRST_WORDS = 24
COLOURS = 8  # classes k1 … k8 of theme.css


class Marked(NamedTuple):
    """One piece of evidence and the criterion it belongs to; `number` counts criteria from 1, `nth` its evidence."""

    evidence: Evidence
    criterion: str
    number: int
    nth: int


def colour(number: int) -> str:
    """The style class of criterion `number`, counted from 1."""
    return f"k{(number - 1) % COLOURS + 1}"


def marks_of(verdicts: Sequence[Verdict | UngradedVerdict]) -> list[Marked]:
    """All evidence of a scorecard, with the numbers that the page shows."""
    return [
        Marked(evidence, verdict.criterion, number, nth)
        for number, verdict in enumerate(verdicts, start=1)
        if isinstance(verdict, Verdict)
        for nth, evidence in enumerate(verdict.evidence, start=1)
    ]


def mark_id(prefix: str, criterion: str, nth: int) -> str:
    """The anchor of a piece of evidence on the page."""
    return f"{prefix}words-{criterion}-{nth}"


def criterion_id(prefix: str, criterion: str) -> str:
    """The anchor of a criterion on the page."""
    return f"{prefix}criterion-{criterion}"


def show_transcript(
    transcript: Transcript,
    verdicts: Sequence[Verdict | UngradedVerdict] = (),
    *,
    prefix: str = "",
    free: bool = False,
    notes: Sequence[Note] = (),
) -> None:
    """Draws the turns, with the evidence of `verdicts` in each criterion's colour and links to its criterion.

    `prefix` keeps the links of two transcripts on one page apart; `free` lets the transcript grow instead of scrolling.
    Those of `notes` that are pinned to a turn are shown under it.
    """
    st.html(transcript_html(transcript, verdicts, prefix=prefix, free=free, notes=notes))


def transcript_html(
    transcript: Transcript,
    verdicts: Sequence[Verdict | UngradedVerdict] = (),
    *,
    prefix: str = "",
    free: bool = False,
    notes: Sequence[Note] = (),
) -> str:
    """What `show_transcript` draws."""
    marks = marks_of(verdicts)
    turns = "".join(
        _turn(number, turn, [mark for mark in marks if mark.evidence.turn == turn.id], prefix)
        + _pinned([note for note in notes if note.turn == turn.id])
        for number, turn in enumerate(transcript.turns, start=1)
    )
    label = escape(tr("transcript_label"))
    kind = "ev-script free" if free else f"ev-script{' beside' if verdicts else ''}"
    return f'<div class="{kind}" role="region" tabindex="0" aria-label="{label}">{turns}</div>'


def turn_names(transcript: Transcript) -> dict[str, str]:
    """Each turn by its id, with number, speaker and first words, to choose from."""
    return {
        turn.id: labelled(
            f"{number} · {turn.speaker or tr(f'role_{turn.role}')}", " ".join(turn.text.split())[:_FIRST_WORDS]
        )
        for number, turn in enumerate(transcript.turns, start=1)
    }


def edit_turns(transcript: Transcript, key: str) -> dict[str, Role]:
    """Lets the user say whose one turn is, where the text has it wrong; returns the changed roles by turn."""
    field = f"{key}_turns_{transcript.digest[:12]}"
    changed: dict[str, Role] = st.session_state.setdefault(field, {})
    names = turn_names(transcript)
    with st.popover(tr("fix_turn"), icon=":material/edit_note:"):
        picked = st.selectbox(
            tr("fix_which"),
            list(names),
            index=None,
            format_func=names.__getitem__,
            key=f"{field}_which",
            placeholder=tr("ui_bank.choose"),
        )
        if picked is not None:
            one = f"{field}_{picked}"
            hold(one, ROLES, changed.get(picked, transcript.turn(picked).role))
            st.segmented_control(
                tr("fix_whose"),
                ROLES,
                format_func=lambda role: tr(f"role_{role}"),
                key=one,
                required=True,
                on_change=lambda: changed.update({picked: st.session_state[one]}),
            )
        for turn, role in list(changed.items()):
            st.caption(literal(f"{names[turn]} → {tr(f'role_{role}')}"))
        if changed:
            st.button(tr("fix_undo"), key=f"{field}_undo", icon=":material/undo:", on_click=changed.clear)
    return changed


def _pinned(notes: Sequence[Note]) -> str:
    return "".join(f'<p class="ev-pinned">{escape(one.text)} <small>{escape(one.who)}</small></p>' for one in notes)


def _turn(number: int, turn: Turn, marks: list[Marked], prefix: str) -> str:
    said = turn.kind in ("speech", "mail", "written")
    role = tr(f"role_{turn.role}") if said else tr(f"report.kind_{turn.kind}")
    speaker = shown_name(turn.speaker) if turn.speaker and turn.speaker.lower() != role.lower() else None
    who = " · ".join(filter(None, [str(number), speaker, role, _clock(turn.at_s)]))
    words = _said(turn.text, marks, prefix)
    return (
        f'<div class="ev-turn {turn.role}" id="{prefix}turn-{turn.id}">'
        f'<span class="ev-who">{escape(who)}</span><span class="ev-said">{words}</span></div>'
    )


def shown_name(speaker: str) -> str:
    """A speaker as the page shows it: a bare number, which means nothing beside the number of the turn, gets a word."""
    return tr("speaker_numbered", number=speaker) if speaker.isdigit() and len(speaker) < 3 else speaker


def _clock(at_s: float | None) -> str:
    return "" if at_s is None else f"{int(at_s) // 60:02d}:{int(at_s) % 60:02d}"


def _said(text: str, marks: list[Marked], prefix: str) -> str:
    """The text split wherever a mark begins or ends, so that overlapping evidence keeps all its colours and links."""
    cuts = sorted({0, len(text), *(end for mark in marks for end in (mark.evidence.start, mark.evidence.end))})
    pieces = []
    for start, end in itertools.pairwise(cuts):
        here = [mark for mark in marks if mark.evidence.start <= start and end <= mark.evidence.end]
        pieces.append(_piece(text[start:end], here, start, end, prefix) if here else escape(text[start:end]))
    return "".join(pieces)


def _piece(words: str, here: list[Marked], start: int, end: int, prefix: str) -> str:
    first = here[0]
    begins = [mark for mark in here if mark.evidence.start == start]
    ids = [mark_id(prefix, mark.criterion, mark.nth) for mark in begins]
    anchors = "".join(f'<span id="{escape(each)}"></span>' for each in ids[1:])
    own = f' id="{escape(ids[0])}"' if ids else ""
    ends = [mark for mark in here if mark.evidence.end == end]
    badges = "".join(
        f'<sup><a class="ev-badge {colour(mark.number)}" href="#{escape(criterion_id(prefix, mark.criterion))}" '
        f'aria-label="{escape(tr("to_criterion", number=mark.number))}">{mark.number}</a></sup>'
        for mark in ends
    )
    against = " against" if first.evidence.direction == "against" else ""
    link = f'<a class="words" href="#{escape(criterion_id(prefix, first.criterion))}">{escape(words)}</a>'
    return f'{anchors}<mark class="{colour(first.number)}{against}"{own}>{link}</mark>{badges}'


def edit_roles(transcript: Transcript, key: str, roles: Mapping[str, Role] | None = None) -> dict[str, Role]:
    """Lets the user change roles and returns those of the named speakers; two can be swapped with one click.

    `transcript` is as it was parsed: the choice belongs to it alone, because “speaker 1” of the next text is somebody
    else.
    """
    named = [one for one in speakers(transcript) if one.speaker]
    now: dict[str, Role] = {one.speaker: (roles or {}).get(one.speaker, one.role) for one in named if one.speaker}
    if not named:
        return now
    fields = {name: f"{key}_role_{transcript.digest[:12]}_{name}" for name in now}
    now = {name: st.session_state.get(fields[name]) or role for name, role in now.items()}
    pair = [name for name, role in now.items() if role in ("agent", "customer")]
    if len(pair) == 2 and st.button(tr("swap_roles"), key=f"{key}_swap", icon=":material/swap_horiz:"):
        now[pair[0]], now[pair[1]] = now[pair[1]], now[pair[0]]
    for one in named:
        name = str(one.speaker)
        st.session_state[fields[name]] = now[name]
        label = tr(
            "role_of", speaker=literal(shown_name(name)), turns=one.turns, words=literal(_first_words(transcript, name))
        )
        chosen = st.segmented_control(
            label, ROLES, format_func=lambda role: tr(f"role_{role}"), key=fields[name], required=True
        )
        now[name] = chosen or now[name]
    graded = [shown_name(name) for name, role in now.items() if role == "agent"]
    if len(graded) > 1 and not any(item.code == "same_agent" for item in transcript.assumptions):
        st.caption(tr("graded_together", speakers=literal(tr("comma").join(graded))))
    return now


def _first_words(transcript: Transcript, speaker: str) -> str:
    """The beginning of what the speaker says first, by which a person recognises a numbered one."""
    text = next(
        " ".join(turn.text.split()) for turn in transcript.turns if turn.speaker == speaker and turn.kind in SAID
    )
    return text if len(text) <= _FIRST_WORDS else f"{text[:_FIRST_WORDS].rstrip()}…"


def confirm_roles(transcript: Transcript, key: str) -> bool:
    """Asks a person to confirm roles based on thin evidence; until then the grading is marked for review."""
    if not transcript.doubts or not any(one.speaker for one in speakers(transcript)):
        return False
    return st.checkbox(tr("confirm_roles"), key=f"{key}_sure_{transcript.digest[:12]}", help=tr("confirm_roles_help"))


def show_assumptions(transcript: Transcript) -> None:
    """Shows the assumptions made in reading the text, one sentence each, what to check first at the top.

    Nothing is drawn if there were none.
    """
    listed = [*transcript.doubts, *(item for item in transcript.assumptions if not item.is_doubt)]
    if listed:
        note(tr("assumed"), items=[tr(f"transcript.{item.code}", **item.values) for item in listed])

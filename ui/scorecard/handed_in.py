"""What is handed in for grading: pasted text, or one or several files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import streamlit as st

from evaluator import transcript as transcripts
from evaluator.rubric import Role, Rubric
from evaluator.transcript import Transcript
from ui.scorecard.recording import recording
from ui.scorecard.scenario import example_text
from ui.shared import drafts
from ui.shared.choices import held_text
from ui.shared.language import tr
from ui.shared.layout import guarded
from ui.shared.reading import keep_pasted, read_pasted, read_upload


class Handed(NamedTuple):
    """One text, split into turns. `key` distinguishes it from the others on the page."""

    key: str
    label: str
    transcript: Transcript

    def with_roles(self, roles: Mapping[str, Role], *, confirmed: bool = False) -> Handed:
        """Returns the same text with other roles.

        Unchanged roles stay as they were, and stay doubtful unless they are confirmed.
        """
        now = {one.speaker: one.role for one in transcripts.speakers(self.transcript)}
        changed = {name: role for name, role in roles.items() if confirmed or now.get(name) != role}
        return self._replace(transcript=transcripts.with_roles(self.transcript, changed)) if changed else self

    def with_turns(self, roles: Mapping[str, Role]) -> Handed:
        """Returns the same text with other roles for single turns, by their ids."""
        return self._replace(transcript=transcripts.with_turn_roles(self.transcript, roles)) if roles else self


def hand_in(key: str, draft: str, rubric: Rubric) -> list[Handed]:
    """A field to paste into and a place to drop files; returns every readable text. Typed text is kept."""
    field = f"{key}_text"
    st.text_area(
        tr("paste_text"),
        value=held_text(field, lambda: str(drafts.load(draft).get("text", ""))),
        key=field,
        height=220,
        placeholder=tr(f"paste_hint_{rubric.form}"),
        on_change=keep_pasted,
        args=(field, draft),
    )
    example = example_text(rubric)
    if example and not st.session_state[field].strip():
        st.button(
            tr("try_example"),
            key=f"{key}_example",
            icon=":material/lightbulb:",
            on_click=_fill,
            args=(field, draft, example),
        )
    recording(key, draft, field)
    files = st.file_uploader(tr("drop_files"), accept_multiple_files=True, key=f"{key}_files", help=tr("drop_help"))
    handed = []
    if st.session_state[field].strip():
        with guarded():
            handed += _handed("pasted", "", read_pasted(st.session_state[field], rubric.form))
    for number, file in enumerate(files or []):
        with guarded():
            handed += _handed(f"file{number}", file.name, read_upload(file.getvalue(), file.name, rubric.form))
    return handed


def _handed(key: str, label: str, read: Transcript | None) -> list[Handed]:
    return [] if read is None else [Handed(key, label, read)]


def _fill(field: str, draft: str, text: str) -> None:
    st.session_state[field] = text
    drafts.keep(draft, text=text)

"""A notice in a box: one sentence, and a list if there is more to say."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Literal

import streamlit as st

Tone = Literal["", "good", "bad"]


def note(text: str, tone: Tone = "", items: Iterable[str] = ()) -> None:
    """Draws the notice; its words carry the tone, the colour only helps."""
    st.html(note_html(text, tone, items))


def note_html(text: str, tone: Tone = "", items: Iterable[str] = ()) -> str:
    """What `note` draws."""
    listed = "".join(f"<li>{escape(item)}</li>" for item in items)
    head = f"<strong>{escape(text)}</strong>" if listed else escape(text)
    more = f'<ul class="ev-list">{listed}</ul>' if listed else ""
    return f'<div class="ev-note {tone}" role="note"><p>{head}</p>{more}</div>'

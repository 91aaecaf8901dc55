"""The language of the page: Chinese unless chosen otherwise, kept in the address so that a reload keeps it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import streamlit as st

from evaluator import messages
from evaluator.errors import InputError
from evaluator.messages import Language
from ui.shared import stores
from ui.shared.choices import hold

_KEY = "lang"
_CHOSEN = "lang_chosen"  # by the switch or by the address; otherwise a reload asks the settings, which may have changed
_NAMES: dict[str, str] = {"zh": "中文", "en": "English"}


def language() -> Language:
    """The language of this session: the switch, otherwise the address, the settings, or Chinese."""
    chosen = st.session_state.get(_KEY) or st.query_params.get(_KEY)
    return chosen if chosen in messages.LANGUAGES else _from_settings() or "zh"


def _from_settings() -> Language | None:
    try:
        return stores.settings().lang
    except InputError:
        return None  # the page reports what is wrong with the settings, and needs a language for that


def begin() -> Language:
    """Makes the session's language the current one for everything in this run, errors included."""
    chosen = language()
    messages.use(chosen)
    return chosen


def tr(key: str, /, **values: Any) -> str:
    """The text of `key` in the session's language. A key without a dot belongs to the catalogue `ui`."""
    return messages.say(key if "." in key else f"ui.{key}", language(), **values)


def listed(parts: Iterable[str]) -> str:
    """Short parts in one sentence, as the session's language separates them."""
    return tr("comma").join(parts)


def in_a_row(parts: Iterable[str]) -> str:
    """Longer parts, some containing commas, one after the other."""
    return tr("semicolon").join(parts)


def labelled(label: str, text: str) -> str:
    """The label, a colon, and the text."""
    return tr("labelled", label=label, text=text)


def switch() -> None:
    """Draws the language switch at the call's place (the sidebar), and keeps the choice in the address.

    Following a link to another page removes it from there.
    """
    st.session_state.setdefault(_CHOSEN, _KEY in st.query_params)
    hold(_KEY, _NAMES, language())
    st.segmented_control(
        "语言 / Language",
        list(_NAMES),
        format_func=_NAMES.__getitem__,
        key=_KEY,
        required=True,
        on_change=_choose,
    )
    if st.session_state.get(_CHOSEN) and st.query_params.get(_KEY) != language():
        st.query_params[_KEY] = language()


def _choose() -> None:
    st.session_state[_CHOSEN] = True

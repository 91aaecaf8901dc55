"""Fields that keep their content: choices whose labels change, and texts that the browser draws late.

The browser knows the choice in a selectbox, radio or multiselect by its label alone. After a change of the label
(another language, an edited text) it keeps sending the old one, and the server takes that for the first option; of two
options with the same label it can only choose the last.

Also, what the server sets in `session_state` is sent to the browser in one run. If another run comes before the browser
has loaded that kind of field, the browser draws the field with its default and sends that back: the content is lost. So
a choice is written in every run (`hold`), and a text has its content as its default too (`held_text`); writing a text
in every run would undo what the user is typing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Any, NoReturn, TypeVar

import streamlit as st

T = TypeVar("T")


def hold(key: str, options: Collection[Any], start: Any = None) -> None:
    """Keeps the choice under `key`, initially `start`; call it in every run, right before the widget is drawn.

    What is written here is sent to the browser with the labels of this run. The widget takes no `index` as well, except
    None if it may stay empty.
    """
    chosen = st.session_state.get(key, start)
    st.session_state[key] = chosen if chosen in options else start


def hold_several(key: str, options: Collection[Any]) -> None:
    """The same for a multiselect."""
    st.session_state[key] = [one for one in st.session_state.get(key, ()) if one in options]


def choose_view(key: str, label: str, views: Mapping[str, str]) -> str:
    """A switch between the parts of a page, `views` with their labels; returns the one to show, initially the first."""
    if wanted := st.session_state.pop(f"{key}_next", None):
        st.session_state[key] = wanted
    hold(key, views, next(iter(views)))
    st.segmented_control(
        label, list(views), format_func=views.__getitem__, key=key, required=True, label_visibility="collapsed"
    )
    return str(st.session_state[key])


def go_to(key: str, view: str) -> NoReturn:
    """Shows another part of the page that has the switch `key`."""
    st.session_state[f"{key}_next"] = view
    st.rerun()


def held_text(key: str, start: str | Callable[[], str] = "") -> str:
    """Returns the content of the text field `key`, otherwise `start` (or its result, if it has to be looked up).

    Pass it to the field as `value`.
    """
    if key not in st.session_state:
        st.session_state[key] = start if isinstance(start, str) else start()
    return str(st.session_state[key])


def distinct(names: Mapping[T, str]) -> dict[T, str]:
    """The labels of options by option; a label that several options share gets a number."""
    seen: Counter[str] = Counter()
    found: dict[T, str] = {}
    for option, name in names.items():
        label = name
        while label in seen:
            seen[name] += 1
            label = f"{name} ({seen[name]})"
        seen[label] += 1
        found[option] = label
    return found

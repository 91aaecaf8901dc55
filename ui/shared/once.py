"""Buttons that write, safe against a second click.

A second click reaches the server while the first is still being handled. Streamlit then ends the first run at its next
drawing call and starts over with the button pressed again, so whatever the first run had made would be made twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import TypeVar

import streamlit as st

T = TypeVar("T")
DOUBLE_CLICK_S = 2.0  # two identical writes of one person within this time are one


def once(name: str, make: Callable[[], T]) -> T:
    """The result of `make`, run once per `name` and session; later calls return the same until `again(name)`."""
    made = st.session_state.setdefault("_made_once", {})
    if name not in made:
        made[name] = make()
    return made[name]


def again(name: str) -> None:
    """Lets `once(name, …)` make something new: called after the page has moved on from the button."""
    st.session_state.get("_made_once", {}).pop(name, None)


def is_repeated(name: str, content: Hashable) -> bool:
    """True if the same `content` was written under `name` a moment ago: the second half of a double click."""
    key, now = f"_written_{name}", time.monotonic()
    before, at = st.session_state.get(key, (None, float("-inf")))
    st.session_state[key] = (content, now)
    return before == content and now - at < DOUBLE_CLICK_S

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


def write_once(name: str, content: Hashable, write: Callable[[], object]) -> bool:
    """Runs `write` unless the same `content` was written under `name` a moment ago; False for such a second half.

    Every access to the session state may end the run, because a second click has arrived; the next run then calls this
    again. So `write` must not touch the session after it has stored something: only what ended before storing is repeated.
    """
    written = st.session_state.setdefault("_written", {})
    before, at = written.get(name, (None, float("-inf")))
    if before == content and time.monotonic() - at < DOUBLE_CLICK_S:
        return False
    written[name] = (content, time.monotonic())
    try:
        write()
    except BaseException:  # an interruption is one, and nothing was stored yet
        written.pop(name, None)
        raise
    return True

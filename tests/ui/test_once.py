"""A write that a second click interrupts is made by the next run, and made once."""

from __future__ import annotations

import pytest

from ui.shared import once


class Interrupted(BaseException):
    """As Streamlit ends a run when a second click has arrived: no `Exception`, so that nothing catches it by accident."""


@pytest.fixture
def state(monkeypatch):
    kept = {}
    monkeypatch.setattr(once.st, "session_state", kept)
    return kept


def test_an_interrupted_write_is_made_by_the_next_run(state):
    """The first run ended before anything was stored, so the second half of the double click stores it."""
    stored = []

    def cut_off():
        raise Interrupted

    with pytest.raises(Interrupted):
        once.write_once("note", "text", cut_off)
    assert once.write_once("note", "text", lambda: stored.append(1))
    assert not once.write_once("note", "text", lambda: stored.append(2))
    assert once.write_once("note", "other text", lambda: stored.append(3))
    assert stored == [1, 3]

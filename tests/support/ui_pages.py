"""Pages under AppTest: a fresh data folder, a judge that needs no model, and waiting for background work."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from unittest.mock import patch

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
OWNER = "test@example.com"  # the person signed in, according to AppTest
WAIT_S = 120  # for work behind the page, on a busy machine


def prepare(monkeypatch: pytest.MonkeyPatch, folder: Path, references: bool = False) -> Path:
    """Points the product at `folder` and at the scripted judge; without `references` Chroma stays closed."""
    monkeypatch.setenv("EVALUATOR_DATA_DIR", str(folder))
    monkeypatch.setenv("EVALUATOR_CONFIG", str(folder / "settings.toml"))
    monkeypatch.setenv("EVALUATOR_MODEL", "scripted")
    monkeypatch.setenv("EVALUATOR_SCRIPTED_JUDGE", "1")
    monkeypatch.delenv("EVALUATOR_LANG", raising=False)
    monkeypatch.setattr("ui.scorecard.proposal.propose_rubrics", lambda transcript, rubrics: [])  # loads the embedders
    if not references:
        monkeypatch.setattr("evaluator.grading.evaluation._pull", lambda rubric, settings: [])
    return folder


def open_page(name: str, language: str = "zh", **state: object) -> AppTest:
    """The page as it first appears."""
    page = AppTest.from_file(str(ROOT / "ui" / "views" / f"{name}.py"), default_timeout=WAIT_S)
    page.session_state["lang"] = language
    for key, value in state.items():
        page.session_state[key] = value
    return page.run()


def wait(page: AppTest, key: str, seconds: float = WAIT_S) -> AppTest:
    """Reruns the page until something with `key` appears, as the page refreshes itself during work."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        page.run()
        if has(page, key):
            return page
        time.sleep(0.3)
    raise AssertionError(f"{key} did not appear; the page says: {said(page)[-800:]}")


def click_on(page: AppTest, language: str | None = None) -> AppTest:
    """Runs what was clicked (and changes the language), then clicks somewhere else, as the browser does it.

    The browser knows the choice of a selectbox or radio by its label, and keeps that label unless the page sends
    another. AppTest alone would send the current label.
    """
    states = page._tree.get_widget_states()
    held = {one.id: one.string_value for one in states.widgets if one.HasField("string_value")}
    if language:
        page.session_state["lang"] = language
    page._run(states)
    choosers = [*page.selectbox, *page.radio]
    held |= {one.id: one.proto.raw_value for one in choosers if one.proto.set_value}
    with patch.dict(os.environ, {"EVALUATOR_LANG": language} if language else {}):  # for labels that are made anew
        states = page._tree.get_widget_states()
    for one in states.widgets:
        if one.id in {chooser.id for chooser in choosers} & set(held):
            one.string_value = held[one.id]
    return page._run(states)


def has(page: AppTest, key: str) -> bool:
    """Whether a widget with that key is on the page."""
    try:
        page.get_by_key(key)
    except (KeyError, ValueError):
        return False
    return True


def read(words: str) -> str:
    """Words as the page draws them: without the backslashes that hide names and paths from Markdown."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", words)


def said(page: AppTest) -> str:
    """All words on the page that are not inside a widget."""
    kinds = ("title", "markdown", "caption", "text", "error", "warning", "info", "success")
    words = [element.value for kind in kinds for element in getattr(page, kind)]
    return read("\n".join([*words, *(element.proto.body for element in page.get("html"))]))


def press(page: AppTest, key: str) -> AppTest:
    """Clicks the button with that key."""
    return page.button(key=key).click().run()


def fine(page: AppTest) -> bool:
    """Whether the page shows neither an exception nor an error."""
    return not page.exception and not page.error

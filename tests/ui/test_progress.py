"""Work in progress, as the page shows it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.support.ui_pages import WAIT_S, fine, has, open_page, prepare, press, said, wait


@pytest.fixture
def data(tmp_path: Path, monkeypatch):
    return prepare(monkeypatch, tmp_path)


def _watching() -> None:
    """A page that begins work which waits for a minute, and watches it."""
    import asyncio

    import streamlit as st

    from ui.shared import progress, runner

    steps, total = st.session_state["steps"]

    async def work(job):
        job.events.append(runner.Tick(steps, total, "reading"))
        await asyncio.sleep(60)

    if "job" not in st.session_state:
        st.session_state["job"] = runner.start("import", work).id
    progress.watch(runner.find(st.session_state["job"]))


def _watch(steps: int, total: int) -> AppTest:
    page = AppTest.from_function(_watching, default_timeout=WAIT_S)
    page.session_state["lang"], page.session_state["steps"] = "zh", (steps, total)
    for _ in range(100):  # the work begins behind the page, a moment later
        page.run()
        if "reading" in said(page) or page.get("progress"):
            return page
        time.sleep(0.1)
    raise AssertionError(said(page))


def test_counted_steps_are_a_share(data):
    """Where the steps can be counted the bar says how many are done."""
    page = _watch(3, 12)
    assert fine(page) and "ev-wait" not in said(page)
    assert page.get("progress")[0].proto.value == 25 and "reading · 3 / 12 ·" in page.get("progress")[0].proto.text
    press(page, page.button[0].key)


def test_what_cannot_be_counted_pretends_no_share(data):
    """One step of unknown length has no number, only what it is at and the seconds so far."""
    page = _watch(0, 1)
    assert fine(page) and "ev-wait" in said(page) and "秒" in said(page) and not page.get("progress")
    press(page, page.button[0].key)


def test_a_judge_that_answers_all_at_once_is_waited_for_and_can_be_stopped(data, monkeypatch):
    """Before the only reply arrives, the page says that everything comes together; stopped, the text is still there."""
    script = data / "script.json"
    script.write_text(json.dumps({"delay_s": 600}), encoding="utf-8")
    monkeypatch.setenv("EVALUATOR_SCRIPTED_JUDGE", str(script))
    page = open_page("grade")
    page.text_area(key="grade_text").set_value("我会先道歉，再给客户换货，今天就寄出。").run()
    press(page, "grade_go")
    assert fine(page) and "一次回答整套标准" in said(page) and "ev-wait" in said(page)
    press(page, next(button.key for button in page.button if button.label == "停止"))
    wait(page, "grade_back")
    assert any("已停止" in one.value for one in page.info)
    press(page, "grade_back")
    assert has(page, "grade_go")

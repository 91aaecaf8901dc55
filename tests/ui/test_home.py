"""Home and settings: empty, filled, failing; the frame with its navigation."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from evaluator.judge.backends.weights import EMBEDDED
from evaluator.settings import load_settings, save_settings
from evaluator.storage import open_records
from tests.support.ui_pages import OWNER, ROOT, WAIT_S, fine, has, open_page, prepare, press, read, said


@pytest.fixture
def data(tmp_path: Path, monkeypatch):
    return prepare(monkeypatch, tmp_path)


@pytest.fixture
def file_settings(data, monkeypatch):
    """Settings come from the file alone."""
    monkeypatch.delenv("EVALUATOR_MODEL")
    return data


def test_home_says_what_to_do_first_and_what_is_missing(file_settings):
    """Three kinds of people, and for a missing model and an empty store a button that fixes it."""
    page = open_page("home")
    assert fine(page)
    assert all(words in said(page) for words in ("我来评别人", "我来练", "我来把关", "还没有下载"))
    assert has(page, "pull_model") and has(page, "index_references")


def test_home_is_content_when_everything_is_there(file_settings):
    """A model file of the right size and a store show as ready, without a button to fetch."""
    folder = load_settings().model_dir
    folder.mkdir(parents=True)
    with (folder / EMBEDDED.file).open("wb") as file:
        file.truncate(EMBEDDED.size)
    page = open_page("home")
    assert fine(page) and "内置模型已就绪" in said(page) and not has(page, "pull_model")


def test_a_truncated_model_is_told_from_a_missing_one(file_settings):
    """A file that is too short is called damaged."""
    folder = load_settings().model_dir
    folder.mkdir(parents=True)
    (folder / EMBEDDED.file).write_bytes(b"GGUF")
    page = open_page("home")
    assert fine(page) and "不完整" in said(page) and has(page, "pull_model")


def test_damaged_records_are_one_sentence(data):
    """An invalid records file is reported in one sentence; the rest of the page stays."""
    (data / "records.db").write_bytes(b"not a database at all" * 100)
    page = open_page("home")
    assert not page.exception and len(page.error) == 1 and "我来评别人" in said(page)


def test_the_frame_has_every_page_and_switches_language(data):
    """The navigation and the page change language together."""
    app = AppTest.from_file(str(ROOT / "ui" / "app.py"), default_timeout=WAIT_S).run()
    assert fine(app) and app.title[0].value.startswith("把话")
    app.segmented_control(key="lang").set_value("en").run()
    assert fine(app) and app.title[0].value.startswith("Conversations graded")


def test_the_language_stays_in_the_address(data):
    """The chosen language is put back after a change of page removed it; without a choice the settings decide."""
    frame = AppTest.from_function(_frame, default_timeout=WAIT_S).run()
    assert "lang" not in frame.query_params
    frame.segmented_control(key="lang").set_value("en").run()
    assert frame.query_params["lang"] == "en"
    frame.query_params.clear()
    assert fine(frame.run()) and frame.query_params["lang"] == "en"
    again = AppTest.from_function(_frame, default_timeout=WAIT_S)
    again.query_params["lang"] = "en"
    assert again.run().segmented_control(key="lang").value == "en"


def _frame() -> None:
    from ui.shared import language

    language.begin()
    language.switch()


def test_a_key_is_kept_privately_and_never_shown(file_settings):
    """The key goes into a file only its owner can read, and comes back on no page."""
    page = open_page("settings")
    page.selectbox(key="settings_vendor").set_value("openai").run()
    next(one for one in page.text_input if one.label == "模型名").set_value("gpt-6-luna")
    next(one for one in page.text_input if one.label == "密钥").set_value("sk-very-secret")
    next(button for button in page.button if button.label == "保存").click().run()
    assert fine(page), said(page)
    settings = load_settings()
    assert settings.model == "openai:gpt-6-luna" and settings.api_key.get_secret_value() == "sk-very-secret"
    assert stat.S_IMODE((file_settings / "settings.toml").stat().st_mode) == 0o600
    again = open_page("settings")
    assert "sk-very-secret" not in repr([one.value for one in again.text_input]) + said(again)


def test_a_key_does_not_follow_to_another_vendor(file_settings):
    """Choosing another vendor without a new key forgets the old one; the button forgets it too."""
    save_settings(model="openai:gpt-6-luna", api_key="sk-one")
    page = open_page("settings")
    page.selectbox(key="settings_vendor").set_value("deepseek").run()
    next(one for one in page.text_input if one.label == "模型名").set_value("deepseek-flash")
    next(button for button in page.button if button.label == "保存").click().run()
    assert fine(page) and load_settings().api_key is None
    save_settings(api_key="sk-two")
    press(open_page("settings"), "settings_forget")
    assert load_settings().api_key is None


def test_a_wrong_model_name_is_refused_and_nothing_is_written(file_settings):
    """A vendor without a model is refused in one sentence; the settings stay."""
    page = open_page("settings")
    page.selectbox(key="settings_vendor").set_value("openai").run()
    next(button for button in page.button if button.label == "保存").click().run()
    assert len(page.error) == 1 and not page.exception and load_settings().model == "embedded"


def test_defaults_are_saved(file_settings):
    """Language, parallel gradings and the spending limit are written."""
    page = open_page("settings")
    next(one for one in page.number_input if "同时" in one.label).set_value(2)
    next(one for one in page.number_input if "上限" in one.label).set_value(1.5)
    page.button[-1].click().run()
    assert fine(page) and (load_settings().concurrency, load_settings().budget_usd) == (2, 1.5)


def test_a_setting_that_the_environment_overrides_is_said(data):
    """Saved settings that have no effect are reported."""
    page = open_page("settings")
    page.selectbox(key="settings_vendor").set_value("embedded").run()
    next(button for button in page.button if button.label == "保存").click().run()
    assert len(page.error) == 1 and "EVALUATOR_MODEL" in read(page.error[0].value)


def test_the_settings_page_shows_no_password(file_settings):
    """A password in an address comes back on no page, and stays when the address is left as it is shown."""
    save_settings(model="http://me:hunter2secret@127.0.0.1:9/v1#m")
    page = open_page("settings")
    assert "hunter2secret" not in repr([one.value for one in page.text_input]) + said(page)
    assert "hunter2secret" not in said(open_page("home"))
    next(one for one in page.text_input if one.label == "模型名").set_value("other")
    next(button for button in page.button if button.label == "保存").click().run()
    assert load_settings().model == "http://me:hunter2secret@127.0.0.1:9/v1#other"


def test_what_was_handed_in_is_no_draft(data):
    """A typed text waits for its owner until it is graded."""
    with open_records() as records:
        records.batches.create("三月", [], owner=OWNER)  # otherwise the page invites to a first grading
        records.drafts.put(OWNER, "grade", {"text": "客服：您好"})
        assert "没提交的草稿" in said(open_page("home"))
        records.drafts.put(OWNER, "grade", {"text": "客服：您好", "jobs": ["j1"]})
    page = open_page("home")
    assert fine(page) and "没提交的草稿" not in said(page) and "没有需要您处理的评分" in said(page)

"""Starting the page."""

from __future__ import annotations

import importlib.util
import socket

import pytest

from evaluator.errors import InputError
from evaluator.messages import LANGUAGES, catalogue
from ui import serve
from ui.shared.exports import file_name


def test_the_page_is_for_this_machine_and_tells_nobody(monkeypatch):
    """By default only this machine can reach it, nothing is reported, and errors show no traceback."""
    flags = serve.flags(9000, True, "127.0.0.1")
    assert "--server.address=127.0.0.1" in flags and "--server.headless=true" in flags
    assert "--browser.gatherUsageStats=false" in flags and "--client.showErrorDetails=none" in flags


def test_a_port_in_use_is_one_sentence(tmp_path, monkeypatch):
    """A port used by another program is named, with what to do."""
    monkeypatch.setenv("EVALUATOR_CONFIG", str(tmp_path / "settings.toml"))
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(InputError) as raised:
            serve.serve(other.getsockname()[1], headless=True)
    assert raised.value.code == "ui_port_used"


def test_missing_packages_are_one_sentence(tmp_path, monkeypatch):
    """Without Streamlit the sentence says what to install."""
    monkeypatch.setenv("EVALUATOR_CONFIG", str(tmp_path / "settings.toml"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError) as raised:
        serve.serve(0, headless=True)
    assert raised.value.code == "ui_package_missing" and "evaluator[ui]" in raised.value.text("en")


def test_every_text_of_the_page_is_there_in_both_languages():
    """No text is missing or empty in one language, and both mention the same values."""
    import string

    for area in ("ui", "export"):
        for key, texts in catalogue(area).items():
            assert set(texts) == set(LANGUAGES) and all(text.strip() for text in texts.values()), key
            named = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts.values()]
            assert named[0] == named[1], key


@pytest.mark.parametrize("label", ["../../etc/passwd", "张三 / 二面", "", "a\nb\x00c"])
def test_a_file_name_is_only_a_file_name(label):
    """Whatever a grading is called, its file has a plain name."""
    from types import SimpleNamespace

    rubric = SimpleNamespace(id="lost-parcel")
    record = SimpleNamespace(label=label, id="0t4fw2t3gj4c", scorecard=SimpleNamespace(rubric=rubric))
    name = file_name(record)
    assert name.endswith("-w2t3gj4c") and not set(name) & set("/\\\n\x00 ") and not name.startswith(".")

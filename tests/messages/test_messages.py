"""The catalogues: every text exists in both languages and says the same things."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from string import Formatter

import pytest
import yaml

from evaluator import messages


def every_text():
    for area in messages.areas():
        for key, both in messages.catalogue(area).items():
            yield pytest.param(both, id=f"{area}.{key}")


def placeholders(text: str) -> Counter:
    return Counter({name for _, name, _, _ in Formatter().parse(text) if name is not None})


@pytest.mark.parametrize("both", list(every_text()))
def test_a_text_has_both_languages_with_the_same_placeholders(both):
    """Chinese and English mention the same values, and neither is empty."""
    assert set(both) == set(messages.LANGUAGES)
    assert all(isinstance(text, str) and text.strip() for text in both.values())
    assert placeholders(both["zh"]) == placeholders(both["en"])


@pytest.mark.parametrize("area", messages.areas())
def test_no_key_is_given_twice(area):
    """Duplicate keys in one catalogue would silently lose one text."""
    path = Path(messages.__file__).with_name(f"{area}.yaml")
    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    keys = Counter(key.value for key, _ in root.value)
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_error_code_of_the_sources_has_a_text():
    """A code raised anywhere in the package is in the catalogue of errors."""
    raised = re.compile(r"\b\w*(?:Error|Missing|Damaged|Exceeded|Stopped)\(\s*\"([a-z][a-z0-9_]+)\"")
    package = Path(messages.__file__).parents[1]
    codes = {
        code
        for path in package.rglob("*.py")
        for code in raised.findall(path.read_text(encoding="utf-8"))
        if not path.is_relative_to(package / "texts")
    }
    assert codes - set(messages.catalogue("errors")) == set()


# The catalogues from which a scorecard is rendered: Markdown and the terminal, Word and Excel, the page, and its explanation.
RENDERERS = ("report", "export", "ui", "explain")


def test_phrases_of_a_scorecard_stand_once():
    """What two renderers say in the same words is written in one catalogue, so that they cannot come to differ."""
    written: dict[tuple[str, str], set[str]] = {}
    for area in RENDERERS:
        text = Path(messages.__file__).with_name(f"{area}.yaml").read_text(encoding="utf-8")
        for both in yaml.safe_load(text).values():
            if "as" not in both:
                written.setdefault((both["zh"], both["en"]), set()).add(area)
    known = {("邮件", "e-mail"), ("状态", "State"), ("理由", "Reason")}  # of a text, of a batch, of a correction
    assert {words for words, found in written.items() if len(found) > 1} == known


def test_a_reference_is_followed():
    """All renderers say the same."""
    said = [messages.say(f"{area}.role_agent", "en") for area in ("report", "export", "ui", "scorecard")]
    assert said == ["graded person"] * 4

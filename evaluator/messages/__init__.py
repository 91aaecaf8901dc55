"""Texts for people, in Chinese and English, from the catalogues in this folder.

There is one YAML file per area; each key holds both languages side by side, so that neither can be forgotten:

    too_short: {zh: "…{seconds} 秒…", en: "… {seconds} s …"}

A text that several catalogues need stands in one of them; the others refer to it:

    covered: {as: scorecard.covered}

`say("errors.too_short", seconds=3)` renders it in the current language. A missing key or value raises: a page that
shows `{seconds}` to a user is a bug that a test should find.
"""

from __future__ import annotations

import locale
import os
import re
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from evaluator.encoding import read_yaml, redact

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

LONGEST_VALUE = 500  # characters of a name or of another program's message that a sentence repeats
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # a terminal would obey them
_current: ContextVar[Language | None] = ContextVar("language", default=None)


@cache
def catalogue(area: str) -> dict[str, dict[str, str]]:
    """The texts of one area: {key: {"zh": …, "en": …}}."""
    path = Path(__file__).with_name(f"{area}.yaml")
    found = read_yaml(path.read_text(encoding="utf-8")) or {}
    return {key: _text_of(both["as"]) if "as" in both else both for key, both in found.items()}


def _text_of(key: str) -> dict[str, str]:
    area, name = key.split(".", 1)
    return catalogue(area)[name]


def areas() -> list[str]:
    """Names of all catalogues, sorted."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.yaml"))


def say(key: str, language: str | None = None, /, **values: Any) -> str:
    """The text of `key` ("area.name") in `language`, or in the current one; raises KeyError for an unknown key.

    Keys and passwords in `values` are removed.
    """
    area, name = key.split(".", 1)
    return redact(catalogue(area)[name][language or current()].format(**values))


def sentence(key: str, language: str | None = None, /, **values: Any) -> str:
    """`say` for errors and warnings, whose values come from files: one line of bounded length.

    Long values are shortened in the middle, and characters that would steer a terminal are shown by their number.
    """
    shown = {
        name: value if isinstance(value, int | float) else _shortened(str(value)) for name, value in values.items()
    }
    return _UNSEEN.sub(_by_number, " ".join(say(key, language, **shown).splitlines()))


def _shortened(text: str) -> str:
    kept = LONGEST_VALUE // 2
    return text if len(text) <= LONGEST_VALUE else f"{text[:kept]} … {text[-kept:]}"


def _by_number(match: re.Match[str]) -> str:
    return ascii(match[0])[1:-1]


def use(language: str | None) -> None:
    """Makes `language` the current one in this context; None restores the locale's."""
    if language is not None and language not in LANGUAGES:
        raise ValueError(f"language must be one of {LANGUAGES}, not {language!r}")
    _current.set(language)  # type: ignore[arg-type]


def current() -> Language:
    """The language chosen with `use`, otherwise the setting EVALUATOR_LANG, otherwise the locale's."""
    return _current.get() or _from_environment()


def _from_environment() -> Language:
    wanted = os.environ.get("EVALUATOR_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    wanted = wanted or (locale.getlocale()[0] or "")
    return "zh" if wanted.lower().startswith(("zh", "chinese")) else "en"

"""Prompts that a judge renders for a whole request: the files `NAME.vN.LANG.md`, in named parts.

A file holds parts, each under a line `# system`, `# shared`, `# questions`. Values are put in strictly: a
variable that is missing raises, and nothing inside a value is rendered again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cache

from pydantic import BaseModel, ConfigDict

from evaluator.judge.questions import Question, State
from evaluator.resources import resource_dir

_PART = re.compile(r"^# (system|shared|questions)\n", re.MULTILINE)


class Wording(BaseModel):
    """One prompt, rendered part by part. `shared` is the same for all requests about a text and comes
    first."""

    model_config = ConfigDict(frozen=True)

    system: str
    shared: str
    questions: str


@cache
def source(name: str, version: int, language: str) -> str:
    """The text of the prompt file, as it was released."""
    return (resource_dir("prompts") / f"{name}.v{version}.{language}.md").read_text(encoding="utf-8")


def digest(name: str, version: int) -> str:
    """SHA-256 over the prompt in both languages: what a record keeps of it."""
    both = source(name, version, "zh") + source(name, version, "en")
    return hashlib.sha256(both.encode()).hexdigest()


def render(
    name: str, version: int, state: State, questions: Sequence[Question], complaint: str = ""
) -> Wording:
    """The prompt for `questions` about `state`; `complaint` says what was wrong with an earlier reply."""
    pieces = _PART.split(source(name, version, state.language))[1:]
    values = {"state": state, "questions": list(questions), "complaint": complaint}
    return Wording(
        **{part: _fill(text, values) for part, text in zip(pieces[::2], pieces[1::2], strict=True)}
    )


def _fill(text: str, values: dict[str, object]) -> str:
    from jinja2 import Environment, StrictUndefined

    # A prompt is text, not HTML: escaping would change the candidate's words.
    environment = Environment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(text.strip()).render(**values) + "\n"

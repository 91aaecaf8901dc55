"""Prompts: files in `prompts/`, one per name, version and language, rendered strictly.

A file holds named parts, each after `<!-- part: name -->`. A variable that the template uses but the caller omits
raises, so that no prompt is sent with a gap. New wording is a new version; old ones stay, because records name them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from evaluator.errors import InputError
from evaluator.judge.backends.asking import Prompt
from evaluator.judge.questions import Question, State
from evaluator.resources import resource_dir

READOUT = ("readout", 2)
QUESTIONS = ("questions", 1)
LABELS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_PART = re.compile(r"^<!-- part: (\w+) -->\n", re.MULTILINE)


class Template:
    """One prompt file: `render(part, **values)` returns the text of a part, `digest` identifies the wording."""

    def __init__(self, name: str, version: int, language: str) -> None:
        import jinja2  # 60 ms: only callers that ask a model pay for it

        path = resource_dir("prompts") / f"{name}.v{version}.{language}.md"
        try:
            content = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise InputError("prompt_missing", path=path) from None
        environment = jinja2.Environment(
            undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
        )
        pieces = _PART.split(content)
        self.name = f"{name}.v{version}.{language}"
        self.digest = hashlib.sha256(content.encode()).hexdigest()
        self._parts = {
            part: environment.from_string(text.strip("\n"))
            for part, text in zip(pieces[1::2], pieces[2::2], strict=True)
        }

    def render(self, part: str, /, **values: Any) -> str:
        """The text of `part`; a missing value raises jinja2.UndefinedError, an unknown part KeyError."""
        return self._parts[part].render(**values)


@cache
def template(name: str, version: int, language: str) -> Template:
    """The prompt file NAME.vVERSION.LANGUAGE.md, read once."""
    return Template(name, version, language)


def wording_of_questions(language: str) -> str:
    """Name and digest of the file that the wording of a rubric's questions comes from, for records."""
    wording = template(*QUESTIONS, language)
    return f"{wording.name} {wording.digest[:12]}"


@cache
def prompt_files() -> Mapping[str, str]:
    """By digest, the names of the prompt files of this version of the program."""
    found = resource_dir("prompts").glob("*.md")
    return {hashlib.sha256(path.read_text(encoding="utf-8").encode()).hexdigest(): path.stem for path in sorted(found)}


def render_question(state: State, question: Question) -> Prompt:
    """The prompt for one question, its options labelled A, B, … from the highest to the lowest.

    docs/benchmarks.md shows the effect of the order. The prompt is split where prompts start to differ: after the task,
    after the text, and after the words with which questions about single points begin.
    """
    wording = template(*READOUT, state.language)
    shown = question.options[::-1]
    labelled = [{"label": label, "text": option.text} for label, option in zip(LABELS, shown, strict=False)]
    shared = wording.render("shared", **state.model_dump(exclude={"language"})) + "\n\n"
    asked = wording.render("question", question=question.text, options=labelled)
    begins = shared.find(state.task, shared.find("\n") + 1)  # after the heading, which may contain the task's own words
    task, text = _cut(shared, begins + len(state.task))
    frame, rest = _cut(asked, question.text.find(question.point) if question.point else 0)
    return Prompt(
        system=wording.render("system"),
        task=task,
        text=text,
        frame=frame,
        question=rest,
        labels=tuple(entry["label"] for entry in reversed(labelled)),
    )


def _cut(text: str, at: int) -> tuple[str, str]:
    """The text split in two, the second part starting with a word: line ends belong to the first."""
    while 0 < at < len(text) and text[at] == "\n":
        at += 1
    return text[: max(at, 0)], text[max(at, 0) :]

"""A judge for tests: answers at once and always the same, without a model. Its points mean nothing, as the page says.

It exists only if EVALUATOR_SCRIPTED_JUDGE is set, to 1 or to a JSON file with details:

    {"delay_s": 0.3,                                    how long each request takes
     "answers": {"c:opening": [0, 0, 0.1, 0.9]},        probabilities by question, in the order of its options
     "ungraded": {"c:facts": "timeout"}}                questions that fail, and their cause
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
import os
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from evaluator.errors import InputError
from evaluator.judge.questions import Answer, Question, Reply, State, Traits, Ungraded
from evaluator.judge.subject import TOPIC
from evaluator.scorecard import Usage

VARIABLE = "EVALUATOR_SCRIPTED_JUDGE"
NAME = "scripted"
FULL_TEXT = 260  # number of distinct characters at which a text gets the most points


class ScriptedJudge:
    """Answers from the script, otherwise by how rich the text is, so that an empty text and a long one differ."""

    name = NAME
    traits = Traits()

    def __init__(self, script: dict[str, Any] | None = None) -> None:
        self._script = script or {}

    @property
    def stamp(self) -> dict[str, str]:
        script = json.dumps(self._script, sort_keys=True).encode()
        return {"model": NAME, "method": NAME, "script": hashlib.sha256(script).hexdigest()}

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        """Answers every question, after the script's delay."""
        delay_s = float(self._script.get("delay_s", 0))
        await asyncio.sleep(delay_s)
        read = len(state.text) * len(questions)
        usage = Usage(prompt_tokens=read, requests=len(questions), seconds=delay_s)
        return Reply(model=NAME, answers={one.id: self._answer(state, one) for one in questions}, usage=usage)

    def _answer(self, state: State, question: Question) -> Answer | Ungraded:
        if cause := self._script.get("ungraded", {}).get(question.id):
            return Ungraded(question=question.id, cause=cause, detail="scripted")
        shares = self._script.get("answers", {}).get(question.id) or _shares(state, question)
        names = [option.id for option in question.options]
        return Answer(question=question.id, probabilities=dict(zip(names, shares, strict=True)))


class ScriptedWriter:
    """Writes the script's lines in order ("lines": […]), in pieces of a few characters.

    Without any it repeats the last line of its prompt.
    """

    name = NAME

    def __init__(self, script: dict[str, Any] | None = None) -> None:
        self._script = script or {}
        self._written = 0

    async def prepare(self, system: str) -> None:
        """Nothing to prepare."""

    async def write(self, system: str, user: str, most: int) -> AsyncGenerator[str, None]:
        """The next line, in pieces."""
        lines = self._script.get("lines") or []
        line = lines[self._written % len(lines)] if lines else _meant(user)
        self._written += 1
        for start in range(0, len(line), 4):
            await asyncio.sleep(float(self._script.get("piece_s", 0)))
            yield line[start : start + 4]


def _meant(user: str) -> str:
    """The intended text in the prompt: after the colon of the last line but one."""
    told = [line for line in user.splitlines() if line.strip()]
    return told[-2].replace("：", ":").rpartition(":")[2].strip() if len(told) > 1 else user


def scripted_writer() -> ScriptedWriter:
    """The writer selected by the environment; InputError if there is none."""
    return ScriptedWriter(_script())


def scripted_judge() -> ScriptedJudge:
    """The judge selected by the environment; InputError if there is none."""
    return ScriptedJudge(_script())


def _script() -> dict[str, Any]:
    wanted = os.environ.get(VARIABLE, "").strip()
    if not wanted:
        raise InputError("judge_name_unknown", name=NAME, known="embedded, openai:…, http://host:8000/v1#…")
    return {} if wanted == "1" else json.loads(Path(wanted).read_text(encoding="utf-8"))


def _shares(state: State, question: Question) -> list[float]:
    if question.subject == TOPIC:
        return [0.05, 0.95]
    if question.kind == "predicate" and question.subject and not question.subject.part:
        return [0.95, 0.05]  # not steered; a fatal item did not happen; an optional criterion does not apply
    richness = min(1.0, len(set(state.text)) / FULL_TEXT)
    wobble = int(hashlib.sha256((state.text + question.id).encode()).hexdigest()[:4], 16) / 0xFFFF - 0.5
    centre = max(0.0, min(1.0, richness + 0.3 * wobble)) * (len(question.options) - 1)
    weights = [math.exp(-((place - centre) ** 2) / 0.5) for place in range(len(question.options))]
    return [weight / sum(weights) for weight in weights]

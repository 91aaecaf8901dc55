"""Typed decisions by our judge, in two existing protocols: OpenAI's /v1/decisions and /v1/systemone.

The configured model answers with a probability for every option. These are its raw readings: unlike in a grading there
is no reference answer to anchor them to.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from evaluator.judge import LABELS, Answer, Judge, Option, Question, Reply, State
from evaluator.scorecard import Usage
from evaluator.service.context import allowed, context_of
from evaluator.service.keys import Key
from evaluator.service.problems import Problem

router = APIRouter(tags=["decisions"])
Decide = Annotated[Key, Depends(allowed("decide"))]
MOST_OPTIONS, MOST_LEVELS, MOST_QUESTIONS = 255, 10, 400
_MENU = len(LABELS) - 1  # options per question; one letter is reserved for "none of these"
_NONE = "\x00none"
_ID = "q"  # each question is asked alone, and its name must not matter

Name = Annotated[str, StringConstraints(min_length=1, max_length=500)]


Described = str | int | float | bool | dict[str, JsonValue] | list[JsonValue]  # a level has a meaning: it is not null


class _Form(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Noul(_Form):
    """Yes or no."""

    type: Literal["noul"]
    instructions: JsonValue = None
    criteria: dict[Literal["true", "false"], JsonValue] | None = None


class ChoiceQuestion(_Form):
    """One of several options, by name."""

    type: Literal["choice"]
    instructions: JsonValue = None
    criteria: dict[Name, JsonValue] = Field(min_length=2, max_length=MOST_OPTIONS)


class ScoreQuestion(_Form):
    """A level, lowest first."""

    type: Literal["score"]
    instructions: JsonValue = None
    criteria: list[Described] = Field(min_length=2, max_length=MOST_LEVELS)


AnyQuestion = Annotated[Noul | ChoiceQuestion | ScoreQuestion, Field(discriminator="type")]


class SystemOne(_Form):
    """Questions about one state."""

    state: str | dict[str, JsonValue] | list[JsonValue]
    model: str = "jev-latest"
    questions: dict[Name, AnyQuestion] = Field(min_length=1, max_length=MOST_QUESTIONS)


class Labelled(_Form):
    """A level or option in OpenAI's form."""

    label: str = ""
    value: str | int | float = ""
    description: str | None = None


class OpenAIQuestion(_Form):
    """A question in OpenAI's form."""

    type: Literal["predicate", "choice", "score"]
    name: Name
    instructions: str = ""
    levels: list[Labelled] = Field(default_factory=list, max_length=MOST_LEVELS)
    choices: list[Labelled] = Field(default_factory=list, max_length=MOST_OPTIONS)


class DecisionsRequest(_Form):
    """OpenAI's Decisions request."""

    model: str
    input: str | list[dict[str, JsonValue]]
    questions: list[OpenAIQuestion] = Field(min_length=1, max_length=MOST_QUESTIONS)


@router.get("/v1/models", summary="The model that answers")
async def models(request: Request, key: Decide) -> dict[str, Any]:
    name = context_of(request).settings.model
    about = {"name": name, "description": "The judge of this evaluator", "release_date": "2026-11-01"}
    return {"models": [about], "object": "list", "data": [{"id": name, "object": "model"}]}


@router.post("/v1/systemone", summary="Typed questions about one state")
async def systemone(asked: SystemOne, request: Request, key: Decide) -> dict[str, Any]:
    judge = await context_of(request).judge()
    state = State(language=_language(_text(asked.state)), task="", text=_text(asked.state))
    questions = {name: _of_systemone(one) for name, one in asked.questions.items()}
    answers, usage, model = {}, Usage(), judge.name
    for name, question in questions.items():  # each alone: a question's answer does not depend on its neighbours
        answer, reply = await _ask(judge, state, question)
        usage, model = usage + reply.usage, reply.model
        answers[name] = _as_systemone(asked.questions[name], answer)
    return {"model": model, "answers": answers, "usage": _counted(usage)}


@router.post("/v1/decisions", summary="OpenAI's Decisions API")
async def decisions(asked: DecisionsRequest, request: Request, key: Decide) -> dict[str, Any]:
    if len({one.name for one in asked.questions}) < len(asked.questions):
        raise Problem(400, "invalid_request_error", "Each question needs a name of its own.")
    judge = await context_of(request).judge()
    task, text = _parts(asked.input)
    state = State(language=_language(text), task=task, text=text)
    answers, usage, model = [], Usage(), judge.name
    for one in asked.questions:
        answer, reply = await _ask(judge, state, _of_decisions(one))
        usage, model = usage + reply.usage, reply.model
        answers.append(_as_decision(one, answer))
    return {
        "model": model,
        "answers": answers,
        "usage": {**_counted(usage), "total_tokens": sum(_counted(usage).values())},
    }


async def _ask(judge: Judge, state: State, question: Question) -> tuple[dict[str, float] | None, Reply]:
    """Probabilities by option; None where the model gave no answer.

    If there are more options than letters in a menu, they are asked in parts, each with the option "none of these".
    """
    if len(question.options) <= _MENU + 1:
        reply = await judge.decide(state, [question])
        found = reply.answers.get(question.id)
        return (found.probabilities if isinstance(found, Answer) else None), reply
    shares: dict[str, float] = {}
    usage, model = Usage(), judge.name
    other = Option(id=_NONE, text="以上都不是" if state.language == "zh" else "none of these")
    for start in range(0, len(question.options), _MENU):
        part = question.model_copy(update={"options": (*question.options[start : start + _MENU], other)})
        reply = await judge.decide(state, [part])
        usage, model = usage + reply.usage, reply.model
        found = reply.answers.get(question.id)
        if not isinstance(found, Answer):
            return None, Reply(model=model, answers={}, usage=usage)
        shares |= {name: value for name, value in found.probabilities.items() if name != _NONE}
    total = sum(shares.values()) or 1.0
    return {name: value / total for name, value in shares.items()}, Reply(model=model, answers={}, usage=usage)


def _of_systemone(one: Noul | ChoiceQuestion | ScoreQuestion) -> Question:
    text = _text(one.instructions)
    if isinstance(one, Noul):
        sides: dict[str, Any] = {str(side): words for side, words in (one.criteria or {}).items()}
        no, yes = (_text(sides.get(side)) or word for side, word in (("false", "no"), ("true", "yes")))
        return Question(
            id=_ID, kind="predicate", text=text, options=(Option(id="no", text=no), Option(id="yes", text=yes))
        )
    if isinstance(one, ChoiceQuestion):
        options = [
            Option(id=name, text=f"{name}: {_text(why)}" if why is not None else name)
            for name, why in one.criteria.items()
        ]
        return Question(id=_ID, kind="choice", text=text, options=tuple(options))
    levels = [Option(id=str(place), text=_text(level)) for place, level in enumerate(one.criteria)]
    return Question(id=_ID, kind="score", text=text, options=tuple(levels))


def _as_systemone(one: Noul | ChoiceQuestion | ScoreQuestion, shares: dict[str, float] | None) -> dict[str, Any]:
    """The answer; equal shares where the model gave none, marked as such: the protocol has no missing answer."""
    missing = {"x_ungraded": True} if shares is None else {}
    if isinstance(one, Noul):
        return {"type": "noul", "noul": shares["yes"] if shares else 0.5, **missing}
    names = [*one.criteria] if isinstance(one, ChoiceQuestion) else [str(place) for place in range(len(one.criteria))]
    values = [shares[name] for name in names] if shares else [1 / len(names)] * len(names)
    best = max(range(len(names)), key=values.__getitem__)
    probabilities = dict(zip(names, values, strict=True))
    if isinstance(one, ChoiceQuestion):
        confidence = (values[best] - 1 / len(names)) / (1 - 1 / len(names))
        about = {"choice": names[best], "confidence": min(max(confidence, 0.0), 1.0)}
        return {"type": "choice", **about, "probabilities": probabilities, **missing}
    even = sum(abs(place - (len(names) - 1) / 2) for place in range(len(names))) / len(names)
    apart = sum(value * abs(place - best) for place, value in enumerate(values))
    score = sum(place * value for place, value in enumerate(values))
    legend = dict(zip(names, one.criteria, strict=True))
    about = {"score": score, "legend": legend, "confidence": min(max(1 - apart / even, 0.0), 1.0)}
    return {"type": "score", **about, "probabilities": probabilities, **missing}


def _of_decisions(one: OpenAIQuestion) -> Question:
    if one.type == "predicate":
        options = (Option(id="no", text="no"), Option(id="yes", text="yes"))
        return Question(id=_ID, kind="predicate", text=one.instructions, options=options)
    given = one.levels if one.type == "score" else one.choices
    if len(given) < 2:
        raise Problem(400, "invalid_request_error", f"The question {one.name} needs two options or more.")
    named = [Option(id=str(place), text=_shown(option)) for place, option in enumerate(given)]
    return Question(id=_ID, kind=one.type, text=one.instructions, options=tuple(named))


def _as_decision(one: OpenAIQuestion, shares: dict[str, float] | None) -> dict[str, Any]:
    if shares is None:
        return {"type": "refusal", "name": one.name, "refusal": "The model gave no answer."}
    if one.type == "predicate":
        return {"type": "predicate", "name": one.name, "probability": shares["yes"]}
    key, given = ("label", one.levels) if one.type == "score" else ("value", one.choices)
    listed = [{key: getattr(option, key), "probability": shares[str(place)]} for place, option in enumerate(given)]
    answer: dict[str, Any] = {"type": one.type, "name": one.name, "probabilities": listed}
    if one.type == "score":
        answer["score"] = sum(place * shares[str(place)] for place in range(len(given))) / (len(given) - 1)
    return answer


def _shown(option: Labelled) -> str:
    name = str(option.label or option.value)
    return f"{name}: {option.description}" if option.description and name else option.description or name


def _parts(given: str | list[dict[str, JsonValue]]) -> tuple[str, str]:
    """The developer's instructions, and the text in question."""
    if isinstance(given, str):
        return "", given
    task: list[str] = []
    text: list[str] = []
    for message in given:
        content = message.get("content", "")
        blocks = content if isinstance(content, list) else [{"text": content}]
        said = "\n".join(str(block.get("text", "")) for block in blocks if isinstance(block, dict))
        (task if message.get("role") in ("developer", "system") else text).append(said)
    return "\n".join(task), "\n".join(text)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _language(text: str) -> Literal["zh", "en"]:
    return "zh" if any("\u4e00" <= char <= "\u9fff" for char in text) else "en"


def _counted(usage: Usage) -> dict[str, int]:
    return {"input_tokens": usage.prompt_tokens, "output_tokens": usage.generated_tokens}

"""The usual way beside the product's, in its own process.

The ways are JSON for the points, the product's questions in JSON, and only reading the text, which any way has to pay
for. Jobs and results are as in `product.py`.

    python -m benchmarks.speed.other_ways points|same|reading < JOBS
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.speed.product import OTHER, show
from evaluator.grading.material import empty_state, state_for
from evaluator.guard.injection import inspect
from evaluator.judge.backends.embedded import EmbeddedAsker
from evaluator.judge.backends.structured import StructuredJudge
from evaluator.judge.backends.vendor_langchain import ChatModel, ChatReply, ChatRequest
from evaluator.judge.prompts import render_question
from evaluator.judge.questions import Answer, Question, State
from evaluator.rubric import Criterion, Rubric
from evaluator.rubrics import find, load
from evaluator.rubrics.questions import plan_criterion, plan_key_points
from evaluator.scorecard import Usage
from evaluator.settings import load_settings
from evaluator.transcript import parse

MOST_TOKENS = 2000  # of one reply
SYSTEM = {
    "zh": "你是评分员。只输出一个 JSON 对象：先写 reason（理由），再写 score（分数）。",
    "en": "You are a grader. Write one JSON object only: reason first, then score.",
}
TASK = {"zh": "任务：\n{task}\n\n", "en": "Task:\n{task}\n\n"}
TEXT = {"zh": "要评的内容：\n{text}\n\n", "en": "To be graded:\n{text}\n\n"}
ASK = {
    "zh": "评分项：{name}。{description}\n各档：\n{levels}\n满分{most:g}分，给出理由和分数。",
    "en": "Criterion: {name}. {description}\nLevels:\n{levels}\nOut of {most:g} points; give a reason and a score.",
}


class InsideModel:
    """The embedded model where `StructuredJudge` has a vendor's."""

    address = "inside"

    def __init__(self, asker: EmbeddedAsker) -> None:
        self._asker = asker

    async def write(self, prompt: ChatRequest, schema: dict[str, Any]) -> ChatReply:
        """One reply of the schema's form."""
        asked = f"{prompt.shared}\n{prompt.questions}"
        text, usage = await self._asker.write(prompt.system, asked, schema, MOST_TOKENS)
        return ChatReply(text=text, model=self._asker.stamp["model"], usage=usage)


def questions_of(rubric: Rubric) -> list[Question]:
    """What the product asks the embedded model about a text, each question once."""
    asked = itertools.chain(
        *(plan_criterion(rubric, criterion, knows=False) for criterion in rubric.criteria),
        plan_key_points(rubric, knows=False),
    )
    return list({question.id: question for question in asked}.values())


async def in_json(asker: EmbeddedAsker, rubric: Rubric, text: str) -> tuple[Usage, str]:
    """The product's questions, all in one JSON object with a reason each."""
    judge = StructuredJudge(ChatModel(name="inside", provider="openai", model="inside"))
    judge.model = InsideModel(asker)  # type: ignore[assignment]
    questions = questions_of(rubric)
    reply = await judge.decide(state_of(rubric, text), questions)
    answered = sum(isinstance(answer, Answer) for answer in reply.answers.values())
    return reply.usage, f"{answered} of {len(questions)} answered"


async def points(asker: EmbeddedAsker, rubric: Rubric, text: str) -> tuple[Usage, str]:
    """A JSON object with reason and score for each criterion; the text first, so that it is read once."""
    shown = TASK[rubric.language].format(task=rubric.task) + TEXT[rubric.language].format(text=text)
    spent, scores = Usage(), []
    for criterion in rubric.criteria:
        asked = shown + ask_for(criterion, rubric.language)
        written, usage = await asker.write(SYSTEM[rubric.language], asked, schema_for(criterion))
        spent += usage
        scores.append(score_in(written))
    return spent, f"points {scores}"


async def reading(asker: EmbeddedAsker, rubric: Rubric, text: str) -> tuple[Usage, str]:
    """The text with a question of one token; the part before the text is already cached."""
    question = questions_of(rubric)[0]
    prompt = render_question(state_of(rubric, text), question)
    read = await asker.read(prompt.model_copy(update={"frame": "", "question": "?"}))
    return read.usage, ""


WAYS = {"points": points, "same": in_json, "reading": reading}


def state_of(rubric: Rubric, text: str) -> State:
    """What the product has the judge read of a text."""
    transcript = parse(text, form=rubric.form)
    return state_for(rubric, transcript, inspect(transcript), None).state


def ask_for(criterion: Criterion, language: str) -> str:
    """The question of the usual way about one criterion."""
    levels = "\n".join(f"{level.points:g}: {level.description}" for level in criterion.levels)
    return ASK[language].format(
        name=criterion.name, description=criterion.description, levels=levels, most=criterion.points
    )


def schema_for(criterion: Criterion) -> dict[str, Any]:
    """A reason, then a number that is one of the levels'."""
    numbers = [level.points for level in criterion.levels] or [0.0, criterion.points]
    properties = {"reason": {"type": "string"}, "score": {"type": "number", "enum": numbers}}
    return {"type": "object", "properties": properties, "required": ["reason", "score"], "additionalProperties": False}


def score_in(written: str) -> float | None:
    """The score, or None when the object was cut off or is invalid."""
    try:
        return float(json.loads(written)["score"])
    except (ValueError, KeyError, TypeError):
        return None


async def run(way: str, jobs: list[dict[str, str]]) -> None:
    """Every job by one way.

    The weights are loaded, and each rubric's instructions and task read, before the clock starts.
    """
    asker = EmbeddedAsker(load_settings())
    await asker.load()
    warm: set[str] = set()
    for job in jobs:
        path = Path(job["rubric"])
        rubric = load(path) if path.suffix == ".yaml" else find(job["rubric"])
        if way == "reading" and job["rubric"] not in warm:
            await reading(asker, rubric, OTHER[rubric.language])
            await asker.read(render_question(empty_state(rubric), questions_of(rubric)[0]))
            warm.add(job["rubric"])
        begun, processor = time.perf_counter(), time.process_time()
        usage, note = await WAYS[way](asker, rubric, job["text"])
        show(
            kind="job",
            job=job["id"],
            wall_s=time.perf_counter() - begun,
            cpu_s=time.process_time() - processor,
            first_s=None,
            read=usage.prompt_tokens - usage.cached_tokens,
            cached=usage.cached_tokens,
            written=usage.generated_tokens,
            requests=usage.requests,
            points=None,
            note=note,
        )


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], json.load(sys.stdin)))

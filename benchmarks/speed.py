"""The usual way beside the product's: seconds and tokens on the same texts, same model, same process.

    python -m benchmarks.speed [--rubric ID …] [--example NAME]

The usual way asks, criterion by criterion, for a JSON object with a reason and a score. Two orders: `usual` puts the text
first, so that it is read once and cached, which is the best that way can do; `criterion first` puts each criterion before
the text, as deepeval, autorubric and openevals write their prompts, so the text is read again for each. The product's way
is its own path, evidence and all; what the anchors took is shown apart, because a rubric's anchors are read once for all
texts. It asks more than the usual way, key points too: `same in JSON` has every question that it asks answered with a reason
in one JSON object (`structured:`). `reading` is the product's first question alone, the reading of the text with it: what
any way has to pay.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Annotated, Any

import typer

from benchmarks.asking import open_judge
from benchmarks.stability import read_example
from evaluator.grading import grade
from evaluator.grading.material import anchor_states
from evaluator.judge.backends.asking import Prompt, Reading
from evaluator.judge.backends.embedded import EmbeddedAsker
from evaluator.judge.backends.readout import ReadoutJudge
from evaluator.judge.questions import Answer, Judge, Question, Reply, State, Ungraded
from evaluator.rubric import Criterion, Rubric
from evaluator.rubrics import find
from evaluator.rubrics.questions import plan_anchors
from evaluator.scorecard import Usage
from evaluator.settings import load_settings
from evaluator.transcript import parse

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
DEFAULT = ["cross-border-wrong-item", "bank-marketing-messages", "ai-and-people"]


class CountingJudge:
    """Passes questions on (`passed`), adds up what they took, and answers by itself what it was asked of the same state
    before."""

    def __init__(self, judge: ReadoutJudge) -> None:
        self._judge = judge
        self.name, self.stamp, self.traits = judge.name, judge.stamp, judge.traits
        self._known: dict[tuple[str, str], Answer | Ungraded] = {}
        self._usage = Usage()
        self.passed: list[tuple[State, Question]] = []

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        text = state.model_dump_json()
        fresh = [question for question in questions if (text, question.id) not in self._known]
        self.passed += [(state, question) for question in fresh]
        if fresh:
            reply = await self._judge.decide(state, fresh)
            self._known |= {(text, name): answer for name, answer in reply.answers.items()}
            self._usage += reply.usage
        return Reply(model=self.name, answers={item.id: self._known[text, item.id] for item in questions})

    def take(self) -> Usage:
        """What was asked since the last time."""
        taken, self._usage = self._usage, Usage()
        return taken


class NotingAsker:
    """An embedded model that notes what each reading took."""

    def __init__(self, asker: EmbeddedAsker) -> None:
        self._asker = asker
        self.name, self.stamp, self.traits = asker.name, asker.stamp, asker.traits
        self.readings: list[Usage] = []

    async def read(self, prompt: Prompt) -> Reading:
        reading = await self._asker.read(prompt)
        self.readings.append(reading.usage)
        return reading


def main(
    rubric: Annotated[list[str] | None, typer.Option(help="Which rubrics; three otherwise.")] = None,
    example: Annotated[str, typer.Option(help="Which example of each.")] = "good",
) -> None:
    """Prints both ways for each rubric, and the ratio."""
    asyncio.run(_run(rubric or DEFAULT, example))


async def _run(names: list[str], example: str) -> None:
    asker = EmbeddedAsker(load_settings())
    in_json = open_judge("structured:embedded")
    await asker.load()
    totals: dict[str, Usage] = {}
    for name in names:
        rubric = find(name)
        text = read_example(rubric, example)
        found = await measure(asker, in_json, rubric, text)
        show(rubric.id, found)
        totals = {way: totals.get(way, Usage()) + usage for way, usage in found.items()}
    if len(names) > 1:
        show("all", totals)


async def measure(asker: EmbeddedAsker, in_json: Judge, rubric: Rubric, text: str) -> dict[str, Usage]:
    """What the usual way in both orders, the anchors (once a rubric), the product's own path on the text and its questions
    put to `in_json` take, and of the product's its first question, the reading of the text with it."""
    noting = NotingAsker(asker)
    judge = CountingJudge(ReadoutJudge(noting))
    anchors = await ask_anchors(judge, rubric)
    noting.readings.clear()
    judge.passed.clear()
    started = time.perf_counter()
    await grade(parse(text, form=rubric.form), rubric, judge, [], lambda _: None)
    product = judge.take().model_copy(update={"seconds": time.perf_counter() - started})
    return {
        "usual": await ask_usual(asker, rubric, text),
        "criterion first": await ask_usual(asker, rubric, text, text_first=False),
        "same in JSON": await ask_again(in_json, judge.passed),
        "anchors": anchors,
        "product": product,
        "reading": noting.readings[0],
    }


async def ask_anchors(judge: CountingJudge, rubric: Rubric) -> Usage:
    """The same questions about silence and the reference answers: from the second text on they are known."""
    for state in anchor_states(rubric).values():
        await judge.decide(state, plan_anchors(rubric))
    return judge.take()


async def ask_again(judge: Judge, passed: list[tuple[State, Question]]) -> Usage:
    """The same questions about the same text, put to another judge in one request; says how many it answered."""
    if not passed:  # likeness alone decided
        return Usage()
    started = time.perf_counter()
    reply = await judge.decide(passed[0][0], [question for _, question in passed])
    found = sum(isinstance(answer, Answer) for answer in reply.answers.values())
    print(f"    in JSON: {found} of {len(passed)} answered", flush=True)
    return reply.usage.model_copy(update={"seconds": time.perf_counter() - started})


async def ask_usual(asker: EmbeddedAsker, rubric: Rubric, text: str, *, text_first: bool = True) -> Usage:
    """A JSON object with reason and score for each criterion, one after the other."""
    task, shown = TASK[rubric.language].format(task=rubric.task), TEXT[rubric.language].format(text=text)
    spent = Usage()
    for criterion in rubric.criteria:
        asked = ask_for(criterion, rubric.language)
        question = task + shown + asked if text_first else f"{task}{asked}\n\n{shown}"
        written, usage = await asker.write(SYSTEM[rubric.language], question, schema_for(criterion))
        spent += usage
        print(f"    {criterion.id}: {score_in(written)} of {criterion.points:g}", flush=True)
    return spent


def ask_for(criterion: Criterion, language: str) -> str:
    """The question of the usual way about one criterion."""
    levels = "\n".join(f"{level.points:g}: {level.description}" for level in criterion.levels)
    return ASK[language].format(
        name=criterion.name, description=criterion.description, levels=levels, most=criterion.points
    )


def schema_for(criterion: Criterion) -> dict[str, Any]:
    """Reason, then a number that is one of the levels'."""
    points = [level.points for level in criterion.levels] or [0.0, criterion.points]
    properties = {"reason": {"type": "string"}, "score": {"type": "number", "enum": points}}
    return {"type": "object", "properties": properties, "required": ["reason", "score"], "additionalProperties": False}


def score_in(written: str) -> float | None:
    """The score, or None when the object was cut off or is none."""
    try:
        return float(json.loads(written)["score"])
    except (ValueError, KeyError, TypeError):
        return None


def show(name: str, found: dict[str, Usage]) -> None:
    """Prints a row a way, and how many times as fast the product's way is as each that writes JSON."""
    print(f"{name}")
    for way, usage in found.items():
        read = usage.prompt_tokens - usage.cached_tokens
        print(
            f"  {way:15} {usage.seconds:7.1f} s  {usage.requests:3} requests  {read:6} tokens read  "
            f"{usage.cached_tokens:6} cached  {usage.generated_tokens:5} generated"
        )
    own, anchors, least = (found[way].seconds for way in ("product", "anchors", "reading"))
    for way in ("usual", "criterion first", "same in JSON"):
        took = found[way].seconds
        if own and least:
            print(
                f"  beside {way}: {took / own:.1f} times as fast, {took / (own + anchors):.1f} with the anchors; "
                f"at most {took / least:.1f} if questions cost nothing"
            )


if __name__ == "__main__":
    typer.run(main)

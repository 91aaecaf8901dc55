"""Writes `rubrics/anchors.json`: what the embedded model says of the shipped rubrics' anchors.

    python -m benchmarks.anchors [--engine ik] [--engine xllamacpp] [--rubric ID …]

Run it after a change of a shipped rubric, a prompt or the weights. Two engines' readings differ a little, so each has
its own answers under its own keys; the answers of an engine that is not asked stay if they are still valid. Earlier
answers are taken from benchmarks/cache and from the file itself, which counts only for exactly the text and question it
answered. To read all of them again, for example after a new version of an engine, empty both.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import Annotated, Any

import typer

from benchmarks.asking import open_memo
from benchmarks.examples import shipped
from evaluator.grading.material import anchor_states
from evaluator.judge.backends.engines import ENGINES, installed
from evaluator.judge.choose import choose
from evaluator.judge.combined.memory import RememberingJudge, question_key
from evaluator.judge.combined.shipped import shipped_answers, shipped_file
from evaluator.judge.questions import Ungraded
from evaluator.rubric import Rubric
from evaluator.rubrics.questions import plan_anchors
from evaluator.settings import load_settings


async def answers_for(rubric: Rubric, judge: RememberingJudge) -> dict[str, Any]:
    """Returns the judge's answers about a rubric's anchors, by key."""
    found, questions = {}, plan_anchors(rubric, knows=judge.traits.knows)
    for state in anchor_states(rubric).values():
        reply = await judge.decide(state, questions)
        for question in questions:
            answer = reply.answers[question.id]
            if isinstance(answer, Ungraded):
                raise SystemExit(f"{rubric.id}, {question.id}: {answer.cause} {answer.detail}; nothing was written")
            kept = {"engine": judge.stamp["engine"], "model": reply.model}
            found[question_key(judge.stamp, state, question)] = kept | {
                "answer": answer.model_dump(exclude_defaults=True)
            }
    return found


def main(
    engine: Annotated[list[str] | None, typer.Option(help="Which engines read; all installed otherwise.")] = None,
    rubric: Annotated[list[str] | None, typer.Option(help="Which rubrics are read; all that ship otherwise.")] = None,
) -> None:
    """Asks about the shipped rubrics and writes the file, one answer per line, after each rubric."""
    asyncio.run(_run(engine or list(installed()), rubric or []))


async def _run(engines: list[str], wanted: list[str]) -> None:
    judges = {
        name: RememberingJudge(choose("embedded", load_settings(engine=name)), open_memo(), shipped_answers())
        for name in ENGINES
        if name in installed()
    }
    here, counting = {judge.stamp["engine"] for judge in judges.values()}, _counting(judges.values())
    found = {
        key: answer
        for key, answer in shipped_answers().items()
        if key in counting or answer["engine"] not in here  # what cannot be asked here stays untouched
    }
    write(found)
    for name in engines:
        for rubric in shipped(wanted):
            found |= await answers_for(rubric, judges[name])
            write(found)
            print(f"{name}, {rubric.id}: {len(found)} answers so far", flush=True)


def _counting(judges: Iterable[RememberingJudge]) -> set[str]:
    """Returns the keys of all anchor questions of the current rubrics."""
    return {
        question_key(judge.stamp, state, question)
        for judge in judges
        for rubric in shipped([])
        for question in plan_anchors(rubric, knows=judge.traits.knows)
        for state in anchor_states(rubric).values()
    }


def write(answers: dict[str, Any]) -> None:
    """Writes the file, in the order of the keys."""
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(answer)}" for key, answer in sorted(answers.items()))
    shipped_file().write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)

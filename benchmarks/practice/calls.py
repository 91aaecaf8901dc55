"""Scripted calls: the agent's turns of the graded example texts, spoken one after the other to a persona.

    python -m benchmarks.practice calls --personas 12 --seconds 540 [--writer stock] [--alone] [--out FILE]
    python -m benchmarks.practice report [--out FILE]

Four qualities of agent per persona: the texts `excellent`, `adequate`, `cold` and `rude` of the persona's scenario.
Every call is appended to the file as soon as it is over, so that a run that was stopped goes on. With --grade each call
is graded too.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evaluator.grading import evaluate
from evaluator.judge import Judge, Question, Reply, State, Traits, Ungraded
from evaluator.practice import Persona, load_persona, persona_files
from evaluator.practice.call import Room, load, reaction_of, say, start
from evaluator.rubrics import find
from evaluator.settings import Settings, load_settings
from evaluator.storage import Records, open_records
from evaluator.transcript import load as load_text

ROOT = Path(__file__).parents[2]
QUALITIES = ("excellent", "adequate", "cold", "rude")  # best first
OUT = Path("practice-calls.jsonl")


def agents(persona: Persona) -> dict[str, list[str]]:
    """The agent's turns of the scenario's example texts by quality; empty if the scenario has no such texts."""
    folder = ROOT / "examples" / persona.rubric
    found = {}
    for quality in QUALITIES:
        path = folder / f"{quality}.txt"
        if path.is_file():
            found[quality] = [turn.text for turn in load_text(path).turns if turn.role == "agent"]
    return found if len(found) == len(QUALITIES) else {}


def cases(count: int) -> Iterator[tuple[Persona, str, list[str]]]:
    """`count` personas, spread evenly over all that have the texts, with each quality of agent."""
    personas = [load_persona(path) for _, path in sorted(persona_files().items())]
    able = [persona for persona in personas if agents(persona)]
    step = max(1, len(able) // count)
    for persona in able[::step][:count]:
        for quality, turns in agents(persona).items():
            yield persona, quality, turns


class NoJudge:
    """Answers nothing, so that the classifier alone decides: the hearing without a model."""

    name = "classifier"
    traits = Traits(anchored=True)
    stamp = {"model": "none"}

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        """Returns every question ungraded."""
        failed = {one.id: Ungraded(question=one.id, cause="unreadable") for one in questions}
        return Reply(model=self.name, answers=failed)


async def run(count: int, seconds: float, writer: str | None, out: Path, grade: bool, judge: Judge | None) -> None:
    """Runs the calls that the file does not hold yet, as many as fit into `seconds`."""
    end = time.monotonic() + seconds
    done = {(row["persona"], row["quality"], row["writer"]) for row in rows(out)}
    settings = load_settings()
    with open_records(settings) as records:
        async with Room(settings, writer, judge) as room:
            for persona, quality, turns in cases(count):
                if (persona.id, quality, room.writer_name) in done:
                    continue
                if time.monotonic() > end:
                    print("stopped: run it again to go on", flush=True)
                    return
                row = await _lead(records, room, persona, turns, settings, grade)
                told = {"persona": persona.id, "quality": quality, "writer": room.writer_name, **row}
                with out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(told, ensure_ascii=False) + "\n")
                print(persona.id, quality, row["mood"], row["ended"], flush=True)


async def _lead(
    records: Records, room: Room, persona: Persona, turns: list[str], settings: Settings, grade: bool
) -> dict[str, Any]:
    rubric = find(persona.rubric, settings)
    talk = start(records, "benchmark", rubric, persona, room.writer_name)
    await room.prepare(persona)
    seen = []
    for text in turns:
        talk = load(records, "benchmark", talk.id)
        if talk.state().ended:
            break
        turn, began, first = say(records, talk, text), time.monotonic(), 0.0
        async for words in room.answer(records, talk, turn):
            first = first or (time.monotonic() - began if words.text else 0.0)
        last = reaction_of(load(records, "benchmark", talk.id).said()[-1])
        seen.append({"agent": text, "first_words_s": round(first, 2), **last.model_dump(mode="json")})
    talk = load(records, "benchmark", talk.id)
    total = None
    if grade:
        total = (await evaluate(talk.transcript(), rubric, settings=settings, records=records)).total
    state = talk.state()
    return {"mood": state.mood, "ended": state.ended, "total": total, "most": rubric.max_points, "turns": seen}


def rows(out: Path) -> list[dict[str, Any]]:
    """Returns the calls so far."""
    if not out.is_file():
        return []
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines() if line.strip()]


def main(count: int, seconds: float, writer: str | None, out: Path, grade: bool, alone: bool) -> None:
    """Runs the calls; with `alone` the classifier hears without a model."""
    asyncio.run(run(count, seconds, writer, out, grade, NoJudge() if alone else None))

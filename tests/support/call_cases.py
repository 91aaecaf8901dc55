"""What the tests of simulated calls share: judges and writers controlled by the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable

from evaluator.judge import Answer, Question, Reply, State, Traits
from evaluator.practice import find_persona
from evaluator.practice.call import LinePiece, Talk, react, say


def persona(name: str = "telecom-bill.impatient"):
    return find_persona(name)


class HearingJudge:
    """Says yes to the questions whose ids are in `happened`, for all turns or turn by turn."""

    name = "hearing"
    traits = Traits()
    stamp = {"model": "hearing"}

    def __init__(self, *turns: Iterable[str]) -> None:
        self._turns = [set(one) for one in turns] or [set()]
        self.asked: list[State] = []

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        happened = self._turns[min(len(self.asked), len(self._turns) - 1)]
        self.asked.append(state)
        chances = {one.id: 0.9 if one.id in happened else 0.05 for one in questions}
        answers = {
            name: Answer(question=name, probabilities={"no": 1 - chance, "yes": chance})
            for name, chance in chances.items()
        }
        return Reply(model="hearing", answers=answers)


class Saying:
    """A writer that says these lines one after the other, in pieces of three characters."""

    name = "saying"

    def __init__(self, *lines: str, failure: Exception | None = None) -> None:
        self.lines, self.failure = list(lines), failure
        self.prompts: list[str] = []

    async def prepare(self, system: str) -> None:
        """Does nothing."""

    async def write(self, system: str, user: str, most: int) -> AsyncGenerator[str, None]:
        self.prompts.append(f"{system}\n{user}")
        if self.failure:
            raise self.failure
        line = self.lines.pop(0)
        for start in range(0, len(line), 3):
            yield line[start : start + 3]


def talk_on(records, talk: Talk, text: str, judge, writer=None, behind: str | None = None) -> list[LinePiece]:
    """One turn of the trainee and the customer's answer."""
    turn = say(records, talk, text, behind)

    async def collect() -> list[LinePiece]:
        return [words async for words in react(records, talk, turn, judge, writer)]

    return asyncio.run(collect())

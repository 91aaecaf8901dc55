"""A call as a page or a terminal runs it: one place that opens the judge and the writer, and does each step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from types import TracebackType

from evaluator.errors import EvaluatorError, InputError
from evaluator.grading import open_judge
from evaluator.judge import Judge, ReadingFailed, Writer, open_writer
from evaluator.practice.call import hearing, talking
from evaluator.practice.call.hints import Hint, hint_for
from evaluator.practice.call.phrasing import LinePiece, system_of
from evaluator.practice.call.talking import Talk
from evaluator.practice.persona import Persona
from evaluator.rubric import Rubric
from evaluator.settings import Settings
from evaluator.storage import CallTurn, Records

STOCK = "stock"  # the writer's name where every line is the persona's own


def usual_writer(model: str) -> str:
    """Returns the default writer of the lines: the model that judges, or the persona itself.

    Beside the embedded model, which is too small and slow to speak for a customer, it is the persona itself.
    """
    return STOCK if model == "embedded" else model


class Room:
    """The models that a call needs, opened once.

    Use it as an asynchronous context: `async with Room(settings) as room`.
    """

    def __init__(self, settings: Settings, writer: str | None = None, judge: Judge | None = None) -> None:
        """Takes the name of the writer and optionally a judge.

        `writer` names the model that phrases the lines, or `STOCK`; see `usual_writer`. The model of the settings
        judges, unless a `judge` is passed, which stays open.
        """
        self.settings = settings
        self.writer_name = writer or usual_writer(settings.model)
        self._given = judge

    async def __aenter__(self) -> Room:
        """Opens both; raises what `choose` raises."""
        self._opened = None if self._given else await asyncio.to_thread(open_judge, self.settings)
        self._judge: Judge = self._given or self._opened  # type: ignore[assignment]
        self._writer: Writer | None = None
        if self.writer_name != STOCK:
            self._writer = await asyncio.to_thread(open_writer, self.settings, self.writer_name)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._opened:
            await asyncio.to_thread(self._opened.close)

    async def prepare(self, persona: Persona) -> None:
        """Reads in advance what the first turn would wait for. Errors are left for the first turn to report."""
        with suppress(EvaluatorError, ReadingFailed):
            await hearing.prepare(self._judge, persona)
            if self._writer is not None:
                await self._writer.prepare(system_of(persona))

    def answer(self, records: Records, talk: Talk, turn: CallTurn) -> AsyncIterator[LinePiece]:
        """Works as `react`, with this room's models."""
        return talking.react(records, talk, turn, self._judge, self._writer)


def hint(records: Records, talk: Talk, rubric: Rubric) -> Hint:
    """Returns the next hint, stored with the call. Blocks for some 50 ms."""
    said = [turn.text for turn in talk.said() if turn.kind == "agent"]
    given = hints_of(talk)
    found = hint_for(talk.persona, rubric, talk.state(), said, given)
    talking.note(records, talk, "hint", found.model_dump())
    return found


def hints_of(talk: Talk, tip: str | None = None) -> list[Hint]:
    """The hints given on one branch, in order."""
    return [Hint.model_validate(turn.body) for turn in talk.path(tip) if turn.kind == "hint"]


def is_paused(talk: Talk) -> bool:
    """Whether the trainee paused the call and did not resume it."""
    last = next((turn.kind for turn in reversed(talk.path()) if turn.kind != "hint"), "")
    return last == "pause"


def place_of(talk: Talk, number: int) -> str:
    """The id of the turn after which the trainee's turn `number` (from 1) of the current branch comes.

    It lets the trainee say that turn again. Raises InputError if the turn does not exist.
    """
    said = talk.said()
    own = [place for place, turn in enumerate(said) if turn.kind == "agent"]
    if not 1 <= number <= len(own):
        raise InputError("practice_no_such_turn", number=number, most=len(own))
    return said[own[number - 1] - 1].id

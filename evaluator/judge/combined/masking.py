"""A judge beyond this machine that never sees personal data: what it reads is masked, and what it answers needs no way back.

Answers are probabilities of the question's options, and evidence is picked here from the original words, so points, quotations
and their places are those of the original text.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from typing import Literal, NamedTuple

from evaluator.encoding import redact
from evaluator.judge.combined.wrapping import Wrapping
from evaluator.judge.questions import Judge, Question, Reply, State
from evaluator.judge.writer import Writer
from evaluator.privacy import mask

MOST_SENT = 50  # texts that are remembered for showing what was sent


class Sent(NamedTuple):
    """A text that left the machine, and to whom."""

    to: str
    text: str


_sent: deque[Sent] = deque(maxlen=MOST_SENT)


def last_sent() -> list[Sent]:
    """What this process sent last, the newest at the end; nothing of it is stored."""
    return list(_sent)


class MaskingJudge(Wrapping):
    """A `Judge` over another that reads the text with placeholders in place of personal data."""

    def __init__(self, judge: Judge, *, orders: bool = False) -> None:
        super().__init__(judge)
        self._orders = orders

    @property
    def stamp(self) -> dict[str, str]:
        return {**super().stamp, "privacy": "masked"}

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        """Asks about the masked text."""
        masked = await asyncio.to_thread(mask, state.text, state.language, orders=self._orders)
        _sent.append(Sent(redact(self.judge.name), masked.text))
        return await self.judge.decide(state.model_copy(update={"text": masked.text}), questions)


class MaskingWriter:
    """A writer over another that reads placeholders; the words come back into what it writes."""

    def __init__(self, writer: Writer, language: Literal["zh", "en"], *, orders: bool = False) -> None:
        self._writer, self._language, self._orders, self.name = writer, language, orders, writer.name

    async def prepare(self, system: str) -> None:
        """As the writer does."""
        await self._writer.prepare(system)

    async def write(self, system: str, user: str, most: int) -> AsyncGenerator[str, None]:
        """The reply with the original words in place of placeholders, in pieces that never cut a placeholder."""
        masked = mask(user, self._language, orders=self._orders)
        _sent.append(Sent(redact(self.name), masked.text))
        waiting = ""
        async for piece in self._writer.write(system, masked.text, most):
            waiting += piece
            whole, opened, rest = waiting.rpartition("〔")
            if opened and "〕" not in rest and len(rest) < 30:
                yield masked.unmask(whole)
                waiting = opened + rest
            else:
                yield masked.unmask(waiting)
                waiting = ""
        if waiting:
            yield masked.unmask(waiting)

"""The customer's line: written by a model sentence by sentence, each sentence checked before it is shown.

A first sentence that fails is requested once more, then the persona's own line is said. If a later sentence fails, the
line ends before it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Literal

from evaluator.encoding import Frozen
from evaluator.errors import ModelError
from evaluator.guard import neutralise
from evaluator.judge import ReadingFailed, Writer, template
from evaluator.practice.call.checks import faults
from evaluator.practice.call.lines import ALWAYS_STOCK, content_of, manner_words
from evaluator.practice.call.state import CallState, Cue
from evaluator.practice.persona import Persona
from evaluator.practice.tuned import ON_CUE
from evaluator.references import universal_vectors

PROMPT = ("customer", 1)
TRIES = 2
MOST_TOKENS = 60
SENTENCES = 2
_ENDS = re.compile(r"[。！？!?…]+[”\"’']?|\.(?=\s|$)")

Source = Literal["model", "stock"]


class Refused(Frozen):
    """A line that was not shown, and why."""

    text: str
    faults: tuple[str, ...]


class CustomerLine(Frozen):
    """What the customer said, which writer wrote it, and which lines were refused before."""

    text: str
    source: Source = "stock"
    refused: tuple[Refused, ...] = ()
    failure: str = ""  # what the model could not do, if it failed


class LinePiece(Frozen):
    """A piece of a line that may be shown. The last piece carries the whole line."""

    text: str
    line: CustomerLine | None = None


async def phrase(
    persona: Persona, state: CallState, cue: Cue, agent: str, earlier: Sequence[str], writer: Writer | None
) -> AsyncIterator[LinePiece]:
    """Yields the line piece by piece; the last piece is the whole `Line`.

    It is the stock line without a writer, in the states that are always said in the persona's own words, and if the
    model fails.
    """
    content = content_of(persona, cue, earlier)
    refused: list[Refused] = []
    failure = ""
    if writer is not None and cue.manner not in ALWAYS_STOCK:
        for attempt in range(TRIES):
            try:
                said = ""
                async with aclosing(_sentences(persona, state, cue, agent, content, writer, bool(attempt))) as pieces:
                    async for piece in pieces:
                        wrong = await _wrong_with(said + piece, persona, state, cue, agent, earlier, content)
                        if wrong:
                            refused.append(Refused(text=(said + piece).strip(), faults=tuple(wrong)))
                            break
                        said += piece
                        yield LinePiece(text=piece)
            except (ModelError, ReadingFailed) as failed:  # the call goes on in the persona's own words
                failure = str(failed)
            if said.strip():
                line = CustomerLine(text=said.strip(), source="model", refused=tuple(refused), failure=failure)
                yield LinePiece(text="", line=line)
                return
            if failure:
                break
    yield LinePiece(text=content, line=CustomerLine(text=content, refused=tuple(refused), failure=failure))


def system_of(persona: Persona) -> str:
    """What the model reads about the persona: the same for all lines, so that it is read once."""
    wording = template(*PROMPT, persona.language)
    return wording.render("system", name=persona.name, region=persona.speech.region, samples=persona.speech.samples[:3])


async def _sentences(
    persona: Persona, state: CallState, cue: Cue, agent: str, content: str, writer: Writer, again: bool
) -> AsyncGenerator[str, None]:
    wording = template(*PROMPT, persona.language)
    user = wording.render(
        "line",
        agent=neutralise(agent.strip()[-300:]),
        mood=manner_words(persona, state.mood),
        content=content,
        complaint=again,
    )
    held, count = "", 0
    async with aclosing(writer.write(system_of(persona), user, MOST_TOKENS)) as pieces:
        async for piece in pieces:
            held += piece
            held, cut = (held[: held.index("\n")], True) if "\n" in held.strip() else (held, False)
            while (end := _ENDS.search(held)) and count < SENTENCES:
                yield held[: end.end()]
                held, count = held[end.end() :], count + 1
            if cut or count >= SENTENCES:
                break
    if held.strip() and count < SENTENCES and not count:
        yield held  # a line without a full stop; a second sentence that was cut off is left out


async def _wrong_with(
    line: str, persona: Persona, state: CallState, cue: Cue, agent: str, earlier: Sequence[str], content: str
) -> list[str]:
    found: list[str] = list(faults(line.strip(), persona, state.told, cue, agent, earlier))
    if not found and await asyncio.to_thread(likeness, line, content) < ON_CUE:
        found.append("off_cue")
    return found


def likeness(one: str, other: str) -> float:
    """How near two lines are in meaning: cosine by the quicker of the two embedders, a millisecond."""
    vectors = universal_vectors([one, other])
    return float(vectors[0] @ vectors[1])

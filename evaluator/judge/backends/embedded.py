"""The embedded model: an engine in this process, with weights loaded once and shared by all callers.

The model's answer to a prompt is identical in any order and after any other prompts; the engines guarantee that (on one
processor; another rounds differently).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any

from evaluator.judge.backends.asking import Prompt, TokenReading
from evaluator.judge.backends.engines import (
    CONTEXT_TOKENS,
    Engine,
    EngineName,
    Setup,
    choose_engine,
    open_engine,
    threads_for,
)
from evaluator.judge.backends.own_models import PREFIX, require_own
from evaluator.judge.backends.readout import ReadoutJudge
from evaluator.judge.backends.weights import require
from evaluator.judge.knowledge import VERSION
from evaluator.judge.questions import Traits
from evaluator.scorecard import Usage
from evaluator.settings import Settings


class EmbeddedAsker:
    """An `Asker` over weights on disk. They are loaded at the first question, or with `load()`."""

    def __init__(self, settings: Settings, name: str = "embedded") -> None:
        """Raises ModelMissing or ModelDamaged if the weights are missing or incomplete.

        On first use here the engines are tried, which takes half a minute.
        """
        self.name = name
        path, self._digest, self._knows = _weights_of(settings, name)
        self._choice = choose_engine(settings, path, self._digest)
        self._setup = Setup(path=path, threads=threads_for(settings), gpu_layers=settings.gpu_layers)

    @property
    def traits(self) -> Traits:
        """Its abilities; whether it may be asked about knowledge is measured (`evaluator model check`).

        The built-in model may not: see docs/benchmarks.md, short_answer_zh and rubric_answers_en.
        """
        return Traits(knows=self._knows, context_tokens=CONTEXT_TOKENS)

    @property
    def stamp(self) -> dict[str, str]:
        own = {"model": self._setup.path.stem, "weights": self._digest, "engine": self._choice.stamp}
        return own | ({"asked": "knowledge"} if self._knows else {})

    async def load(self) -> None:
        """Loads the weights now; ModelError if the engine cannot."""
        await asyncio.to_thread(_running, self._choice.engine, self._setup)

    async def prepare(self, prompt: Prompt) -> None:
        """Loads the weights and reads what precedes the prompt's text, so that the first question waits less."""
        running = await asyncio.to_thread(_running, self._choice.engine, self._setup)
        await asyncio.get_running_loop().run_in_executor(running.worker, running.engine.prepare, prompt)

    async def read(self, prompt: Prompt) -> TokenReading:
        """The distribution over the next token. Cancellation takes effect between two prompts."""
        running = await asyncio.to_thread(_running, self._choice.engine, self._setup)
        return await asyncio.get_running_loop().run_in_executor(running.worker, running.engine.read, prompt)

    async def write(
        self, system: str, user: str, schema: dict[str, Any] | None = None, most: int = 400
    ) -> tuple[str, Usage]:
        """Generates text, as JSON of `schema` if one is given; used as the benchmarks' baseline."""
        running = await asyncio.to_thread(_running, self._choice.engine, self._setup)
        write = partial(running.engine.write, system, user, schema, most)
        return await asyncio.get_running_loop().run_in_executor(running.worker, write)

    async def stream(self, system: str, user: str, most: int) -> AsyncGenerator[str, None]:
        """Generates text piece by piece; closing the generator early stops the model after its next piece."""
        running = await asyncio.to_thread(_running, self._choice.engine, self._setup)
        loop, pieces, left = asyncio.get_running_loop(), asyncio.Queue[str | None](), threading.Event()

        def work() -> None:
            try:
                for piece in running.engine.stream(system, user, most):
                    loop.call_soon_threadsafe(pieces.put_nowait, piece)
                    if left.is_set():
                        return
            finally:
                loop.call_soon_threadsafe(pieces.put_nowait, None)

        done = loop.run_in_executor(running.worker, work)
        try:
            while (piece := await pieces.get()) is not None:
                yield piece
        finally:
            left.set()
            await done


class Running:
    """An engine and the single thread that asks it.

    Questions queue there in order; one that nobody waits for any longer is dropped, and no other work of the process is
    held up.
    """

    def __init__(self, engine: Engine, worker: ThreadPoolExecutor) -> None:
        self.engine, self.worker = engine, worker


_loading = threading.Lock()


def _running(name: EngineName, setup: Setup) -> Running:
    with _loading:  # two simultaneous first callers must not load a gigabyte twice
        return _load(name, setup)


@cache
def _load(name: EngineName, setup: Setup) -> Running:
    return Running(open_engine(name, setup), ThreadPoolExecutor(1, thread_name_prefix="embedded-model"))


def _weights_of(settings: Settings, name: str) -> tuple[Path, str, bool]:
    """Path and digest of the weights, and whether they may be asked about knowledge."""
    own = name.removeprefix(PREFIX)
    if own == name:
        found = require(settings)
        return found.path, found.sha256 or "", False
    model = require_own(settings, own)
    measured = model.measured if model.measured and model.measured.version == VERSION else None
    return model.path, model.sha256, bool(measured and measured.knows)


def embedded_judge(settings: Settings, name: str = "embedded") -> ReadoutJudge:
    """The judge over the embedded model, or over the user's own `embedded:NAME`.

    Raises ModelMissing or ModelDamaged if the weights are missing or incomplete.
    """
    return ReadoutJudge(EmbeddedAsker(settings, name))

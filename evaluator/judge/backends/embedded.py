"""The embedded model: llama.cpp inside this process, weights loaded once and shared by all callers.

The only module that touches xllamacpp. Prompts are read one after the other in one slot, whose state keeps the shared
part of the last prompt: on a laptop's processor reading is bound by arithmetic, so questions side by side gain nothing
and would each need the prefix again.

What the model says depends a little on where its reading began, since batches of other sizes round otherwise; one call
got 7.9 or 8.2 of 10 by what had been read before. So a text is read from its first word, and each question from the text's
end: the same text and question get the same answer to the last digit, in any order and after whatever else (on one
processor; another rounds otherwise).
"""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from evaluator.errors import ModelError
from evaluator.judge.backends.asking import Prompt, Reading, ReadingFailed
from evaluator.judge.backends.readout import ReadoutJudge
from evaluator.judge.backends.weights import require
from evaluator.judge.questions import Traits
from evaluator.scorecard import Usage
from evaluator.settings import Settings

CONTEXT_TOKENS = 12_288  # 350 MB of key-value cache; longer texts are windowed before they get here
ALTERNATIVES = 20


class EmbeddedAsker:
    """An `Asker` over weights on disk. Loading happens at the first question, or with `load()`."""

    name = "embedded"
    # That it knows nothing is measured: docs/benchmarks.md, short_answer_zh and rubric_answers_en.
    traits = Traits(knows=False, context_tokens=CONTEXT_TOKENS)

    def __init__(self, settings: Settings) -> None:
        self._weights = require(settings)

    @property
    def stamp(self) -> dict[str, str]:
        return {"model": self._weights.path.stem, "weights": self._weights.sha256 or "", "engine": "xllamacpp"}

    async def load(self) -> None:
        """Loads the weights now; ModelError when the engine cannot."""
        await asyncio.to_thread(_engine, self._weights.path)

    async def read(self, prompt: Prompt) -> Reading:
        """The distribution over the next token. Cancellation takes effect between two prompts."""
        asked = {"max_tokens": 1, "logprobs": True, "top_logprobs": ALTERNATIVES}
        reply, usage = await self._complete(_messages(prompt.system, prompt.shared + prompt.question), asked, prompt)
        top = reply["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        return Reading(
            model=self.stamp["model"], logprobs={entry["token"]: entry["logprob"] for entry in top}, usage=usage
        )

    async def write(
        self, system: str, user: str, schema: dict[str, Any] | None = None, most: int = 400
    ) -> tuple[str, Usage]:
        """Generates text, as JSON of `schema` if one is given: for coaching prose and for the benchmarks' baseline."""
        wanted = {"response_format": {"type": "json_schema", "json_schema": {"schema": schema}}} if schema else {}
        reply, usage = await self._complete(_messages(system, user), {"max_tokens": most, **wanted})
        return reply["choices"][0]["message"]["content"], usage

    async def _complete(
        self, messages: list[dict[str, str]], asked: dict[str, Any], begins: Prompt | None = None
    ) -> tuple[dict[str, Any], Usage]:
        engine = await asyncio.to_thread(_engine, self._weights.path)
        wanted = {"messages": messages, "temperature": 0, "cache_prompt": True, **asked}
        try:
            reply, usage = await asyncio.get_running_loop().run_in_executor(
                engine.worker, engine.complete, wanted, begins
            )
        except RuntimeError as error:
            raise ReadingFailed("unreadable", str(error)) from None
        if "choices" not in reply:
            detail = str(reply.get("error", reply))
            raise ReadingFailed("too_long" if "context" in detail else "unreadable", detail)
        return reply, usage


def _messages(system: str, user: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": system}, {"role": "user", "content": user}]


class Engine:
    """The engine, and the one thread that asks it: questions queue there in order, where one that nobody waits for any
    longer is dropped, and no other work of the process is held up."""

    def __init__(self, server: Any, worker: ThreadPoolExecutor) -> None:
        self.server, self.worker = server, worker
        self._read: tuple[str, str] | None = None  # the text, with what stands before it, that the slot begins with

    def complete(self, asked: dict[str, Any], begins: Prompt | None) -> tuple[dict[str, Any], Usage]:
        """One completion, in the worker's thread, and what it took; waiting for its turn is not counted. With `begins`,
        the slot is brought to the end of its shared part first."""
        started = time.perf_counter()
        known, self._read = self._read, None
        before = self._begin(begins, known) if begins else Usage()
        reply = self.server.handle_chat_completions(asked)
        usage = before + usage_of(reply, time.perf_counter() - started)
        return reply, usage.model_copy(update={"requests": 1})

    def _begin(self, prompt: Prompt, known: tuple[str, str] | None) -> Usage:
        """Reads the shared part, from its first word unless the slot begins with it; then what a question added is cut
        off, and nothing but the closing marks of the prompt is read. One token is written and thrown away."""
        wanted = (prompt.system, prompt.shared)
        reply = self.server.handle_chat_completions(
            {"messages": _messages(*wanted), "temperature": 0, "cache_prompt": known == wanted, "max_tokens": 1}
        )
        self._read = wanted if "choices" in reply else None
        return usage_of(reply, 0.0)


def usage_of(reply: dict[str, Any], seconds: float) -> Usage:
    """Tokens of one reply in OpenAI's form; none where it tells of none."""
    told = reply.get("usage") or {}
    cached = (told.get("prompt_tokens_details") or {}).get("cached_tokens", 0)
    return Usage(
        prompt_tokens=told.get("prompt_tokens", 0),
        cached_tokens=cached,
        generated_tokens=told.get("completion_tokens", 0),
        requests=1,
        seconds=seconds,
    )


_loading = threading.Lock()


def _engine(path: Path) -> Engine:
    with _loading:  # two first callers must not load a gigabyte twice
        return _load(path)


@cache
def _load(path: Path) -> Engine:
    import os

    import xllamacpp

    wanted = xllamacpp.CommonParams()
    wanted.model.path = str(path)
    wanted.n_ctx = CONTEXT_TOKENS
    wanted.n_parallel = 1
    wanted.n_gpu_layers = 0
    wanted.warmup = False
    wanted.verbosity = 0
    wanted.cache_ram_mib = 0  # no states of earlier prompts: they would begin a reading in its middle
    wanted.port = 0
    threads = int(os.environ.get("EVALUATOR_THREADS", 0)) or max(1, min(8, (os.cpu_count() or 2)))
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = threads
    try:
        return Engine(xllamacpp.Server(wanted), ThreadPoolExecutor(1, thread_name_prefix="embedded-model"))
    except RuntimeError as error:
        raise ModelError("model_unloadable", path=path, detail=error) from None


def embedded_judge(settings: Settings) -> ReadoutJudge:
    """The judge over the embedded model; ModelMissing or ModelDamaged when the weights are not there or not whole."""
    return ReadoutJudge(EmbeddedAsker(settings))

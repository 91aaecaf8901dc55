"""llama.cpp through xllamacpp, a server in this process; the only module that uses xllamacpp.

Prompts are read one after another in one slot, whose state keeps the shared part of the last prompt. The model's answer
depends slightly on where reading began, since other batch sizes round differently. So a text is read from its first
word, and each question from the end of the text.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from typing import Any

from evaluator.errors import ModelError
from evaluator.judge.backends.asking import Prompt, ReadingFailed, TokenReading
from evaluator.judge.backends.engines.engine import ALTERNATIVES, Setup
from evaluator.scorecard import Usage

ALL_LAYERS = 999


class XllamaEngine:
    """An `Engine` over xllamacpp; `server` is its server, which also listens on loopback."""

    def __init__(self, setup: Setup) -> None:
        import xllamacpp

        wanted = xllamacpp.CommonParams()
        wanted.model.path = str(setup.path)
        wanted.n_ctx = setup.context_tokens
        wanted.n_parallel = 1
        wanted.n_gpu_layers = ALL_LAYERS if setup.gpu_layers is None else setup.gpu_layers
        wanted.warmup = False
        wanted.verbosity = 0
        wanted.cache_ram_mib = 0  # no states of earlier prompts: reading would start in the middle of a text
        wanted.port = 0
        wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = setup.threads
        try:
            self.server = xllamacpp.Server(wanted)
        except RuntimeError as error:
            raise ModelError("model_unloadable", path=setup.path, detail=error) from None
        self.model = setup.path.stem
        self._read: tuple[str, str] | None = None  # the text, with what precedes it, at the start of the slot

    def read(self, prompt: Prompt) -> TokenReading:
        """The distribution over the next token: the 20 most likely."""
        started = time.perf_counter()
        before = self._begin(prompt.system, prompt.shared)
        asked = {"max_tokens": 1, "logprobs": True, "top_logprobs": ALTERNATIVES, "cache_prompt": True}
        reply = self._complete(_messages(prompt.system, prompt.shared + prompt.asked), asked)
        self._read = (prompt.system, prompt.shared)
        usage = before + usage_of(reply, time.perf_counter() - started)
        top = reply["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        logprobs = {entry["token"]: entry["logprob"] for entry in top}
        return TokenReading(model=self.model, logprobs=logprobs, usage=usage.model_copy(update={"requests": 1}))

    def prepare(self, prompt: Prompt) -> None:
        """Nothing: a text is read from the first word of its prompt."""

    def write(self, system: str, user: str, schema: dict[str, Any] | None, most: int) -> tuple[str, Usage]:
        """The likeliest continuation; a part shared with the last prompt is not read again."""
        started = time.perf_counter()
        self._read = None
        form = {"response_format": {"type": "json_schema", "json_schema": {"schema": schema}}} if schema else {}
        reply = self._complete(_messages(system, user), {"max_tokens": most, "cache_prompt": True, **form})
        return reply["choices"][0]["message"]["content"], usage_of(reply, time.perf_counter() - started)

    def stream(self, system: str, user: str, most: int) -> Iterator[str]:
        """The likeliest continuation, piece by piece as the server returns it."""
        self._read = None
        asked = {"messages": _messages(system, user), "temperature": 0, "max_tokens": most, "cache_prompt": True}
        pieces: queue.SimpleQueue[Any] = queue.SimpleQueue()
        left = threading.Event()

        def take(event: Any) -> bool:
            pieces.put(event)
            return left.is_set()  # true stops the server

        def work() -> None:
            try:
                self.server.handle_chat_completions({**asked, "stream": True}, take)
            except RuntimeError as error:
                pieces.put(ReadingFailed("unreadable", str(error)))
            finally:
                pieces.put(None)

        worker = threading.Thread(target=work, name="xllamacpp-stream", daemon=True)
        worker.start()
        try:
            while (event := pieces.get()) is not None:
                if isinstance(event, ReadingFailed):
                    raise event
                yield from _written_in(event)
        finally:
            left.set()
            worker.join()

    def close(self) -> None:
        """Drops the server, which then stops."""
        del self.server

    def _begin(self, system: str, shared: str) -> Usage:
        """Reads the shared part from its first word, unless the slot already starts with it.

        Then a question's remains are removed, so that only the prompt's closing marks are read.
        """
        known, self._read = self._read == (system, shared), None
        return usage_of(self._complete(_messages(system, shared), {"cache_prompt": known, "max_tokens": 0}), 0.0)

    def _complete(self, messages: list[dict[str, str]], asked: dict[str, Any]) -> dict[str, Any]:
        try:
            reply = self.server.handle_chat_completions({"messages": messages, "temperature": 0, **asked})
        except RuntimeError as error:
            raise ReadingFailed("unreadable", str(error)) from None
        if "choices" not in reply:
            detail = str(reply.get("error", reply))
            raise ReadingFailed("too_long" if "context" in detail else "unreadable", detail)
        return reply


def _written_in(event: Any) -> Iterator[str]:
    """The words in one or more events of a stream."""
    for one in event if isinstance(event, list) else [event]:
        if "error" in one:
            detail = str(one["error"])
            raise ReadingFailed("too_long" if "context" in detail else "unreadable", detail)
        for choice in one.get("choices", ()):
            if text := (choice.get("delta") or {}).get("content"):
                yield text


def _messages(system: str, user: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": system}, {"role": "user", "content": user}]


def usage_of(reply: dict[str, Any], seconds: float) -> Usage:
    """Token counts of one reply in OpenAI's form; zeros if it states none."""
    told = reply.get("usage") or {}
    cached = (told.get("prompt_tokens_details") or {}).get("cached_tokens", 0)
    return Usage(
        prompt_tokens=told.get("prompt_tokens", 0),
        cached_tokens=cached,
        generated_tokens=told.get("completion_tokens", 0),
        requests=1,
        seconds=seconds,
    )

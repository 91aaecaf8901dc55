"""ik_llama.cpp through its C interface; the only module that uses ik-llama-cpp-python.

Four layers of a prompt are kept apart: what precedes the text (instructions and task), the text, a frame that several
questions start with, and the question.

- The state after instructions and task is saved and restored for the next text of the same rubric.
- The state after the text stays in the cache; a question is read after it and removed again.
- The state after a frame is saved as long as the text stays the same.

Each layer is read in its own batches, which begin at its first token, and occupies the same cells of the cache each
time. So nothing that was read before can change a digit. Questions are read one by one: in parallel they took as long,
and each then depended on its neighbours (docs/benchmarks.md).
"""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from evaluator.errors import ModelError
from evaluator.judge.backends.asking import Prompt, ReadingFailed, TokenReading
from evaluator.judge.backends.engines.engine import ALTERNATIVES, Setup
from evaluator.judge.backends.engines.grammar import Grammar
from evaluator.judge.backends.engines.ik_library import Library
from evaluator.scorecard import Usage

BATCH = 512  # tokens read at once
STATES = 16  # instructions and tasks whose state is kept, about 30 KB per token
MARK = "\x1f"  # placeholder for the user's message while the chat's frame is built

TokenIds = tuple[int, ...]


class IkEngine:
    """An `Engine` over ik_llama.cpp, tensors repacked for this processor."""

    def __init__(self, setup: Setup) -> None:
        with _no_busy_waiting():
            self._library = Library(setup, BATCH)
        self.model = setup.path.stem
        self._room = setup.context_tokens
        self._states: OrderedDict[TokenIds, bytes] = OrderedDict()  # by what precedes the text
        self._frames: dict[TokenIds, bytes] = {}  # of the text that the cache holds
        self._held: tuple[TokenIds, TokenIds, TokenIds] | None = (
            None  # what the cache holds: before the text, text, frame
        )
        if not self._library.frame("", MARK):
            raise ModelError(
                "model_unloadable", path=setup.path, detail="its chat template is not known to ik_llama.cpp"
            )

    def read(self, prompt: Prompt) -> TokenReading:
        """The distribution over the next token: the 20 most likely, and the labels in their usual spellings."""
        started = time.perf_counter()
        before, text, frame, question = self._tokens_of(prompt)
        total = len(before) + len(text) + len(frame) + len(question)
        if total >= self._room:
            raise ReadingFailed("too_long", f"{total} tokens, and the context holds {self._room}")
        read = self._place(before, text) + self._add_frame(frame) + len(question)
        logprobs = self._logprobs(self._ask(question, total - len(question)), prompt.labels)
        usage = Usage(
            prompt_tokens=total, cached_tokens=total - read, requests=1, seconds=time.perf_counter() - started
        )
        return TokenReading(model=self.model, logprobs=logprobs, usage=usage)

    def prepare(self, prompt: Prompt) -> None:
        """Reads instructions and task, and keeps the state."""
        before, *_ = self._tokens_of(prompt)
        if before not in self._states and len(before) < self._room:
            self._place(before, ())

    def write(self, system: str, user: str, schema: dict[str, Any] | None, most: int) -> tuple[str, Usage]:
        """The likeliest continuation; a prefix shared with the previous call is not read again."""
        started = time.perf_counter()
        head, tail = self._frame(system)
        library = self._library
        before = [*library.first, *library.tokens(head, special=True)]
        prompt = [*before, *library.tokens(user), *library.tokens(tail, special=True)]
        if len(prompt) + most >= self._room:
            raise ReadingFailed(
                "too_long", f"{len(prompt)} tokens and {most} to write, and the context holds {self._room}"
            )
        kept = self._keep_common(prompt)
        self._read_batches(prompt[kept:-1], kept)
        with Grammar.of(schema, self._library) as grammar:
            written = list(self._continue(prompt[-1], len(prompt) - 1, most, grammar))
        self._held = tuple(prompt), tuple(written[:-1]), ()
        usage = Usage(
            prompt_tokens=len(prompt),
            cached_tokens=kept,
            generated_tokens=len(written),
            requests=1,
            seconds=time.perf_counter() - started,
        )
        return self._library.text(written), usage

    def stream(self, system: str, user: str, most: int) -> Iterator[str]:
        """The likeliest continuation, piece by piece; what precedes the user's message is read once and kept."""
        head, tail = self._frame(system)
        library = self._library
        before = (*library.first, *library.tokens(head, special=True))
        rest = (*library.tokens(user), *library.tokens(tail, special=True))
        if len(before) + len(rest) + most >= self._room:
            raise ReadingFailed("too_long", f"{len(before) + len(rest)} tokens and {most} to write")
        self._place(before, rest[:-1])
        self._held, written, shown = None, [], ""
        with Grammar.of(None, library) as grammar:
            for token in self._continue(rest[-1], len(before) + len(rest) - 1, most, grammar):
                written.append(token)
                text = library.text(written)
                if len(text) > len(shown):
                    yield text[len(shown) :]
                    shown = text

    def close(self) -> None:
        """Frees the weights and the cache."""
        self._library.close()

    def _tokens_of(self, prompt: Prompt) -> tuple[TokenIds, TokenIds, TokenIds, TokenIds]:
        """The four layers as tokens. Only the chat's own frame may contain special tokens: in a text they are text."""
        library = self._library
        head, tail = self._frame(prompt.system)
        before = (*library.first, *library.tokens(head, special=True), *library.tokens(prompt.task))
        question = (*library.tokens(prompt.question), *library.tokens(tail, special=True))
        return before, tuple(library.tokens(prompt.text)), tuple(library.tokens(prompt.frame)), question

    def _frame(self, system: str) -> tuple[str, str]:
        """What the chat template puts before and after the user's message."""
        head, _, tail = self._library.frame(system, MARK).partition(MARK)
        return head, tail

    def _place(self, before: TokenIds, text: TokenIds) -> int:
        """Brings the cache to the end of the text, and of a frame if given; returns the number of tokens read."""
        if self._held and self._held[:2] == (before, text):
            return 0
        self._held = None
        self._frames.clear()
        self._library.forget(0)
        read = len(text)
        if state := self._states.get(before):
            self._states.move_to_end(before)
            self._library.put_state(state)
        else:
            read += len(before)
            self._read_batches(before, 0)
            self._states[before] = self._library.take_state()
            if len(self._states) > STATES:
                self._states.popitem(last=False)
        self._read_batches(text, len(before))
        self._held = before, text, ()
        return read

    def _add_frame(self, frame: TokenIds) -> int:
        """Brings the cache from the end of the text or another frame to the end of `frame`; returns the tokens read."""
        assert self._held is not None, "a text was placed"
        before, text, here = self._held
        if here == frame:
            return 0
        self._held, end = None, len(before) + len(text)
        state = self._frames.get(frame)
        self._library.forget(0 if state else end)
        if state:
            self._library.put_state(state)
        elif frame:
            self._read_batches(frame, end)
            self._frames[frame] = self._library.take_state()
        self._held = before, text, frame
        return 0 if state else len(frame)

    def _ask(self, question: Sequence[int], at: int) -> Any:
        """The logits after a question, which is then removed again."""
        held, self._held = self._held, None
        logits = self._read_batches(question, at, wanted=True)
        self._library.forget(at)
        self._held = held
        return logits

    def _read_batches(self, tokens: Sequence[int], at: int, *, wanted: bool = False) -> Any:
        """Reads tokens from position `at` on; returns the logits after the last one if `wanted`."""
        logits = None
        for start in range(0, len(tokens), BATCH):
            part = tokens[start : start + BATCH]
            logits = self._library.decode(part, at + start, wanted=wanted and start + BATCH >= len(tokens))
        return logits

    def _keep_common(self, prompt: Sequence[int]) -> int:
        """Cuts the cache back to its common prefix with `prompt`, excluding the last token; returns its length."""
        held = [token for part in self._held or () for token in part]
        self._held = None
        same = next((at for at, (one, other) in enumerate(zip(held, prompt[:-1], strict=False)) if one != other), None)
        kept = min(len(held), len(prompt) - 1) if same is None else same
        self._library.forget(kept)
        return kept

    def _continue(self, token: int, at: int, most: int, grammar: Grammar) -> Iterator[int]:
        for position in range(at, at + most):
            logits = self._library.decode([token], position, wanted=True)
            token = grammar.likeliest(logits)
            if self._library.ends(token):
                return
            yield token

    def _logprobs(self, logits: Any, labels: Sequence[str]) -> dict[str, float]:
        import numpy as np

        values = logits.astype(np.float64)
        values -= values.max()
        values -= np.log(np.exp(values).sum())
        likeliest = np.argpartition(values, -ALTERNATIVES)[-ALTERNATIVES:]
        spelt = [found for label in labels for found in self._spellings(label)]
        chosen = sorted({*likeliest.tolist(), *spelt}, key=lambda token: (-values[token], token))
        shown: dict[str, float] = {}
        for token in chosen:
            shown.setdefault(self._library.text([token]), float(values[token]))
        return shown

    def _spellings(self, label: str) -> list[int]:
        forms = (label, f" {label}", label.lower(), f" {label.lower()}")
        found = [self._library.tokens(form) for form in forms]
        return [tokens[0] for tokens in found if len(tokens) == 1]


@contextmanager
def _no_busy_waiting() -> Iterator[None]:
    """Lets the library's threads sleep while waiting for each other, to spare a busy machine.

    The library reads the variable once, when it is loaded.
    """
    name, before = "OMP_WAIT_POLICY", os.environ.get("OMP_WAIT_POLICY")
    os.environ.setdefault(name, "passive")
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]

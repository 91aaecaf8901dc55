"""Runs one reader on the variants of its inputs."""

from __future__ import annotations

import signal
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple

from evaluator.errors import EvaluatorError
from tests.fuzz.mutations import vary
from tests.fuzz.targets import TARGETS, one_sentence

CPU_S = 5.0
_CRASHES = ("file_breaks", "file_too_slow", "file_too_heavy")  # of the child process: a sentence, but worth counting


class Finding(NamedTuple):
    """A variant on which a reader broke its promise."""

    target: str
    seed: int
    number: int
    suffix: str
    data: bytes
    story: str

    @property
    def place(self) -> str:
        """The last line of code in the traceback: findings of one place are probably one fault."""
        return next((line for line in reversed(self.story.splitlines()) if line.startswith("  File")), self.story)


class TooSlow(AssertionError):
    """A reader took too many processor seconds for a small input."""


class Fuzzer:
    """One reader; `tally` counts what became of the variants: "read", the code of an error, or "finding"."""

    def __init__(self, name: str, seed: int) -> None:
        self.name, self.seed = name, seed
        self.target = TARGETS[name]
        self.inputs = list(self.target.inputs())
        self.tally: Counter[str] = Counter()
        self.number = 0

    def runs(self, most: int, seconds: float) -> Iterator[Finding]:
        """Goes on with the next variants, `most` of them or for so many seconds, and yields what was found."""
        end = time.monotonic() + seconds
        for _ in range(most):
            if time.monotonic() > end:
                return
            self.number += 1
            if finding := self.run(self.number):
                yield finding

    def run(self, number: int) -> Finding | None:
        """Reads variant `number`, which is always the same for a seed and the same inputs."""
        random = Random(f"{self.seed} {self.name} {number}")
        suffix = random.choice(self.target.suffixes)
        data = vary(self.inputs, random)
        with tempfile.TemporaryDirectory(prefix="evaluator-fuzz-") as folder:
            path = Path(folder) / f"input{suffix}"
            path.write_bytes(data)
            try:
                self.tally[self._outcome(path)] += 1
            except Exception:
                self.tally["finding"] += 1
                return Finding(self.name, self.seed, number, suffix, data, traceback.format_exc())
        return None

    def _outcome(self, path: Path) -> str:
        try:
            with limited(CPU_S):
                self.target.read(path)
            return "read"
        except EvaluatorError as error:
            one_sentence(error)
            return error.code if error.code in _CRASHES else "refused"


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises TooSlow in the block after so many processor seconds of this process."""

    def stop(*_: object) -> None:
        raise TooSlow(f"more than {seconds} processor seconds")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)

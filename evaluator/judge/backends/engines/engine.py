"""The interface between the product and the library that runs a model in this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Protocol

from evaluator.encoding import Frozen
from evaluator.judge.backends.asking import Prompt, TokenReading
from evaluator.scorecard import Usage

EngineName = Literal["ik", "xllamacpp"]

CONTEXT_TOKENS = 12_288  # 350 MB of key-value cache; longer texts are shortened before they get here
ALTERNATIVES = 20


class Setup(Frozen):
    """How to run weights. `gpu_layers` is None for as many as the engine can put on a GPU; without a GPU, none."""

    path: Path
    threads: int
    gpu_layers: int | None = None
    context_tokens: int = CONTEXT_TOKENS


class Engine(Protocol):
    """Loaded weights, used by one thread at a time.

    A reading depends on its prompt alone, down to the last digit: not on what was read before, nor on the order. (On
    one processor; another rounds differently.)
    """

    model: str  # name of the model, for readings

    def read(self, prompt: Prompt) -> TokenReading:
        """The distribution over the next token; ReadingFailed if this prompt cannot be read."""
        ...

    def prepare(self, prompt: Prompt) -> None:
        """Reads what precedes the prompt's text, if its state can be kept; does not change any reading."""
        ...

    def write(self, system: str, user: str, schema: dict[str, Any] | None, most: int) -> tuple[str, Usage]:
        """The likeliest continuation of at most `most` tokens, as JSON of `schema` if one is given."""
        ...

    def stream(self, system: str, user: str, most: int) -> Iterator[str]:
        """The likeliest continuation of at most `most` tokens, piece by piece; may be closed early."""
        ...

    def close(self) -> None:
        """Frees the weights; the engine cannot be asked afterwards."""
        ...

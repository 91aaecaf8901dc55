"""The seam between the product and what runs a model in this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Protocol

from evaluator.encoding import Frozen
from evaluator.judge.backends.asking import Prompt, TokenReading
from evaluator.scorecard import Usage

EngineName = Literal["ik", "xllamacpp"]

CONTEXT_TOKENS = 12_288  # 350 MB of key-value cache; longer texts are windowed before they get here
ALTERNATIVES = 20


class Setup(Frozen):
    """How weights are to be run. `gpu_layers` is None for as many as the engine can put on a GPU; without one, none."""

    path: Path
    threads: int
    gpu_layers: int | None = None
    context_tokens: int = CONTEXT_TOKENS


class Engine(Protocol):
    """Weights, loaded. One thread at a time asks it.

    A reading depends on its prompt alone, to the last digit: not on what was read before, nor on the order. (On one
    processor; another rounds otherwise.)
    """

    model: str  # name of the model, for readings

    def read(self, prompt: Prompt) -> TokenReading:
        """The distribution over the next token; ReadingFailed when this prompt cannot be read."""
        ...

    def prepare(self, prompt: Prompt) -> None:
        """Reads what stands before the prompt's text, where that can be kept; changes no reading."""
        ...

    def write(self, system: str, user: str, schema: dict[str, Any] | None, most: int) -> tuple[str, Usage]:
        """The likeliest continuation, at most `most` tokens, as JSON of `schema` if one is given."""
        ...

    def stream(self, system: str, user: str, most: int) -> Iterator[str]:
        """The likeliest continuation, at most `most` tokens, in pieces as they come; may be left before its end."""
        ...

    def close(self) -> None:
        """Frees the weights; the engine cannot be asked afterwards."""
        ...

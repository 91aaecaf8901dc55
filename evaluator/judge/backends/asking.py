"""How a readout judge asks: one prompt, one token, and the distribution over it.

`Asker` is the interface of models that are read through log-probabilities; the embedded model and any OpenAI-compatible
endpoint implement it. `readout.py` decides what to ask and how to read the distribution.
"""

from __future__ import annotations

from typing import Protocol

from evaluator.encoding import Frozen
from evaluator.judge.questions import Traits
from evaluator.scorecard import UngradedCause, Usage


class Prompt(Frozen):
    """One rendered question, in layers from the most to the least stable, so that the state after each can be kept."""

    system: str
    task: str = ""  # first part of the user message: the same for all texts of a rubric
    text: str  # next, shared by all questions about a text
    frame: str = ""  # next, the start that several questions share
    question: str  # last, this question's own part
    labels: tuple[str, ...]  # single-token labels, in the order of the question's options

    @property
    def shared(self) -> str:
        """The part of the user message shared by all questions about a text."""
        return self.task + self.text

    @property
    def asked(self) -> str:
        """The rest of the user message: the question."""
        return self.frame + self.question


class TokenReading(Frozen):
    """The distribution over the next token: natural logarithms of probabilities by token text, most likely first."""

    model: str
    logprobs: dict[str, float]
    usage: Usage = Usage()


class ReadingFailed(Exception):
    """This one prompt got no readable answer; the judge turns it into Ungraded. Never shown to a user directly."""

    def __init__(self, cause: UngradedCause, detail: str = "") -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause = cause
        self.detail = detail


class Asker(Protocol):
    """A model that returns the distribution over its next token."""

    @property
    def name(self) -> str: ...

    @property
    def stamp(self) -> dict[str, str]:
        """What identifies the model in a record: name, weights digest or endpoint, parameters."""
        ...

    @property
    def traits(self) -> Traits:
        """Its abilities and context size; the judge knows whether its readings need anchors."""
        ...

    async def read(self, prompt: Prompt) -> TokenReading:
        """Asks once; raises ReadingFailed for this prompt, ModelError for what no prompt could survive."""
        ...

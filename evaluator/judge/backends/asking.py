"""How a readout judge asks: one prompt, one token, and the distribution over it.

`Asker` is what a model must offer to be read through log-probabilities; the embedded model and any OpenAI-compatible
endpoint are askers. What to ask and how to read the distribution is `readout.py`.
"""

from __future__ import annotations

from typing import Protocol

from evaluator.encoding import Frozen
from evaluator.judge.questions import Traits
from evaluator.scorecard import UngradedCause, Usage


class Prompt(Frozen):
    """One rendered question, in layers that change ever more often, so that the state after each can be kept."""

    system: str
    task: str = ""  # first part of the user message: equal for all texts of a rubric
    text: str  # then what all questions about a text share
    frame: str = ""  # then what several questions begin with
    question: str  # last: what is this question's own
    labels: tuple[str, ...]  # single-token labels, in the order of the question's options

    @property
    def shared(self) -> str:
        """What all questions about a text share of the user message."""
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
    """This one prompt got no readable answer; the judge turns it into Ungraded. Never shown to a user as it is."""

    def __init__(self, cause: UngradedCause, detail: str = "") -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause = cause
        self.detail = detail


class Asker(Protocol):
    """A model that gives the distribution over its next token."""

    @property
    def name(self) -> str: ...

    @property
    def stamp(self) -> dict[str, str]:
        """What identifies the model in a record: name, weights digest or endpoint, parameters."""
        ...

    @property
    def traits(self) -> Traits:
        """What it can do and has room for; that its readings need anchors is the judge's to say."""
        ...

    async def read(self, prompt: Prompt) -> TokenReading:
        """Asks once; raises ReadingFailed for this prompt, ModelError for what no prompt could survive."""
        ...

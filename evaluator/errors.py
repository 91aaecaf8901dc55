"""Every error that the product raises on purpose, and the exit code that a script sees.

An error names a text in the catalogue (`evaluator/messages/errors.yaml`) and the values that go into it, so that the same
failure reads well in Chinese and in English. A text is one sentence and says what to do. Vendor exceptions are mapped to
these at the one module that touches the vendor; anything else that surfaces is a bug.

    EvaluatorError            1
    ├── InputError            2   a file, text or option that cannot be used
    │   └── RubricError       2   a rubric that is wrong: file, line and what to write
    ├── ModelError            3   the model could not be had, loaded or reached
    │   ├── ModelMissing      3   no weights on disk
    │   ├── ModelDamaged      3   weights whose digest is not the published one
    │   └── EndpointError     3   a key, address or reply that does not work
    ├── StorageError          4   a disk that is full, read-only or busy
    ├── BudgetExceeded        5   the spending limit would be passed
    └── Stopped             130   somebody asked to stop
"""

from __future__ import annotations

from typing import Any

from evaluator import messages


class EvaluatorError(Exception):
    """Base of all. `code` is the catalogue key without its area, `values` what the text mentions."""

    exit_code = 1

    def __init__(self, code: str, **values: Any) -> None:
        self.code = code
        self.values = values
        super().__init__(code)

    def __str__(self) -> str:
        return self.text()

    def text(self, language: str | None = None) -> str:
        """The sentence for people, in `language` ("zh" or "en"; the current one by default). One line, whatever line breaks
        names and other people's messages bring along."""
        return " ".join(messages.say(f"errors.{self.code}", language, **self.values).splitlines())


class InputError(EvaluatorError):
    """A file, text or option that cannot be used as it is."""

    exit_code = 2


class RubricError(InputError):
    """A rubric file that is wrong; the text names file, line and what to write instead."""


class ModelError(EvaluatorError):
    """The model could not be had, loaded or reached."""

    exit_code = 3


class ModelMissing(ModelError):
    """No weights on disk."""


class ModelDamaged(ModelError):
    """Weights on disk whose size or digest is not the published one."""


class EndpointError(ModelError):
    """An endpoint that refused the key, could not be reached or did not answer as agreed."""


class StorageError(EvaluatorError):
    """A disk that is full, read-only or busy; nothing was half written."""

    exit_code = 4


class BudgetExceeded(EvaluatorError):
    """The next request could pass the spending limit, so it was not sent."""

    exit_code = 5


class Stopped(EvaluatorError):
    """Somebody asked to stop; what was finished is kept."""

    exit_code = 130

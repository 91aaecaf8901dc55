"""Every error that the product raises deliberately, and its exit code.

An error names a text in the catalogue (`evaluator/messages/errors.yaml`) and the values inserted into it, so that the
same failure reads well in Chinese and in English. A text is one sentence and says what to do. Vendor exceptions are
converted to these in the one module that uses the vendor; anything else that surfaces is a bug.

    EvaluatorError            1
    ├── InputError            2   a file, text or option that cannot be used
    │   └── RubricError       2   a faulty rubric: file, line and what to write
    ├── ModelError            3   the model could not be found, loaded or reached
    │   ├── ModelMissing      3   no weights on disk
    │   ├── ModelDamaged      3   weights whose digest is not the published one
    │   └── EndpointError     3   a key, address or reply that does not work
    ├── StorageError          4   a disk that is full, read-only or busy
    ├── BudgetExceeded        5   the spending limit would be exceeded
    └── Stopped             130   somebody asked to stop
"""

from __future__ import annotations

from typing import Any

from evaluator import messages


class EvaluatorError(Exception):
    """Base class. `code` is the catalogue key without its area, `values` are inserted into the text."""

    exit_code = 1

    def __init__(self, code: str, **values: Any) -> None:
        self.code = code
        self.values = values
        super().__init__(code)

    def __str__(self) -> str:
        return self.text()

    def text(self, language: str | None = None) -> str:
        """The sentence for people, in `language` ("zh" or "en"; the current one by default).

        It is one line of bounded length, whatever the names and other messages in it contain.
        """
        return messages.sentence(f"errors.{self.code}", language, **self.values)


class InputError(EvaluatorError):
    """A file, text or option that cannot be used as it is."""

    exit_code = 2


class RubricError(InputError):
    """A faulty rubric file; the text names file, line and what to write instead."""


class ModelError(EvaluatorError):
    """The model could not be found, loaded or reached."""

    exit_code = 3


class ModelMissing(ModelError):
    """No weights on disk."""


class ModelDamaged(ModelError):
    """Weights on disk whose size or digest is not the published one."""


class EndpointError(ModelError):
    """An endpoint that refused the key, could not be reached, or gave an unexpected reply."""


class StorageError(EvaluatorError):
    """A disk that is full, read-only or busy; nothing was half written."""

    exit_code = 4


class BudgetExceeded(EvaluatorError):
    """The next request could exceed the spending limit, so it was not sent."""

    exit_code = 5


class Stopped(EvaluatorError):
    """Somebody asked to stop; what was finished is kept."""

    exit_code = 130

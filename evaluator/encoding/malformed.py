"""The single error for text that cannot be read."""

from __future__ import annotations

from typing import Literal

MalformedCode = Literal[
    "syntax",  # not this format at all
    "too_large",  # more characters or values than anybody writes
    "too_deep",  # nested too deeply
    "alias_in_itself",
    "tag",  # a YAML tag beyond the core ones
    "value",  # a value that its tag does not fit
    "number",  # a number with more digits than allowed
]


class Malformed(ValueError):
    """A text that cannot be read within the limits.

    `line` counts from 1; `detail` names the limit or what was found.
    """

    def __init__(self, code: MalformedCode, line: int = 1, detail: str = "") -> None:
        super().__init__(f"line {line}: {detail or code}")
        self.code = code
        self.line = line
        self.detail = detail or code

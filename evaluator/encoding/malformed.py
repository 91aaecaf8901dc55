"""The one way in which reading a notation fails."""

from __future__ import annotations

from typing import Literal

MalformedCode = Literal[
    "syntax",  # not the notation at all
    "too_large",  # more characters or values than anybody writes
    "too_deep",  # lists in lists in lists
    "alias_in_itself",
    "tag",  # a YAML tag beyond the core ones
    "value",  # a value that its tag does not fit
    "number",  # a number of more digits than a number has
]


class Malformed(ValueError):
    """A text that cannot be read within the limits. `line` counts from 1; `detail` names the limit or what was found."""

    def __init__(self, code: MalformedCode, line: int = 1, detail: str = "") -> None:
        super().__init__(f"line {line}: {detail or code}")
        self.code = code
        self.line = line
        self.detail = detail or code

"""Text on its way to a terminal, which obeys control characters in it: names and transcripts may hold some.

A transcript could otherwise clear the screen, write over the points that stand above it, or fill the clipboard.
"""

from __future__ import annotations

import re
from typing import Any, TextIO

_COLOURS = r"\x1b\[[0-9;]*m"
_MOVES = r"\x1b\[[0-9;?]*[A-GJKhlm]|\r"  # of a progress display
_OBEYED = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"


class Harmless:
    """A text stream that shows control characters by their numbers instead of sending them to the terminal.

    Colours pass; with `moving` also what moves the cursor, for a stream on which progress is shown.
    """

    def __init__(self, stream: TextIO, *, moving: bool = False) -> None:
        self._stream = stream
        self._pattern = re.compile(f"({_COLOURS}{'|' + _MOVES if moving else ''})|{_OBEYED}")

    def write(self, text: str) -> int:
        """Writes the text; returns its length."""
        self._stream.write(self._pattern.sub(_shown, text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Writes the lines one by one."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _shown(match: re.Match[str]) -> str:
    return match[1] or ascii(match[0])[1:-1]

"""Line breaks that are written out: a text from a database with "\\n" for each, a text from a web page with "<br>"."""

from __future__ import annotations

import re

from evaluator.transcript.turns import Assumption

_ESCAPED = re.compile(r"(?:\\r)?\\n|\\r")
_PATH = re.compile(r"(?<=[^A-Za-z\\])[C-PR-Zc-pr-z]:\\[\w.~-]|\\\\\w")  # C:\new, \\server\name; A, B and Q are speakers
_TAG = re.compile(r"<br\s{0,3}/?>[ \t]*(?:\r\n|\n|\r)?", re.IGNORECASE)
_LEAST_TAGS = 2


def with_line_breaks(text: str) -> tuple[str, tuple[Assumption, ...]]:
    """The text with a line break for each that is written out, which is stated; other texts unchanged.

    "\\n" counts only where it is more frequent than a line break and no file's path is among the words: the path would be cut.
    """
    breaks = text.count("\n") + text.count("\r")
    if len(_ESCAPED.findall(text)) > breaks and not _PATH.search(text):
        return _ESCAPED.sub("\n", text), (Assumption(code="breaks_written", values={"sign": "\\n"}),)
    if len(_TAG.findall(text)) >= _LEAST_TAGS:
        return _TAG.sub("\n", text), (Assumption(code="breaks_written", values={"sign": "<br>"}),)
    return text, ()

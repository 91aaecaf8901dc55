"""One spelling for whatever reads a text: the judge, the embedders, the search by words.

A small model takes traditional characters, and spaces between Chinese sentences, for a difference in what was said: nine
per cent of the points for the one, six for the other, in one and the same call (docs/benchmarks.md). People don't. What is
quoted from a text is always its exact words; only copies that something reads are spelled like this.
"""

from __future__ import annotations

import re

from evaluator.guard.matching import simplify

# White space that stands between a mark and a Chinese character: there typing habits differ, and nothing is said by it.
# Between two characters it stays, because people who leave out marks separate sentences so.
_AFTER_MARKS = re.compile(r"(?<=[，。！？；：、,;!?:”’」』）])[^\S\n]+(?=[\u3400-\u9fff\uf900-\ufaff“‘「『（])")
_AT_LINE_ENDS = re.compile(r"[^\S\n]+$", re.MULTILINE)
_BETWEEN_WORDS = re.compile(r"[^\S\n]+")  # tabs, no-break and ideographic spaces, several in a row


_HALVES = re.compile("[\ud800-\udfff]")


def well_formed(text: str) -> str:
    """The text, exact to the place, with halves of a character (of a cut emoji, of a file name from another system)
    replaced: no file, database or digest could hold them."""
    return _HALVES.sub("\ufffd", text)


def number_text(value: float) -> str:
    """A number as a cell shows it, which reads as the very same number: 2, 2.5, 6.666666666666667."""
    return repr(float(value)).removesuffix(".0")


def plain(text: str) -> str:
    """The text in simplified characters, without white space after Chinese marks and at line ends, single spaces elsewhere."""
    return _BETWEEN_WORDS.sub(" ", _AT_LINE_ENDS.sub("", _AFTER_MARKS.sub("", simplify(text))))

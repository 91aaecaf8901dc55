"""One spelling for whatever reads a text: the judge, the embedders, the search by words.

A small model takes traditional characters, and spaces between Chinese sentences, for a difference in what was said: nine
per cent of the points for the one, six for the other, in one and the same call (docs/benchmarks.md). People don't. What is
quoted from a text is always its exact words; only copies that something reads are spelled like this.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from evaluator.text.folding import simplify

# White space that stands between a mark and a Chinese character: there typing habits differ, and nothing is said by it.
# Between two characters it stays, because people who leave out marks separate sentences so.
_AFTER_MARKS = re.compile(r"(?<=[，。！？；：、,;!?:”’」』）])[^\S\n]+(?=[\u3400-\u9fff\uf900-\ufaff“‘「『（])")
_AT_LINE_ENDS = re.compile(r"[^\S\n]+$", re.MULTILINE)
_BETWEEN_WORDS = re.compile(r"[^\S\n]+")  # tabs, no-break and ideographic spaces, several in a row

# Marks of a Chinese keyboard in a text that is not Chinese. In a Chinese one both widths stay: there the narrow ones are
# everyday, and a model has read both.
_WIDE_MARKS = re.compile(
    r"(?<=\d)(?P<within>[，：])(?=\d)"
    r"|[^\S\n]*(?P<closing>[，。！？；：）]+[,.!?;:)]*)[^\S\n]*"
    r"|[^\S\n]*(?P<opening>（)[^\S\n]*"
)
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{3,}")

_HALVES = re.compile("[\ud800-\udfff]")


def well_formed(text: str) -> str:
    """The text, exact to the place, with halves of a character (of a cut emoji, of a file name from another system)
    replaced: no file, database or digest could hold them."""
    return _HALVES.sub("\ufffd", text)


def well_formed_value(value: Any) -> Any:
    """A JSON value from outside with every text in it well-formed, names of fields too."""
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, list):
        return [well_formed_value(item) for item in value]
    if isinstance(value, dict):
        return {well_formed_value(key): well_formed_value(item) for key, item in value.items()}
    return value


def number_text(value: float) -> str:
    """A number as a cell shows it, which reads as the very same number: 2, 2.5, 6.666666666666667."""
    return repr(float(value)).removesuffix(".0")


def plain(text: str) -> str:
    """The text in simplified characters, without white space after Chinese marks and at line ends, single spaces elsewhere;
    the marks of a text in Latin letters are Latin."""
    text = simplify(text)
    if _LATIN_WORD.search(text) and not _EAST_ASIAN.search(text):
        text = _WIDE_MARKS.sub(_latin_mark, text)
    return _BETWEEN_WORDS.sub(" ", _AT_LINE_ENDS.sub("", _AFTER_MARKS.sub("", text)))


def _latin_mark(match: re.Match[str]) -> str:
    mark = unicodedata.normalize("NFKC", match[0].strip()).replace("。", ".")
    return {"within": mark, "closing": f"{mark} ", "opening": f" {mark}"}[str(match.lastgroup)]

"""Normalised spelling for everything that reads a text: the judge, the embedders, the lexical search.

A small model mistakes traditional characters, and spaces between Chinese sentences, for a difference in what was said:
9% of the points for the former and 6% for the latter in one and the same call (docs/benchmarks.md). People do not.
Quotations always keep the exact words; only copies for reading are normalised.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from evaluator.text.folding import simplify

# White space between a punctuation mark and a Chinese character: typing habits differ there, and it carries no meaning.
# Between two characters it stays, because people who leave out punctuation separate sentences that way.
_AFTER_MARKS = re.compile(r"(?<=[，。！？；：、,;!?:”’」』）])[^\S\n]+(?=[\u3400-\u9fff\uf900-\ufaff“‘「『（])")
_AT_LINE_ENDS = re.compile(r"[^\S\n]+$", re.MULTILINE)
_BETWEEN_WORDS = re.compile(r"[^\S\n]+")  # tabs, no-break and ideographic spaces, several in a row

# Chinese punctuation in a text that is not Chinese. In a Chinese text both widths stay: there the narrow ones are
# common, and a model has seen both.
_WIDE_MARKS = re.compile(
    r"(?<=\d)(?P<within>[，：])(?=\d)"
    r"|[^\S\n]*(?P<closing>[，。！？；：）]+[,.!?;:)]*)[^\S\n]*"
    r"|[^\S\n]*(?P<opening>（)[^\S\n]*"
)
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{3,}")

_HALVES = re.compile("[\ud800-\udfff]")


def well_formed(text: str) -> str:
    """The text with lone surrogates (of a cut emoji, or a file name from another system) replaced one for one.

    No file, database or digest could hold them.
    """
    return _HALVES.sub("\ufffd", text)


def well_formed_value(value: Any) -> Any:
    """A JSON value from outside with every text in it well-formed, including field names."""
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, list):
        return [well_formed_value(item) for item in value]
    if isinstance(value, dict):
        return {well_formed_value(key): well_formed_value(item) for key, item in value.items()}
    return value


def number_text(value: float) -> str:
    """A number as a cell shows it, which reads back as exactly the same number: 2, 2.5, 6.666666666666667."""
    return repr(float(value)).removesuffix(".0")


def plain(text: str) -> str:
    """The text in simplified characters with normalised white space.

    There is none after Chinese marks and at line ends, and single spaces elsewhere; a text in Latin letters gets Latin
    punctuation.
    """
    text = simplify(text)
    if _LATIN_WORD.search(text) and not _EAST_ASIAN.search(text):
        text = _WIDE_MARKS.sub(_latin_mark, text)
    return _BETWEEN_WORDS.sub(" ", _AT_LINE_ENDS.sub("", _AFTER_MARKS.sub("", text)))


def _latin_mark(match: re.Match[str]) -> str:
    mark = unicodedata.normalize("NFKC", match[0].strip()).replace("。", ".")
    return {"within": mark, "closing": f"{mark} ", "opening": f" {mark}"}[str(match.lastgroup)]

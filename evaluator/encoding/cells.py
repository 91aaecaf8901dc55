"""One rule for the cells of every spreadsheet that is written: text stays text."""

from __future__ import annotations

import re
from typing import Any

# What a spreadsheet takes for the beginning of a formula, also behind spaces and in its full-width form; a tab or a line
# break at the beginning leads some programs to look at what comes behind it (OWASP, CSV injection).
_FORMULA = re.compile(r"^[\s\ufeff]*[=+\-@＝＋－＠|%]|^[\t\r\n]")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?")
# Characters that XML 1.0 has no place for: a workbook with one of them cannot be opened, and openpyxl refuses to write it.
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
MAX_CHARACTERS = 32_767  # of a cell in Excel


def as_cell(value: Any) -> Any:
    """`value` as it may stand in a CSV or XLSX cell: a text that would run as a formula gets an apostrophe before it, the
    way a person marks text in a spreadsheet; characters that no workbook can hold are left out. Numbers stay numbers, and a
    text that is a plain number ("-3") stays as it is."""
    if not isinstance(value, str):
        return value
    text = _NOT_XML.sub("", value)
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        text = f"'{text}"
    return text


def from_cell(text: str) -> str:
    """The text that `as_cell` wrote, when somebody hands the table back."""
    return text[1:] if text.startswith("'") and as_cell(text[1:]) == text else text

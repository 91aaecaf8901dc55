"""One rule for the cells of every spreadsheet that is written: text stays text."""

from __future__ import annotations

import re
from typing import Any

# What a spreadsheet takes for the start of a formula, also after spaces and in full-width form. A leading tab or line
# break makes some programs look at what follows it (OWASP, CSV injection).
_FORMULA = re.compile(r"^[\s\ufeff]*[=+\-@＝＋－＠|%]|^[\t\r\n]")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?")
# Characters that XML 1.0 does not allow: a workbook with one of them cannot be opened, and openpyxl refuses to write
# it.
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
MAX_CHARACTERS = 32_767  # limit of a cell in Excel


def as_cell(value: Any) -> Any:
    """`value` in a form that is safe in a CSV or XLSX cell.

    A text that would run as a formula gets an apostrophe before it, as a person marks text in a spreadsheet; characters
    that no workbook can hold are removed. Numbers stay numbers, and a text that is a plain number ("-3") is unchanged.
    """
    if not isinstance(value, str):
        return value
    text = printable(value)
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        text = f"'{text}"
    return text


def as_workbook_cell(value: Any) -> Any:
    """The same, cut to what a cell of a workbook can hold."""
    cell = as_cell(value)
    return cell[:MAX_CHARACTERS] if isinstance(cell, str) else cell


def printable(text: str) -> str:
    """`text` without the characters that no workbook can hold, for a cell that is typed as text."""
    return _NOT_XML.sub("", text)


def from_cell(text: str) -> str:
    """The original text of a cell written by `as_cell`, when somebody returns the table."""
    return text[1:] if text.startswith("'") and as_cell(text[1:]) == text else text

"""Markdown: the marks of its layout are taken off, the words stay."""

from __future__ import annotations

import re
from pathlib import Path

from evaluator.bank.reading.lines import Line, number_lines
from evaluator.bank.reading.text import decode

_RULE = re.compile(r"^\s*([-*_]\s*){3,}$|^\s*\|?[\s:|-]+\|[\s:|-]*$|^\s*```\w*$")
_FRONT = re.compile(r"^\s{0,3}(#{1,6}\s+|>\s?)+")
_STRONG = re.compile(r"(\*\*|__)(.+?)\1")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!<>])")
_BULLET = re.compile(r"^(\s*)[*+-]\s+(?=(?:\(?[A-H][.、．:)）]))")


def read(path: Path) -> tuple[Line, ...]:
    """The lines of a Markdown file; table rows come with their cells."""
    lines = number_lines([_plain(line) for line in decode(path.read_bytes(), path.name).splitlines()])
    return tuple(_row(line) if line.text.strip().startswith("|") else line for line in lines)


def _plain(line: str) -> str:
    if _RULE.match(line):
        return ""
    line = _BULLET.sub(r"\1", _FRONT.sub("", line).rstrip("\\"))
    line = _STRONG.sub(r"\2", _STRONG.sub(r"\2", line))
    return _ESCAPE.sub(r"\1", line).rstrip()


def _row(line: Line) -> Line:
    cells = tuple(cell.strip() for cell in line.text.strip().strip("|").split("|"))
    return Line("\t".join(cells), line.number, cells=cells, blank_before=line.blank_before)

"""Markdown: layout marks are removed, the words stay; bold and coloured text is remembered."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from evaluator.bank.formats.lines import Line, emphasise, number_lines
from evaluator.bank.formats.text import decode

_RULE = re.compile(r"^\s*+(?:[-*_]\s*+){3,}+$|^(?=.[^|]*+\|)[\s:|-]++$|^\s*+```\w*+$")  # nothing is tried twice
_FRONT = re.compile(r"^\s{0,3}(#{1,6}\s+|(?:>\s?)+)+")
_QUOTE = re.compile(r"^\s{0,3}>")
_STRONG = re.compile(r"(\*\*|(?<!_)__(?!_))(?=\S)(.{1,2000}?)(?<=[^\s_])\1(?!_)")  # `____` is a gap, not bold
_COLOUR = re.compile(r"<(font|span|b|strong|u|mark)\b[^>]{0,200}>(.{0,2000}?)</\1>", re.I)
_TAG = re.compile(r"</?(?:font|span|b|strong|u|mark|p|div|center|i|em|sub|sup)\b[^>]{0,200}>", re.I)
_BREAK = re.compile(r"<br\s*/?>", re.I)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!<>])")
_BULLET = re.compile(r"^(\s*)[*+-]\s+(?=(?:\*\*|__|<[^>]{1,60}>)?(?:\(?[A-L][.、．:：)）]))")
_PICTURE = re.compile(r"!\[[^\]]{0,200}\]\(([^)\s]{1,400})[^)]{0,200}\)")


def read(path: Path) -> tuple[Line, ...]:
    """The lines of a Markdown file; table rows keep their cells."""
    written = decode(path.read_bytes(), path.name).splitlines()
    lines = number_lines([_plain(line) for line in written])
    return tuple(_finish(line, written[line.number - 1]) for line in lines)


def _plain(line: str) -> str:
    if _RULE.match(line):
        return ""
    line = _BULLET.sub(r"\1", _FRONT.sub("", line).rstrip("\\"))
    line = _PICTURE.sub("[图]", line)
    line = _COLOUR.sub(lambda match: emphasise(match[2]), line)
    line = _TAG.sub("", line if line.lstrip().startswith("|") else _BREAK.sub(" ", line))
    line = _STRONG.sub(lambda match: emphasise(match[2]), line)
    line = _STRONG.sub(r"\2", line)
    return _ESCAPE.sub(r"\1", line).rstrip()


def _finish(line: Line, written: str) -> Line:
    pictures = tuple(_PICTURE.findall(written))
    if pictures or _QUOTE.match(written):
        line = replace(line, pictures=pictures, quote=bool(_QUOTE.match(written)))
    return _row(line) if line.text.strip().startswith("|") else line


def _row(line: Line) -> Line:
    cells = tuple(cell.strip() for cell in line.text.strip().strip("|").split("|"))
    return Line("\t".join(cells), line.number, cells=cells, blank_before=line.blank_before)

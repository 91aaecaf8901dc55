"""Web pages, read with Beautiful Soup: the visible text, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evaluator.bank.formats.lines import Line, number_lines
from evaluator.bank.formats.text import decode

_HIDDEN = ("script", "style", "noscript", "template", "nav", "svg", "head", "iframe", "button", "select")
_BREAKING = {
    "br",
    "p",
    "div",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "li",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "table",
    "tr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "pre",
    "blockquote",
    "form",
    "hr",
}


def read(path: Path) -> tuple[Line, ...]:
    """The lines of a web page, counted in the text (not in the source of the page)."""
    from bs4 import BeautifulSoup

    page = BeautifulSoup(_decode(path), "html.parser")
    return tuple(_row(line) for line in number_lines(_own_breaks("".join(_texts(page)))))


def _texts(page: Any) -> Iterator[str]:
    """The visible text with a break before and after every block, and rows of tables as cells between tabs. Walked once and
    without recursion, however deep the page is nested."""
    from bs4.element import CData, NavigableString, Tag

    open_tags = [(iter(page.contents), "")]
    while open_tags:
        children, end = open_tags[-1]
        child = next(children, None)
        if child is None:
            open_tags.pop()
            yield end
        elif type(child) in (NavigableString, CData):  # comments and declarations are kinds of it, and no text
            yield str(child)
        elif not isinstance(child, Tag) or child.name in _HIDDEN:
            continue
        elif child.name == "tr":
            yield "\n" + "\t".join(_cells(child)) + "\n"
        else:
            edge = "\n" if child.name in _BREAKING else ""
            yield edge
            open_tags.append((iter(child.contents), edge))


def _cells(row: Any) -> list[str]:
    cells = row.find_all(["td", "th"], recursive=False) or [row]
    return [" ".join(_without_hidden(cell).split()) for cell in cells]


def _without_hidden(cell: Any) -> str:
    for hidden in cell.find_all(_HIDDEN):
        hidden.extract()
    return cell.get_text(" ")


def _own_breaks(text: str) -> list[str]:
    return [line.strip(" \r") for line in text.split("\n")]


def _decode(path: Path) -> str:
    """By the encoding that the page declares, else as any text."""
    from bs4.dammit import EncodingDetector

    data = path.read_bytes()
    declared = EncodingDetector.find_declared_encoding(data, is_html=True)
    if declared and declared.lower() not in ("utf-8", "utf8"):
        try:
            return data.decode("gb18030" if declared.lower().startswith("gb") else declared)
        except (LookupError, UnicodeDecodeError):
            pass  # a page may lie about itself; its bytes decide then
    return decode(data, path.name)


def _row(line: Line) -> Line:
    if "\t" not in line.text:
        return line
    cells = tuple(line.text.split("\t"))
    return Line(line.text, line.number, cells=cells, blank_before=line.blank_before)

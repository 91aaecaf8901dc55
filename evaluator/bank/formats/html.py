"""Web pages, read with Beautiful Soup: the visible text, block by block."""

from __future__ import annotations

from pathlib import Path

from evaluator.bank.formats.lines import Line, number_lines
from evaluator.bank.formats.text import decode

_HIDDEN = ("script", "style", "noscript", "template", "nav", "svg", "head", "iframe", "button", "select")
_BLOCKS = [
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
]


def read(path: Path) -> tuple[Line, ...]:
    """The lines of a web page, counted in the text (not in the source of the page)."""
    from bs4 import BeautifulSoup

    page = BeautifulSoup(_decode(path), "html.parser")
    for hidden in page(_HIDDEN):
        hidden.decompose()
    for table_row in page("tr"):
        cells = [" ".join(cell.get_text(" ").split()) for cell in table_row(["td", "th"])]
        table_row.replace_with("\n" + "\t".join(cells) + "\n")
    for block in page(["br", *_BLOCKS]):
        block.insert_before("\n")
        block.insert_after("\n")
    return tuple(_row(line) for line in number_lines(_own_breaks(page.get_text())))


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

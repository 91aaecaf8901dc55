"""Web pages, read with Beautiful Soup: the visible text, block by block."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evaluator.bank.formats.lines import Line, number_lines
from evaluator.bank.formats.text import decode
from evaluator.bank.papers.line_patterns import option_label, read_header
from evaluator.encoding import HIDDEN_TAGS, visible_text


def read(path: Path) -> tuple[Line, ...]:
    """The lines of a web page, counted in its text, not its source."""
    from bs4 import BeautifulSoup

    page = BeautifulSoup(_decode(path), "html.parser")
    _write_numbers(page)
    return tuple(_row(line) for line in number_lines(_own_breaks(visible_text(page, _row_of_cells))))


def _write_numbers(page: Any) -> None:
    """Numbers and letters of lists that a browser shows and the page does not hold, before the words of their points."""
    for points in page.find_all(["ol", "ul"]):
        letters = points.get("type") in ("A", "a") or "alpha" in (points.get("style") or "")
        shown = points.name == "ol" and "none" not in (points.get("style") or "")
        if not letters and not shown:
            continue
        for place, point in enumerate(points.find_all("li", recursive=False)):
            words = point.get_text(" ", strip=True)[:40]
            if not (read_header(words) or option_label(words)):
                point.insert(0, f"{chr(ord('A') + place)}. " if letters and place < 26 else f"{place + 1}. ")


def _row_of_cells(row: Any) -> str:
    """The cells of a row, separated by tabs."""
    cells = row.find_all(["td", "th"], recursive=False) or [row]
    return "\t".join(" ".join(_without_hidden(cell).split()) for cell in cells)


def _without_hidden(cell: Any) -> str:
    for hidden in cell.find_all(HIDDEN_TAGS):
        hidden.extract()
    return cell.get_text(" ")


def _own_breaks(text: str) -> list[str]:
    return [line.strip(" \r") for line in text.split("\n")]


def _decode(path: Path) -> str:
    """Decodes with the encoding that the page declares, otherwise like any text."""
    from bs4.dammit import EncodingDetector

    data = path.read_bytes()
    declared = EncodingDetector.find_declared_encoding(data, is_html=True)
    if declared and declared.lower() not in ("utf-8", "utf8"):
        try:
            return data.decode("gb18030" if declared.lower().startswith("gb") else declared)
        except (LookupError, UnicodeDecodeError):
            pass  # a page may declare a wrong encoding; then its bytes decide
    return decode(data, path.name)


def _row(line: Line) -> Line:
    if "\t" not in line.text:
        return line
    cells = tuple(line.text.split("\t"))
    return Line(line.text, line.number, cells=cells, blank_before=line.blank_before)

"""PDF files with text, read with pdfplumber: columns one after another, page headers and footers marked as noise.

Lines that reach the right edge are marked as wrapped.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from evaluator.bank.formats.lines import Line, clean
from evaluator.bank.papers import line_patterns
from evaluator.bank.tuned import BLANK_FROM, FULL_FROM, GUTTER, MOST_CROSSING
from evaluator.errors import InputError

_RUNNING_FROM = 3  # share of the pages on which a header or footer must occur
_EDGE_LINES = 2  # lines at the top and bottom of a page, where headers and footers are


@dataclass(frozen=True)
class _Text:
    """A line on a page, with its edges, and the edges of its column."""

    text: str
    left: float
    right: float
    top: float
    column: int = 0
    noise: bool = False


def read(path: Path) -> tuple[Line, ...]:
    """The lines of a PDF; InputError if it is locked, damaged, or contains only pictures of text."""
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfminer.pdfexceptions import PDFException
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        with pdfplumber.open(path) as document:
            pages = [_page_lines(page) for page in document.pages]
    except PdfminerException as error:
        locked = any(isinstance(cause, PDFPasswordIncorrect) for cause in (*error.args, error.__context__))
        raise InputError("bank_encrypted" if locked else "bank_damaged", file=path.name) from None
    except (PDFException, ValueError, KeyError, TypeError, AssertionError, OSError):
        raise InputError("bank_damaged", file=path.name) from None
    if not any(pages):
        raise InputError("bank_no_text", file=path.name)
    return _number(_mark_running(pages))


def _page_lines(page: Any) -> list[_Text]:
    """The lines of a page; those of a right column follow those of the left one."""
    found = _lines_of(page, 0)
    words = page.extract_words()
    cut = _find_gutter(page, words)
    if cut is not None:
        gutter, top = cut
        left = page.crop((page.bbox[0], top, gutter, page.bbox[3]))
        right = page.crop((gutter, top, page.bbox[2], page.bbox[3]))
        columns = [*_lines_of(left, 1), *_lines_of(right, 2)]
        if _both_ask(columns):
            found = [*(line for line in found if line.top < top - 1), *columns]
    page.close()
    return found


def _lines_of(area: Any, column: int) -> list[_Text]:
    lines = area.extract_text_lines(return_chars=False)
    return [
        _Text(clean(line["text"]), line["x0"], line["x1"], line["top"], column)
        for line in lines
        if line["text"].strip()
    ]


def _find_gutter(page: Any, words: list[dict[str, Any]]) -> tuple[float, float] | None:
    """The position between two columns and the height from which they start; None if the page has one column."""
    if len(words) < 8:
        return None
    rows: dict[int, list[tuple[float, float]]] = {}
    for word in words:
        rows.setdefault(round(word["top"] / 4), []).append((word["x0"], word["x1"]))
    start, end = min(word["x0"] for word in words), max(word["x1"] for word in words)
    width = end - start
    places = [start + width * share / 100 for share in range(35, 66)]
    free = [(sum(_crosses(row, place) for row in rows.values()), place) for place in places]
    fewest = min(crossing for crossing, _ in free)
    middle = [place for crossing, place in free if crossing == fewest]
    gutter = middle[len(middle) // 2]
    below = [key for key, row in rows.items() if any(a > gutter for a, _ in row) and any(b < gutter for _, b in row)]
    if len(below) < 3 or fewest > max(2, MOST_CROSSING * len(rows)):
        return None
    top = min(below)
    if any(_crosses(row, gutter) for key, row in rows.items() if key >= top):
        return None
    return gutter, max(page.bbox[1], top * 4 - 4)


def _crosses(row: list[tuple[float, float]], place: float) -> bool:
    """Whether a word of the row is at the position, or so close that there is no room for a gutter."""
    return any(a < place + GUTTER / 2 and b > place - GUTTER / 2 for a, b in row)


def _both_ask(lines: list[_Text]) -> bool:
    """Whether questions start in both columns: options side by side are not page columns."""
    return all(
        any(
            (head := line_patterns.read_header(line.text)) and not head.doubtful
            for line in lines
            if line.column == column
        )
        for column in (1, 2)
    )


def _mark_running(pages: list[list[_Text]]) -> list[list[_Text]]:
    """Marks lines at the edges of most pages that differ only in their numbers as headers and footers."""
    edges = Counter(
        shape
        for page in pages
        for shape in {_shape(line) for line in sorted(page, key=lambda line: line.top) if _at_edge(line, page)}
    )
    wanted = max(_RUNNING_FROM, len(pages) // 2)
    running = {shape for shape, times in edges.items() if times >= wanted and len(pages) >= _RUNNING_FROM}
    if not running:
        return pages
    return [
        [_Text(**{**vars(line), "noise": True}) if _is_running(line, page, running) else line for line in page]
        for page in pages
    ]


def _is_running(line: _Text, page: list[_Text], running: set[tuple[str, int]]) -> bool:
    return _shape(line) in running and _at_edge(line, page)


def _shape(line: _Text) -> tuple[str, int]:
    """A line's text without numbers and its position: questions at page edges differ in both."""
    return re.sub(r"\d+|[一二三四五六七八九十]+", "#", line.text.strip()), round(line.top / 6)


def _at_edge(line: _Text, page: list[_Text]) -> bool:
    tops = sorted({round(other.top) for other in page})
    near = {*tops[:_EDGE_LINES], *tops[-_EDGE_LINES:]}
    asks = (
        line_patterns.read_header(line.text)
        or line_patterns.option_label(line.text)
        or line_patterns.read_label(line.text)
    )
    return round(line.top) in near and (not asks or bool(re.fullmatch(r"\W*\d+\W*", line.text)))


def _number(pages: list[list[_Text]]) -> tuple[Line, ...]:
    columns = {line.column for page in pages for line in page}
    edge = {c: max(line.right for page in pages for line in page if line.column == c) for c in columns}
    start = {c: min(line.left for page in pages for line in page if line.column == c) for c in columns}
    height = _usual_gap(pages)
    lines: list[Line] = []
    for page_number, page in enumerate(pages, start=1):
        above: float | None = None
        for line in page:
            full = line.right - start[line.column] >= FULL_FROM * (edge[line.column] - start[line.column])
            gap = above is not None and height is not None and line.top - above > BLANK_FROM * height
            shown = Line(line.text, len(lines) + 1, page_number, full=full, blank_before=gap, noise=line.noise)
            lines.append(shown)
            above = above if line.noise else line.top
    return tuple(lines)


def _usual_gap(pages: list[list[_Text]]) -> float | None:
    gaps = Counter(
        round(below.top - above.top) for page in pages for above, below in pairwise(page) if below.top > above.top
    )
    return min((gap for gap, n in gaps.items() if n >= max(gaps.values()) / 3), default=None) if gaps else None

"""PDF files with text, read with pdfplumber: lines by page, with what ran to the right edge marked as wrapped."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

from evaluator.bank.formats.lines import Line, clean
from evaluator.errors import InputError

_FULL_FROM = 0.93  # of the text's width on the page; ragged lines end a character or two before it


def read(path: Path) -> tuple[Line, ...]:
    """The lines of a PDF; InputError where it is locked, damaged, or holds pictures of text only."""
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
    return _number(pages)


def _page_lines(page: Any) -> list[tuple[str, float, float, float]]:
    """Text, left edge, right edge and top of every line on a page."""
    found = page.extract_text_lines(return_chars=False)
    page.close()
    return [(clean(line["text"]), line["x0"], line["x1"], line["top"]) for line in found if line["text"].strip()]


def _number(pages: list[list[tuple[str, float, float, float]]]) -> tuple[Line, ...]:
    edge = max(right for page in pages for _, _, right, _ in page)
    start = min(left for page in pages for _, left, _, _ in page)
    height = _usual_gap(pages)
    lines: list[Line] = []
    for page_number, page in enumerate(pages, start=1):
        above: float | None = None
        for text, _, right, top in page:
            full = right - start >= _FULL_FROM * (edge - start)
            gap = above is not None and height is not None and top - above > 1.4 * height
            lines.append(Line(text, len(lines) + 1, page_number, full=full, blank_before=gap))
            above = top
    return tuple(lines)


def _usual_gap(pages: list[list[tuple[str, float, float, float]]]) -> float | None:
    gaps = Counter(
        round(below[3] - above[3]) for page in pages for above, below in pairwise(page) if below[3] > above[3]
    )
    return min((gap for gap, n in gaps.items() if n >= max(gaps.values()) / 3), default=None) if gaps else None

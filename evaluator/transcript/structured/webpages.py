"""Web pages and HTML fragments, read with Beautiful Soup: tables by their cells, everything else as lines of text."""

from __future__ import annotations

import re
from typing import Any

from evaluator.encoding import HIDDEN_TAGS, visible_text
from evaluator.errors import InputError
from evaluator.transcript.segments import INVISIBLE, Layout

_PAGE = re.compile(
    r"\s*(?:<!doctype html|<html|<head|<body|<table|<div|<ul|<ol|<p[\s>]|<section|<article|<main|<h\d)", re.IGNORECASE
)
_FRAGMENT = re.compile(r"<(?:p|br|div|span|b|i|a|ul|li|strong|em)\b[^>]{0,200}>", re.IGNORECASE)
_XML = re.compile(r"\s*<\?xml", re.IGNORECASE)
_ROOT = re.compile(r"<(?P<name>[A-Za-z][\w.:-]{0,60})(?:\s[^<>]{0,500})?>\s*<[A-Za-z]")


def looks_like_html(text: str) -> bool:
    """Whether a field of a message holds HTML instead of plain words."""
    return bool(_FRAGMENT.search(text[:2000])) and ("</" in text or "<br" in text.lower())


def text_of_html(text: str) -> str:
    """The visible words of a fragment, one line per block."""
    return _lines(_soup(text))


def read_webpage(text: str) -> tuple[str, Layout] | None:
    """The conversation on a page, written out; None if the text is not HTML, or has no recognisable conversation."""
    begin = text.lstrip().lstrip(INVISIBLE)
    if _is_xml(begin):
        raise InputError("transcript_xml")
    if not _PAGE.match(begin) or "</" not in begin:
        return None
    page = _soup(begin)
    return _tables(page) or _as_text(page)


def _is_xml(begin: str) -> bool:
    """Whether the text says that it is XML, or is one element that holds others and that no web page has."""
    if _XML.match(begin):
        return not re.search(r"<html", begin[:2000], re.IGNORECASE)
    root = _ROOT.match(begin)
    if root is None or _PAGE.match(begin) or _FRAGMENT.match(begin):
        return False
    end = f"</{root['name']}>"
    return begin.rstrip().endswith(end) and begin.count(end) == 1


def _soup(text: str) -> Any:
    try:
        from bs4 import BeautifulSoup
    except ImportError:
        raise InputError("transcript_package_missing", kind="HTML", package="beautifulsoup4") from None
    page = BeautifulSoup(text, "html.parser")
    for hidden in page(HIDDEN_TAGS):
        hidden.decompose()
    return page


def _tables(page: Any) -> tuple[str, Layout] | None:
    from evaluator.transcript.structured.tables import read_grid

    found = []
    for table in page("table"):
        grid = [[cell.get_text(" ", strip=True) for cell in row(["td", "th"])] for row in table("tr")]
        if read := read_grid(grid):
            found.append((table, read))
    if len(found) != 1:
        return None
    table, _ = found[0]
    grid = [[_lines(cell) for cell in row(["td", "th"])] for row in table("tr")]
    table.decompose()
    return read_grid(grid, title=_lines(page))


def _as_text(page: Any) -> tuple[str, Layout] | None:
    from evaluator.transcript.dialogue import read_dialogue
    from evaluator.transcript.segments import Segment

    text = _lines(page)
    return text, read_dialogue(text) or Layout("plain", (Segment(None, 0, len(text)),))


def _lines(part: Any) -> str:
    """The visible text, one line per block."""
    lines = [" ".join(line.split()) for line in visible_text(part).split("\n")]
    return "\n".join(line for line in lines if line)

"""The blocks of a Word file: a text for a paragraph, rows of cells for a table.

python-docx opens the package; the body is walked as XML, because python-docx's paragraphs leave out tracked insertions,
content controls and text boxes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evaluator.errors import InputError

Block = str | list[list[str]]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_UNSEEN = {f"{_W}{name}" for name in ("pPr", "rPr", "del", "moveFrom", "delText", "instrText", "sdtPr")}
_UNSEEN |= {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}  # a second copy of a text box
_WRAPPERS = {f"{_W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml")}
_BESIDE = re.compile(r"(?:comments|footnotes|endnotes|header\d*|footer\d*)\.xml")
_HAS_WORDS = re.compile(rb"<w:t(?:\s[^>]*)?>[^<]*[^<\s]")


def read_word_file(path: Path) -> tuple[list[Block], list[str]]:
    """The blocks in order, and the parts beside the body that hold words, such as "comments".

    Raises InputError if python-docx is missing; its own errors for a damaged file pass through.
    """
    try:
        import docx
    except ImportError:
        raise InputError("transcript_package_missing", kind="DOCX", package="python-docx") from None
    document = docx.Document(str(path))
    parts = [(str(part.partname).rsplit("/", 1)[-1], part.blob) for part in document.part.package.iter_parts()]
    beside = [name for name, blob in parts if _BESIDE.fullmatch(name) and _HAS_WORDS.search(blob)]
    blocks = list(_inside(document.element.body, f"{_W}p", f"{_W}tbl"))
    return [_words(one) if one.tag == f"{_W}p" else _rows(one) for one in blocks], [name[:-4] for name in beside]


def _inside(parent: Any, *tags: str) -> Iterator[Any]:
    """The children with these tags, also those in content controls and tracked insertions."""
    for child in parent:
        if child.tag in tags:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _inside(child, *tags)


def _rows(table: Any) -> list[list[str]]:
    found: list[list[str]] = []
    for row in _inside(table, f"{_W}tr"):
        cells: list[str] = []
        for cell in _inside(row, f"{_W}tc"):
            above = found[-1] if found else []
            merged = _continues(cell) and len(cells) < len(above)
            cells.append(above[len(cells)] if merged else _cell(cell))
        found.append(cells)
    return found


def _continues(cell: Any) -> bool:
    """Whether the cell is merged with the one above it."""
    merge = cell.find(f"{_W}tcPr/{_W}vMerge")
    return merge is not None and merge.get(f"{_W}val") != "restart"


def _cell(cell: Any) -> str:
    blocks = _inside(cell, f"{_W}p", f"{_W}tbl")
    return "\n".join(
        _words(one) if one.tag == f"{_W}p" else "\n".join(map("\t".join, _rows(one))) for one in blocks
    ).strip()


def _words(element: Any) -> str:
    """What a reader sees in it: insertions, links, fields and text boxes, without deletions."""
    found: list[str] = []
    for child in element:
        if child.tag in _SIGNS:
            found.append(_SIGNS[child.tag])
        elif child.tag == f"{_W}t":
            found.append(child.text or "")
        elif child.tag == f"{_W}txbxContent":
            found += [f"{_words(one)}\n" for one in _inside(child, f"{_W}p")]
        elif child.tag not in _UNSEEN:
            found.append(_words(child))
    return "".join(found)

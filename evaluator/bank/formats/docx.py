"""Word files: paragraphs and tables in order, with the contents of content controls, text boxes and attached parts.

python-docx opens the package; the body is walked as XML, because python-docx's paragraphs leave out tracked insertions,
content controls, text boxes, formulas and nested tables.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from evaluator.bank.formats.attached import read_attached
from evaluator.bank.formats.docx_lists import Lists, W
from evaluator.bank.formats.docx_runs import R, read_words
from evaluator.bank.formats.limits import check_office
from evaluator.bank.formats.lines import Line, Pictures, clean, take_emphasis
from evaluator.bank.papers.grids import heads_questions
from evaluator.errors import InputError

_THROUGH = {f"{W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")}
_DEEPEST = 40  # nesting of tables and of controls
Block = tuple[str, tuple[str, ...], tuple[str, ...]]  # text, row cells, picture names


def read(path: Path, pictures: Pictures | None = None) -> tuple[Line, ...]:
    """The lines of a Word file; `number` counts paragraphs and table rows. Pictures are added to `pictures` by name."""
    check_office(path)
    reader = _DocxReader(_open(path), pictures if pictures is not None else {})
    lines: list[Line] = []
    number, blank = 0, False
    for text, cells, names in reader.blocks():
        for place, part in enumerate(text.split("\n")):
            number += 1
            shown, strong = take_emphasis(clean(part).rstrip())
            if shown.strip():
                line = Line(shown, number, cells=cells, blank_before=blank, strong=() if cells else strong)
                lines.append(replace(line, pictures=names) if names and place == 0 else line)
            blank = not shown.strip()
    return tuple(lines)


def _open(path: Path) -> Any:
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import XMLSyntaxError

    try:
        return docx.Document(str(path))
    except (OpcError, XMLSyntaxError, KeyError, ValueError, AttributeError, zipfile.BadZipFile, OSError):
        raise InputError("bank_damaged", file=path.name) from None


class _DocxReader:
    """The reader of one document."""

    def __init__(self, document: Any, pictures: Pictures) -> None:
        self._document, self._part, self._pictures = document, document.part, pictures
        self._lists = Lists(_element(document, "numbering"), _element(document, "styles"))

    def blocks(self) -> Iterator[Block]:
        """The paragraphs and table rows in order."""
        yield from self._walk(self._document.element.body, 0)

    def _walk(self, parent: Any, depth: int) -> Iterator[Block]:
        for child in parent if depth < _DEEPEST else ():
            if child.tag == f"{W}p":
                yield from self._paragraph(child, depth)
            elif child.tag == f"{W}tbl":
                yield from self._table(child, depth)
            elif child.tag == f"{W}altChunk":
                yield from self._attached(child.get(f"{R}id"))
            elif child.tag in _THROUGH:
                yield from self._walk(child, depth + 1)

    def _paragraph(self, paragraph: Any, depth: int) -> Iterator[Block]:
        words = read_words(paragraph, self._picture)
        text = words.text
        label = self._lists.label(paragraph) if text.strip() else ""
        if text.strip() or not words.boxes:
            yield f"{label}{text}", (), tuple(words.pictures)
        for box in words.boxes:
            yield from self._walk(box, depth + 1)

    def _table(self, table: Any, depth: int) -> Iterator[Block]:
        """The lines of a table: rows of short cells and questions stay rows; a layout table yields its paragraphs."""
        headed = False
        for row in _rows(table):
            blocks = [list(self._walk(cell, depth + 1)) for cell in _cells(row)]
            cells = tuple("\n".join(text for text, _, _ in inner).strip() for inner in blocks)
            shown = tuple(take_emphasis(cell)[0] for cell in cells)
            headed = headed or heads_questions(shown)
            nested = any(inner_cells for inner in blocks for _, inner_cells, _ in inner)
            names = tuple(name for inner in blocks for _, _, pictures in inner for name in pictures)
            if nested or len(cells) == 1 or (not headed and any("\n" in cell for cell in cells)):
                yield from (block for inner in blocks for block in inner if block[0].strip())
            else:
                yield "\t".join(shown).replace("\n", " "), shown, names

    def _picture(self, relation: str) -> str:
        """The name of a picture, derived from its content, so that duplicates are stored once; empty if missing."""
        try:
            part = self._part.related_parts[relation]
            suffix = PurePosixPath(str(part.partname)).suffix.lower()
            name = f"{hashlib.sha256(part.blob).hexdigest()[:20]}{suffix}"
        except (KeyError, AttributeError):
            return ""
        self._pictures.setdefault(name, part.blob)
        return name

    def _attached(self, relation: str | None) -> Iterator[Block]:
        """A part in another format that Word displays in place (altChunk): web pages, text and Word files."""
        part = self._part.related_parts.get(relation) if relation else None
        if part is not None:
            yield from ((line.text, line.cells, ()) for line in read_attached(part.blob, str(part.partname), read))


def _element(document: Any, name: str) -> Any:
    try:
        return getattr(document.part, f"{name}_part").element if name == "numbering" else document.styles.element
    except (KeyError, NotImplementedError, AttributeError):
        return None


def _rows(table: Any) -> Iterator[Any]:
    for child in table:
        if child.tag == f"{W}tr":
            yield child
        elif child.tag in _THROUGH:
            yield from _rows(child)


def _cells(row: Any) -> Iterator[Any]:
    """The cells of a row, without cells that continue a vertically merged one."""
    for child in row:
        if child.tag == f"{W}tc":
            merged = child.find(f"{W}tcPr/{W}vMerge")
            if merged is None or merged.get(f"{W}val") == "restart":
                yield child
            else:
                yield from ()
        elif child.tag in _THROUGH:
            yield from _cells(child)

"""A small document of headings, paragraphs, lists and tables, written as Markdown, Word or Excel.

Results of interviews and of papers are laid out once and written in all three.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

Cell = str | float | int | None
DocumentFormat = Literal["md", "docx", "xlsx"]


class Title(NamedTuple):
    """A title of level 1 to 3."""

    text: str
    level: int = 1


class Paragraph(NamedTuple):
    """Words that keep their line breaks."""

    text: str


class Bullets(NamedTuple):
    """A list."""

    items: tuple[str, ...]


class Table(NamedTuple):
    """Rows below their heads; a workbook has a sheet for each table."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class PageBreak(NamedTuple):
    """What follows begins a new page where there are pages."""


Block = Title | Paragraph | Bullets | Table | PageBreak


def write_blocks(blocks: Sequence[Block], form: DocumentFormat) -> bytes:
    """The document in that format."""
    if form == "md":
        return ("\n".join(_markdown(blocks)).strip() + "\n").encode()
    return _docx(blocks) if form == "docx" else _xlsx(blocks)


def _markdown(blocks: Iterable[Block]) -> Iterable[str]:
    for block in blocks:
        if isinstance(block, Title):
            yield f"\n{'#' * block.level} {block.text}\n"
        elif isinstance(block, Paragraph):
            yield "\n".join(f"{line}  " if line else "" for line in block.text.splitlines()).rstrip() + "\n"
        elif isinstance(block, Bullets):
            yield from (f"- {' '.join(item.splitlines())}" for item in block.items)
            yield ""
        elif isinstance(block, Table):
            yield f"| {' | '.join(map(_cell, block.head))} |"
            yield f"|{' --- |' * len(block.head)}"
            yield from (f"| {' | '.join(_cell(shown(value)) for value in row)} |" for row in block.rows)
            yield ""
        else:
            yield "\n---\n"


def _cell(text: str) -> str:
    """A line or a bar would end the cell."""
    return " ".join(text.split()).replace("|", "\\|")


def shown(value: Cell) -> str:
    """A cell's value as people write it: one decimal at most, a dash for what is missing."""
    if value is None:
        return "–"
    return f"{round(value, 2):g}" if isinstance(value, float) else str(value)


def _docx(blocks: Iterable[Block]) -> bytes:
    from evaluator.reports.word import blank_document, clean, fill_table

    document = blank_document()
    for block in blocks:
        if isinstance(block, Title):
            document.add_heading(clean(block.text), level=block.level - 1)
        elif isinstance(block, Paragraph):
            document.add_paragraph(clean(block.text))
        elif isinstance(block, Bullets):
            for item in block.items:
                document.add_paragraph(clean(item), style="List Bullet")
        elif isinstance(block, Table):
            fill_table(document, block.head, [tuple(map(shown, row)) for row in block.rows])
        else:
            document.add_page_break()
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _xlsx(blocks: Sequence[Block]) -> bytes:
    """The first sheet has what is said around the tables."""
    from openpyxl import Workbook

    from evaluator.reports.excel import append, widen

    book = Workbook()
    front = book.active
    for block in blocks:
        if isinstance(block, Title | Paragraph):
            append(front, [block.text])
        elif isinstance(block, Bullets):
            for item in block.items:
                append(front, [item])
        elif isinstance(block, Table):
            sheet = book.create_sheet(_sheet_name(block.title, book.sheetnames))
            append(sheet, list(block.head))
            for row in block.rows:
                append(sheet, list(row))
            sheet.freeze_panes = "B2"
    front.title = _sheet_name(next((one.text for one in blocks if isinstance(one, Title)), "–"), book.sheetnames[1:])
    widen(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _sheet_name(title: str, taken: Sequence[str]) -> str:
    """A name that Excel takes: without marks of its own, 31 characters, different from the others."""
    name = "".join(" " if char in "[]:*?/\\'" else char for char in title).strip()[:28] or "–"
    return name if name not in taken else f"{name[:26]} {len(taken) + 1}"

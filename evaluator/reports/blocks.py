"""A small document of headings, paragraphs, lists and tables, written as Markdown, a web page, Word or Excel.

Results of interviews and of papers, and explanations of gradings, are laid out once and written in all of them.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from html import escape
from typing import Literal, NamedTuple

from evaluator.reports.markdown import literal

Cell = str | float | int | None
DocumentFormat = Literal["md", "html", "docx", "xlsx"]


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


_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td,th{border:1px solid #8886;padding:.3rem .6rem;text-align:left;"
    "vertical-align:top;overflow-wrap:anywhere}"
)
_PAGE = (
    '<!doctype html>\n<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>{title}</title><style>{style}</style></head><body>\n{body}\n</body></html>\n"
)

Block = Title | Paragraph | Bullets | Table | PageBreak


def write_blocks(blocks: Sequence[Block], form: DocumentFormat) -> bytes:
    """The document in that format."""
    if form == "md":
        return ("\n".join(_markdown(blocks)).strip() + "\n").encode()
    if form == "html":
        title = next((block.text for block in blocks if isinstance(block, Title)), "")
        return _PAGE.format(title=escape(title), style=_STYLE, body=to_html(blocks)).encode("utf-8", "replace")
    return _docx(blocks) if form == "docx" else _xlsx(blocks)


def to_html(blocks: Iterable[Block], table_class: str = "") -> str:
    """The document as HTML elements, everything in it escaped; `table_class` is the class of its tables."""
    return "\n".join(_element(block, table_class) for block in blocks)


def _element(block: Block, table_class: str) -> str:
    if isinstance(block, Title):
        return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
    if isinstance(block, Paragraph):
        return f"<p>{'<br>'.join(map(escape, block.text.splitlines()))}</p>"
    if isinstance(block, Bullets):
        return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in block.items)}</ul>"
    if isinstance(block, Table):
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in block.head)
        rows = ("".join(f"<td>{escape(shown(value))}</td>" for value in row) for row in block.rows)
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        return f'<table class="{escape(table_class)}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return "<hr>"


def _markdown(blocks: Iterable[Block]) -> Iterable[str]:
    for block in blocks:
        if isinstance(block, Title):
            yield f"\n{'#' * block.level} {literal(block.text)}\n"
        elif isinstance(block, Paragraph):
            yield "\n".join(f"{literal(line)}  " if line else "" for line in block.text.splitlines()).rstrip() + "\n"
        elif isinstance(block, Bullets):
            yield from (f"- {literal(item)}" for item in block.items)
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
    return literal(text).replace("|", "\\|")


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

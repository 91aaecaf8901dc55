"""Word files, read with python-docx: paragraphs and tables in their order, automatic numbers written out."""

from __future__ import annotations

import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evaluator.bank.formats.limits import check_office
from evaluator.bank.formats.lines import Line, clean
from evaluator.bank.papers.grids import heads_questions
from evaluator.errors import InputError

_CHINESE = "零一二三四五六七八九十"


def read(path: Path) -> tuple[Line, ...]:
    """The lines of a Word file; `number` counts paragraphs and table rows."""
    check_office(path)
    document = _open(path)
    counters: dict[tuple[str, int], int] = defaultdict(int)
    lines: list[Line] = []
    number, blank = 0, False
    for text, cells in _blocks(document, counters):
        for part in text.split("\n"):
            number += 1
            part = clean(part).rstrip()
            if part.strip():
                lines.append(Line(part, number, cells=cells, blank_before=blank))
            blank = not part.strip()
    return tuple(lines)


def _open(path: Path) -> Any:
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import XMLSyntaxError

    try:
        return docx.Document(str(path))
    except (OpcError, XMLSyntaxError, KeyError, ValueError, AttributeError, zipfile.BadZipFile, OSError):
        raise InputError("bank_damaged", file=path.name) from None


def _blocks(document: Any, counters: dict[tuple[str, int], int]) -> Iterator[tuple[str, tuple[str, ...]]]:
    from docx.table import Table

    for block in document.iter_inner_content():
        if isinstance(block, Table):
            yield from _table(block, counters)
        else:
            yield _numbered(block, counters), ()


def _table(table: Any, counters: dict[tuple[str, int], int]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Rows of short cells and of questions stay rows; a table that only lays out paragraphs gives them one by one."""
    headed = False
    for row in table.rows:
        cells, seen = [], set()
        for cell in row.cells:
            if id(cell._tc) not in seen:  # a merged cell comes once for every column that it covers
                seen.add(id(cell._tc))
                cells.append("\n".join(_numbered(paragraph, counters) for paragraph in cell.paragraphs).strip())
        headed = headed or heads_questions(tuple(cells))
        if len(cells) == 1 or (not headed and any("\n" in cell for cell in cells)):
            yield from ((cell, ()) for cell in cells)
        else:
            yield "\t".join(cells).replace("\n", " "), tuple(cells)


def _numbered(paragraph: Any, counters: dict[tuple[str, int], int]) -> str:
    """The text of a paragraph with the number that Word shows before it, which the file holds only as a format."""
    text = paragraph.text
    label = _list_label(paragraph, counters) if text.strip() else ""
    return f"{label}{text}"


def _list_label(paragraph: Any, counters: dict[tuple[str, int], int]) -> str:
    numbering = _numbering(paragraph)
    if numbering is None or numbering.numId is None or not numbering.numId.val:
        return ""
    level = numbering.ilvl.val if numbering.ilvl is not None else 0
    number_id = str(numbering.numId.val)
    counters[number_id, level] += 1
    for known in [key for key in counters if key[0] == number_id and key[1] > level]:
        del counters[known]
    style, pattern = _level_format(paragraph, number_id, level)
    if style is None or pattern is None:
        return ""
    if style == "bullet":
        return "- "
    return pattern.replace(f"%{level + 1}", _render(counters[number_id, level], style)) + " "


def _numbering(paragraph: Any) -> Any:
    """Where the list is named: at the paragraph, or at its style or a style that this one is based on."""
    own = paragraph._p.pPr
    if own is not None and own.numPr is not None:
        return own.numPr
    style, seen = paragraph.style, 0
    while style is not None and seen < 10:
        properties = style.element.pPr
        if properties is not None and properties.numPr is not None:
            return properties.numPr
        style, seen = style.base_style, seen + 1
    return None


def _level_format(paragraph: Any, number_id: str, level: int) -> tuple[str | None, str | None]:
    """The style and the pattern of a list level, from the numbering part of the file."""
    from docx.oxml.ns import qn

    try:
        root = paragraph.part.numbering_part.element
    except (KeyError, NotImplementedError):
        return None, None
    links = root.xpath(f'./w:num[@w:numId="{int(number_id)}"]/w:abstractNumId/@w:val')
    found = root.xpath(f'./w:abstractNum[@w:abstractNumId="{links[0]}"]/w:lvl[@w:ilvl="{level}"]') if links else []
    if not found:
        return None, None
    values = {child.tag: child.get(qn("w:val")) for child in found[0]}
    return values.get(qn("w:numFmt")), values.get(qn("w:lvlText"))


def _render(value: int, style: str) -> str:
    if style == "upperLetter":
        return chr(ord("A") + (value - 1) % 26)
    if style == "lowerLetter":
        return chr(ord("a") + (value - 1) % 26)
    if style.startswith("chinese") or style in ("japaneseCounting", "ideographTraditional"):
        return _chinese(value)
    return str(value)


def _chinese(value: int) -> str:
    if value <= 10:
        return _CHINESE[value]
    tens, ones = divmod(value, 10)
    return (_CHINESE[tens] if tens > 1 else "") + "十" + (_CHINESE[ones] if ones else "")

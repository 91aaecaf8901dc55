"""Word files and spreadsheets as conversations: tables by their cells, paragraphs as lines of text."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from evaluator.errors import InputError
from evaluator.transcript.segments import Layout
from evaluator.transcript.structured.tables import read_grid

_MOST_UNPACKED_BYTES = 64 * 2**20
_MOST_RATIO = 200
_RATIO_MATTERS_FROM_BYTES = 8 * 2**20
_MOST_ROWS, _MOST_COLUMNS = 50_000, 60


def kind_of(data: bytes) -> str | None:
    """Return "docx" or "xlsx" for an Office file, by its contents; None for any other archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            size, packed = sum(member.file_size for member in members), sum(member.compress_size for member in members)
    except (zipfile.BadZipFile, ValueError, OSError):
        return None
    kind = "docx" if "word/document.xml" in names else "xlsx" if "xl/workbook.xml" in names else None
    bomb = size > _MOST_UNPACKED_BYTES or (size > _RATIO_MATTERS_FROM_BYTES and size > _MOST_RATIO * max(packed, 1))
    if kind and bomb:
        raise InputError("transcript_unpacks_too_large", limit_mb=_MOST_UNPACKED_BYTES // 2**20)
    return kind


def read_document(data: bytes, kind: str, name: str) -> tuple[str, Layout | None]:
    """The text of an Office file and its layout, which is None if it is ordinary text.

    Raises InputError if the file is damaged or has no words.
    """
    found = _docx(data, name) if kind == "docx" else _xlsx(data, name)
    if not found[0].strip():
        raise InputError("transcript_empty", path=name)
    return found


def _docx(data: bytes, name: str) -> tuple[str, Layout | None]:
    try:
        import docx
        from docx.opc.exceptions import OpcError
        from docx.table import Table
        from lxml.etree import XMLSyntaxError
    except ImportError:
        raise InputError("transcript_package_missing", kind="DOCX", package="python-docx") from None
    try:
        blocks = list(docx.Document(io.BytesIO(data)).iter_inner_content())
        lines, grids = [], []
        for block in blocks:
            if isinstance(block, Table):
                grids.append([_cells(row) for row in block.rows])
                lines += ["\t".join(row).replace("\n", " ") for row in grids[-1]]
            else:
                lines.append(block.text)
    except (OpcError, XMLSyntaxError, KeyError, ValueError, AttributeError, zipfile.BadZipFile, OSError):
        raise InputError("transcript_damaged", name=name) from None
    tables = [grid for grid in grids if read_grid(grid)]
    if len(tables) == 1:
        above = [block.text for block in blocks if not isinstance(block, Table)]
        found = read_grid(tables[0], title="\n".join(filter(str.strip, above)))
        if found is not None:
            return found
    return "\n".join(lines), None


def _cells(row: Any) -> list[str]:
    """The cells of a row; a merged cell, listed once per column that it covers, is taken once."""
    found, seen = [], set()
    for cell in row.cells:
        if id(cell._tc) not in seen:
            seen.add(id(cell._tc))
            found.append(cell.text)
    return found


def _xlsx(data: bytes, name: str) -> tuple[str, Layout | None]:
    try:
        import openpyxl
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError:
        raise InputError("transcript_package_missing", kind="XLSX", package="openpyxl") from None
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        grids = [
            [
                [_text(value) for value in row]
                for row in sheet.iter_rows(values_only=True, max_row=_MOST_ROWS, max_col=_MOST_COLUMNS)
            ]
            for sheet in book.worksheets
        ]
        book.close()
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError, SyntaxError):
        raise InputError("transcript_damaged", name=name) from None
    for grid in grids:
        if found := read_grid(grid):
            return found
    return "\n".join("\t".join(filter(None, row)) for grid in grids for row in grid if any(row)), None


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)

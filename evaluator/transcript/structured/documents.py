"""Word files and spreadsheets as conversations: tables by their cells, paragraphs as lines of text."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from evaluator.errors import InputError
from evaluator.files import call_once
from evaluator.transcript.segments import Layout
from evaluator.transcript.structured.tables import read_grid
from evaluator.transcript.structured.wordfile import Block, read_word_file
from evaluator.transcript.turns import Assumption

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


def read_document(data: bytes, kind: str, name: str) -> tuple[str, Layout | None, tuple[Assumption, ...]]:
    """The text of an Office file, its layout, which is None if it is ordinary text, and what was not read.

    The file is opened in a process of its own, with bounded memory and time. Raises InputError if the file is damaged or has
    no words.
    """
    with tempfile.TemporaryDirectory(prefix="evaluator-office-") as folder:
        path = Path(folder) / f"file.{kind}"
        path.write_bytes(data)
        try:
            content = call_once(read_word_file if kind == "docx" else xlsx_content, path, name=name)
        except InputError as error:
            if error.code in ("file_damaged", "file_breaks"):
                raise InputError("transcript_damaged", name=name) from None
            raise
    text, layout, beside = _of_blocks(*content) if kind == "docx" else _of_sheets(content)
    if not text.strip():
        raise InputError("transcript_empty", path=name)
    return text, layout, beside


def xlsx_content(path: Path) -> list[tuple[str, list[list[str]]]]:
    """The rows of every sheet of a workbook, with its title."""
    try:
        import openpyxl
    except ImportError:
        raise InputError("transcript_package_missing", kind="XLSX", package="openpyxl") from None
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    found = []
    for sheet in book.worksheets:
        rows = sheet.iter_rows(values_only=True, max_row=_MOST_ROWS + 1, max_col=_MOST_COLUMNS)
        found.append((str(sheet.title), [[_text(value) for value in row] for row in rows]))
        if len(found[-1][1]) > _MOST_ROWS:
            raise InputError("transcript_too_many_rows", limit=_MOST_ROWS)
    return found


def _of_blocks(blocks: list[Block], beside: list[str]) -> tuple[str, Layout | None, tuple[Assumption, ...]]:
    about = (Assumption(code="document_beside", values={"parts": ", ".join(beside)}),) if beside else ()
    tables = [block for block in blocks if isinstance(block, list) and read_grid(block)]
    if len(tables) == 1:
        around = [block for block in blocks if isinstance(block, str) and block.strip()]
        if found := read_grid(tables[0], title="\n".join(around)):
            return *found, about
    lines: list[str] = []
    for block in blocks:
        lines += [block] if isinstance(block, str) else ["\t".join(row).replace("\n", " ") for row in block]
    return "\n".join(lines), None, about


def _of_sheets(sheets: list[tuple[str, list[list[str]]]]) -> tuple[str, Layout | None, tuple[Assumption, ...]]:
    """The first sheet that holds a conversation; the others are stated as not read."""
    for place, (_, grid) in enumerate(sheets):
        if found := read_grid(grid):
            others = [title for number, (title, rows) in enumerate(sheets) if number != place and any(map(any, rows))]
            values = {"places": ", ".join(others), "count": str(len(others))}
            return *found, ((Assumption(code="not_read", values=values),) if others else ())
    return "\n".join("\t".join(filter(None, row)) for _, grid in sheets for row in grid if any(row)), None, ()


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)

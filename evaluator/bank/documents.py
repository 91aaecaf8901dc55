"""From one document to its papers. Nothing is stored here."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from evaluator.bank.formats import Document, read_document
from evaluator.bank.formats.lines import Pictures
from evaluator.bank.items import ItemSource, ItemWarning, Paper
from evaluator.bank.papers.checks import check_item
from evaluator.bank.papers.grammar import parse
from evaluator.bank.readings import LineReading, Resolved, ShownLine, lines_of, put_into, resolve, without_fine
from evaluator.bank.template import from_row
from evaluator.errors import InputError

SHOWN_LINES = 5000


class ReadDocument(NamedTuple):
    """The contents of a file: SHA-256 of its bytes, its papers, and the pictures of their questions by name."""

    digest: str
    papers: list[Paper]
    pictures: Pictures


def read_papers(
    path: Path,
    name: str | None = None,
    digest: str = "",
    known: Mapping[str, str] | None = None,
    readings: Sequence[LineReading] = (),
) -> ReadDocument:
    """The papers in a file; InputError if it cannot be read or contains no question.

    `digest` is that of the original if the file was converted. `known` maps further column names of spreadsheets to
    their roles. `readings` are a person's decisions about lines of this document.
    """
    document = read_document(path, name, known)
    document = replace(document, digest=digest or document.digest)
    said = resolve(document, readings)
    papers = [_read_table(document, said)] if document.rows else []
    papers += [_read_questions(document, said)] if document.questions else []
    papers += [paper for paper in parse(document, said) if _says_something(paper)] if document.lines else []
    if document.headings and not any(paper.items for paper in papers):
        shown = "、".join(document.headings)[:200]
        raise InputError("bank_wrong_columns", file=name or path.name, missing="题目", found=shown)
    if not any(paper.items for paper in papers):
        raise InputError("bank_no_questions", file=name or path.name)
    return ReadDocument(document.digest, papers, document.pictures)


def _says_something(paper: Paper) -> bool:
    return bool(paper.items or paper.unplaced or paper.warnings)


def _read_questions(document: Document, said: Resolved) -> Paper:
    """The questions of a format that stores them field by field."""
    items = []
    for exchanged in document.questions:
        source = ItemSource(file=document.file, digest=document.digest, start=exchanged.line, end=exchanged.line)
        item = put_into(exchanged.item.model_copy(update={"source": source}), said)
        found = tuple(warning.model_copy(update={"file": document.file}) for warning in check_item(item))
        items.append(item.model_copy(update={"warnings": found}))
    return without_fine(Paper(items=tuple(items)), said)


def read_as_json(
    path: Path, name: str, digest: str, known: dict[str, str], readings: list[dict[str, Any]]
) -> dict[str, Any]:
    """The result of `read_papers` as JSON, for the reader process."""
    read = read_papers(path, name, digest, known, [LineReading.model_validate(reading) for reading in readings])
    pictures = {picture: base64.b64encode(data).decode("ascii") for picture, data in read.pictures.items()}
    return {
        "digest": read.digest,
        "papers": [
            paper.model_dump_json() for paper in read.papers
        ],  # as text: as objects they take five times as much
        "pictures": pictures,
    }


def shown_lines(path: Path) -> list[ShownLine]:
    """The first lines of a document as read, for the page that shows them beside the questions."""
    return lines_of(read_document(path))[:SHOWN_LINES]


def from_json(read: dict[str, Any]) -> ReadDocument:
    """The inverse of `read_as_json`."""
    pictures = {picture: base64.b64decode(data) for picture, data in read["pictures"].items()}
    return ReadDocument(read["digest"], [Paper.model_validate_json(paper) for paper in read["papers"]], pictures)


def _read_table(document: Document, said: Resolved) -> Paper:
    from evaluator.bank.formats.sheet import ROW, SHEET

    items = []
    for row in document.rows:
        line = int(row[ROW])
        item = from_row(row, line)
        page = int(row[SHEET]) if SHEET in row else None
        source = ItemSource(file=document.file, digest=document.digest, start=line, end=line, page=page)
        if line in said.ignored:
            continue
        item = put_into(item.model_copy(update={"source": source}), said)
        found = [warning.model_copy(update={"file": document.file}) for warning in (*item.warnings, *check_item(item))]
        items.append(item.model_copy(update={"warnings": tuple(found)}))
    unread = [
        ItemWarning(code="columns_unread", line=1, values={"columns": "、".join(document.unread)}, file=document.file)
    ]
    return without_fine(Paper(items=tuple(items), warnings=tuple(unread if document.unread else ())), said)

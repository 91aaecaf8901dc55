"""From a document to its papers, of one file by itself. Nothing is stored here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from evaluator.bank.formats import Document, read_document
from evaluator.bank.items import Paper, Source, Warning
from evaluator.bank.papers.checks import check_item
from evaluator.bank.papers.grammar import parse
from evaluator.bank.template import from_row
from evaluator.errors import InputError


def read_papers(path: Path, name: str | None = None, digest: str = "") -> tuple[str, list[Paper]]:
    """SHA-256 of a file (`digest`, where the file is a converted one) and the papers in it; InputError where it cannot be
    read or holds no question."""
    document = read_document(path, name)
    document = replace(document, digest=digest or document.digest)
    papers = [_read_table(document)] if document.rows else []
    papers += [paper for paper in parse(document) if paper.items or not papers] if document.lines else []
    if document.headings and not any(paper.items for paper in papers):
        shown = "、".join(document.headings)[:200]
        raise InputError("bank_wrong_columns", file=name or path.name, missing="题目", found=shown)
    if not any(paper.items for paper in papers):
        raise InputError("bank_no_questions", file=name or path.name)
    return document.digest, papers


def read_as_json(path: Path, name: str, digest: str) -> dict[str, Any]:
    """`read_papers` as JSON has it, for the process that reads."""
    digest, papers = read_papers(path, name, digest)
    return {"digest": digest, "papers": [paper.model_dump(mode="json") for paper in papers]}


def _read_table(document: Document) -> Paper:
    from evaluator.bank.formats.sheet import ROW, SHEET

    items = []
    for row in document.rows:
        line = int(row[ROW])
        item = from_row(row, line)
        page = int(row[SHEET]) if SHEET in row else None
        source = Source(file=document.file, digest=document.digest, start=line, end=line, page=page)
        item = item.model_copy(update={"source": source})
        found = [warning.model_copy(update={"file": document.file}) for warning in (*item.warnings, *check_item(item))]
        items.append(item.model_copy(update={"warnings": tuple(found)}))
    unread = [
        Warning(code="columns_unread", line=1, values={"columns": "、".join(document.unread)}, file=document.file)
    ]
    return Paper(items=tuple(items), warnings=tuple(unread if document.unread else ()))

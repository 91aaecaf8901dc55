"""What a batch is made of: texts from a folder, an archive or a table, each with an id and a rubric's name.

`read_inputs` only reads and says how it understood the columns, so that somebody can confirm or change that;
`prepare` then parses the texts. A text that cannot be used becomes a failed item and stops no other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from evaluator import transcript as transcripts
from evaluator.batch.archives import read_folder, read_zip
from evaluator.batch.tables import Columns, guess_columns, read_table
from evaluator.errors import EvaluatorError, InputError
from evaluator.rubric import Rubric
from evaluator.spelling import well_formed
from evaluator.storage import NewItem
from evaluator.transcript import Role

__all__ = ["Columns", "Inputs", "Source", "prepare", "read_inputs"]

TABLES = (".csv", ".tsv", ".xlsx", ".jsonl")


class Source(BaseModel):
    """One response before parsing: its bytes or text, or the error that kept it from being read."""

    model_config = ConfigDict(frozen=True)

    item: str
    content: bytes | str | None = None
    rubric: str | None = None
    error_code: str | None = None
    error: str | None = None


class Inputs(BaseModel):
    """All responses of an input. `columns` and `names` are set for a table: how it was understood, and what
    there is.
    """

    model_config = ConfigDict(frozen=True)

    path: str
    sources: tuple[Source, ...]
    columns: Columns | None = None
    names: tuple[str, ...] = ()


def read_inputs(path: str | Path, columns: Columns | None = None) -> Inputs:
    """The responses in a folder, .zip, .csv, .tsv, .xlsx, .jsonl or a single text file, sorted by name.

    `columns` says which columns of a table are id, transcript and rubric; without it they are guessed and
    given back for confirmation. InputError when nothing can be read at all.
    """
    path = Path(path)
    if not path.exists():
        raise InputError("file_missing", path=path)
    if path.suffix.lower() in TABLES and path.is_file():
        return _from_table(path, columns)
    if path.is_dir():
        sources = [_source(*found) for found in read_folder(path)]
    elif path.suffix.lower() == ".zip":
        sources = [_source(*found) for found in read_zip(path)]
    else:
        raise InputError("batch_unknown_format", path=path)
    if not sources:
        raise InputError("batch_no_items", path=path)
    return Inputs(path=str(path), sources=tuple(sources))


def prepare(
    inputs: Inputs,
    find_rubric: Callable[[str], Rubric],
    rubric: Rubric | None = None,
    *,
    roles: Mapping[str, Role] | None = None,
) -> list[NewItem]:
    """The items of a batch, parsed. An item's own rubric name wins over `rubric`; what fails becomes a
    failed item.
    """
    known: dict[str, Rubric] = {}
    items = []
    for source in inputs.sources:
        try:
            items.append(_item(source, find_rubric, rubric, known, roles))
        except EvaluatorError as error:
            items.append(NewItem(item=source.item, error_code=error.code, error=str(error)))
    return items


def _item(
    source: Source,
    find_rubric: Callable[[str], Rubric],
    rubric: Rubric | None,
    known: dict[str, Rubric],
    roles: Mapping[str, Role] | None,
) -> NewItem:
    if source.error_code:
        return NewItem(item=source.item, error_code=source.error_code, error=source.error)
    if source.rubric:
        if source.rubric not in known:
            known[source.rubric] = find_rubric(source.rubric)
        rubric = known[source.rubric]
    if rubric is None:
        raise InputError("batch_no_rubric", item=source.item)
    text, assumed = _text(source)
    parsed = transcripts.parse(text, form=rubric.form, roles=roles, assumed=assumed)
    return NewItem(item=source.item, transcript=parsed, rubric=rubric)


def _text(source: Source) -> tuple[str, tuple[Any, ...]]:
    if isinstance(source.content, bytes):
        return transcripts.decode(source.content, source.item)
    return source.content or "", ()


def _source(name: str, content: bytes | None) -> Source:
    """A file; one that is no text fails, so that somebody who handed it in learns that it was not read."""
    item = well_formed(name)
    if content is not None:
        return Source(item=item, content=content)
    error = InputError("batch_not_text", name=item)
    return Source(item=item, error_code=error.code, error=str(error))


def _from_table(path: Path, columns: Columns | None) -> Inputs:
    names, rows = read_table(path)
    columns = columns or guess_columns(path, names, rows)
    for column in (columns.id, columns.transcript, columns.rubric):
        if column is not None and column not in names:
            raise InputError("batch_unknown_column", path=path, column=column, columns=", ".join(names))
    if not rows:
        raise InputError("batch_no_items", path=path)
    sources = tuple(_row(number, row, columns) for number, row in enumerate(rows, start=1))
    return Inputs(path=str(path), sources=sources, columns=columns, names=tuple(names))


def _row(number: int, row: dict[str, str], columns: Columns) -> Source:
    item = (row.get(columns.id, "") if columns.id else "").strip() or str(number)
    text = row.get(columns.transcript, "")
    if not text.strip():
        error = InputError("batch_missing_text", line=number)
        return Source(item=item, error_code=error.code, error=str(error))
    rubric = (row.get(columns.rubric, "") if columns.rubric else "").strip()
    return Source(item=item, content=text, rubric=rubric or None)

"""The contents of a batch: texts from a folder, an archive or a table, each with an id and a rubric's name.

`open_inputs` only reads and reports how it understood the columns, so that somebody can confirm or change that;
`parsed` then parses the texts. Both are lazy, so a table may be larger than memory. A text that cannot be used becomes
a failed item and does not stop the others.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from pydantic import Field

from evaluator import transcript as transcripts
from evaluator.batch.archives import read_folder, read_zip
from evaluator.batch.tables import TABLES, Columns, InputRow, guess_columns, look_ahead, open_table
from evaluator.encoding import Frozen
from evaluator.errors import EvaluatorError, InputError
from evaluator.files import require_file
from evaluator.rubric import Rubric
from evaluator.storage import NewItem
from evaluator.text import well_formed
from evaluator.transcript import Role

__all__ = [
    "Columns",
    "Inputs",
    "Source",
    "StreamedInputs",
    "open_inputs",
    "parsed",
    "prepare",
    "read_inputs",
    "spooled",
]


class Source(Frozen):
    """One response before parsing: its bytes or text, or the error that prevented reading it."""

    item: str
    content: bytes | str | None = None
    rubric: str | None = None
    extra: dict[str, Any] = Field(default_factory=dict)  # the other columns of its row
    error_code: str | None = None
    error: str | None = None


class Inputs(Frozen):
    """All responses of an input; `columns` and `names` are set for a table: how it was understood, and what it has."""

    path: str
    sources: tuple[Source, ...]
    columns: Columns | None = None
    names: tuple[str, ...] = ()


class StreamedInputs(NamedTuple):
    """The same as `Inputs` while it is being read: responses arrive lazily."""

    path: str
    sources: Iterator[Source]
    columns: Columns | None = None
    names: tuple[str, ...] = ()

    @property
    def carried(self) -> list[str]:
        """The user's own columns that are carried through to the results: all but the transcript."""
        return [name for name in self.names if self.columns and name != self.columns.transcript]


def open_inputs(path: str | Path, columns: Columns | None = None) -> StreamedInputs:
    """Opens the responses in a folder, .zip, .csv, .tsv, .xlsx, .jsonl or .parquet; files are sorted by name.

    `columns` says which columns of a table are id, transcript and rubric; otherwise they are guessed and returned for
    confirmation. Raises InputError if nothing can be read at all.
    """
    path = Path(path)
    kind = require_file(path, "folder")
    if path.suffix.lower() in TABLES and kind == "file":
        return _from_table(path, columns)
    if kind == "folder":
        sources = (_source(*found) for found in read_folder(path))
    elif path.suffix.lower() == ".zip":
        sources = (_source(*found) for found in read_zip(path))
    else:
        raise InputError("batch_unknown_format", path=path)
    return StreamedInputs(str(path), _at_least_one(sources, path))


def read_inputs(path: str | Path, columns: Columns | None = None) -> Inputs:
    """The same as `open_inputs`, all at once."""
    reading = open_inputs(path, columns)
    return Inputs(path=reading.path, sources=tuple(reading.sources), columns=reading.columns, names=reading.names)


@contextmanager
def spooled(stream: BinaryIO) -> Iterator[Path]:
    """Standard input as a table: JSON Lines if it starts like JSON, otherwise CSV."""
    first = stream.read(1 << 20)
    suffix = ".jsonl" if first.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") else ".csv"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"stdin{suffix}"
        with path.open("wb") as file:
            while first:
                file.write(first)
                first = stream.read(1 << 20)
        yield path


def prepare(
    inputs: Inputs,
    find_rubric: Callable[[str], Rubric],
    rubric: Rubric | None = None,
    *,
    roles: Mapping[str, Role] | None = None,
) -> list[NewItem]:
    """The items of a batch, parsed. An item's own rubric name overrides `rubric`; failures become failed items."""
    return list(parsed(inputs.sources, find_rubric, rubric, roles=roles))


def parsed(
    sources: Iterable[Source],
    find_rubric: Callable[[str], Rubric],
    rubric: Rubric | None = None,
    *,
    roles: Mapping[str, Role] | None = None,
) -> Iterator[NewItem]:
    """The same as `prepare`, one item at a time."""
    known: dict[str, Rubric] = {}
    for source in sources:
        try:
            yield _item(source, find_rubric, rubric, known, roles)
        except EvaluatorError as error:
            yield NewItem(item=source.item, error_code=error.code, error=str(error), extra=source.extra)


def _item(
    source: Source,
    find_rubric: Callable[[str], Rubric],
    rubric: Rubric | None,
    known: dict[str, Rubric],
    roles: Mapping[str, Role] | None,
) -> NewItem:
    if source.error_code:
        return NewItem(item=source.item, error_code=source.error_code, error=source.error, extra=source.extra)
    if source.rubric:
        if source.rubric not in known:
            known[source.rubric] = find_rubric(source.rubric)
        rubric = known[source.rubric]
    if rubric is None:
        raise InputError("batch_no_rubric", item=source.item)
    parsed = _parsed(source, rubric, roles)
    return NewItem(item=source.item, transcript=parsed, rubric=rubric, extra=source.extra)


def _parsed(source: Source, rubric: Rubric, roles: Mapping[str, Role] | None) -> transcripts.Transcript:
    if isinstance(source.content, bytes):
        return transcripts.parse_bytes(source.content, source.item, form=rubric.form, roles=roles)
    return transcripts.parse(source.content or "", form=rubric.form, roles=roles)


def _source(name: str, content: bytes | None) -> Source:
    """A file; one that is not text fails, so that whoever handed it in learns that it was not read."""
    item = well_formed(name)
    if content is not None:
        return Source(item=item, content=content)
    error = InputError("batch_not_text", name=item)
    return Source(item=item, error_code=error.code, error=str(error))


def _from_table(path: Path, columns: Columns | None) -> StreamedInputs:
    names, rows = open_table(path)
    first, rows = look_ahead(rows)
    columns = columns or guess_columns(path, names, first)
    for column in (columns.id, columns.transcript, columns.rubric):
        if column is not None and column not in names:
            raise InputError("batch_unknown_column", path=path, column=column, columns=", ".join(names))
    sources = (_row(number, row, columns) for number, row in enumerate(rows, start=1))
    return StreamedInputs(str(path), _at_least_one(sources, path), columns, tuple(names))


def _at_least_one(sources: Iterator[Source], path: Path) -> Iterator[Source]:
    first = next(sources, None)
    if first is None:
        raise InputError("batch_no_items", path=path)
    return chain([first], sources)


def _row(number: int, row: InputRow, columns: Columns) -> Source:
    item = (row.get(columns.id, "") if columns.id else "").strip() or str(number)
    text = row.get(columns.transcript, "")
    extra = {name: value for name, value in row.items() if name != columns.transcript}
    if not text.strip():
        error = InputError("batch_missing_text", line=number)
        return Source(item=item, extra=extra, error_code=error.code, error=str(error))
    rubric = (row.get(columns.rubric, "") if columns.rubric else "").strip()
    return Source(item=item, content=text, rubric=rubric or None, extra=extra)

"""Parquet files; the only module that uses pyarrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from evaluator.errors import InputError

_GROUP = 1000  # rows per row group


def write(rows: Iterable[Mapping[str, Any]], path: Path, kinds: Mapping[str, str]) -> None:
    """Writes rows with the columns of `kinds` ("text", "number" or "flag"), a thousand at a time."""
    arrow, parquet = _pyarrow()
    types = {"text": arrow.string(), "number": arrow.float64(), "flag": arrow.bool_()}
    schema = arrow.schema([(name, types[kind]) for name, kind in kinds.items()])
    left = iter(rows)
    with parquet.ParquetWriter(path, schema) as writer:
        while group := list(islice(left, _GROUP)):
            typed = [{name: _typed(row.get(name), kind) for name, kind in kinds.items()} for row in group]
            writer.write_table(arrow.Table.from_pylist(typed, schema=schema))


def read(path: Path) -> tuple[list[str], Iterator[dict[str, Any]]]:
    """Column names and a lazy iterator of rows; InputError for a file that is not Parquet or is damaged."""
    _, parquet = _pyarrow()
    try:
        file = parquet.ParquetFile(path)
    except Exception as error:  # pyarrow has its own exceptions
        raise _unreadable(path, error) from None
    return list(file.schema_arrow.names), _rows(file, path)


def _rows(file: Any, path: Path) -> Iterator[dict[str, Any]]:
    batches = file.iter_batches(batch_size=_GROUP)
    while True:
        try:
            batch = next(batches, None)
        except Exception as error:
            raise _unreadable(path, error) from None
        if batch is None:
            return
        yield from batch.to_pylist()


def _typed(value: Any, kind: str) -> Any:
    return str(value) if kind == "text" and value is not None else value


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError("batch_unreadable", path=path, detail=(str(error) or type(error).__name__).splitlines()[0])


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise InputError("batch_parquet_missing") from None
    return pyarrow, pyarrow.parquet

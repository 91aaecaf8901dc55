"""Moves all records to another database: from a file to a server when a team starts to share them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.engine import Connection

from evaluator.errors import StorageError
from evaluator.storage.opening import Database
from evaluator.storage.tables import Base

_AT_ONCE = 500  # rows


class CopiedTable(NamedTuple):
    """How many rows of a table were copied."""

    table: str
    rows: int


def move_records(
    source: Database, target: Database, progress: Callable[[CopiedTable], None] = lambda _: None
) -> list[CopiedTable]:
    """Copies all records from one database to an empty one, in one transaction; the source is unchanged.

    Raises StorageError if the target already holds records or either cannot be reached; then nothing is copied.
    """
    return copy_tables(source, target, Base.metadata.sorted_tables, progress)


def copy_tables(
    source: Database, target: Database, tables: list[Table], progress: Callable[[CopiedTable], None] = lambda _: None
) -> list[CopiedTable]:
    """Copies these tables, each after the tables that it references."""
    if source.url == target.url:
        raise StorageError("storage_same", path=target.place)
    source.migrate()
    target.migrate()
    moved = []
    with source.read() as reading, target.write() as writing:
        read, write = reading.connection(), writing.connection()
        if any(write.execute(select(func.count()).select_from(table)).scalar() for table in tables):
            raise StorageError("storage_not_empty", path=target.place)
        for table in tables:
            moved.append(CopiedTable(table.name, _copy(read, write, table)))
            progress(moved[-1])
            _count_on(write, table)
    return moved


def _copy(read: Connection, write: Connection, table: Table) -> int:
    """Copies row by row in key order; ids are kept, so all links to records remain valid."""
    found = read.execution_options(yield_per=_AT_ONCE).execute(select(table).order_by(*table.primary_key.columns))
    rows = 0
    for part in found.mappings().partitions():
        write.execute(insert(table), [dict(row) for row in part])
        rows += len(part)
    return rows


def _count_on(write: Connection, table: Table) -> None:
    """Makes PostgreSQL's sequences continue after the copied rows."""
    key = next(iter(table.primary_key.columns))
    if (
        write.dialect.name == "postgresql"
        and str(key.type).upper() in ("INTEGER", "BIGINT")
        and key.autoincrement is not False
    ):
        name = write.execute(
            text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": key.name}
        )
        if sequence := name.scalar():
            highest = select(func.coalesce(func.max(key), 0) + 1).scalar_subquery()
            write.execute(select(func.setval(sequence, highest, False)))

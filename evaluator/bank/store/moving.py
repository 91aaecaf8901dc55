"""Moves the question bank to another database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from evaluator.bank.store.bank import MIGRATIONS
from evaluator.bank.store.tables import BankBase
from evaluator.storage import CopiedTable, Database, copy_tables


def move_bank(
    source: str, target: str, folder: Path, progress: Callable[[CopiedTable], None] = lambda _: None
) -> list[CopiedTable]:
    """Copies the bank at one address to another, whose bank must be empty; the source is unchanged."""
    if target.startswith("sqlite:///"):  # a file holds one of the two
        target = f"sqlite:///{Path(target.removeprefix('sqlite:///')).with_name('bank.db')}"
    old = Database(source, folder, migrations=MIGRATIONS, one_writer=True)
    new = Database(target, folder, migrations=MIGRATIONS, one_writer=True)
    try:
        return copy_tables(old, new, BankBase.metadata.sorted_tables, progress)
    finally:
        old.close()
        new.close()

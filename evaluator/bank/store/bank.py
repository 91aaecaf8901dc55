"""The item bank on disk: items by document, people's corrections on top, every step undoable.

A document is stored in one transaction: after a kill the bank contains complete documents only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evaluator.bank.items import Item, Paper, content
from evaluator.bank.readings import LineReading
from evaluator.bank.store.corrections import EDITABLE, current, edited
from evaluator.bank.store.history import Change, as_it_is, new_run, now, remember, restore
from evaluator.bank.store.storing import Stored, Storing
from evaluator.bank.store.tables import ChangeRow, FileRow, ItemRow
from evaluator.errors import InputError, StorageError
from evaluator.files import write_in_one_step
from evaluator.settings import make_writable
from evaluator.storage import Database

PICTURES, COLUMN_NAMES, READINGS = "pictures", "columns.json", "readings.json"
MIGRATIONS = Path(__file__).with_name("migrations")


class Bank:
    """An open bank, returned by `open_bank`; StorageError if the disk fails."""

    def __init__(self, database: Database, place: str, folder: Path) -> None:
        self._database = database
        self.place = place  # as a URL, which identifies the bank
        self.folder = folder  # where pictures and column names are stored

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def items(self, deleted: bool = False) -> list[Item]:
        """All current items, including corrections, in document order; or the deleted ones."""
        with self._database.read() as session:
            rows = session.scalars(select(ItemRow).order_by(ItemRow.path, ItemRow.place))
            return [current(row) for row in rows if (row.deleted_at is not None) == deleted]

    def state(self) -> tuple[Any, ...]:
        """A value that changes with every change of the bank, for callers that cache items."""
        steps = select(func.max(ChangeRow.id), func.count(), func.count().filter(ChangeRow.undone))
        with self._database.read() as session:
            return tuple(session.execute(steps).one())

    def item(self, item_id: str) -> Item:
        """One item by its id or a unique prefix of it; InputError if there is none."""
        with self._database.read() as session:
            return current(self._row(session, item_id))

    def known_ids(self) -> set[str]:
        """Ids of all items that were ever in this bank, including deleted ones and those of undone imports."""
        with self._database.read() as session:
            added = session.scalars(select(ChangeRow.before["added"])).all()
            return {*session.scalars(select(ItemRow.id)), *(item_id for ids in added for item_id in ids)}

    def keep_pictures(self, pictures: Mapping[str, bytes]) -> None:
        """Stores pictures of documents under the names that their questions use."""
        if pictures:
            folder = make_writable(self.folder / PICTURES)
            for name, data in pictures.items():
                if not (path := folder / Path(name).name).exists():
                    write_in_one_step(path, data)

    def picture(self, name: str) -> Path | None:
        """The file of a question's picture; None if it is not stored."""
        path = self.folder / PICTURES / Path(name).name
        return path if path.is_file() else None

    def column_names(self) -> dict[str, str]:
        """The roles of spreadsheet columns by name, as a person defined them (`name_columns`)."""
        try:
            found = json.loads((self.folder / COLUMN_NAMES).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(name): str(column) for name, column in found.items()} if isinstance(found, dict) else {}

    def name_columns(self, names: Mapping[str, str]) -> None:
        """Stores the roles of columns for later imports; StorageError if the disk fails."""
        path = make_writable(self.folder) / COLUMN_NAMES
        write_in_one_step(path, json.dumps({**self.column_names(), **names}, ensure_ascii=False, indent=1))

    def readings(self, path: str) -> list[LineReading]:
        """What a person said about lines of a document (`keep_readings`)."""
        try:
            return [LineReading.model_validate(one) for one in self._all_readings().get(path, [])]
        except (ValidationError, TypeError):
            return []

    def keep_readings(self, path: str, readings: Iterable[LineReading]) -> None:
        """Stores them for every later import of the document, instead of those before; StorageError if the disk fails."""
        kept = {**self._all_readings(), path: [reading.model_dump(mode="json") for reading in readings]}
        place = make_writable(self.folder) / READINGS
        write_in_one_step(place, json.dumps({p: r for p, r in kept.items() if r}, ensure_ascii=False, indent=1))

    def _all_readings(self) -> dict[str, Any]:
        try:
            found = json.loads((self.folder / READINGS).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def files(self) -> dict[str, str]:
        """Path to SHA-256 for every imported document."""
        with self._database.read() as session:
            return {row.path: row.digest for row in session.scalars(select(FileRow))}

    def papers(self, path: str) -> list[Paper]:
        """What was read from a document, without its items: titles, sections, unplaced lines, warnings."""
        with self._database.read() as session:
            row = session.get(FileRow, path)
            return [Paper.model_validate(paper) for paper in row.papers] if row else []

    def _row(self, session: Session, item_id: str) -> ItemRow:
        row = session.get(ItemRow, item_id)
        if row is None and len(item_id) >= 4:
            rows = session.scalars(select(ItemRow).where(ItemRow.id.startswith(item_id, autoescape=True))).all()
            row = rows[0] if len(rows) == 1 else None
        if row is None:
            raise InputError("bank_unknown_item", id=item_id)
        return row

    def store(self, path: str, digest: str, papers: list[Paper], run: str, overwrite_edits: bool = False) -> Stored:
        """Stores one document completely or not at all. Ids stay; a person's changes and deletions win by default."""
        with self._database.write() as session:
            same = session.scalars(select(FileRow).where(FileRow.digest == digest, FileRow.path != path)).first()
            if same is not None and session.get(FileRow, path) is None and not same.path.startswith(f"{path}!"):
                return Stored(same_as=same.path)
            return Storing(session, path, digest, papers, run, overwrite_edits).store()

    def plan(self, path: str, digest: str, papers: list[Paper], overwrite_edits: bool = False) -> Stored:
        """What `store` would do, without doing it."""
        stored: Stored | None = None
        try:
            with self._database.write() as session:
                stored = Storing(session, path, digest, papers, "", overwrite_edits).store()
                raise _RollBack
        except _RollBack:
            assert stored is not None
            return stored

    def edit(self, item_id: str, *, run: str = "", **changes: Any) -> Item:
        """Sets fields of an item; InputError names a field or value that does not fit.

        Steps with the same `run` are undone together.
        """
        unknown = sorted(set(changes) - EDITABLE)
        if unknown:
            raise InputError("bank_unknown_field", field=", ".join(unknown), known=", ".join(sorted(EDITABLE)))
        with self._database.write() as session:
            row = self._row(session, item_id)
            before = current(row)
            after = edited(before, changes)
            changed = {name: value for name, value in content(after).items() if value != content(before)[name]}
            if changed:
                remember(session, run or new_run(), "edit", before.id, as_it_is([row], []))
                row.edits = {**row.edits, **changed}
            return current(row)

    def delete(self, item_ids: Iterable[str], run: str = "") -> list[str]:
        """Deletes items in one step; `undo` restores them, and other steps with the same `run`."""
        with self._database.write() as session:
            rows = [row for row in (self._row(session, item_id) for item_id in item_ids) if not row.deleted_at]
            if rows:
                remember(session, run or new_run(), "delete", ", ".join(row.id for row in rows), as_it_is(rows, []))
            for row in rows:
                row.deleted_at, row.deleted_by = now(), "person"
            return [row.id for row in rows]

    def undo(self) -> list[Change]:
        """Undoes the last command (an import with all its files, an edit, a deletion); InputError if there is none."""
        with self._database.write() as session:
            last = session.scalars(select(ChangeRow).where(~ChangeRow.undone).order_by(ChangeRow.id.desc())).first()
            if last is None:
                raise InputError("bank_nothing_to_undo")
            steps = session.scalars(
                select(ChangeRow).where(ChangeRow.run == last.run, ~ChangeRow.undone).order_by(ChangeRow.id.desc())
            ).all()
            for step in steps:
                restore(session, step.before)
                step.undone = True
            return [Change(id=step.id, at=step.at, action=step.action, label=step.label) for step in steps]


def open_bank(where: str | Path, lock_dir: Path | None = None) -> Bank:
    """The bank at `where`: a SQLAlchemy URL, a file, or a folder (`bank.db` in it). Created if it is missing."""
    url = str(where)
    if "://" not in url:
        path = Path(where).expanduser()
        path = path if path.suffix else path / "bank.db"
        lock_dir, url = lock_dir or path.parent, f"sqlite:///{path}"
    if lock_dir is None:
        raise StorageError("storage_failed", path=url, detail="lock_dir")
    database = Database(url, lock_dir, migrations=MIGRATIONS, one_writer=True)
    database.migrate()
    return Bank(database, url, lock_dir)


class _RollBack(Exception):
    """Ends a transaction that was only meant for reading."""


__all__ = ["EDITABLE", "Bank", "Change", "Stored", "open_bank"]

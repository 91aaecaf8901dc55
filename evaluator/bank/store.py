"""The item bank on disk: items by document, corrections by people on top, every step undoable.

A document is stored in one transaction: a bank that was killed in the middle holds whole documents only.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from evaluator.bank import marks
from evaluator.bank.checks import check_item
from evaluator.bank.items import Item, Paper, Warning, content
from evaluator.bank.matching import match_items, new_ids
from evaluator.bank.schema import ChangeRow, FileRow, ItemRow
from evaluator.errors import InputError, StorageError
from evaluator.storage.opening import Database

MIGRATIONS = Path(__file__).with_name("migrations")
EDITABLE = frozenset(Item.model_fields) - {"id", "source", "warnings"}
_ITEM_WARNINGS = {
    *("truncated", "no_key", "few_options", "key_missing_option", "several_keys", "key_not_true_false"),
    *("criterion_without_points", "criteria_sum"),
}


class Stored(BaseModel):
    """What storing one document did: ids by what became of them."""

    model_config = ConfigDict(frozen=True)

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()  # an edit or a deletion by a person won over the document
    same_as: str = ""  # path under which the very same file is already there


class Change(BaseModel):
    """One step that was done or undone."""

    model_config = ConfigDict(frozen=True)

    id: int
    at: str
    action: str
    label: str


class Bank:
    """An open bank. Get one with `open_bank`; StorageError where the disk fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    # ---------------------------------------------------------------------------------------------------------- reading

    def items(self, deleted: bool = False) -> list[Item]:
        """All items as they now are, corrections included, in the order of their documents; or those deleted."""
        with self._database.read() as session:
            rows = session.scalars(select(ItemRow).order_by(ItemRow.path, ItemRow.place))
            return [current(row) for row in rows if (row.deleted_at is not None) == deleted]

    def item(self, item_id: str) -> Item:
        """One item by its id or the unique beginning of it; InputError where there is none."""
        with self._database.read() as session:
            return current(self._row(session, item_id))

    def files(self) -> dict[str, str]:
        """Path to SHA-256 of every document that was imported."""
        with self._database.read() as session:
            return {row.path: row.digest for row in session.scalars(select(FileRow))}

    def papers(self, path: str) -> list[Paper]:
        """What was read of a document, without its items: titles, sections, unplaced lines, warnings."""
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

    # ---------------------------------------------------------------------------------------------------------- writing

    def store(self, path: str, digest: str, papers: list[Paper], run: str, overwrite_edits: bool = False) -> Stored:
        """Stores one document whole or not at all. Ids stay; what a person changed or deleted wins by default."""
        with self._database.write() as session:
            same = session.scalars(select(FileRow).where(FileRow.digest == digest, FileRow.path != path)).first()
            if same is not None and session.get(FileRow, path) is None and not same.path.startswith(f"{path}!"):
                return Stored(same_as=same.path)
            return _Storing(session, path, digest, papers, run, overwrite_edits).store()

    def plan(self, path: str, digest: str, papers: list[Paper], overwrite_edits: bool = False) -> Stored:
        """What `store` would do, without doing it."""
        stored: Stored | None = None
        try:
            with self._database.write() as session:
                stored = _Storing(session, path, digest, papers, "", overwrite_edits).store()
                raise _RollBack
        except _RollBack:
            assert stored is not None
            return stored

    def edit(self, item_id: str, **changes: Any) -> Item:
        """Sets fields of an item by hand; InputError names a field or value that does not fit."""
        unknown = sorted(set(changes) - EDITABLE)
        if unknown:
            raise InputError("bank_unknown_field", field=", ".join(unknown), known=", ".join(sorted(EDITABLE)))
        with self._database.write() as session:
            row = self._row(session, item_id)
            before = current(row)
            after = _validated(before, changes)
            changed = {name: value for name, value in content(after).items() if value != content(before)[name]}
            if changed:
                _remember(session, new_run(), "edit", before.id, [row], [])
                row.edits = {**row.edits, **changed}
            return current(row)

    def delete(self, item_ids: Iterable[str]) -> list[str]:
        """Deletes items in one step; `undo` brings them back."""
        with self._database.write() as session:
            rows = [row for row in (self._row(session, item_id) for item_id in item_ids) if not row.deleted_at]
            if rows:
                _remember(session, new_run(), "delete", ", ".join(row.id for row in rows), rows, [])
            for row in rows:
                row.deleted_at, row.deleted_by = _now(), "person"
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
                _restore(session, step.before)
                step.undone = True
            return [Change(id=step.id, at=step.at, action=step.action, label=step.label) for step in steps]


def open_bank(where: str | Path, lock_dir: Path | None = None) -> Bank:
    """The bank at `where`: a SQLAlchemy URL, a file, or a folder (then `bank.db` in it). Created if it is missing."""
    url = str(where)
    if "://" not in url:
        path = Path(where).expanduser()
        path = path if path.suffix else path / "bank.db"
        lock_dir, url = lock_dir or path.parent, f"sqlite:///{path}"
    if lock_dir is None:
        raise StorageError("storage_failed", path=url, detail="lock_dir")
    database = Database(url, lock_dir, migrations=MIGRATIONS)
    database.migrate()
    return Bank(database)


def new_run() -> str:
    """A name for the steps of one command, which are undone together."""
    return uuid.uuid4().hex


def current(row: ItemRow) -> Item:
    """The item as it now is: what the document said, with what a person changed on top."""
    item = Item.model_validate({**row.imported, **row.edits, "id": row.id})
    if not row.edits:
        return item
    kept = [warning for warning in item.warnings if warning.code not in _ITEM_WARNINGS]
    file = item.source.file if item.source else ""
    found = [warning.model_copy(update={"file": file}) for warning in check_item(item)]
    return item.model_copy(update={"warnings": (*kept, *found)})


def _validated(item: Item, changes: dict[str, Any]) -> Item:
    if changes.get("key"):
        key = marks.read_key(str(changes["key"]))
        if key is None:
            raise InputError("bank_wrong_value", field="key", detail=str(changes["key"])[:80])
        changes = {**changes, "key": key}
    try:
        return Item.model_validate({**item.model_dump(mode="json"), **changes})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InputError("bank_wrong_value", field=str(first["loc"][0]), detail=first["msg"]) from None


class _RollBack(Exception):
    """Ends a transaction that was only meant to look."""


class _Storing:
    """One document on its way into the bank."""

    def __init__(
        self, session: Session, path: str, digest: str, papers: list[Paper], run: str, overwrite: bool
    ) -> None:
        self.session, self.path, self.digest = session, path, digest
        self.papers, self.run, self.overwrite = papers, run, overwrite
        self.fate: dict[str, list[str]] = {name: [] for name in Stored.model_fields if name != "same_as"}

    def store(self) -> Stored:
        """Brings rows and document together; the rows as they were are remembered for undo."""
        items = [item for paper in self.papers for item in paper.items]
        rows = {row.id: row for row in self._known_rows(items)}
        ids = match_items([(row.id, Item.model_validate(row.imported)) for row in rows.values()], items)
        fresh = iter(self._fresh_ids(items, ids))
        kept = [item_id or next(fresh) for item_id in ids]
        file = self.session.get(FileRow, self.path)
        if self.run:
            added = sorted(set(kept) - set(rows))
            _remember(self.session, self.run, "import", self.path, list(rows.values()), added, self.path, file)
        self._store_file(file)
        for place, (item_id, item) in enumerate(zip(kept, items, strict=True)):
            self._store_item(rows.get(item_id), item_id, item, place)
        for item_id in rows.keys() - set(kept):
            self._remove(rows[item_id])
        self.session.flush()
        return Stored.model_validate(self.fate)

    def _known_rows(self, items: list[Item]) -> list[ItemRow]:
        """Rows of this document, and rows of others whose ids an exported table carries."""
        carried = {item.id for item in items if item.id}
        rows = self.session.scalars(select(ItemRow).where(ItemRow.path == self.path)).all()
        others = self.session.scalars(select(ItemRow).where(ItemRow.id.in_(carried), ItemRow.path != self.path)).all()
        return [*rows, *others]

    def _fresh_ids(self, items: list[Item], ids: list[str | None]) -> list[str]:
        taken = set(self.session.scalars(select(ItemRow.id)))
        new = [item for item, item_id in zip(items, ids, strict=True) if item_id is None]
        carried = [item.id if item.id and item.id not in taken else None for item in new]
        taken |= {item_id for item_id in carried if item_id}
        made = iter(new_ids([item for item, own in zip(new, carried, strict=True) if own is None], taken))
        return [own or next(made) for own in carried]

    def _store_file(self, file: FileRow | None) -> None:
        bare = [paper.model_copy(update={"items": ()}).model_dump(mode="json") for paper in self.papers]
        if file is None:
            file = FileRow(path=self.path, name=_name(self.path))
            self.session.add(file)
        file.digest, file.papers, file.imported_at = self.digest, bare, _now()
        self.session.flush()

    def _store_item(self, row: ItemRow | None, item_id: str, item: Item, place: int) -> None:
        read = item.model_dump(mode="json", exclude={"id"})
        if row is None:
            self.session.add(ItemRow(id=item_id, path=self.path, place=place, imported=read, edits={}))
            self.fate["added"].append(item_id)
        elif row.path != self.path:
            self._edit_through_table(row, item)
        else:
            self._update(row, item, read, place)

    def _update(self, row: ItemRow, item: Item, read: dict[str, Any], place: int) -> None:
        """The document's new text goes below a person's edits; a person's deletion stays one."""
        before, was_deleted = content(current(row)), row.deleted_at is not None
        held = bool(row.edits) or row.deleted_by == "person"
        changed_in_file = content(item) != content(Item.model_validate(row.imported))
        row.imported, row.place = read, place
        if self.overwrite:
            row.edits = {}
        if was_deleted and (self.overwrite or row.deleted_by == "import"):
            row.deleted_at = row.deleted_by = None
            self.fate["restored"].append(row.id)
        elif held and changed_in_file and not self.overwrite:
            self.fate["protected"].append(row.id)
        else:
            fate = "changed" if content(current(row)) != before else "unchanged"
            self.fate[fate].append(row.id)

    def _edit_through_table(self, row: ItemRow, item: Item) -> None:
        """A table that was exported, changed and imported again: its cells are edits of the items they came from."""
        before, after = content(current(row)), content(item)
        changed = {name: value for name, value in after.items() if value != before[name] and name in EDITABLE}
        if changed:
            row.edits = {**row.edits, **changed}
        self.fate["changed" if changed else "unchanged"].append(row.id)

    def _remove(self, row: ItemRow) -> None:
        """Gone from the document: deleted too, unless a person has worked on it."""
        if row.deleted_at is not None or row.path != self.path:
            return
        if row.edits and not self.overwrite:
            self.fate["protected"].append(row.id)
            return
        row.deleted_at, row.deleted_by = _now(), "import"
        self.fate["removed"].append(row.id)


_COLUMNS = ("id", "path", "place", "imported", "edits", "deleted_at", "deleted_by")
_FILE_COLUMNS = ("path", "name", "digest", "papers", "imported_at")


def _remember(
    session: Session,
    run: str,
    action: str,
    label: str,
    rows: list[ItemRow],
    added: list[str],
    path: str = "",
    file: FileRow | None = None,
) -> None:
    """Writes down the rows as they are now, for undo."""
    before: dict[str, Any] = {
        "items": [{name: getattr(row, name) for name in _COLUMNS} for row in rows],
        "added": added,
        "path": path,
        "file": {name: getattr(file, name) for name in _FILE_COLUMNS} if file else None,
    }
    session.add(ChangeRow(run=run, at=_now(), action=action, label=label, before=before, undone=False))


def _restore(session: Session, before: dict[str, Any]) -> None:
    for item_id in before["added"]:
        if (row := session.get(ItemRow, item_id)) is not None:
            session.delete(row)
    session.flush()
    for values in before["items"]:
        session.merge(ItemRow(**values))
    if before["file"]:
        session.merge(FileRow(**before["file"]))
    elif before["path"] and (file := session.get(FileRow, before["path"])) is not None:
        session.delete(file)
    session.flush()


def _name(path: str) -> str:
    return path.rpartition("!")[2].replace("\\", "/").rpartition("/")[2]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


__all__ = ["Bank", "Change", "Stored", "Warning", "open_bank"]

"""Stores one document in the bank: which question is which, and whose version wins if a person has edited one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from evaluator.bank.items import Item, Paper, content
from evaluator.bank.store.corrections import EDITABLE, current
from evaluator.bank.store.history import as_it_is, now, remember
from evaluator.bank.store.matching import match_items, new_ids
from evaluator.bank.store.tables import FileRow, ItemRow
from evaluator.bank.template import from_row, to_row
from evaluator.encoding import Frozen

_CHANGES = ("added", "changed", "removed", "restored", "protected")  # without any there is nothing to undo


class Stored(Frozen):
    """The result of storing one document: ids by outcome."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()  # an edit or a deletion by a person won over the document
    same_as: str = ""  # path under which the identical file is already stored


class Storing:
    """One document being stored in the bank."""

    def __init__(
        self, session: Session, path: str, digest: str, papers: list[Paper], run: str, overwrite: bool
    ) -> None:
        self.session, self.path, self.digest = session, path, digest
        self.papers, self.run, self.overwrite = papers, run, overwrite
        self.fate: dict[str, list[str]] = {name: [] for name in Stored.model_fields if name != "same_as"}

    def store(self) -> Stored:
        """Merges rows and document; the previous rows are recorded for undo."""
        items = [item for paper in self.papers for item in paper.items]
        rows = {row.id: row for row in self._known_rows(items)}
        ids = match_items([(row.id, Item.model_validate(row.imported)) for row in rows.values()], items)
        fresh = iter(self._fresh_ids(items, ids))
        kept = [item_id or next(fresh) for item_id in ids]
        file = self.session.get(FileRow, self.path)
        before = as_it_is(list(rows.values()), sorted(set(kept) - set(rows)), self.path, file)
        is_new = file is None
        self._store_file(file)
        for place, (item_id, item) in enumerate(zip(kept, items, strict=True)):
            self._store_item(rows.get(item_id), item_id, item, place)
        for item_id in rows.keys() - set(kept):
            self._remove(rows[item_id])
        if self.run and (is_new or any(self.fate[name] for name in _CHANGES)):
            remember(self.session, self.run, "import", self.path, before)
        self.session.flush()
        return Stored.model_validate(self.fate)

    def _known_rows(self, items: list[Item]) -> list[ItemRow]:
        """Rows of this document, and rows of others whose ids an exported table contains."""
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
        file.digest, file.papers, file.imported_at = self.digest, bare, now()
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
        """Puts the document's new text below a person's edits; a person's deletion remains."""
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
        """Handles an exported table that was changed and imported again: its cells edit the items they came from.

        A cell cannot represent everything that a field does, so it counts as changed only if it differs from what
        export wrote.
        """
        before, after = content(from_row(to_row(current(row)), item.source.start if item.source else 0)), content(item)
        changed = {name: value for name, value in after.items() if value != before[name] and name in EDITABLE}
        if changed:
            row.edits = {**row.edits, **changed}
        self.fate["changed" if changed else "unchanged"].append(row.id)

    def _remove(self, row: ItemRow) -> None:
        """Removes what is gone from the document, unless a person has worked on it."""
        if row.deleted_at is not None or row.path != self.path:
            return
        if row.edits and not self.overwrite:
            self.fate["protected"].append(row.id)
            return
        row.deleted_at, row.deleted_by = now(), "import"
        self.fate["removed"].append(row.id)


def _name(path: str) -> str:
    return path.rpartition("!")[2].replace("\\", "/").rpartition("/")[2]

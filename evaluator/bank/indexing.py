"""Keeps the store of references in step with the bank, so that the grader pulls what the bank now says."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from evaluator.bank.references import references_of
from evaluator.bank.store import Bank

if TYPE_CHECKING:
    from evaluator.references.embedding import Progress
    from evaluator.references.store import Changes, ReferenceStore


def index_bank(bank: Bank, store: ReferenceStore | None = None, progress: Progress | None = None) -> Changes:
    """Makes the store hold what the bank's items refer to, and no more of them; only new and changed ones are embedded.

    Rubrics and other banks share the store: of items that this bank never held nothing is deleted.
    """
    from evaluator.references.store import open_store

    store = store or open_store()
    items = bank.items()
    wanted = references_of(items)
    changes = store.index_entries(wanted, progress)
    return changes._replace(deleted=_drop_stale(bank, store, {entry.id for entry in wanted}))


def _drop_stale(bank: Bank, store: ReferenceStore, wanted: set[str]) -> int:
    """Deletes entries of items that were deleted or undone, or that lost an answer or explanation."""
    known = bank.known_ids()
    stored = [entry for entry in store.entries() if entry.id.startswith(f"{entry.item}/")]
    ours = sorted((entry for entry in stored if entry.item in known), key=lambda entry: entry.item)
    dropped = 0
    for item, entries in groupby(ours, key=lambda entry: entry.item):
        group = list(entries)
        kept = [entry for entry in group if entry.id in wanted]
        if len(kept) < len(group):
            dropped += store.replace_item(item, kept, prefix=f"{item}/").deleted
    return dropped

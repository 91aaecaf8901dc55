"""What the user has typed, stored in the records at once, so that a reload or an error loses nothing."""

from __future__ import annotations

from typing import Any

from ui.shared import stores


def load(name: str) -> dict[str, Any]:
    """Returns what was stored under `name` for the person at this page; empty by default."""
    found = stores.records().drafts.get(stores.owner(), name)
    return dict(found.body) if found else {}


def keep(name: str, /, **changes: Any) -> None:
    """Stores `changes` on top of what is stored under `name`; a None removes."""
    before = load(name)
    body = {key: value for key, value in {**before, **changes}.items() if value is not None}
    if body != before:
        stores.records().drafts.put(stores.owner(), name, body)


def drop(name: str) -> None:
    """Forgets the draft."""
    stores.records().drafts.drop(stores.owner(), name)

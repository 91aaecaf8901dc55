"""What somebody has typed, kept in the records at once, so that a reload or an error loses nothing."""

from __future__ import annotations

from typing import Any

from ui.shared import stores


def load(name: str) -> dict[str, Any]:
    """What was kept under `name` for the person at this page; empty when nothing was."""
    found = stores.records().drafts.get(stores.owner(), name)
    return dict(found.body) if found else {}


def keep(name: str, /, **changes: Any) -> None:
    """Keeps `changes` on top of what is kept under `name`; a None removes."""
    before = load(name)
    body = {key: value for key, value in {**before, **changes}.items() if value is not None}
    if body != before:
        stores.records().drafts.put(stores.owner(), name, body)


def drop(name: str) -> None:
    """Forgets it."""
    stores.records().drafts.drop(stores.owner(), name)

"""What all tests share."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser journeys come last: they are the slowest, and Playwright holds the event loop while a browser is open."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)

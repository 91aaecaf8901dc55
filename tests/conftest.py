"""What all tests share: their order, and which of them stay in one process when pytest-xdist spreads them."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is slow, not wrong: properties are checked without looking at the clock.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


# Before NumPy is loaded: threads that wait for each other cost more than they save on small matrices. A fit of 80 items took
# 30 s of processor time with two threads and 9 s with one, to the same digits.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Browser journeys come last: they are the slowest, and Playwright holds the event loop while a browser is open.

    With `-n 2 --dist loadgroup` a module's tests stay in one process, and so do all that ask the model or drive a browser.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    if config.pluginmanager.hasplugin("xdist"):
        for item in items:
            item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item: pytest.Item) -> str:
    kinds = (kind for kind in ("browser", "model") if item.get_closest_marker(kind))
    return next(kinds, item.path.as_posix())

"""Locates the files shipped with the product, in the wheel or in a checkout, and names that a package fetches from its
modules at their first use.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

Resource = Literal["rubrics", "prompts", "examples", "ui"]


def resource_dir(name: Resource) -> Path:
    """The folder of shipped rubrics, prompts or examples, or of the page.

    The wheel keeps them inside the package, the checkout beside it. The package's own folder is tried first, so that an
    unrelated `rubrics` folder in site-packages is never mistaken for ours.
    """
    package = Path(__file__).parent
    inside = package / "data" / name
    return inside if inside.is_dir() else package.parent / name


def fetched_late(package: str, homes: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """A `__getattr__` for a package: `homes` says for each of its modules which names it hands out.

    A module is imported when the first of its names is used, so that a command, or the process that reads a file, loads
    what it needs and no more.
    """
    found = {name: module for module, names in homes.items() for name in names}

    def fetch(name: str) -> Any:
        if name not in found:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{package}.{found[name]}"), name)

    return fetch

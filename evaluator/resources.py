"""Locates the files shipped with the product, in the wheel or in a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Resource = Literal["rubrics", "prompts", "examples", "ui"]


def resource_dir(name: Resource) -> Path:
    """The folder of shipped rubrics, prompts or examples, or of the page.

    The wheel keeps them inside the package, the checkout beside it. The package's own folder is tried first, so that an
    unrelated `rubrics` folder in site-packages is never mistaken for ours.
    """
    package = Path(__file__).parent
    inside = package / "data" / name
    return inside if inside.is_dir() else package.parent / name

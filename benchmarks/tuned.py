"""Every number of the product that was chosen rather than derived, with its origin.

    python -m benchmarks.tuned

Prints a Markdown table by package: the value, on which texts it was chosen, and the command that shows its effect. It is
read from the source of the modules `tuned.py`, so it cannot fall behind.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import evaluator
from evaluator import tuning

PACKAGE = Path(evaluator.__file__).parent


class Entry(NamedTuple):
    """A tuned number: its package, its name, and what `tuning.tuned` was told."""

    package: str
    name: str
    value: Any
    chosen_on: str
    shown_by: str


def modules() -> list[Path]:
    """The modules `tuned.py`."""
    return sorted(PACKAGE.rglob("tuned.py"))


def entries(path: Path) -> Iterator[Entry]:
    """The entries of one module, in its order."""
    package = path.parent.relative_to(PACKAGE).as_posix()
    names = [name for node in ast.parse(path.read_text(encoding="utf-8")).body for name in _names(node)]
    told = _told(path)
    if len(told) != len(names):
        raise ValueError(f"{path}: {len(names)} names, but {len(told)} of them state their origin")
    yield from (Entry(package, name, *one) for name, one in zip(names, told, strict=True))


def _names(node: ast.stmt) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [one.id for one in targets if isinstance(one, ast.Name) and not one.id.startswith("_")]


def _told(path: Path) -> list[tuple[Any, str, str]]:
    """What each call of `tuned` was given when the module runs once more."""
    found: list[tuple[Any, str, str]] = []

    def note(value: Any, *, chosen_on: str, shown_by: str) -> Any:
        found.append((value, chosen_on, shown_by))
        return value

    code = compile(path.read_text(encoding="utf-8"), str(path), "exec")
    exec(code, {"__name__": f"{path.stem}_first"})  # loads what it imports: only its own numbers are to be noted
    with mock.patch.object(tuning, "tuned", note):
        exec(code, {"__name__": f"{path.stem}_again"})
    return found


def has_command(shown_by: str) -> bool:
    """Whether the stated command or test exists; NOT_MEASURED counts as an honest answer."""
    if shown_by == tuning.NOT_MEASURED:
        return True
    if shown_by.startswith("python -m benchmarks."):
        place = PACKAGE.parent.joinpath(*shown_by.split()[2].split("."))
        module = place.with_suffix(".py")
        is_run = module.exists() and '__name__ == "__main__"' in module.read_text(encoding="utf-8")
        return is_run or (place / "__main__.py").exists()
    return shown_by.startswith("tests/") and (PACKAGE.parent / shown_by).exists()


def main() -> None:
    """Prints the table."""
    print("| where | number | value | chosen on | shown by |\n| --- | --- | --- | --- | --- |")
    for path in modules():
        for one in entries(path):
            print(f"| {one.package} | {one.name} | {one.value} | {one.chosen_on} | {one.shown_by} |")


if __name__ == "__main__":
    main()

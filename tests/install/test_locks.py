"""The locks are complete, consistent with pyproject.toml and with each other, and name no package index."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ("run", "full", "test")
OURS = {"evaluator", "pip"}  # setuptools is pinned where something needs it


def pins(lock: str) -> dict[str, set[str]]:
    """The versions that a lock pins, by name; several where they depend on the platform or the Python."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / f"requirements/{lock}.txt").read_text(), re.M):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def project() -> dict:
    """The `project` table of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def wanted(*extras: str) -> list[Requirement]:
    """What the project needs with some of its extras; an extra may name others."""
    table = project()
    lines = [*table["dependencies"]]
    for extra in extras:
        for line in table["optional-dependencies"][extra]:
            asked = Requirement(line)
            lines += [str(one) for one in wanted(*asked.extras)] if asked.name == "evaluator" else [line]
    return [Requirement(line) for line in dict.fromkeys(lines)]


@pytest.mark.parametrize(("lock", "extras"), [("run", ["bank", "fast"]), ("full", ["ui", "fast"]), ("test", ["dev"])])
def test_a_lock_has_what_the_project_asks_for(lock, extras):
    """Each dependency of the extras that a lock serves is pinned to a version that the project allows."""
    pinned = pins(lock)
    for one in wanted(*extras):
        versions = pinned.get(canonicalize_name(one.name), set())
        assert versions, f"{one.name} is not in requirements/{lock}.txt"
        assert all(one.specifier.contains(version, prereleases=True) for version in versions), one


def test_smaller_locks_lie_within_larger_ones():
    """An environment for the tests runs everything, with the same versions."""
    run, full, test = (pins(lock) for lock in LOCKS)
    assert run.items() <= full.items() <= test.items()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes_and_no_address(lock):
    """No file records where packages come from; each pin carries hashes."""
    text = (ROOT / f"requirements/{lock}.txt").read_text()
    assert not re.search(r"https?://|file:|--index|--find-links|--extra", text)
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert all("--hash=sha256:" in block for block in blocks)


def test_what_is_installed_needs_nothing_that_the_lock_lacks():
    """Every dependency of every installed pin, under this platform's markers, is pinned as well."""
    pinned = pins("test")
    here = {canonicalize_name(one.name): one for one in distributions() if canonicalize_name(one.name) in pinned}
    if len(here) < len(pinned) / 2:
        pytest.skip("the tests do not run in the locked environment")
    environment = {**default_environment(), "extra": ""}
    lacking = []
    for name, one in here.items():
        for line in one.requires or []:
            needed = Requirement(line)
            if needed.marker and not needed.marker.evaluate(environment):
                continue
            if canonicalize_name(needed.name) not in pinned.keys() | OURS:
                lacking.append(f"{name} needs {needed.name}")
    assert not lacking


def test_every_dependency_has_its_reason():
    """docs/design/dependencies.md says of each dependency why it is here."""
    text = (ROOT / "docs/design/dependencies.md").read_text().lower()
    extras = project()["optional-dependencies"]
    names = {canonicalize_name(one.name) for one in wanted(*extras)} - {"evaluator"}
    assert not sorted(name for name in names if f"`{name}`" not in text)

"""A real Chromium and the running page, for journeys: found or installed, started on a free port, thrown away after."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ui import screenshots

FLAGS = screenshots.FLAGS


def find_chromium() -> str:
    """Debian's Chromium; installed when it is missing and we may, else the test is skipped with the reason."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found:
        return found
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        pytest.skip("no Chromium here, and only root can install it: apt-get install chromium")
    for command in (
        ["update", "-qq"],
        ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-wqy-zenhei"],
    ):
        try:
            subprocess.run(["apt-get", *command], check=True, capture_output=True, timeout=900)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            pytest.skip(f"Chromium could not be installed: {error}")
    return shutil.which("chromium") or pytest.skip("Chromium is still not here after installing it")


def find_axe(folder: Path) -> str:
    """The script of axe-core, fetched into `folder` by npm; skipped with the reason where that cannot be."""
    npm = shutil.which("npm")
    if not npm:
        pytest.skip("npm is not here, so axe-core cannot be fetched")
    command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "axe-core"]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"axe-core could not be fetched: {error}")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@contextmanager
def serving(folder: Path, script: str = "1") -> Iterator[str]:
    """The page on a free port over the data in `folder`, with the scripted judge; gives its address."""
    scripted = {"EVALUATOR_MODEL": "scripted", "EVALUATOR_SCRIPTED_JUDGE": script, "OMP_NUM_THREADS": "1"}
    with screenshots.serving(folder, scripted) as address:
        yield address

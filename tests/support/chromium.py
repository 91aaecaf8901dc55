"""Journeys through the running page in a real Chromium: both are started for them and discarded afterwards.

`JUDGES` are the judges in them: the scripted judge, and the embedded model when its weights are on disk.
EVALUATOR_SHOTS names a folder for pictures of the steps.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from evaluator.judge.backends import weights
from evaluator.settings import load_settings
from tests.support.embedded import NEEDS_WEIGHTS
from ui import screenshots

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

WAIT_MS = 240_000  # a journey waits for what it needs; a busy machine is slow, not wrong
MODEL_WAIT_MS = 900_000  # and a language model on two cores takes half a minute a text
JUDGES = ["scripted", pytest.param("embedded", marks=NEEDS_WEIGHTS)]
DESK, PHONE = screenshots.DESK, screenshots.PHONE


def find_chromium() -> str:
    """Debian's Chromium; installed if missing and permitted, otherwise the test is skipped with the reason."""
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
    """The script of axe-core, fetched into `folder` by npm; skipped with the reason if that fails."""
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
def serving(folder: Path, judge: str = "scripted", script: str = "1") -> Iterator[str]:
    """The page on a free port over the data in `folder`; yields its address. `script` is for the scripted judge."""
    chosen = {"EVALUATOR_MODEL": judge, "OMP_NUM_THREADS": "1"}
    if judge == "scripted":
        chosen["EVALUATOR_SCRIPTED_JUDGE"] = script
    else:
        chosen["EVALUATOR_CACHE_DIR"] = str(weights.path_of(load_settings()).parent)
    with screenshots.serving(folder, chosen) as address:
        yield address


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; skipped with the reason if it is unavailable."""
    driving = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = find_chromium()
    with driving.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=screenshots.FLAGS, timeout=WAIT_MS)
        yield browser
        browser.close()


def person(browser: Browser, judge: str = "scripted", **look: Any) -> BrowserContext:
    """A person with their own cookies, as patient as the judge is slow.

    They see the page as it looks ("viewport", "color_scheme", …). Expectations about a page are awaited for that long,
    never checked only once.
    """
    from playwright.sync_api import expect

    expect.set_options(timeout=patience(judge))
    context = browser.new_context(**{"locale": "zh-CN", "viewport": DESK, **look})
    context.set_default_timeout(patience(judge))
    return context


def patience(judge: str) -> int:
    """Milliseconds that a step may take with this judge."""
    return WAIT_MS if judge == "scripted" else MODEL_WAIT_MS


def visit(context: BrowserContext, place: str) -> Page:
    """A page of the app, fully drawn."""
    page = context.new_page()
    page.goto(place)
    page.get_by_role("heading", level=1).wait_for()
    settle(page)
    return page


def settle(page: Page) -> None:
    """Waits until Streamlit has begun what was asked for and drawn everything."""
    page.wait_for_timeout(400)
    page.wait_for_function("document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'")


def shoot(page: Page, name: str) -> None:
    """Takes a picture if somebody wants to look."""
    folder = os.environ.get("EVALUATOR_SHOTS")
    if folder:
        settle(page)
        page.wait_for_timeout(1500)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)

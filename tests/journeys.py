"""Whole journeys in a real Chromium against the running page. The judge is the scripted one unless
EVALUATOR_JOURNEY_MODEL names another (embedded, say)."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WAIT_MS = 180_000  # a journey waits for what it needs; a busy machine is slow, not wrong
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium on the path")


@contextmanager
def running_page(folder: Path) -> Iterator[str]:
    """Serves the page over `folder` and gives its address."""
    from ui.serve import APP, flags

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    model = os.environ.get("EVALUATOR_JOURNEY_MODEL", "scripted")
    settings = {
        "EVALUATOR_DATA_DIR": str(folder),
        "EVALUATOR_CONFIG": str(folder / "settings.toml"),
        "EVALUATOR_MODEL": model,
        "EVALUATOR_SCRIPTED_JUDGE": "1" if model == "scripted" else "",
        "PYTHONPATH": str(ROOT),
    }
    with (folder / "page.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(APP), *flags(port, True, "127.0.0.1")],
            env={**os.environ, **settings},
            stdout=log,
            stderr=log,
            cwd=folder,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + WAIT_MS / 1000
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).read()
            return
        except OSError:
            time.sleep(0.5)
    raise AssertionError("the page did not start")


@contextmanager
def chromium(width: int = 1280, height: int = 900) -> Iterator[object]:
    """A fresh browser tab."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page(viewport={"width": width, "height": height}, locale="zh-CN")
        tab.set_default_timeout(WAIT_MS)
        yield tab
        browser.close()


def visit(tab, address: str, page: str) -> None:
    """Opens a page through the first one, as a person does."""
    tab.goto(address)
    tab.get_by_role("link", name="校准", exact=True).wait_for()
    settle(tab)
    tab.goto(f"{address}/{page}")
    tab.get_by_role("link", name="校准", exact=True).wait_for()
    settle(tab)


def settle(tab) -> None:
    """Waits until the page has stopped running."""
    tab.wait_for_timeout(400)
    tab.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(state="attached")


def shoot(tab, name: str) -> None:
    """A picture for the eye where EVALUATOR_SHOTS names a folder."""
    folder = os.environ.get("EVALUATOR_SHOTS")
    if folder:
        settle(tab)
        for waiting in tab.get_by_test_id("stSkeleton").all():
            waiting.wait_for(state="detached")
        tab.wait_for_timeout(1500)
        tab.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)

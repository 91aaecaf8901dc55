"""`python -m ui.screenshots`: pictures of every page for the documentation, made from this project's own examples.

The embedded model grades when its weights are installed (earlier answers come from the user's own memo); otherwise the
judge for tests does, and the page says so in the picture. Needs Playwright and a Chromium.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from evaluator.judge.backends import weights
from evaluator.resources import resource_dir
from evaluator.settings import load_settings

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
START_S = 180
GRADE_MS = 1_200_000
FLAGS = ["--headless", "--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"]
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@contextmanager
def serving(folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """The page on a free port over the data in `folder`; yields its address and stops it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {"EVALUATOR_DATA_DIR": str(folder), "EVALUATOR_CONFIG": str(folder / "settings.toml"), "PORT": str(port)}
    log = folder / "page.log"
    with log.open("wb") as out:
        command = [sys.executable, "-m", "ui.serve", "--headless"]
        server = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **own, **environment}, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=30)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError(f"the page did not start: {log.read_text(errors='replace')[-2000:]}")


def judge_environment(folder: Path) -> dict[str, str]:
    """The embedded model with its earlier answers, or the judge for tests."""
    settings = load_settings(model="embedded")
    if weights.status(settings).state not in ("ready", "own"):
        return {"EVALUATOR_MODEL": "scripted", "EVALUATOR_SCRIPTED_JUDGE": "1"}
    if settings.memo_path.is_file():
        shutil.copy(settings.memo_path, folder / settings.memo_path.name)
    return {"EVALUATOR_MODEL": "embedded", "EVALUATOR_CACHE_DIR": str(weights.path_of(settings).parent)}


def take(browser: Any, address: str, folder: Path) -> list[Path]:
    """Takes all pictures and returns their paths."""
    taken = []

    def shoot(page: Any, name: str, tall: int = 0) -> None:
        page.wait_for_timeout(1500)
        if tall:
            page.set_viewport_size({"width": page.viewport_size["width"], "height": tall})
            page.wait_for_timeout(800)
        path = IMAGES / f"{name}.png"
        page.screenshot(path=path)
        taken.append(path)

    desk = browser.new_context(viewport=DESK, locale="zh-CN", device_scale_factor=1)
    for name in ("home", "practice", "bank", "calibration", "settings"):
        shoot(_visit(desk, f"{address}/{'' if name == 'home' else name}"), name)
    page = _graded(desk, address, "cross-border-wrong-item", "zh")
    shoot(page, "scorecard", 1500)
    record = _newest(folder)
    shoot(_visit(desk, f"{address}/history"), "history")
    shoot(_batch(desk, address), "batch", 1000)
    shoot(_visit(desk, f"{address}/dashboard"), "dashboard")
    cookies = desk.cookies()
    for name, look in (
        ("scorecard-dark", {"viewport": DESK, "color_scheme": "dark"}),
        ("scorecard-phone", {"viewport": PHONE, "is_mobile": True, "device_scale_factor": 2}),
    ):
        context = browser.new_context(locale="zh-CN", **look)
        context.add_cookies(cookies)
        shoot(_visit(context, f"{address}/history?id={record}"), name)
    shoot(_graded(desk, address, "cross-border-wrong-item-en", "en"), "scorecard-en", 1300)
    return taken


def _visit(context: Any, place: str) -> Any:
    page = context.new_page()
    page.goto(place)
    page.get_by_role("heading", level=1).wait_for(timeout=60_000)
    page.wait_for_function("document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'")
    return page


def _graded(context: Any, address: str, rubric: str, language: str) -> Any:
    """The good example of a rubric, graded."""
    words = {"zh": ("对话或回答", "搜索场景", "评分"), "en": ("Conversation or answer", "Search scenarios", "Grade")}
    field, search, button = words[language]
    page = _visit(context, f"{address}/grade?lang={language}")
    again = page.get_by_role("button", name="再评一份" if language == "zh" else "Grade another")
    page.get_by_label(search).or_(again).first.wait_for(timeout=60_000)
    if again.is_visible():  # the last grading is still shown
        again.click()
    page.get_by_label(search).fill(rubric)
    page.keyboard.press("Enter")
    page.wait_for_timeout(2500)
    page.get_by_label(field, exact=True).fill((resource_dir("examples") / rubric / "good.txt").read_text("utf-8"))
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name=button, exact=True).click(timeout=60_000)
    page.locator(".ev-total").wait_for(timeout=GRADE_MS)
    return page


def _newest(folder: Path) -> str:
    """The id of the newest grading, from the records that the page writes."""
    from evaluator.storage import open_records

    with open_records(load_settings(data_dir=folder)) as records:
        return records.history(1)[0].id


def _batch(context: Any, address: str) -> Any:
    """A batch of the examples of one rubric."""
    files = sorted((resource_dir("examples") / "cross-border-wrong-item").glob("*.txt"))
    page = _visit(context, f"{address}/batch?lang=zh")
    page.locator("input[type=file]").set_input_files([str(file) for file in files])
    page.get_by_label("搜索场景").fill("cross-border-wrong-item")
    page.keyboard.press("Enter")
    page.wait_for_timeout(2500)
    page.get_by_role("button", name="建立批次").click(timeout=60_000)
    page.get_by_role("button", name="直接评全部").click(timeout=60_000)
    page.get_by_text("等待 0。").wait_for(timeout=GRADE_MS)
    return page


def main() -> None:
    """Makes all pictures and prints their paths."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as driver:
        folder = Path(place)
        environment = judge_environment(folder)
        print(f"judge: {environment['EVALUATOR_MODEL']}")
        with serving(folder, environment) as address:
            browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
            for path in take(browser, address, folder):
                print(path)
            browser.close()


if __name__ == "__main__":
    main()

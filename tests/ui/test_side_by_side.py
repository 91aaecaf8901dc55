"""The page in a browser, the HTTP service, a batch and the command line as real processes on one data folder.

Each of them is killed once. The others continue without an error, and nothing that was stored is lost.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from evaluator.rubrics import dump
from tests.support import chromium
from tests.support.chromium import settle, visit
from tests.support.storage_cases import make_rubric

pytest.importorskip("uvicorn", reason="the HTTP service is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system ends processes in another way"),
]

ROOT = Path(__file__).parents[2]
CALL = "客服：您好，非常抱歉，今天给您补发，工单{}，周五前送到。\n客户：好的，谢谢。"
# The first in the page's list, and with few sentences, because each process embeds them anew.
RUBRIC = make_rubric("aa-call", references=({"id": "best", "text": "先道歉，再说什么时候补发。"},))
RESPONSES = 8
PATIENCE_S = 240  # a busy machine starts slowly


class Processes:
    """Commands on one data folder, with the scripted judge."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.running = folder, list[subprocess.Popen[str]]()
        script = folder / "script.json"
        script.write_text(json.dumps({"delay_s": 0.05}), encoding="utf-8")
        rubrics = folder / "data" / "rubrics"
        rubrics.mkdir(parents=True)
        (rubrics / f"{RUBRIC.id}.yaml").write_text(dump(RUBRIC), encoding="utf-8")
        self.environment = {
            **os.environ,
            "EVALUATOR_CONFIG": str(folder / "settings.toml"),
            "EVALUATOR_DATA_DIR": str(folder / "data"),
            "EVALUATOR_LANG": "zh",
            "EVALUATOR_MODEL": "scripted",
            "EVALUATOR_SCRIPTED_JUDGE": str(script),
            "OMP_NUM_THREADS": "1",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "evaluator", *arguments]
        log = self.folder / f"{len(self.running)}-{arguments[0]}.log"
        with log.open("w") as out:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, text=True, stdout=out, stderr=out, stdin=subprocess.DEVNULL
            )
        self.running.append(process)
        return process

    def finish(self, process: subprocess.Popen[str]) -> None:
        """Waits for a command; it must not fail."""
        assert process.wait(PATIENCE_S) in (0, 3), self.printed()

    def serve(self, command: str, health: str) -> tuple[subprocess.Popen[str], str]:
        """Starts a server; returns it with its address, where it may not answer yet."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        more = ("--headless",) if command == "ui" else ()
        return self.start(command, *more, "--port", str(port)), f"http://127.0.0.1:{port}{health}"

    def wait_for(self, health: str) -> str:
        """The server's address without the path, once it answers."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(health, timeout=10):
                    return "/".join(health.split("/")[:3])
            except OSError:
                time.sleep(0.2)
        raise AssertionError(f"{health} does not answer: {self.printed()}")

    def wait_for_first_of(self, batch: subprocess.Popen[str]) -> None:
        """Waits until one response of the batch is graded."""
        while batch.poll() is None and "done" not in self.states():
            time.sleep(0.05)

    def states(self) -> dict[str, int]:
        """Responses of the batch by state."""
        return dict(self.read("SELECT state, count(*) FROM batch_items GROUP BY state"))

    def read(self, query: str) -> list[Any]:
        with closing(sqlite3.connect(self.folder / "data" / "records.db", timeout=30)) as connection:
            return connection.execute(query).fetchall()

    def kill(self, process: subprocess.Popen[str]) -> None:
        assert process.poll() is None, self.printed()
        process.kill()
        process.wait()

    def printed(self) -> str:
        return "\n".join(path.read_text("utf-8", "replace") for path in sorted(self.folder.glob("*.log")))

    def ids(self) -> set[str]:
        """Ids of the stored gradings."""
        return {row[0] for row in self.read("SELECT id FROM gradings")}


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    found = Processes(tmp_path)
    yield found
    for process in found.running:
        if process.poll() is None:
            process.kill()
            process.wait()


def ask_service(address: str, text: str) -> dict[str, Any]:
    body = json.dumps({"text": text, "rubric": RUBRIC.id}).encode()
    request = urllib.request.Request(f"{address}/v1/gradings", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        return dict(json.load(answer))


def grade_on_page(browser: Any, address: str, text: str) -> None:
    person = chromium.person(browser)
    page = visit(person, f"{address}/grade")
    page.get_by_label("对话或回答", exact=True).fill(text)
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="评分", exact=True).click()
    page.locator(".ev-total").wait_for()
    settle(page)
    assert "Error finding id" not in page.inner_text("body")
    person.close()


def test_all_of_them_each_killed_once(processes: Processes, tmp_path: Path) -> None:
    """Every grading succeeds, also after another process wrote or was killed; the batch continues where it stood."""
    call, answers = tmp_path / "call.txt", tmp_path / "calls"
    call.write_text(CALL.format(0), encoding="utf-8")
    answers.mkdir()
    for number in range(RESPONSES):
        (answers / f"{number:02d}.txt").write_text(CALL.format(100 + number), encoding="utf-8")
    line = ("grade", str(call), "-r", RUBRIC.id)
    batch = ("batch", "run", str(answers), "-r", RUBRIC.id, "--yes", "--concurrency", "1")
    page, page_health = processes.serve("ui", "/_stcore/health")
    service, service_health = processes.serve("serve", "/health")
    with chromium.chromium() as browser:
        grade_on_page(browser, processes.wait_for(page_health), CALL.format(1))
        processes.finish(processes.start(*line))
        grade_on_page(browser, processes.wait_for(page_health), CALL.format(2))
        running = processes.start(*batch)
        ask_service(processes.wait_for(service_health), CALL.format(3))
        killed_line = processes.start(*line, "--fresh")
        processes.wait_for_first_of(running)
        before = processes.ids()
        for process in (running, service, page, killed_line):
            processes.kill(process)
        page, page_health = processes.serve("ui", "/_stcore/health")
        service, service_health = processes.serve("serve", "/health")
        resumed = processes.start("batch", "resume", "--yes")
        processes.finish(processes.start(*line, "--fresh"))
        grade_on_page(browser, processes.wait_for(page_health), CALL.format(4))
        card = ask_service(processes.wait_for(service_health), CALL.format(5))
        processes.finish(resumed)
    assert before < processes.ids() and card["verdicts"]
    assert "Error finding id" not in processes.printed()
    assert processes.states() == {"done": RESPONSES} and processes.read("PRAGMA integrity_check") == [("ok",)]

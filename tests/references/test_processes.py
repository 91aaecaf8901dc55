"""Several processes on one data folder, each killed once: none gets an error, and nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evaluator.references.store import open_folder
from tests.support.reference_process import entry, vectors

ROOT = Path(__file__).parents[2]
NAMES = ("page", "batch", "line")


def start(folder: Path, name: str, seconds: float, batch: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.support.reference_process", str(folder), name, str(seconds), str(batch)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def promised(output: str, kept: dict[str, int], lost: set[str]) -> None:
    """Adds a process's output: what is stored, and what may be gone."""
    for line in output.splitlines():
        words = line.split(" ")
        if words[0] == "has" and len(words) == 3:
            kept[words[1]] = int(words[2])
        elif words[0] == "gone" and len(words) == 2:
            kept.pop(words[1], None)
            lost.add(words[1])


def test_a_store_sees_what_another_process_wrote(tmp_path: Path) -> None:
    """The page has the store open; a command line writes and ends; the page continues."""
    folder = tmp_path / "chroma"
    store = open_folder(folder)
    store.write_vectors([entry("page", n) for n in range(5)], vectors(list(range(5))))
    assert store.nearest(vectors([3])[0], 1)[0].id == "page/3"
    code = (
        "import sys; from evaluator.references.store import open_folder; from tests.support.reference_process import *\n"
        "store = open_folder(sys.argv[1])\n"
        "store._write([], None, ['page/0', 'page/3'])\n"
        "store.write_vectors([entry('line', 9)], vectors([9]))\n"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], cwd=ROOT, check=True)
    assert store.count() == 4
    assert store.nearest(vectors([9])[0], 1)[0].id == "line/9"
    assert {near.id for near in store.nearest(vectors([3])[0], 10)} == {"page/1", "page/2", "page/4", "line/9"}
    store.write_vectors([entry("page", 3)], vectors([3]))
    assert store.nearest(vectors([3])[0], 1, item="page")[0].id == "page/3"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system kills otherwise")
def test_processes_side_by_side_each_killed_once(tmp_path: Path) -> None:
    folder = tmp_path / "chroma"
    open_folder(folder)
    kept: dict[str, int] = {}
    lost: set[str] = set()
    running = {name: start(folder, name, 90, 150) for name in NAMES}
    for name in NAMES:
        time.sleep(2)
        running[name].send_signal(signal.SIGKILL)
        promised(running[name].communicate()[0], kept, lost)
        running[name] = start(folder, name, 2, 150)
    ends = {}
    for name, process in running.items():
        output = process.communicate(timeout=120)[0]
        promised(output, kept, lost)
        ends[name] = output.splitlines()[-1][:500]
    assert ends == dict.fromkeys(NAMES, "end")
    store = open_folder(folder)
    stored = {found.id for found in store.entries()}
    assert set(kept) <= stored
    assert len(stored & lost) <= 75 * len(NAMES)  # deletions that a kill came before
    for id, seed in list(kept.items())[:: max(1, len(kept) // 200)]:
        query = vectors([seed])[0]
        assert store.nearest(query, 1, item=id.partition("/")[0])[0].id == id
    assert os.listdir(folder)

"""`python -m benchmarks.searching`: seconds of one search in a new process and in a warm one, at 10,000 entries.

The store holds the entries of the retrieval benchmark and mixtures of them (`benchmarks.retrieval.distractors`). Before
the index of words was kept on disk, every process did what the row "first after a write" does.

python -m benchmarks.searching --size 10000
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from benchmarks.retrieval.corpus import load_items
from benchmarks.retrieval.distractors import mixtures
from evaluator.references.store import open_folder

_BATCH = 2000
_WARM = 20  # queries
_ONE = """
import json, sys, time
wall, cpu = time.perf_counter(), time.process_time()
from evaluator.references.retrieval import search
from evaluator.references.store import open_folder
folder, *queries = json.loads(sys.argv[1])
store = open_folder(folder)
times = []
for query in queries:
    search(query, store=store)
    times.append((time.perf_counter() - wall, time.process_time() - cpu))
    wall, cpu = time.perf_counter(), time.process_time()
print(json.dumps(times))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=10_000)
    size = parser.parse_args().size
    items = load_items()
    with tempfile.TemporaryDirectory() as folder:
        _fill(Path(folder), size)
        queries = [item.near for item in items[: _WARM + 1]]
        print("| search | wall s | processor s |\n| --- | --- | --- |")
        for name in ("first after a write", "first of a new process"):
            first, *warm = _ask(folder, queries)
            print(f"| {name} | {first[0]:.2f} | {first[1]:.2f} |", flush=True)
        middle = sorted(warm)[len(warm) // 2]
        print(f"| warm, median of {len(warm)} | {middle[0]:.3f} | {middle[1]:.3f} |")


def _fill(folder: Path, size: int) -> None:
    items = load_items()
    store = open_folder(folder)
    store.index_entries(item.entry() for item in items)
    entries, vectors = mixtures(size - len(items))
    for start in range(0, len(entries), _BATCH):
        store.write_vectors(entries[start : start + _BATCH], vectors[start : start + _BATCH])


def _ask(folder: str, queries: list[str]) -> list[tuple[float, float]]:
    """Wall and processor seconds of each query in a process of its own; the first holds imports and opening too."""
    asked = subprocess.run(
        [sys.executable, "-c", _ONE, json.dumps([folder, *queries])], capture_output=True, text=True, check=True
    )
    return [tuple(pair) for pair in json.loads(asked.stdout)]


if __name__ == "__main__":
    main()

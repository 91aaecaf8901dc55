"""A process that writes to a shared reference store and reads from it, for tests that run several side by side.

    python -m tests.support.reference_process FOLDER NAME SECONDS BATCH

Each line that it prints is true when it is printed: `has ID SEED` (the entry was written and is kept), `gone ID`. The last
one is `end`, or `error …` with what went wrong.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from evaluator.references import meaning
from evaluator.references.entries import Entry
from evaluator.references.store import ReferenceStore, open_folder


def entry(name: str, number: int) -> Entry:
    return Entry(id=f"{name}/{number}", item=name, kind="explanation", text=f"{name} {number}", source="test")


def vectors(seeds: list[int]) -> Any:
    """A vector of length 1 for each seed."""
    found = np.stack([np.random.default_rng(seed).normal(size=meaning.DIMENSIONS) for seed in seeds])
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def say(*words: object) -> None:
    print(*words, flush=True)


def work(store: ReferenceStore, name: str, seconds: float, batch: int) -> None:
    chance, number, kept = random.Random(name), int(time.time() * 1000) % 10**9, list[int]()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        numbers = list(range(number, number + batch))
        number += batch
        store.write_vectors([entry(name, one) for one in numbers], vectors(numbers))
        kept += numbers
        for one in numbers:
            say("has", f"{name}/{one}", one)
        if len(kept) > batch and chance.random() < 0.5:
            gone = [kept.pop(chance.randrange(len(kept))) for _ in range(batch // 2)]
            for one in gone:  # said before: a kill between must not leave a promise
                say("gone", f"{name}/{one}")
            store._write([], None, [f"{name}/{one}" for one in gone])
        read(store, name, kept)


def read(store: ReferenceStore, name: str, kept: list[int]) -> None:
    """What this process wrote is available, and others' writes disturb no search."""
    one = kept[-1]
    query = vectors([one])[0]
    near = store.nearest(query, 3, item=name)
    assert near[0].id == f"{name}/{one}", f"{name}/{one} is not nearest to itself: {near}"
    assert abs(store.cosines(query, [f"{name}/{one}"])[f"{name}/{one}"] - 1) < 1e-4
    store.nearest(query, 20)
    store.entries(item=name)


def main(folder: str, name: str, seconds: str, batch: str) -> None:
    try:
        work(open_folder(Path(folder)), name, float(seconds), int(batch))
        say("end")
    except Exception as error:
        say("error", type(error).__name__, str(error).replace("\n", " "), repr(error.__cause__)[:300])


if __name__ == "__main__":
    main(*sys.argv[1:])

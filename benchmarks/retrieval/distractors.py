"""Entries to search among: mixtures of real texts, because embedding 100,000 texts would take most of an hour.

The pool consists of the criteria, levels, key points and answers of the shipped rubrics and the background texts,
embedded for real and cached. A distractor's text joins two of them; its vector is a random mixture of the two vectors
with noise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import yaml

from evaluator.references import meaning, space
from evaluator.references.entries import Entry
from evaluator.resources import resource_dir

CACHE = Path(__file__).parents[1] / "cache"
_NOISE = 0.3  # length of the noise beside a mixture of length 1
_POOL = 240


def mixtures(count: int, seed: int = 7) -> tuple[list[Entry], np.ndarray]:
    """Returns `count` entries and their vectors, (count, 896), the same for the same seed."""
    texts = _pool_texts()
    vectors = _pool_vectors(texts)
    random = np.random.default_rng(seed)
    pairs = random.integers(len(texts), size=(count, 2))
    share = random.uniform(0.1, 0.9, size=(count, 1)).astype(np.float32)
    mixed = _unit(share * vectors[pairs[:, 0]] + (1 - share) * vectors[pairs[:, 1]])
    noise = _unit(random.normal(size=(count, meaning.DIMENSIONS)).astype(np.float32))
    entries = [
        Entry(
            id=f"mix{n}",
            item=f"mix{n}",
            kind="explanation",
            text=f"{texts[a]}{texts[b]}",
            source="mixture",
            language="zh",
        )
        for n, (a, b) in enumerate(pairs)
    ]
    return entries, _unit(mixed + _NOISE * noise)


def _pool_texts() -> list[str]:
    background = yaml.safe_load((Path(space.__file__).with_name("background.yaml")).read_text(encoding="utf-8"))
    rubrics = [
        yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(resource_dir("rubrics").glob("*.yaml"))
    ]
    found = [text for rubric in rubrics for text in _sentences(rubric)]
    step = max(1, len(found) // _POOL)
    return [*found[::step], *(text for texts in background.values() for text in texts)]


def _sentences(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str) and key in ("text", "description", "question") and 12 < len(value) < 90:
                yield value
            else:
                yield from _sentences(value)
    elif isinstance(node, list):
        for value in node:
            yield from _sentences(value)


def _pool_vectors(texts: list[str]) -> np.ndarray:
    stamp = hashlib.sha256("\x1e".join([meaning.version(), *texts]).encode()).hexdigest()[:16]
    path = CACHE / f"pool-{stamp}.npy"
    if path.exists():
        return np.load(path, allow_pickle=False)
    CACHE.mkdir(exist_ok=True)
    entries = [Entry(id=str(n), item="pool", kind="explanation", text=text) for n, text in enumerate(texts)]
    vectors = meaning.entry_vectors(entries, lambda done, total: print(f"\rpool {done}/{total}", end="", flush=True))
    np.save(path, vectors)
    return vectors


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

"""Embeddings with a memory on disk: computed once, then read from `benchmarks/cache`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

CACHE = Path(__file__).parents[1] / "cache" / "e5.npz"


def remember(path: Path = CACHE) -> Callable[[list[str]], np.ndarray]:
    """An `embed` that looks in the file first and adds what it had to compute."""
    known: dict[str, np.ndarray] = {}
    if path.exists():
        with np.load(path) as stored:
            known = dict(zip(stored["keys"].tolist(), stored["v"], strict=True))

    def embed(texts: list[str]) -> np.ndarray:
        keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        missing = sorted({(len(text), key, text) for key, text in zip(keys, texts, strict=True) if key not in known})
        if missing:
            from evaluator.references.embedding import embed_passages

            for start in range(0, len(missing), 256):
                part = missing[start : start + 256]
                known.update(zip((key for _, key, _ in part), embed_passages([text for *_, text in part]), strict=True))
                _store(path, known)
        return np.array([known[key] for key in keys], dtype=float)

    return embed


def _store(path: Path, known: dict[str, np.ndarray]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".part.npz")
    np.savez(fresh, keys=np.array(list(known)), v=np.array(list(known.values()), dtype=np.float32))
    fresh.replace(path)

"""Keeps vectors of texts in benchmarks/cache, so that no text is embedded twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.asking import CACHE

if TYPE_CHECKING:
    from evaluator.references.embedding import Vectors

VECTORS = CACHE / "agreement-vectors.npz"
STORE_AT = 500  # new vectors: about ten minutes' work on a busy machine


@contextmanager
def kept_vectors(path: Path = VECTORS) -> Iterator[None]:
    """Within this context, texts embedded in an earlier run are not embedded again.

    New vectors are stored at the end, even if the run was interrupted.
    """
    import numpy as np

    from evaluator.references import embedding

    known = _read_vectors(path)
    stored, embed = len(known), embedding.embed_passages

    def look_up(texts: Sequence[str], progress: embedding.Progress | None = None) -> Vectors:
        keys = [hashlib.sha256(embedding.clean(text).encode()).hexdigest() for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            nonlocal stored
            known.update(zip(missing, embed(list(missing.values()), progress), strict=True))
            stored = _write_vectors(path, known) if len(known) - stored >= STORE_AT else stored
        return np.array([known[key] for key in keys], dtype=np.float32).reshape(len(keys), embedding.DIMENSIONS)

    embedding.embed_passages = look_up
    try:
        yield
    finally:
        embedding.embed_passages = embed
        if len(known) > stored:
            _write_vectors(path, known)


def _read_vectors(path: Path) -> dict[str, Vectors]:
    import numpy as np

    from evaluator.references.embedding import embedder_version

    if not path.exists():
        return {}
    with np.load(path, allow_pickle=False) as file:
        if str(file["version"]) != embedder_version():
            return {}
        return dict(zip(file["keys"].tolist(), file["vectors"], strict=True))


def _write_vectors(path: Path, known: dict[str, Vectors]) -> int:
    import numpy as np

    from evaluator.references.embedding import embedder_version

    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part.npz")
    np.savez(half, version=embedder_version(), keys=list(known), vectors=np.array(list(known.values()), np.float32))
    half.replace(path)
    return len(known)

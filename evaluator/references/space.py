"""The space in which sentences are compared: embeddings minus what all texts have in common.

The mean of 64 unrelated texts (`background.yaml`) is subtracted from every vector. The result separates texts:
unrelated ones lie around 0 instead of .83. The idea of removing the common mean is from Mu and Viswanath,
"All-but-the-Top", 2018; also removing principal components, as they do, made the ranking worse here and is left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from evaluator.encoding import read_yaml
from evaluator.references import embedding

if TYPE_CHECKING:
    from evaluator.references.embedding import Progress, Vectors

_TEXTS = Path(__file__).with_name("background.yaml")
_VECTORS = Path(__file__).with_name("background.npz")


class Background(NamedTuple):
    """The unrelated texts: means of their raw vectors (384,), and centred passage vectors (n, 384)."""

    query_mean: Vectors
    passage_mean: Vectors
    passages: Vectors


def version() -> str:
    """What vectors of this space depend on: embedder, background texts and the recipe of a vector."""
    return f"{embedding.embedder_version()} centred-1 {_texts_digest()[:16]}"


def query_vectors(texts: Sequence[str]) -> Vectors:
    """Vectors of search texts in this space, (n, 384), length 1."""
    return unit(embedding.embed_queries(texts) - background().query_mean)


def passage_vectors(texts: Sequence[str], progress: Progress | None = None) -> Vectors:
    """Vectors of texts in this space, (n, 384), length 1."""
    return unit(embedding.embed_passages(texts, progress) - background().passage_mean)


@cache
def background() -> Background:
    """The background, from the shipped vectors if they belong to this embedder, otherwise embedded again (3 s)."""
    import numpy as np

    queries, passages = _shipped_vectors() or _embed_background()
    passage_mean = passages.mean(axis=0)
    return Background(
        queries.mean(axis=0).astype(np.float32),
        passage_mean.astype(np.float32),
        unit(passages - passage_mean),
    )


def write_background() -> Path:
    """Embeds the background texts again and writes the shipped file; run it when texts or embedder change."""
    import numpy as np

    queries, passages = _embed_background()
    stamp = np.array(version())
    np.savez_compressed(_VECTORS, stamp=stamp, queries=queries.astype(np.float16), passages=passages.astype(np.float16))
    return _VECTORS


def _shipped_vectors() -> tuple[Vectors, Vectors] | None:
    import numpy as np

    if not _VECTORS.exists():
        return None
    with np.load(_VECTORS, allow_pickle=False) as file:
        if str(file["stamp"]) != version():
            return None
        return file["queries"].astype(np.float32), file["passages"].astype(np.float32)


def _embed_background() -> tuple[Vectors, Vectors]:
    texts = background_texts()
    return embedding.embed_queries(texts), embedding.embed_passages(texts)


def background_texts() -> list[str]:
    """The 64 unrelated texts, Chinese and English."""
    by_language = read_yaml(_TEXTS.read_text(encoding="utf-8"))
    return [text for texts in by_language.values() for text in texts]


def _texts_digest() -> str:
    return hashlib.sha256("\x1e".join(background_texts()).encode()).hexdigest()


def unit(vectors: Vectors) -> Vectors:
    """Rows scaled to length 1; zero rows stay zero."""
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)


if __name__ == "__main__":
    print(write_background())

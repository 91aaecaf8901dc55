"""The space in which references are compared: embeddings without what all texts have in common.

From every vector the mean of 64 unrelated texts (`background.yaml`) is taken away. What remains tells texts
apart: unrelated ones lie around 0 instead of .83, and a query's similarities to the background say how
surprising a hit is. The idea of removing the common mean is from Mu and Viswanath, "All-but-the-Top", 2018;
taking away further principal components, as they do, made the ranking worse here and is left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import yaml

from evaluator.references import embedding
from evaluator.references.entries import Entry

if TYPE_CHECKING:
    from evaluator.references.embedding import Progress, Vectors

_TEXTS = Path(__file__).with_name("background.yaml")
_VECTORS = Path(__file__).with_name("background.npz")


class Background(NamedTuple):
    """The unrelated texts: means of their raw vectors (384,), and centred passage vectors (n, 384)."""

    query_mean: Vectors
    passage_mean: Vectors
    passages: Vectors


def space_version() -> str:
    """What stored vectors depend on: embedder, background texts, and the recipe of a vector."""
    return f"{embedding.embedder_version()} centred-1 {_texts_digest()[:16]}"


def query_vectors(texts: Sequence[str]) -> Vectors:
    """Vectors of search texts in this space, (n, 384), length 1."""
    return _unit(embedding.embed_queries(texts) - background().query_mean)


def passage_vectors(texts: Sequence[str], progress: Progress | None = None) -> Vectors:
    """Vectors of texts in this space, (n, 384), length 1."""
    return _unit(embedding.embed_passages(texts, progress) - background().passage_mean)


def entry_vectors(entries: Sequence[Entry], progress: Progress | None = None) -> Vectors:
    """One vector an entry, (n, 384): of all that it says, pulled half-way to the question that it answers.

    A search text resembles the question more than the answer, hence the second half. By linearity one
    vector ranks as the mean of both similarities would, at the cost of one search.
    """
    vectors = passage_vectors([entry_text(entry) for entry in entries], progress)
    asking = [number for number, entry in enumerate(entries) if entry.context]
    if asking:
        vectors[asking] = _unit(vectors[asking] + query_vectors([entries[n].context for n in asking]))
    return vectors


def entry_text(entry: Entry) -> str:
    """Everything of an entry that can be searched: topic, context and text."""
    return "\n".join(part for part in (entry.topic, entry.context, entry.text) if part)


def surprise(query: Vectors, cosines: Vectors) -> Vectors:
    """How far `cosines` of one query lie above its similarities to unrelated texts, in their standard
    deviations.
    """
    unrelated = background().passages @ query
    return (cosines - unrelated.mean()) / unrelated.std()


@cache
def background() -> Background:
    """The background, from the shipped vectors if they belong to this embedder, else embedded anew (3 s)."""
    import numpy as np

    queries, passages = _shipped_vectors() or _embed_background()
    passage_mean = passages.mean(axis=0)
    return Background(
        queries.mean(axis=0).astype(np.float32),
        passage_mean.astype(np.float32),
        _unit(passages - passage_mean),
    )


def write_background() -> Path:
    """Embeds the background texts again and writes the file that ships; to be run when texts or embedder
    change.
    """
    import numpy as np

    queries, passages = _embed_background()
    stamp = np.array(space_version())
    np.savez_compressed(
        _VECTORS, stamp=stamp, queries=queries.astype(np.float16), passages=passages.astype(np.float16)
    )
    return _VECTORS


def _shipped_vectors() -> tuple[Vectors, Vectors] | None:
    import numpy as np

    if not _VECTORS.exists():
        return None
    with np.load(_VECTORS, allow_pickle=False) as file:
        if str(file["stamp"]) != space_version():
            return None
        return file["queries"].astype(np.float32), file["passages"].astype(np.float32)


def _embed_background() -> tuple[Vectors, Vectors]:
    texts = _background_texts()
    return embedding.embed_queries(texts), embedding.embed_passages(texts)


def _background_texts() -> list[str]:
    by_language = yaml.load(_TEXTS.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return [text for texts in by_language.values() for text in texts]


def _texts_digest() -> str:
    return hashlib.sha256("\x1e".join(_background_texts()).encode()).hexdigest()


def _unit(vectors: Vectors) -> Vectors:
    """Rows at length 1; a row of zeros stays one."""
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)


if __name__ == "__main__":
    print(write_background())

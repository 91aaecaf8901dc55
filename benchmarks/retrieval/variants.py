"""`python -m benchmarks.retrieval.variants --size 100`: other ways to make an entry's vector, beside the shipped one.

Nothing is searched through Chroma here: cosines are exact, so that representations are compared and nothing else.
Every row uses the shipped fusion. `won` and `lost` count the queries that come into the first three, or fall out of
them, compared with the shipped row: a difference of a few queries is chance, and the interval says how large chance is.
Embeddings are kept in `benchmarks/cache`.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from collections.abc import Iterator

import numpy as np

from benchmarks.retrieval.corpus import Item, load_items
from benchmarks.retrieval.distractors import CACHE, mixtures
from evaluator.references import embedding, space
from evaluator.references.lexical import LexicalIndex
from evaluator.references.retrieval import LEXICAL_WEIGHT

_CLAUSE_ENDS = re.compile(r"[，。；：、,;.:!?？！]\s*")
_DRAWS = 2000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100, help="entries to search among, the 64 items included")
    size = parser.parse_args().size
    items = load_items()
    queries = [item.near for item in items] + [item.far for item in items]
    others, other_vectors = mixtures(size - len(items))
    index = LexicalIndex([*(item.entry() for item in items), *others])
    words = np.stack([LEXICAL_WEIGHT * index.coverage(query) ** 2 for query in queries])
    asked = _vectors(queries, is_query=True)
    shipped: np.ndarray | None = None
    print("| vector of an entry | recall@1 | recall@3 | 95 % interval | MRR | no word shared: @3 | won | lost |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, scores in _variants(items, asked, other_vectors):
        ranks = _ranks(scores + words, len(items))
        shipped = ranks if shipped is None else shipped
        print(_row(name, ranks, shipped), flush=True)


def _variants(items: list[Item], asked: np.ndarray, others: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Name and dense scores (queries, entries); the shipped way comes first."""
    full = [space.entry_text(item.entry()) for item in items]
    questions = _vectors([item.question for item in items], is_query=True)
    wholes, as_queries = _vectors(full, is_query=False), _vectors(full, is_query=True)
    texts = _vectors([item.text for item in items], is_query=True)
    clauses = _clause_means(items)
    ways = {
        "all that it says, half-way to its question (shipped)": wholes + questions,
        "all that it says": wholes,
        "its question alone": questions,
        "its text alone": texts,
        "shipped, embedded as queries are": as_queries + questions,
        "shipped, and half the mean of its clauses": wholes + questions + 0.5 * clauses,
        "the same, embedded as queries are": as_queries + questions + 0.5 * clauses,
        "shipped, and half its text alone": wholes + questions + 0.5 * texts,
    }
    entries = {name: np.vstack([_unit(vectors), others]) for name, vectors in ways.items()}
    scores = {name: asked @ vectors.T for name, vectors in entries.items()}
    yield from scores.items()
    first, cosines = next(iter(entries.values())), next(iter(scores.values()))
    for near in (3, 5):
        feedback = first[np.argsort(-cosines, axis=1)[:, :near]].mean(axis=1)
        yield f"shipped, query moved by a fifth to its first {near} hits", _unit(asked + 0.2 * feedback) @ first.T
    strangers = np.sort(first @ space.background().passages.T, axis=1)[:, -10:].mean(axis=1)
    yield "shipped, less a quarter of its likeness to strangers", cosines - 0.25 * strangers


def _clause_means(items: list[Item]) -> np.ndarray:
    """For each item the mean vector of the clauses of its text, (n, 384)."""
    parts = [[part for part in _CLAUSE_ENDS.split(item.text) if len(part.strip()) > 2] for item in items]
    vectors = _vectors([part.strip() for clauses in parts for part in clauses], is_query=True)
    ends = np.cumsum([len(clauses) for clauses in parts])
    return _unit(np.stack([group.mean(axis=0) for group in np.split(vectors, ends[:-1])]))


def _ranks(scores: np.ndarray, items: int) -> np.ndarray:
    """Rank of the wanted item for every query; both halves of the queries are in the items' order."""
    wanted = np.tile(np.arange(items), 2)
    return 1 + (scores > scores[np.arange(len(scores)), wanted][:, None]).sum(axis=1)


def _row(name: str, ranks: np.ndarray, shipped: np.ndarray) -> str:
    found, before = ranks <= 3, shipped <= 3
    half = len(ranks) // 2
    random = np.random.default_rng(7)
    draws = found[random.integers(len(found), size=(_DRAWS, len(found)))].mean(axis=1)
    low, high = np.percentile(draws, [2.5, 97.5])
    cells = [f"{(ranks == 1).mean():.3f}", f"{found.mean():.3f}", f"{low:.2f} to {high:.2f}"]
    cells += [f"{(1 / ranks).mean():.3f}", f"{found[half:].mean():.3f}"]
    cells += [str((found & ~before).sum()), str((before & ~found).sum())]
    return f"| {name} | {' | '.join(cells)} |"


def _vectors(texts: list[str], *, is_query: bool) -> np.ndarray:
    """Vectors in the space of the references, from the cache where these very texts were embedded before."""
    stamp = "\x1e".join([embedding.embedder_version(), str(is_query), *texts])
    path = CACHE / f"variant-{hashlib.sha256(stamp.encode()).hexdigest()[:16]}.npy"
    if path.exists():
        raw = np.load(path, allow_pickle=False)
    else:
        CACHE.mkdir(exist_ok=True)
        raw = np.vstack([_embed(texts[n : n + 16], is_query) for n in range(0, len(texts), 16)])
        np.save(path, raw)
    mean = space.background().query_mean if is_query else space.background().passage_mean
    return _unit(raw - mean)


def _embed(texts: list[str], is_query: bool) -> np.ndarray:
    return embedding.embed_queries(texts) if is_query else embedding.embed_passages(texts)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


if __name__ == "__main__":
    main()

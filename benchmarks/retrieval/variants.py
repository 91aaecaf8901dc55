"""`python -m benchmarks.retrieval.variants --size 100`: other ways to make an entry's vector, beside the shipped one.

Nothing is searched through Chroma here: cosines are exact, so that representations are compared and nothing else.
Every row uses the shipped fusion. `won` and `lost` count the queries that come into the first three, or fall out of
them, compared with the shipped row: a difference of a few queries is chance, and the interval says how large chance is.
Embeddings are kept in `benchmarks/cache`.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator

import numpy as np

from benchmarks.retrieval.corpus import Item, load_items
from benchmarks.retrieval.distractors import CACHE, mixtures
from evaluator.references import embedding, meaning, space, universal
from evaluator.references.entries import entry_text
from evaluator.references.lexical import LexicalIndex
from evaluator.references.tuned import LEXICAL_WEIGHT, SECOND_SHARE

FIRST, SECOND = "all that it says, half-way to its question", "the same, and half the mean of its clauses"
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
    shipped: np.ndarray | None = None
    print("| vector of an entry | recall@1 | recall@3 | 95 % interval | MRR | no word shared: @3 | won | lost |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, scores in _variants(items, queries, other_vectors):
        ranks = _ranks(scores + words, len(items))
        shipped = ranks if shipped is None else shipped
        print(_row(name, ranks, shipped), flush=True)


def _variants(items: list[Item], queries: list[str], others: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Returns name and dense scores (queries, entries); the shipped way comes first."""
    firsts, seconds = _first_vectors(items), _second_vectors(items)
    first_others = _unit(others[:, : embedding.DIMENSIONS])
    second_others = _unit(others[:, embedding.DIMENSIONS :])
    asked = _vectors(queries, is_query=True)
    first = {name: asked @ np.vstack([_unit(vectors), first_others]).T for name, vectors in firsts.items()}
    asked_second = universal.embed(queries)
    second = {name: asked_second @ np.vstack([_unit(vectors), second_others]).T for name, vectors in seconds.items()}
    usual, second_usual, share = first[FIRST], second[SECOND], SECOND_SHARE
    yield f"both embedders, second {share:.0%} (shipped)", (1 - share) * usual + share * second_usual
    for other in (0.0, 0.1, 0.2, 0.4, 0.5, 0.6, 1.0):
        if other != share:
            yield f"second {other:.0%}", (1 - other) * usual + other * second_usual
    yield from ((f"first: {name}", (1 - share) * first[name] + share * second_usual) for name in [*firsts][1:])
    yield from ((f"second: {name}", (1 - share) * usual + share * second[name]) for name in [*seconds][1:])


def _first_vectors(items: list[Item]) -> dict[str, np.ndarray]:
    full = [entry_text(item.entry()) for item in items]
    questions = _vectors([item.question for item in items], is_query=True)
    wholes, as_queries = _vectors(full, is_query=False), _vectors(full, is_query=True)
    texts = _vectors([item.text for item in items], is_query=True)
    clauses = _clause_means(items)
    return {
        FIRST: wholes + questions,
        "all that it says": wholes,
        "its question alone": questions,
        "its text alone": texts,
        "embedded as queries are": as_queries + questions,
        "and half the mean of its clauses": wholes + questions + 0.5 * clauses,
        "and half its text alone": wholes + questions + 0.5 * texts,
    }


def _second_vectors(items: list[Item]) -> dict[str, np.ndarray]:
    entries = [item.entry() for item in items]
    wholes = universal.embed([entry_text(entry) for entry in entries])
    questions = universal.embed([item.question for item in items])
    return {
        SECOND: meaning.entry_vectors(entries)[:, embedding.DIMENSIONS :],
        "without its clauses": wholes + questions,
        "all that it says": wholes,
        "its question alone": questions,
    }


def _clause_means(items: list[Item]) -> np.ndarray:
    """For each item the mean vector of the clauses of its text, (n, 384)."""
    parts = [meaning.clauses(item.text) for item in items]
    vectors = _vectors([clause for clauses in parts for clause in clauses], is_query=True)
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
    """Returns vectors in the space of the references, from the cache if exactly these texts were embedded before."""
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

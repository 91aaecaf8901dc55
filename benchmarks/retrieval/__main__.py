"""`python -m benchmarks.retrieval`: recall, MRR and latency of the reference search, as a Markdown table.

python -m benchmarks.retrieval --sizes 100 10000 100000
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import chromadb
import numpy as np

from benchmarks.retrieval.corpus import Item, load_items, load_unfitting
from benchmarks.retrieval.distractors import mixtures
from benchmarks.retrieval.systems import Search, systems
from evaluator.references import embedding, meaning, space
from evaluator.references.retrieval import lexical_index, search
from evaluator.references.store import ReferenceStore, open_folder
from evaluator.references.tuned import FITTING_COVERAGE, FITTING_SURPRISE, SECOND_SHARE

_BATCH = 2000
_THRESHOLDS = (3.0, 3.5, 4.0, 4.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 10_000, 100_000])
    sizes = sorted(parser.parse_args().sizes)
    items = load_items()
    embedding_times = [_timed(lambda q=query: meaning.search_vectors([q]))[1] for query in _queries(items)]
    print(f"Embedding of a query: {_spread(embedding_times)}\n", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        store, plain = _fill_with_items(Path(folder), items)
        entries, vectors = mixtures(sizes[-1] - len(items))
        filled = 0
        for size in sizes:
            _add(store, plain, entries[filled : size - len(items)], vectors[filled : size - len(items)])
            filled = size - len(items)
            _, (built_s, _) = _timed(lambda: lexical_index(store))
            print(f"### {size:,} entries (words indexed in {built_s:.1f} s)\n")
            print(_table(items, systems(store, plain), embedding_times), flush=True)
            print(_fit_table(items, store), flush=True)


def _fill_with_items(folder: Path, items: list[Item]) -> tuple[ReferenceStore, Any]:
    store = open_folder(folder / "store")
    store.index_entries(item.entry() for item in items)
    plain = chromadb.PersistentClient(str(folder / "plain")).create_collection(
        "plain", embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": 200}}
    )
    plain.upsert(ids=[item.id for item in items], embeddings=embedding.embed_passages([item.text for item in items]))
    return store, plain


def _add(store: ReferenceStore, plain: Any, entries: list, vectors: np.ndarray) -> None:
    """Adds the distractors to both collections.

    The plain one gets them shifted back onto the raw mean, where its own vectors lie.
    """
    sentences = vectors[:, : embedding.DIMENSIONS] / (1 - SECOND_SHARE) ** 0.5
    raw = sentences * 0.35 + space.background().passage_mean
    for start in range(0, len(entries), _BATCH):
        batch = slice(start, start + _BATCH)
        store.write_vectors(entries[batch], vectors[batch])
        plain.upsert(ids=[entry.id for entry in entries[batch]], embeddings=raw[batch])


def _table(items: list[Item], searches: dict[str, Search], embedding_times: list[tuple[float, float]]) -> str:
    rows = [
        "| search | queries | recall@1 | recall@3 | MRR | p95 wall ms | p95 CPU ms |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, ask in searches.items():
        ranks, times = [], []
        for (query, wanted), spent in zip(_pairs(items), embedding_times, strict=True):
            found, took = _timed(lambda q=query, a=ask: a(q))
            ranks.append(found.index(wanted) + 1 if wanted in found else None)
            embeds = 0 if name == "lexical alone" else 1
            times.append((took[0] + embeds * spent[0], took[1] + embeds * spent[1]))
        wall, cpu = (np.percentile(np.array(times)[:, n], 95) * 1000 for n in (0, 1))
        half = len(items)
        for label, part in (("all", ranks), ("words shared", ranks[:half]), ("no word shared", ranks[half:])):
            latency = f"{wall:.0f} | {cpu:.0f}" if label == "all" else "|"
            rows.append(f"| {name} | {label} | {_recall(part, 1)} | {_recall(part, 3)} | {_mrr(part)} | {latency} |")
    return "\n".join(rows) + "\n"


def _fit_table(items: list[Item], store: ReferenceStore) -> str:
    """For how many tasks the best entry is said to fit, by threshold.

    The share should be 1 for the queries and 0 for tasks that nothing answers.
    """
    groups = {
        "queries that share words": [item.near for item in items],
        "queries that share no word": [item.far for item in items],
        "tasks from another world": load_unfitting()["far"],
        "service tasks that no item answers": load_unfitting()["close"],
    }
    best = {name: [search(query, k=1, store=store)[0] for query in queries] for name, queries in groups.items()}
    names = [f"{name} ({len(found)})" for name, found in best.items()]
    rows = [f"| threshold | {' | '.join(names)} |", "| --- " * (len(best) + 1) + "|"]
    for threshold in sorted({*_THRESHOLDS, FITTING_SURPRISE}):
        shares = [
            sum(hit.surprise >= threshold or hit.coverage >= FITTING_COVERAGE for hit in found) / len(found)
            for found in best.values()
        ]
        mark = "**" if threshold == FITTING_SURPRISE else ""
        rows.append(f"| {mark}{threshold}{mark} | {' | '.join(f'{share:.2f}' for share in shares)} |")
    return "\n".join(rows) + "\n"


def _queries(items: list[Item]) -> list[str]:
    return [query for query, _ in _pairs(items)]


def _pairs(items: list[Item]) -> Iterator[tuple[str, str]]:
    yield from ((item.near, item.id) for item in items)
    yield from ((item.far, item.id) for item in items)


def _timed(call: Any) -> tuple[Any, tuple[float, float]]:
    """Returns the result of `call`, and the wall and processor seconds that it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    given = call()
    return given, (time.perf_counter() - wall, time.process_time() - cpu)


def _spread(times: list[tuple[float, float]]) -> str:
    wall, cpu = (np.percentile(np.array(times)[:, n], [50, 95]) * 1000 for n in (0, 1))
    return f"wall p50 {wall[0]:.0f} ms, p95 {wall[1]:.0f} ms; CPU p50 {cpu[0]:.0f} ms, p95 {cpu[1]:.0f} ms"


def _recall(ranks: list[int | None], k: int) -> str:
    return f"{sum(rank is not None and rank <= k for rank in ranks) / len(ranks):.3f}"


def _mrr(ranks: list[int | None]) -> str:
    return f"{sum(1 / rank for rank in ranks if rank) / len(ranks):.3f}"


if __name__ == "__main__":
    main()

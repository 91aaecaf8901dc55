"""`python -m benchmarks.retrieval.papers`: are paraphrased questions of real papers found among all of them?

The papers are read from ../shared/wild/papers/real into a temporary bank, and each query of `paraphrases.yaml` is asked of
`find_questions`. A query counts as found if its question, or one with the same words, is among the first three. Half of
the queries may be used for tuning; the other half only measures.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import yaml

from evaluator.bank.finding import find_questions
from evaluator.bank.importer import import_files
from evaluator.bank.items import Item
from evaluator.bank.store import Bank, open_bank

PAPERS = Path(__file__).parents[3] / "shared" / "wild" / "papers" / "real"
QUERIES = Path(__file__).with_name("paraphrases.yaml")
K = (1, 3, 10)


def main() -> None:
    if not PAPERS.is_dir():
        raise SystemExit(f"{PAPERS} is not here")
    queries = yaml.safe_load(QUERIES.read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        bank = open_bank(Path(folder) / "bank.db")
        files = [path for path in sorted(PAPERS.iterdir()) if path.suffix != ".json"]
        import_files(bank, files)
        ranks = [_rank(bank, query) for query in queries]
        print(f"{len(bank.items())} questions, {len(queries)} queries\n")
    print("| half | queries | recall@1 | recall@3 | recall@10 |\n| --- | --- | --- | --- | --- |")
    for name, found in (("tuning", ranks[::2]), ("measuring", ranks[1::2])):
        shares = (sum(rank is not None and rank <= k for rank in found) / len(found) for k in K)
        print(f"| {name} | {len(found)} | {' | '.join(f'{share:.3f}' for share in shares)} |")
    missed = [query["query"] for query, rank in zip(queries, ranks, strict=True) if rank is None or rank > K[1]]
    print("\nNot among the first three:", "; ".join(missed) or "–")


def _rank(bank: Bank, query: dict) -> int | None:
    """The rank of a query's question, from 1; None if it is not among the first ten."""
    wanted = _asked(bank, query).text
    hits = find_questions(bank, query["query"], K[-1])
    return next((rank for rank, hit in enumerate(hits, start=1) if hit.entry.text == wanted), None)


def _asked(bank: Bank, query: dict) -> Item:
    of_paper = [item for item in bank.items() if item.source and item.source.file == query["paper"]]
    return of_paper[query["nth"] - 1]


if __name__ == "__main__":
    main()

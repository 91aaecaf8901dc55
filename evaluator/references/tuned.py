"""The tuned numbers of search (docs/references.md). There is no held-out set: all were chosen on the benchmark's queries."""

from __future__ import annotations

from evaluator.tuning import tuned

_QUERIES = "the 128 queries of benchmarks/retrieval"
_TABLE = "python -m benchmarks.retrieval"

# Share of the second embedder in a vector, and of an entry's clauses beside its whole text there (meaning.py).
SECOND_SHARE = tuned(0.4, chosen_on=_QUERIES, shown_by="python -m benchmarks.retrieval.variants --size 100")
CLAUSES_SHARE = tuned(0.5, chosen_on=_QUERIES, shown_by="python -m benchmarks.retrieval.variants --size 100")
# Weight of the words beside the meaning (retrieval.py).
LEXICAL_WEIGHT = tuned(1.5, chosen_on=_QUERIES, shown_by="python -m benchmarks.retrieval.variants --size 100")
# A hit fits if it lies so many standard deviations above unrelated texts, or if its words cover that much of the query.
FITTING_SURPRISE = tuned(4.0, chosen_on=f"{_QUERIES} and 32 tasks without an answer", shown_by=_TABLE)
FITTING_COVERAGE = tuned(0.2, chosen_on=f"{_QUERIES} and 32 tasks without an answer", shown_by=_TABLE)

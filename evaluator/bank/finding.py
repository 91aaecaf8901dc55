"""Finds questions by words and meaning, with a lexical index on disk that processes do not have to rebuild.

The index is SQLite's own (FTS5) over the tokens of `evaluator.references.lexical`, stored beside the bank and updated
to the bank's last step. A query takes its best hits by words; the second embedder, which takes a millisecond per text,
then ranks them by meaning too. A question that shares no word with the query can be found through its answer or
explanation: those are also searched by meaning alone (`evaluator.bank.references.search`).
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from evaluator.bank.items import Item
from evaluator.bank.references import language_of, scope_of
from evaluator.errors import StorageError
from evaluator.settings import make_writable

if TYPE_CHECKING:
    from evaluator.bank.store import Bank
    from evaluator.references import Hit

CANDIDATES = 50
_BATCH = 500
Progress = Callable[[int, int], None]


def find_questions(bank: Bank, query: str, k: int = 10, progress: Progress | None = None) -> list[Hit]:
    """The `k` questions of the bank that best fit the query, best first; only those that share words with it.

    The first call after a change to the bank updates the index, with `progress(done, total)`.
    """
    from evaluator.references import tokens

    path = _place(bank)
    words = list(dict.fromkeys(tokens(query)))
    if not words:
        return []
    try:
        with closing(sqlite3.connect(path, timeout=30)) as index:
            _bring_up_to_date(index, bank, progress)
            found = _best(index, words)
    except sqlite3.Error as error:
        raise StorageError("storage_failed", path=path, detail=error) from None
    return _hits(bank, query, found)[:k]


def _place(bank: Bank) -> Path:
    folder = make_writable(bank.folder / "words")
    return folder / f"{scope_of(bank).rstrip('@') or 'bank'}.db"


def _bring_up_to_date(index: sqlite3.Connection, bank: Bank, progress: Progress | None) -> None:
    index.execute("CREATE TABLE IF NOT EXISTS state (value TEXT)")
    state = repr(bank.state())
    known = index.execute("SELECT value FROM state").fetchone()
    if known and known[0] == state:
        return
    with index:
        index.execute("DROP TABLE IF EXISTS questions")
        index.execute("DROP TABLE IF EXISTS terms")
        index.execute("CREATE VIRTUAL TABLE questions USING fts5(id UNINDEXED, words, tokenize='unicode61')")
        index.execute("CREATE VIRTUAL TABLE terms USING fts5vocab(questions, 'row')")
        items = bank.items()
        for start in range(0, len(items), _BATCH):
            index.executemany("INSERT INTO questions VALUES (?, ?)", map(_row, items[start : start + _BATCH]))
            if progress:
                progress(min(start + _BATCH, len(items)), len(items))
        index.execute("DELETE FROM state")
        index.execute("INSERT INTO state VALUES (?)", (state,))


def _row(item: Item) -> tuple[str, str]:
    from evaluator.references import tokens

    return item.id, " ".join(tokens(_searched(item)))


def _searched(item: Item) -> str:
    """All searchable text of a question."""
    options = (option.text for option in item.options)
    return "\n".join(filter(None, [item.background, item.text, *options, *item.steps, item.chapter, *item.topics]))


def _best(index: sqlite3.Connection, words: list[str]) -> list[tuple[str, float]]:
    """Ids of the best questions with the share of the query's information that their words cover."""
    total = index.execute("SELECT count(*) FROM questions").fetchone()[0]
    asked = " OR ".join('"' + word.replace('"', '""') + '"' for word in words)
    rows = index.execute(
        "SELECT id, words FROM questions WHERE questions MATCH ? ORDER BY rank LIMIT ?", (asked, CANDIDATES)
    ).fetchall()
    seen = {word: _times(index, word) for word in words}
    weight = {word: math.log(1 + (total - n + 0.5) / (n + 0.5)) for word, n in seen.items()}
    most = sum(weight.values()) or 1.0
    return [(name, sum(weight[w] for w in words if w in held) / most) for name, held in _split(rows)]


def _times(index: sqlite3.Connection, word: str) -> int:
    row = index.execute("SELECT doc FROM terms WHERE term = ?", (word,)).fetchone()
    return int(row[0]) if row else 0


def _split(rows: Iterable[tuple[str, str]]) -> list[tuple[str, set[str]]]:
    return [(name, set(words.split(" "))) for name, words in rows]


def _hits(bank: Bank, query: str, found: list[tuple[str, float]]) -> list[Hit]:
    from evaluator.references import LEXICAL_WEIGHT, Entry, Hit, universal_vectors

    items = [bank.item(name) for name, _ in found]
    vectors = universal_vectors([query, *(item.text for item in items)])
    hits = []
    for rank, (item, (_, covered), vector) in enumerate(zip(items, found, vectors[1:], strict=True), start=1):
        entry = Entry(
            id=f"{item.id}/question",
            item=item.id,
            kind="question",
            topic=item.paper,
            text=item.text or "…",
            source=f"{item.source.file}:{item.source.start}" if item.source else "",
            language=language_of(item),
        )
        score = float(vector @ vectors[0]) + LEXICAL_WEIGHT * covered**2
        hits.append(Hit(entry, score, None, rank, "meaning", 0.0, covered))
    return sorted(hits, key=lambda hit: (-hit.score, hit.entry.id))

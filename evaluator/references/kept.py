"""A disk cache for vectors of a rubric's own texts (statements, reference answers, task).

They are needed for every graded text, and embedding them takes seconds. Candidates' words are never stored here. The
file may be deleted at any time and shared by several processes; if it cannot be read or written, that only costs time.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from evaluator.errors import EvaluatorError
from evaluator.files import make_private_file
from evaluator.references import embedding, space
from evaluator.settings import load_settings

if TYPE_CHECKING:
    from evaluator.references.embedding import Vectors

NAME = "vectors.db"
BUSY_S = 2.0
_AT_ONCE = 500  # names per statement


def kept_passage_vectors(texts: Sequence[str]) -> Vectors:
    """Like `space.passage_vectors`, (n, 384), but only texts whose vectors are not on disk are embedded."""
    import numpy as np

    names = [_name_of(text) for text in texts]
    place = _place()
    known = _read(place, names) if place else {}
    missing = {name: text for name, text in zip(names, texts, strict=True) if name not in known}
    if missing:
        made = space.passage_vectors([*missing.values()])
        fresh = dict(zip(missing, made, strict=True))
        if place:
            _write(place, fresh)
        known |= fresh
    return np.array([known[name] for name in names], dtype=np.float32).reshape(len(names), embedding.DIMENSIONS)


def _place() -> Path | None:
    """The file in the user's data folder, or None if that folder does not exist: a comparison does not create one."""
    try:
        folder = load_settings().data_dir
    except EvaluatorError:
        return None
    return folder / NAME if folder.is_dir() else None


def _name_of(text: str) -> str:
    """A vector's key: this text in this space."""
    return hashlib.sha256(f"{space.version()}\0{embedding.clean(text)}".encode()).hexdigest()


def _read(place: Path, names: Sequence[str]) -> dict[str, Vectors]:
    import numpy as np

    found: dict[str, Vectors] = {}
    try:
        with closing(_open(place)) as connection:
            for start in range(0, len(names), _AT_ONCE):
                part = names[start : start + _AT_ONCE]
                marks = ",".join("?" * len(part))
                for name, data in connection.execute(f"SELECT name, vector FROM vectors WHERE name IN ({marks})", part):
                    vector = np.frombuffer(data, dtype="<f4")
                    if vector.shape == (embedding.DIMENSIONS,):
                        found[name] = vector
    except (sqlite3.Error, ValueError):
        return {}
    return found


def _write(place: Path, vectors: dict[str, Vectors]) -> None:
    rows = [(name, vector.astype("<f4").tobytes()) for name, vector in vectors.items()]
    try:
        with closing(_open(place)) as connection, connection:
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
    except sqlite3.Error:
        return


def _open(place: Path) -> sqlite3.Connection:
    with suppress(OSError):  # where it cannot be written it can still be read
        make_private_file(place)
    connection = sqlite3.connect(place, timeout=BUSY_S)
    connection.execute("CREATE TABLE IF NOT EXISTS vectors (name TEXT PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID")
    return connection

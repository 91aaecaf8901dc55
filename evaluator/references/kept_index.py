"""What a process needs for searching, on disk beside the store: the entries, their vectors and the index of words.

Reading a collection and counting its words takes seconds at 10,000 entries, and every process would do both again. The
first search after a write keeps what it built, under a name for this revision and this version of the vectors; what was
kept for others is deleted. Files that are missing, damaged or being deleted cost only time: everything is built again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections import Counter
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from evaluator.files import keep_private
from evaluator.references.entries import Entry
from evaluator.references.lexical import LexicalIndex
from evaluator.references.snapshot import Snapshot

WORTH_KEEPING = 200  # entries; fewer are read and indexed in no time
_LAYOUT = 1
_ENTRIES = TypeAdapter(list[Entry])
_PREFIX = "search-"


def load(folder: Path, revision: str, version: str) -> tuple[Snapshot, LexicalIndex] | None:
    """The contents and the index of words of a store at this revision; None where they were not kept."""
    import numpy as np

    place = folder / _name(revision, version)
    if not revision or not place.is_dir():
        return None
    try:
        entries = _ENTRIES.validate_json((place / "entries.json").read_bytes())
        vectors = np.load(place / "vectors.npy", mmap_mode="r", allow_pickle=False)
        frequency = Counter(json.loads((place / "frequency.json").read_text("utf-8")))
        index = LexicalIndex.restored(entries, revision, frequency, place / "words")
    except (OSError, ValueError, KeyError, ValidationError):
        return None
    if len(vectors) != len(entries):
        return None
    by_id = {entry.id: entry for entry in entries}
    places = {id: place for place, id in enumerate(by_id)}
    return Snapshot(revision, by_id, places, vectors), index


def keep(folder: Path, version: str, snapshot: Snapshot, index: LexicalIndex) -> None:
    """Keeps both for other processes, in one step; does nothing where the disk does not let it."""
    import numpy as np

    name = _name(snapshot.revision, version)
    try:
        made = Path(tempfile.mkdtemp(prefix=".search-", dir=folder))
        try:
            (made / "entries.json").write_bytes(
                _ENTRIES.dump_json(list(index.entries), exclude={"__all__": {"digest"}})
            )
            np.save(made / "vectors.npy", np.ascontiguousarray(snapshot.vectors), allow_pickle=False)
            (made / "frequency.json").write_text(json.dumps(index.frequency, ensure_ascii=False), "utf-8")
            index.save(made / "words")
            for path in (made, *made.rglob("*")):
                keep_private(path)
            made.rename(folder / name)
        finally:
            shutil.rmtree(made, ignore_errors=True)
        for other in folder.glob(f"{_PREFIX}*"):
            if other.name != name:
                shutil.rmtree(other, ignore_errors=True)
    except OSError:
        return


def _name(revision: str, version: str) -> str:
    return _PREFIX + hashlib.sha256(f"{_LAYOUT} {version} {revision}".encode()).hexdigest()[:16]

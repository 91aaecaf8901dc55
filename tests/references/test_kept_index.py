"""What processes keep for each other: entries, vectors and words of one revision, read without opening Chroma."""

from pathlib import Path

import numpy as np
import pytest

from evaluator.references import chroma, kept_index, meaning
from evaluator.references.entries import Entry
from evaluator.references.retrieval import search
from evaluator.references.store import ReferenceStore, open_folder

QUERY = "客户投诉快递丢了怎么赔"


def entry(number: int, text: str) -> Entry:
    return Entry(id=f"q{number}/explanation", item=f"q{number}", kind="explanation", text=text)


ENTRIES = [entry(1, "快递丢失按保价赔付。"), entry(2, "先安抚客户再核实。"), entry(3, "The customer is told a date.")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of three entries that was searched once."""
    monkeypatch.setattr(kept_index, "WORTH_KEEPING", 1)
    opened = open_folder(tmp_path)
    vectors = np.eye(len(ENTRIES), len(meaning.search_vectors([QUERY])[0]), dtype=np.float32)
    opened.write_vectors(ENTRIES, vectors)
    found(opened)
    return tmp_path


def found(store: ReferenceStore) -> list[tuple[str, float]]:
    return [(hit.entry.id, round(hit.score, 4)) for hit in search(QUERY, store=store)]


def no_chroma(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> None:
        raise AssertionError("Chroma was opened")

    monkeypatch.setattr(chroma, "_open_folder", refuse)


def test_another_process_finds_the_same_without_opening_chroma(folder, monkeypatch):
    """The kept files give the same hits with the same scores."""
    wanted = found(open_folder(folder))
    no_chroma(monkeypatch)
    assert found(open_folder(folder)) == wanted and wanted[0][0] == "q1/explanation"


def test_a_write_makes_what_was_kept_void(folder):
    """After a write the store is read again, and only the new revision is kept."""
    open_folder(folder).write_vectors([entry(4, "快递丢了，客户投诉，照价赔。")], np.eye(1, 896, 8, dtype=np.float32))
    assert "q4/explanation" in dict(found(open_folder(folder)))
    assert len(list(folder.glob("search-*"))) == 1


@pytest.mark.parametrize("name", ["entries.json", "vectors.npy", "frequency.json", "words"])
def test_damaged_files_cost_only_time(folder, name):
    """An unreadable file is treated as missing."""
    wanted = found(open_folder(folder))
    (kept,) = folder.glob("search-*")
    damaged = kept / name
    for path in damaged.glob("*") if damaged.is_dir() else [damaged]:
        path.write_bytes(b"{")
    assert found(open_folder(folder)) == wanted

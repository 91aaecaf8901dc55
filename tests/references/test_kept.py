"""Vectors of a rubric's own sentences are kept on disk; a bad file only costs time."""

from __future__ import annotations

import numpy as np
import pytest

from evaluator.references import embedding, kept, space


@pytest.fixture
def embedded(tmp_path, monkeypatch):
    """A data folder, and an embedder that records its input."""
    given = []

    def passage_vectors(texts, progress=None):
        given.extend(texts)
        return np.stack([np.full(embedding.DIMENSIONS, len(text), dtype=np.float32) for text in texts])

    monkeypatch.setenv("EVALUATOR_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(space, "passage_vectors", passage_vectors)
    monkeypatch.setattr(space, "version", lambda: "v1")
    return given


def test_what_was_embedded_before_is_not_embedded_again(embedded, monkeypatch):
    """The order does not matter, nor do new texts; another embedder or background makes other vectors."""
    first = kept.kept_passage_vectors(["一", "二二", "一"])
    again = kept.kept_passage_vectors(["二二", "三三三", "一"])
    assert embedded == ["一", "二二", "三三三"]
    assert first[:, 0].tolist() == [1, 2, 1] and again[:, 0].tolist() == [2, 3, 1]
    monkeypatch.setattr(space, "version", lambda: "v2")
    kept.kept_passage_vectors(["一"])
    assert embedded[-1] == "一" and len(embedded) == 4
    assert kept.kept_passage_vectors([]).shape == (0, embedding.DIMENSIONS)


def test_file_that_is_damaged_or_cannot_be_written_is_no_error(embedded, tmp_path, monkeypatch):
    """A file of rubbish, a truncated vector, a missing folder."""
    (tmp_path / kept.NAME).write_bytes(b"rubbish" * 999)
    assert kept.kept_passage_vectors(["一"])[0, 0] == 1
    (tmp_path / kept.NAME).unlink()
    kept.kept_passage_vectors(["一"])
    with kept._open(tmp_path / kept.NAME) as connection:
        connection.execute("UPDATE vectors SET vector = ?", (b"1234",))
    assert kept.kept_passage_vectors(["一"])[0, 0] == 1
    monkeypatch.setenv("EVALUATOR_DATA_DIR", str(tmp_path / "none"))
    assert kept.kept_passage_vectors(["一"])[0, 0] == 1
    assert not (tmp_path / "none").exists()

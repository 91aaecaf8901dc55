"""Who may read the data folder, and what can be viewed if nothing can be written."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest

from evaluator.errors import StorageError
from evaluator.references.store import open_folder
from evaluator.settings import Settings
from evaluator.storage import AskMemo, open_records, opening
from evaluator.storage.opening import Database
from tests.support.storage_cases import make_rubric, make_scorecard, make_transcript

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes are those of Unix")


def fill(folder: Path) -> str:
    """A data folder with a grading, a memo and references; returns the id of the grading."""
    transcript = make_transcript()
    with open_records(Settings(data_dir=folder)) as records:
        kept = records.save(make_scorecard(transcript), transcript, rubric=make_rubric())
    AskMemo(folder / "memo.db").close()
    open_folder(folder / "chroma").count()
    return kept


def open_to_others(folder: Path) -> list[str]:
    return [str(path) for path in (folder, *folder.rglob("*")) if stat.S_IMODE(path.stat().st_mode) & 0o077]


def test_a_new_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    fill(tmp_path / "data")
    assert open_to_others(tmp_path / "data") == []


def test_an_older_data_folder_is_closed_when_it_is_opened(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    fill(folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    fill(folder)
    assert not any(Path(path).suffix in (".db", ".sqlite3") or Path(path) == folder for path in open_to_others(folder))


def test_a_folder_shared_on_purpose_stays_so(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    fill(folder)
    folder.chmod(0o2770)
    open_records(Settings(data_dir=folder)).close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2770


@pytest.fixture
def protect(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Makes a folder unwritable.

    Modes mean nothing to root, so for root the probe of the folder is replaced.
    """

    def make(folder: Path) -> None:
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        if os.geteuid() == 0:
            refused = StorageError("storage_no_access", path=folder, detail="Read-only file system")
            monkeypatch.setattr(opening, "make_writable", Mock(side_effect=refused))

    return make


@pytest.mark.parametrize("killed", [False, True])
def test_records_can_be_read_where_nothing_can_be_written(
    tmp_path: Path, killed: bool, protect: Callable[[Path], None]
) -> None:
    """This also holds if the last writer was killed, so that the newest grading is in the log beside the database."""
    folder = tmp_path / "data"
    kept = fill(folder)
    if killed:
        code = (
            "import os, sys; from pathlib import Path\n"
            "from evaluator.settings import Settings; from evaluator.storage import open_records\n"
            "from tests.support.storage_cases import *\n"
            "records = open_records(Settings(data_dir=Path(sys.argv[1]))); transcript = make_transcript('第二份')\n"
            "print(records.save(make_scorecard(transcript), transcript, rubric=make_rubric()), flush=True); os._exit(9)"
        )
        done = subprocess.run([sys.executable, "-c", code, str(folder)], cwd=ROOT, capture_output=True, text=True)
        kept = done.stdout.strip()
        assert kept and (folder / "records.db-wal").stat().st_size
    protect(folder)
    before = (folder / "records.db").read_bytes()
    with open_records(Settings(data_dir=folder)) as records:
        assert kept in [one.id for one in records.history(limit=10)]
        assert records.get(kept).id == kept and records.transcript(kept).turns
        with pytest.raises(StorageError) as refused:
            records.drafts.put("me", "x", {"a": 1})
        assert refused.value.code == "storage_read_only"
    assert (folder / "records.db").read_bytes() == before


def test_a_folder_without_records_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, protect: Callable[[Path], None]
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    protect(folder)
    with pytest.raises(StorageError) as refused:
        open_records(Settings(data_dir=folder))
    assert refused.value.code == "storage_no_access"
    folder.chmod(0o700)


@pytest.mark.parametrize(
    "url", ["postgresql://me:secret@db/x", "postgresql+psycopg2://db/x", "postgresql+psycopg://db/x"]
)
def test_a_missing_driver_is_named(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("psycopg2", "psycopg"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(StorageError) as missing:
        Database(url, tmp_path)
    assert missing.value.code == "storage_driver_missing"
    assert "psycopg" in str(missing.value) and "secret" not in str(missing.value)

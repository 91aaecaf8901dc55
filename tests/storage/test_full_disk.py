"""A full disk: one sentence that says so, records can still be viewed, and afterwards everything is there."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from evaluator.errors import StorageError
from evaluator.files import not_written
from evaluator.settings import Settings
from evaluator.storage import open_records, opening
from tests.support.storage_cases import make_rubric, make_scorecard, make_transcript


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_file_that_does_not_fit_is_not_a_question_of_permissions(number: int) -> None:
    assert not_written("/x", OSError(number, "No space left on device")).code == "storage_full"
    assert not_written("/x", OSError(errno.EACCES, "Permission denied"), "file_not_written").code == "file_not_written"


def test_records_on_a_full_disk_can_be_viewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder takes no byte: the history is shown, and a new grading is refused with the right reason."""
    settings, transcript = Settings(data_dir=tmp_path), make_transcript()
    with open_records(settings) as records:
        kept = records.save(make_scorecard(transcript), transcript, rubric=make_rubric())

    def full(folder: Path) -> Path:
        raise not_written(folder, OSError(errno.ENOSPC, "No space left on device"))

    with monkeypatch.context() as patched:
        patched.setattr(opening, "make_writable", full)
        patched.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
        with open_records(settings) as records:
            assert [row.id for row in records.history()] == [kept] and records.get(kept).id == kept
            with pytest.raises(StorageError) as refused:
                records.save(make_scorecard(transcript), transcript, rubric=make_rubric())
            assert refused.value.code == "storage_full" and "\n" not in refused.value.text("en")
    with open_records(settings) as records:
        records.save(make_scorecard(transcript), transcript, rubric=make_rubric())
        assert records.count() == 2 and records.audit.verify().broken_at is None

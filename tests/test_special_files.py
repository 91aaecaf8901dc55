"""Pipes and devices instead of a file are refused at once, by every reader."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evaluator import rubrics, transcript
from evaluator.bank import import_files
from evaluator.batch.inputs import open_inputs
from evaluator.calibration.data.items import read_items
from evaluator.calibration.data.tables import read_table
from evaluator.errors import EvaluatorError, InputError
from evaluator.practice.persona_files import load_persona
from evaluator.profiles import Profile


def _import(path: Path) -> None:
    (report,) = import_files(None, [path])
    assert report.status == "failed"
    raise InputError("bank_some_failed", count=1)


READERS: dict[str, tuple[Callable[[Path], Any], tuple[str, ...]]] = {
    "transcript": (transcript.load, ("txt", "docx", "json")),
    "rubric": (rubrics.load, ("yaml",)),
    "persona": (load_persona, ("yaml",)),
    "profile": (Profile.load, ("json",)),
    "items": (read_items, ("jsonl",)),
    "grades": (read_table, ("csv", "xlsx")),
    "batch": (open_inputs, ("csv", "xlsx", "jsonl", "zip")),
    "bank": (_import, ("docx", "md", "zip")),
}
CASES = [(name, suffix) for name, (_, suffixes) in READERS.items() for suffix in suffixes]


@pytest.fixture
def impatient() -> Iterator[None]:
    """Fails instead of waiting for ever."""

    def give_up(*_: object) -> None:
        raise AssertionError("the reader waits")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize(("name", "suffix"), CASES)
def test_neither_a_pipe_nor_a_device_is_read(name: str, suffix: str, tmp_path: Path, impatient: None) -> None:
    os.mkfifo(tmp_path / f"pipe.{suffix}")
    (tmp_path / f"zero.{suffix}").symlink_to("/dev/zero")
    for path in sorted(tmp_path.iterdir()):
        with pytest.raises(EvaluatorError) as caught:
            READERS[name][0](path)
        assert "\n" not in caught.value.text("en")


def test_a_folder_of_answers_with_a_pipe_in_it(tmp_path: Path, impatient: None) -> None:
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(InputError) as caught:
        read_items(tmp_path)
    assert caught.value.code == "file_not_regular"


@pytest.mark.parametrize(("name", "suffix"), CASES)
def test_a_path_that_no_file_system_takes_is_a_sentence(name: str, suffix: str, tmp_path: Path) -> None:
    """A name too long, a link to itself, and a path through a file."""
    (tmp_path / "file").write_text("x")
    (tmp_path / f"loop.{suffix}").symlink_to(tmp_path / f"loop.{suffix}")
    for path in (tmp_path / f"{'n' * 300}.{suffix}", tmp_path / f"loop.{suffix}", tmp_path / "file" / f"x.{suffix}"):
        with pytest.raises(EvaluatorError) as caught:
            READERS[name][0](path)
        assert "\n" not in caught.value.text("en") and len(caught.value.text("en")) < 1000


def test_a_long_name_of_a_rubric_is_one_that_is_unknown() -> None:
    """Such a name in a row of a table fails that row, not the run."""
    with pytest.raises(EvaluatorError) as caught:
        rubrics.find_named("x" * 300)
    assert caught.value.code == "rubric_unknown"

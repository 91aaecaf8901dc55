"""Files at the edge: what may be read, and how one is written."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from evaluator.errors import RubricError
from evaluator.files import NotAFile, TooLarge, make_private_dir, read_bounded, replacing, write_in_one_step
from evaluator.rubrics import list_rubrics, load
from evaluator.settings import Settings


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"12345")
    assert read_bounded(path, 5) == b"12345"
    with pytest.raises(TooLarge):
        read_bounded(path, 4)
    with pytest.raises(FileNotFoundError):
        read_bounded("a\0b", 5)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
@pytest.mark.parametrize("name", ["/dev/zero", "fifo", "folder"])
def test_what_is_no_file_is_never_read(tmp_path: Path, name: str) -> None:
    """A pipe without a writer would wait for ever, and /dev/zero never ends."""
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    with pytest.raises(NotAFile):
        read_bounded(tmp_path / name, 10)
    with pytest.raises(RubricError) as caught:
        load(tmp_path / name)
    assert caught.value.code == "file_not_regular"


def test_a_file_is_replaced_whole_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(path) as half:
        half.write_text("new, but not fin")
        raise ZeroDivisionError
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.yaml"]
    write_in_one_step(path, "new")
    assert (path.read_text(), mode_of(path)) == ("new", 0o600)
    assert os.listdir(tmp_path) == ["a.yaml"]


def test_folders_that_were_missing_are_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    made = make_private_dir(tmp_path / "a" / "b")
    assert [mode_of(made), mode_of(made.parent), mode_of(tmp_path)] == [0o700, 0o700, 0o755]


BAD_RUBRICS = {
    "bomb": "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
    + "\n".join(f"a{n}: &a{n} [" + ",".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, 9)),
    "deep": "id: " + "[" * 100_000,
    "nested": "id: " + "[" * 900 + "]" * 900,
    "tag": "version: !!int abc",
    "moment": "version: !!timestamp 99-99",
    "number": "version: " + "9" * 5000,
    "zero": "id: a\0b",
    "empty": "",
    "list": "- a",
    "staff-shortage": "id: [",  # called like a good one that ships
}


def test_no_wrong_rubric_hides_a_good_one(tmp_path: Path) -> None:
    shipped = {entry.id for entry in list_rubrics(Settings(data_dir=tmp_path / "none"))}
    folder = tmp_path / "rubrics"
    folder.mkdir()
    for name, text in BAD_RUBRICS.items():
        (folder / f"{name}.yaml").write_text(text)
    (folder / "latin.yaml").write_bytes(b"id: \xff\xfe")
    (folder / "folder.yaml").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.yaml")
    (folder / "link.yaml").symlink_to("/dev/zero")
    entries = list_rubrics(Settings(data_dir=tmp_path))
    assert {entry.id for entry in entries if entry.rubric is not None} == shipped
    problems = {entry.path.stem: entry.problem for entry in entries if entry.rubric is None}
    assert {*BAD_RUBRICS, "latin", "folder", "link"} <= set(problems)
    assert all(problem and "\n" not in problem for problem in problems.values())

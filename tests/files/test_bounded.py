"""Files are read in a process that may crash: the result is a sentence, and the next file is read."""

from __future__ import annotations

import os
import random
import signal
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from evaluator.bank.importer import import_files
from evaluator.errors import EvaluatorError, InputError
from evaluator.files.bounded import Reader

HOSTILE = Path(__file__).parents[3] / "shared" / "wild" / "hostile"
PAPER = "一、单选题\n1. 客户发火先做什么？\nA. 道歉\nB. 挂断\n答案：A\n"


def echo(path: Path, *arguments: Any) -> Any:
    print("a library that prints")
    return [path.name, *arguments]


def refuse(path: Path) -> None:
    raise InputError("bank_encrypted", file=path.name)


def stumble(path: Path) -> None:
    raise AttributeError("'NoneType' object has no attribute 'val'")


def recurse(path: Path) -> Any:
    return recurse(path)


def hoard(path: Path) -> int:
    return len([bytes(2**24) for _ in range(10_000)])


def sleep(path: Path) -> None:
    time.sleep(60)


def die(path: Path) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


@pytest.mark.parametrize(
    ("function", "code"),
    [
        (refuse, "bank_encrypted"),
        (stumble, "file_damaged"),
        (recurse, "file_damaged"),
        (hoard, "file_too_heavy"),
        (sleep, "file_too_slow"),
        (die, "file_breaks"),
    ],
)
def test_whatever_happens_is_one_sentence_and_the_next_file_is_read(function: Any, code: str, tmp_path: Path) -> None:
    if code in ("file_too_heavy", "file_breaks") and os.name == "nt":
        pytest.skip("the system bounds no memory and knows no such signal")
    path = tmp_path / "试卷.docx"
    path.write_bytes(b"x")
    with Reader(memory_bytes=2**29) as reader:
        assert reader.call(echo, path, 1) == ["试卷.docx", 1]
        with pytest.raises(EvaluatorError) as refused:
            reader.call(function, path, seconds=2 if code == "file_too_slow" else 20)
        assert refused.value.code == code
        assert "试卷.docx" in str(refused.value) and "\n" not in str(refused.value)
        assert reader.call(echo, path, "two") == ["试卷.docx", "two"]


def made(folder: Path) -> dict[str, Path]:
    """An intact file of each kind."""
    import docx
    import openpyxl

    document = docx.Document()
    for line in PAPER.splitlines():
        document.add_paragraph(line)
    document.add_table(2, 2).cell(0, 0).text = "题号"
    document.save(str(folder / "whole.docx"))
    book = openpyxl.Workbook()
    for row in (["题型", "题干", "选项A", "选项B", "答案"], ["单选", "客户发火先做什么？", "道歉", "挂断", "A"]):
        book.active.append(row)
    book.save(folder / "whole.xlsx")
    return {"docx": folder / "whole.docx", "xlsx": folder / "whole.xlsx"}


def mutated(whole: Path, target: Path, chance: random.Random) -> Path:
    """A copy with a damaged part inside the archive, as a faulty program would write it; the archive is intact."""
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        members = source.namelist()
        hit = chance.choice([name for name in members if name.endswith((".xml", ".rels"))])
        for name in members:
            data = bytearray(source.read(name))
            if name == hit:
                _damage(data, chance)
            if not (name == hit and chance.random() < 0.1):
                copy.writestr(name, bytes(data))
    return target


def _damage(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(max(1, len(data)))
        kind = chance.randrange(4)
        if kind == 0:
            data[place : place + chance.randint(1, 30)] = b""
        elif kind == 1:
            data[place:place] = data[place : place + 40]
        elif kind == 2:
            data[place : place + 1] = str(chance.choice([-1, 10**9, 10**30])).encode()
        elif data:
            data[place : place + 1] = bytes([chance.randrange(256)])


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_damaged_office_files_are_sentences_beside_the_good_one(kind: str, tmp_path: Path) -> None:
    whole = made(tmp_path)[kind]
    folder = tmp_path / "papers"
    folder.mkdir()
    chance = random.Random(7)
    for number in range(40):
        mutated(whole, folder / f"{number:03d}.{kind}", chance)
    (folder / "good.txt").write_text(PAPER, encoding="utf-8")
    reports = {report.file: report for report in import_files(None, [folder], dry_run=True)}
    assert len(reports) == 41
    assert reports["good.txt"].whole == 1
    failed = [report for report in reports.values() if report.status == "failed"]
    assert failed, "nothing was damaged enough to test anything"
    assert all(report.error and "\n" not in report.error for report in failed)


def test_a_member_with_an_endless_suffix_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "papers.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a." + "x" * 300, "nothing")
        archive.writestr("b.txt", PAPER)
    reports = import_files(None, [path], dry_run=True)
    assert [report.whole for report in reports if report.status == "imported"] == [1]


@pytest.mark.parametrize("name", ["/dev/zero", "pipe.txt"])
def test_what_is_no_file_is_said(name: str, tmp_path: Path) -> None:
    if os.name == "nt":
        pytest.skip("the system has no such files")
    os.mkfifo(tmp_path / "pipe.txt")
    (report,) = import_files(None, [tmp_path / name], dry_run=True)
    assert (report.status, report.code) == ("failed", "file_not_regular")


@pytest.mark.shared
@pytest.mark.skipif(not HOSTILE.is_dir(), reason="needs ../shared/wild/hostile beside the checkout")
def test_every_hostile_file_ends_in_a_sentence_beside_a_good_one(tmp_path: Path) -> None:
    """Each file alone, timed from outside: two seconds each, apart from starting the reader."""
    good = tmp_path / "good.txt"
    good.write_text(PAPER, encoding="utf-8")
    import_files(None, [good], dry_run=True)
    slow = {}
    for path in sorted(HOSTILE.iterdir()):
        started = time.monotonic()
        reports = import_files(None, [path, good], dry_run=True)
        slow[path.name] = round(time.monotonic() - started, 2)
        assert reports[-1].whole == 1, path.name
        assert all(report.error and "\n" not in report.error for report in reports if report.status == "failed")
    assert max(slow.values()) < 60, slow  # for busy machines; docs/design/hostile.md has the times of a quiet one

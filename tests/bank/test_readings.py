"""What a person says about lines of a document: applied, remembered across versions, and taken back."""

import json
from pathlib import Path

import pytest

from evaluator.bank.documents import read_papers
from evaluator.bank.formats import read_document
from evaluator.bank.importer import import_files
from evaluator.bank.readings import LineMark, LineReading, lines_of, mark_of
from evaluator.bank.store import open_bank

PAPER = """小测
一、单选题
1. 您好的作用是?
A. 问候
B. 拒绝
2. 怎样结束通话?
A. 道谢
B. 挂断
答案：A

凡购买此题库者加送录音三十段
沟通技巧天地
3. 客户沉默怎么办?
A. 等
B. 问
答案：B
"""
STRAY, HEADING, FIRST = "凡购买此题库者加送录音三十段", "沟通技巧天地", "1. 您好的作用是?"


def said(role: str, line: str, of: str = "", **values: str) -> LineReading:
    return LineReading(line=LineMark(text=line), role=role, of=LineMark(text=of) if of else None, **values)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "小测.txt"
    path.write_text(PAPER, "utf-8")
    return path


def read(path: Path, *readings: LineReading):
    (paper,) = read_papers(path, readings=readings).papers
    return paper


def test_each_way_to_read_a_line(path):
    """Left out, a heading, part of a question's text, explanation or answer, a key: the line is used in that one place."""
    assert [entry.text for entry in read(path).unplaced] == [STRAY, HEADING]
    paper = read(path, said("ignore", STRAY), said("heading", HEADING))
    assert not paper.unplaced and [item.section for item in paper.items] == ["一、单选题"] * 2 + [HEADING]
    assert read(path, said("text", STRAY, FIRST)).items[0].text.endswith(STRAY)
    assert read(path, said("explanation", STRAY, FIRST)).items[0].explanation == STRAY
    assert read(path, said("answer", STRAY, FIRST)).items[0].references[0].text == STRAY
    keyed = read(path, said("key", FIRST, FIRST, key="b"))
    assert keyed.items[0].key == "B" and not keyed.items[0].warnings


def test_a_warning_that_is_fine_is_not_given_again(path):
    """Only the warning with that code at that line goes."""
    assert [warning.code for warning in read(path).items[0].warnings] == ["no_key"]
    paper = read(path, said("fine", FIRST, code="no_key"))
    assert not paper.items[0].warnings and {warning.code for warning in paper.warnings} == {"unplaced"}


def test_equal_lines_are_told_apart(path):
    """The second of two equal lines is meant, and nothing happens to the first."""
    path.write_text(PAPER + "\n" + STRAY + "\n", "utf-8")
    lines = lines_of(read_document(path))
    mark = mark_of(lines, lines[-1].number)
    assert mark == LineMark(text=STRAY, nth=2)
    assert [entry.line for entry in read(path, LineReading(line=mark, role="ignore")).unplaced] == [11, 12]


def test_a_later_version_of_the_file_is_read_the_same_way(path, tmp_path):
    """Readings follow their lines when others are inserted, and go with their line."""
    bank = open_bank(tmp_path / "bank.db")
    bank.keep_readings(str(path), [said("key", FIRST, FIRST, key="A"), said("ignore", STRAY)])
    import_files(bank, [path])
    assert bank.items()[0].key == "A"
    path.write_text(PAPER.replace("小测\n", "小测\n满分：6分\n").replace("3. 客户沉默", "3. 客户突然沉默"), "utf-8")
    (report,) = import_files(bank, [path])
    assert report.readings and [entry.text for paper in report.papers for entry in paper.unplaced] == [HEADING]
    assert bank.items()[0].key == "A"
    bank.keep_readings(str(path), [])
    import_files(bank, [path])
    assert bank.items()[0].key is None and bank.readings(str(path)) == []


def test_damaged_readings_change_nothing(path, tmp_path):
    """A file that somebody broke is as if there were none."""
    bank = open_bank(tmp_path / "bank.db")
    for text in ("{", "[]", json.dumps({str(path): [{"role": "?"}]})):
        (tmp_path / "readings.json").write_text(text, "utf-8")
        assert bank.readings(str(path)) == []
        assert import_files(bank, [path], dry_run=True)[0].status == "imported"

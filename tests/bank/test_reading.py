"""Readers of every format, on the same papers, and their messages about unusable files."""

import csv
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from evaluator.bank.documents import read_papers
from evaluator.bank.formats import doc, limits, read_document
from evaluator.bank.formats.archive import extract
from evaluator.bank.importer import import_files
from evaluator.bank.papers.grammar import parse
from evaluator.errors import InputError
from tests.support.bank_papers import PAPERS, keys, only, words

TEXT = (PAPERS / "choices.txt").read_text(encoding="utf-8")


def make_docx(path: Path, text: str) -> Path:
    """A Word file with one paragraph per line."""
    import docx

    document = docx.Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    document.save(str(path))
    return path


def make_pdf(path: Path, text: str, width: int = 34) -> Path:
    """A PDF whose lines are wrapped at `width` characters, as a printer would."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    page = canvas.Canvas(str(path))
    page.setFont("STSong-Light", 11)
    height = 800
    for line in text.splitlines():
        for start in range(0, max(len(line), 1), width):
            page.drawString(60, height, line[start : start + width])
            height -= 16
            if height < 60:
                page.showPage()
                page.setFont("STSong-Light", 11)
                height = 800
    page.save()
    return path


def refusal(path: Path) -> InputError:
    """The error that refuses a file."""
    with pytest.raises(InputError) as caught:
        read_papers(path)
    assert path.name in str(caught.value) and "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("name", sorted(path.name for path in PAPERS.glob("*.txt")))
def test_word_gives_the_same_as_text(name, tmp_path):
    """Every paper of the tests, as a Word file, has the same questions."""
    made = make_docx(tmp_path / "paper.docx", (PAPERS / name).read_text(encoding="utf-8"))
    (paper,) = parse(read_document(made))
    assert words(paper) == words(only(name))


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_text_in_other_encodings(encoding, tmp_path):
    """GB18030, a byte-order mark, UTF-16."""
    path = tmp_path / "choices.txt"
    path.write_bytes(TEXT.encode(encoding))
    assert words(read_papers(path)[1][0]) == words(only("choices.txt"))


def test_traditional_text_in_big5(tmp_path):
    """Big5 is distinguished from GB18030 by its everyday characters."""
    path = tmp_path / "traditional.txt"
    path.write_bytes((PAPERS / "traditional.txt").read_text(encoding="utf-8").encode("big5"))
    assert words(read_papers(path)[1][0]) == words(only("traditional.txt"))


def test_html_with_tables_and_scripts(tmp_path):
    """Visible text only; a table of options side by side reads as four options."""
    path = tmp_path / "page.html"
    path.write_text(
        "<html><head><title>x</title><script>var a='1.假题?'</script></head><body><nav>首页</nav>"
        "<h1>面包房小测</h1><h2>一、单选题(共1题)</h2><p>1.面包掉在地上,先做什么?</p>"
        "<table><tr><td>A.捡起来卖</td><td>B.扔掉并记下</td></tr><tr><td>C.擦一擦</td><td>D.藏起来</td></tr></table>"
        "<p>答案:B<br>解析:入口的东西不冒险。</p></body></html>",
        encoding="utf-8",
    )
    (paper,) = read_papers(path)[1]
    (item,) = paper.items
    assert ([option.label for option in item.options], item.key) == (["A", "B", "C", "D"], "B")
    assert (item.explanation, paper.title, paper.unplaced) == ("入口的东西不冒险。", "面包房小测", ())


def test_pdf_puts_wrapped_lines_together(tmp_path):
    """Lines broken by the page are joined again."""
    path = make_pdf(tmp_path / "choices.pdf", TEXT)
    (paper,) = read_papers(path)[1]
    assert keys(paper.items) == keys(only("choices.txt").items)
    assert paper.items[0].background == only("choices.txt").items[0].background
    assert paper.items[0].source.page == 1


def test_word_numbers_that_stand_in_the_format_only(tmp_path):
    """Automatic numbers of a Word list are the numbers of the questions."""
    import docx

    document = docx.Document()
    document.add_paragraph("一、判断题(共2题)")
    document.add_paragraph("发货单要留底。(√)", style="List Number")
    document.add_paragraph("破损件可以直接退。(×)", style="List Number")
    document.save(str(tmp_path / "auto.docx"))
    (paper,) = read_papers(tmp_path / "auto.docx")[1]
    assert [(item.number, item.key) for item in paper.items] == [(1, "√"), (2, "×")]


def test_word_tables_of_questions_and_of_keys(tmp_path):
    """A headed table of questions, and a grid of keys at the end."""
    import docx

    document = docx.Document()
    document.add_paragraph("前厅测验")
    document.add_paragraph("一、单选题(共2题)")
    for number, text in enumerate(("行李忘在大堂,先做什么?", "客人要发票抬头改名,怎么办?"), start=1):
        document.add_paragraph(f"{number}.{text}")
        row = document.add_table(1, 2).rows[0].cells
        row[0].text, row[1].text = "A.登记并妥善存放", "B.先放着"
    document.add_paragraph("二、判断题(共2题)")
    table = document.add_table(3, 3)
    rows = (("题号", "题目", "答案"), ("1", "房卡可以互借。", "×"), ("2", "夜间来访要登记。", "√"))
    for cells, values in zip(table.rows, rows, strict=True):
        for cell, value in zip(cells.cells, values, strict=True):
            cell.text = value
    document.add_paragraph("参考答案")
    grid = document.add_table(2, 3)
    for cells, values in zip(grid.rows, (("题号", "1", "2"), ("答案", "A", "B")), strict=True):
        for cell, value in zip(cells.cells, values, strict=True):
            cell.text = value
    document.save(str(tmp_path / "tables.docx"))
    (paper,) = read_papers(tmp_path / "tables.docx")[1]
    assert keys(paper.items) == ["A", "B", "×", "√"]
    assert [len(item.options) for item in paper.items] == [2, 2, 0, 0]
    assert paper.unplaced == ()


def test_word_table_with_options_on_lines_of_their_cell(tmp_path):
    """A row of questions stays a row, however many paragraphs a cell has."""
    import docx

    document = docx.Document()
    table = document.add_table(2, 5)
    rows = (("题号", "题型", "题目", "选项", "答案"), ("1", "单选", "谁收房卡?", "A.前台\nB.路人", "A"))
    for cells, values in zip(table.rows, rows, strict=True):
        for cell, value in zip(cells.cells, values, strict=True):
            cell.text = value
    document.save(str(tmp_path / "cells.docx"))
    (paper,) = read_papers(tmp_path / "cells.docx")[1]
    assert [(item.kind, item.key, len(item.options)) for item in paper.items] == [("single_choice", "A", 2)]
    assert paper.unplaced == ()


def test_csv_template_in_chinese(tmp_path):
    """A table with Chinese headings, in GB18030, with criteria in one cell."""
    path = tmp_path / "items.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["题号", "题型", "题目", "选项A", "选项B", "答案", "分值", "评分标准"])
        rows.writerow(["1", "单选题", "谁来签收?", "收件人", "路人", "A", "2", ""])
        rows.writerow(["2", "情景模拟", "客户拒收,请回应。", "", "", "", "5", "先问原因（2分）\n给出办法（3分）"])
    (paper,) = read_papers(path)[1]
    assert [(item.kind, item.key, item.points) for item in paper.items] == [
        ("single_choice", "A", 2),
        ("scenario", None, 5),
    ]
    assert [criterion.points for criterion in paper.items[1].criteria] == [2, 3]
    assert [item.source.start for item in paper.items] == [2, 3]


def test_zip_of_papers_with_gbk_names(tmp_path):
    """Members are imported under their own names, including names written by Chinese Windows."""
    path = tmp_path / "papers.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("试卷/甲.txt", TEXT)
        archive.writestr("__MACOSX/._甲.txt", "x")
        archive.writestr("broken.docx", "no archive")
    reports = import_files(None, [path], dry_run=True)
    assert [(report.file, report.status) for report in reports] == [
        ("papers.zip!试卷/甲.txt", "imported"),
        ("papers.zip!broken.docx", "failed"),
    ]


def test_files_that_cannot_be_papers_are_named(tmp_path):
    """In folders and archives they are skipped by name and are not failures; hidden files are not even named."""
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "甲.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "papers" / "photo.png").write_bytes(b"\x89PNG")
    (tmp_path / "papers" / ".hidden").write_bytes(b"x")
    with zipfile.ZipFile(tmp_path / "papers" / "more.zip", "w") as archive:
        archive.writestr("乙.txt", TEXT.replace("10", "11"))
        archive.writestr("slides.pptx", "x")
    reports = import_files(None, [tmp_path / "papers"], dry_run=True)
    assert {report.file: report.status for report in reports} == {
        "甲.txt": "imported",
        "photo.png": "skipped",
        "more.zip!乙.txt": "imported",
        "more.zip!slides.pptx": "skipped",
    }
    (tmp_path / "papers" / "甲.txt").unlink()
    (tmp_path / "papers" / "more.zip").unlink()
    reports = import_files(None, [tmp_path / "papers"], dry_run=True)
    assert [report.code for report in reports] == ["bank_empty_folder", "bank_unknown_format"]


# ------------------------------------------------------------------------------------------------------------ bad input


def test_word_file_with_a_password(tmp_path):
    """A protected file is an old-style container with a stream of a certain name."""
    path = tmp_path / "locked.docx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"))
    assert refusal(path).code == "bank_encrypted"


def test_old_word_file_under_a_new_name(tmp_path):
    """A renamed .doc is distinguished from a protected file."""
    path = tmp_path / "renamed.docx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2048)
    assert refusal(path).code == "bank_old_format"


@pytest.mark.parametrize("cut", [100, 3000])
def test_damaged_word_file(cut, tmp_path):
    """A file that a broken transfer cut short."""
    whole = make_docx(tmp_path / "whole.docx", TEXT).read_bytes()
    path = tmp_path / "damaged.docx"
    path.write_bytes(whole[:cut])
    assert refusal(path).code == "bank_damaged"


def test_word_file_with_broken_xml(tmp_path):
    """An intact archive around a broken document."""
    made = make_docx(tmp_path / "whole.docx", TEXT)
    path = tmp_path / "broken.docx"
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(path, "w") as target:
        for member in source.infolist():
            data = source.read(member)
            target.writestr(member, data[: len(data) // 2] if member.filename == "word/document.xml" else data)
    assert refusal(path).code == "bank_damaged"


@pytest.mark.parametrize("name", ["bomb.zip", "bomb.docx", "bomb.xlsx"])
def test_zip_bomb(name, tmp_path):
    """A file that would unpack to hundreds of times its size is not opened, whatever its name."""
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * (limits.RATIO_MATTERS_FROM_BYTES + 2**22))
    (report,) = import_files(None, [path], dry_run=True)
    assert (report.status, report.code) == ("failed", "bank_zip_bomb")


def test_zip_with_too_much_in_all(tmp_path, monkeypatch):
    """The sum of all members counts too."""
    monkeypatch.setattr(limits, "MAX_UNPACKED_BYTES", 1000)
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20):
            archive.writestr(f"{number}.txt", os.urandom(100))
    with pytest.raises(InputError) as refused:
        extract(path, str(tmp_path))
    assert refused.value.code == "bank_zip_bomb"


def test_file_of_200_mb(tmp_path):
    """Refused by its size, before a byte is read."""
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)
    error = refusal(path)
    assert error.code == "bank_too_large" and "200" in str(error)


def test_pdf_of_scans(tmp_path):
    """A PDF without text says that it has none."""
    from reportlab.pdfgen import canvas

    page = canvas.Canvas(str(tmp_path / "scan.pdf"))
    page.rect(100, 100, 200, 300, fill=1)
    page.save()
    assert refusal(tmp_path / "scan.pdf").code == "bank_no_text"


def test_pdf_with_a_password_and_damaged_pdf(tmp_path):
    """Locked and broken PDFs are distinguished."""
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen import canvas

    page = canvas.Canvas(str(tmp_path / "locked.pdf"), encrypt=StandardEncryption("secret"))
    page.drawString(100, 700, "1. Who?")
    page.save()
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 nothing behind it")
    assert refusal(tmp_path / "locked.pdf").code == "bank_encrypted"
    assert refusal(tmp_path / "broken.pdf").code == "bank_damaged"


def test_spreadsheet_with_wrong_columns(tmp_path):
    """Both the missing and the present columns are named."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["姓名", "部门"])
    book.active.append(["甲", "乙"])
    book.save(tmp_path / "staff.xlsx")
    error = refusal(tmp_path / "staff.xlsx")
    assert error.code == "bank_wrong_columns"
    assert "题目" in error.text("zh") and "姓名、部门" in error.text("zh")


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("empty.txt", b"", "bank_empty"),
        ("picture.png", b"\x89PNG", "bank_unknown_format"),
        ("binary.txt", b"a\x00b", "bank_not_text"),
        ("prose.txt", "今天天气很好。".encode(), "bank_no_questions"),
        ("fake.xlsx", b"PK but not really", "bank_damaged"),
    ],
)
def test_other_files_that_cannot_be_used(name, data, code, tmp_path):
    """Each gets its own sentence."""
    (tmp_path / name).write_bytes(data)
    assert refusal(tmp_path / name).code == code


def test_missing_file(tmp_path):
    """A path that does not exist."""
    (report,) = import_files(None, [tmp_path / "nowhere.txt"], dry_run=True)
    assert report.code == "file_missing"


def test_old_word_file_needs_libreoffice(tmp_path, monkeypatch):
    """Without LibreOffice, the sentence says to install it or to save the file in another format."""
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    assert refusal(tmp_path / "old.doc").code == "bank_no_libreoffice"


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed here")
def test_old_word_file_through_libreoffice(tmp_path, monkeypatch):
    """A .doc gives the same questions as its text."""
    monkeypatch.setattr(doc, "TIMEOUT_S", 3600)  # a busy machine is not a failure
    made = make_docx(tmp_path / "choices.docx", TEXT)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "doc", "--outdir", str(tmp_path), str(made)]
    subprocess.run(command, check=True, capture_output=True)
    assert words(read_papers(tmp_path / "choices.doc")[1][0]) == words(only("choices.txt"))


def fake_office(folder: Path, script: str) -> None:
    """A program called soffice that runs the script's commands."""
    (folder / "soffice").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (folder / "soffice").chmod(0o755)


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for LibreOffice is a shell script")
def test_libreoffice_that_hangs_is_ended(tmp_path, monkeypatch):
    """After the timeout the office itself ends, not only the script that started it, and the sentence says so."""
    fake_office(tmp_path, f"sleep 600 & echo $! > '{tmp_path}/child'; wait")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(doc, "TIMEOUT_S", 2)
    (tmp_path / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    assert refusal(tmp_path / "old.doc").code == "bank_office_slow"
    state = Path(f"/proc/{(tmp_path / 'child').read_text().strip()}/stat")
    assert not state.exists() or ") Z " in state.read_text()


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for LibreOffice is a shell script")
def test_every_conversion_has_a_profile_of_its_own(tmp_path, monkeypatch):
    """Two conversions never share a profile folder, and one that produces no file is called damaged."""
    fake_office(tmp_path, f"echo \"$1\" >> '{tmp_path}/profiles'")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    (tmp_path / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    assert [refusal(tmp_path / "old.doc").code for _ in range(2)] == ["bank_damaged"] * 2
    first, second = (tmp_path / "profiles").read_text().split()
    assert first != second and first.startswith("-env:UserInstallation=file:///")


def test_importing_the_bank_loads_no_reader():
    """The vendors' packages for the formats are loaded only where they are used."""
    code = (
        "import sys, evaluator.commands.bank, evaluator.bank.papers.grammar;"
        "print([m for m in ('docx','pdfplumber','bs4','openpyxl','rich.table') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in ("[]", "['rich.table']")

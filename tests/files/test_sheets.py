"""Workbooks from users, and cells written for them: bounded on the way in, no formulas on the way out."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from evaluator import rubrics
from evaluator.batch import read_inputs
from evaluator.batch.inputs import Source
from evaluator.batch.many import _new_items
from evaluator.calibration.data.tables import read_table
from evaluator.calibration.sampling.drawing import begin_draw, blank_sheet, draw_next, save_draw
from evaluator.errors import InputError, RubricError
from evaluator.files.sheets import sheet_rows
from evaluator.settings import Settings
from tests.files.test_bounded import mutated
from ui.shared.literal import literal

LINK = '=HYPERLINK("http://evil.example","点这里")'


def workbook(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_sheet_is_read_as_text(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["编号", "分数"], [1, 2.5], [2.0, None]])
    assert list(sheet_rows(path)) == [["编号", "分数"], ["1", "2.5"], ["2", ""]]


def bomb(path: Path, mb: int = 64) -> Path:
    """A workbook of some hundred kilobytes whose sheet unpacks to `mb` megabytes of one cell."""
    whole = workbook(path.with_suffix(".whole.xlsx"), [["a"]])
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name != "xl/worksheets/sheet1.xml":
                target.writestr(name, source.read(name))
                continue
            with target.open(name, "w", force_zip64=True) as sheet:
                sheet.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>')
                sheet.write(b'<row r="1"><c r="A1" t="inlineStr"><is><t>')
                for _ in range(mb):
                    sheet.write(b"x" * 2**20)
                sheet.write(b"</t></is></c></row></sheetData></worksheet>")
    return path


def test_a_bomb_takes_neither_memory_nor_the_run(tmp_path: Path) -> None:
    path = bomb(tmp_path / "bomb.xlsx")
    assert path.stat().st_size < 2**20
    for read in (lambda: list(sheet_rows(path)), lambda: read_inputs(path), lambda: read_table(path)):
        with pytest.raises(InputError) as refused:
            read()
        assert refused.value.code in (
            "file_too_heavy",
            "file_cell_too_large",
            "batch_unreadable",
            "calibration_table_unreadable",
        )
        assert "\n" not in str(refused.value)


def test_damaged_workbooks_are_sentences(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "whole.xlsx", [["编号", "对话", "张三"], ["甲", "客服：您好。\n客户：好。" * 5, 3]])
    chance = random.Random(3)
    for number in range(6):
        path = mutated(whole, tmp_path / f"{number}.xlsx", chance)
        for read in (read_inputs, read_table):
            try:
                read(path)
            except InputError as refused:
                assert "\n" not in str(refused)


def test_a_table_names_a_rubric_by_id_and_opens_no_file(tmp_path: Path) -> None:
    """A path in a user's table: a readable rubric file, a device, a file of this machine."""
    shipped = rubrics.list_rubrics(Settings(data_dir=tmp_path))[0]
    assert rubrics.find_named(shipped.id, Settings(data_dir=tmp_path)).id == shipped.id
    for name in (str(shipped.path), "../x.yaml", "/etc/passwd", "/dev/zero", "a\\b", "x.yml"):
        with pytest.raises(RubricError) as refused:
            rubrics.find_named(name, Settings(data_dir=tmp_path))
        assert refused.value.code == "rubric_only_by_id"
        (item,) = _new_items([Source(item="甲", content="客服：您好", rubric=name)], None, Settings(data_dir=tmp_path))
        assert item.error_code == "rubric_only_by_id" and item.rubric is None


def test_a_sheet_to_fill_in_holds_no_formula_and_comes_back(tmp_path: Path) -> None:
    missing = pd.DataFrame({"tone": [True, True]}, index=[LINK, "plain"])
    sheet = tmp_path / "grades.csv"
    sheet.write_bytes(blank_sheet(missing))
    cells = [cell for row in csv.reader(io.StringIO(sheet.read_text("utf-8-sig"))) for cell in row]
    assert not [cell for cell in cells if cell.startswith("=")]
    assert read_table(sheet).iloc[0, 0] == LINK
    draw = draw_next(begin_draw([LINK, "plain"], []), pd.Series([1.0, 1.0], index=[LINK, "plain"]).to_numpy(), 1)
    save_draw(draw, tmp_path / "draw.csv")
    assert "\n=" not in (tmp_path / "draw.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "![x](http://evil.example/pixel.png)",
        "[a](http://b)",
        "<img src=x>",
        "$\\frac{1}{2}$",
        ":material/home:",
        "# a",
        "- a",
        "`c`",
        "a*b*_c_~d~",
    ],
)
def test_a_file_name_is_drawn_as_it_is(text: str) -> None:
    shown = literal(text)
    assert "](" not in shown and "![" not in shown.replace("\\!\\[", "")
    unescaped = []
    characters = iter(shown)
    for character in characters:
        unescaped.append(next(characters) if character == "\\" else character)
    assert "".join(unescaped) == text

"""Export, and a spreadsheet that comes back unchanged."""

import json

import openpyxl
import pytest

from evaluator import messages
from evaluator.bank.documents import read_papers
from evaluator.bank.exporter import export
from evaluator.bank.importer import import_files
from evaluator.bank.items import ScoringLine, content
from evaluator.bank.store import open_bank
from tests.support.bank_papers import PAPERS

FIELDS = {
    *("id", "kind", "number", "text", "options", "key", "explanation", "points", "criteria", "references"),
    *("truncated", "source", "warnings"),
}


@pytest.fixture
def bank(tmp_path):
    opened = open_bank(tmp_path / "bank.db")
    import_files(opened, [PAPERS])
    yield opened
    opened.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_spreadsheet_comes_back_whole(bank, tmp_path, language):
    """Every item of every test paper, with its id, through the template and back into a new bank."""
    messages.use(language)
    try:
        export(bank.items(), tmp_path / "out.xlsx", "xlsx")
    finally:
        messages.use(None)
    other = open_bank(tmp_path / "other.db")
    (report,) = import_files(other, [tmp_path / "out.xlsx"])
    assert report.status == "imported"
    before, after = ({item.id: content(item) for item in opened.items()} for opened in (bank, other))
    other.close()
    assert after == before and len(before) > 40


def test_an_edited_spreadsheet_edits_the_items_it_came_from(bank, tmp_path):
    """A changed cell, imported again: the same item, edited by hand; the rest is unchanged."""
    export(bank.items(), tmp_path / "out.xlsx", "xlsx")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    headings = [cell.value for cell in book.active[1]]
    column = next(place for place, heading in enumerate(headings, 1) if heading in ("解析", "explanation"))
    item_id = book.active.cell(2, 1).value
    book.active.cell(2, column).value = "新的解析。"
    book.save(tmp_path / "out.xlsx")
    count = len(bank.items())
    (report,) = import_files(bank, [tmp_path / "out.xlsx"])
    assert (report.stored.changed, report.stored.added) == ((item_id,), ())
    assert bank.item(item_id).explanation == "新的解析。" and len(bank.items()) == count


def test_a_spreadsheet_that_nobody_changed_edits_nothing(bank, tmp_path):
    """Endless decimals and criteria of two lines come back unchanged; one changed cell changes one field."""
    (tmp_path / "third.txt").write_text(
        "一、简答题(共3题,共20分)\n1.怎样致歉?\n评分标准:\n(1)先安抚客户,\n表达歉意。\n说明原因(3分)\n(2)补救(2分)\n2.怎样回访?\n3.怎样道别?\n",
        encoding="utf-8",
    )
    import_files(bank, [tmp_path / "third.txt"])
    before = {item.id: content(item) for item in bank.items()}
    first = next(item for item in bank.items() if item.text == "怎样致歉?")
    assert first.points == 20 / 3 and "\n" in first.criteria[0].text
    export(bank.items(), tmp_path / "out.xlsx", "xlsx")
    (report,) = import_files(bank, [tmp_path / "out.xlsx"])
    assert report.stored.changed == () and {item.id: content(item) for item in bank.items()} == before
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    row = next(row for row in book.active.iter_rows(min_row=2) if row[0].value == first.id)
    next(cell for cell in row if cell.value == "怎样致歉?").value = "怎样道歉?"
    book.save(tmp_path / "out.xlsx")
    import_files(bank, [tmp_path / "out.xlsx"])
    assert content(bank.item(first.id)) == {**before[first.id], "text": "怎样道歉?"}


def test_criteria_keep_their_number_in_a_new_bank(bank, tmp_path):
    """A criterion of two lines stays one, with its points."""
    item = bank.items()[0].model_copy(
        update={"criteria": (ScoringLine(number=1, text="先安抚,\n再说明", points=10 / 3),), "points": 10 / 3}
    )
    export([item], tmp_path / "one.xlsx", "xlsx")
    book = openpyxl.load_workbook(tmp_path / "one.xlsx")
    next(cell for cell in book.active[2] if cell.value == repr(10 / 3)).value = 10 / 3  # as Excel stores a number
    book.save(tmp_path / "one.xlsx")
    (read,) = read_papers(tmp_path / "one.xlsx")[1][0].items
    assert [(criterion.text, criterion.points) for criterion in read.criteria] == [("先安抚, 再说明", 10 / 3)]
    assert read.points == pytest.approx(10 / 3, rel=1e-12)


def test_json_has_the_documented_fields(bank, tmp_path):
    """The fields that scripts rely on, with sentences for warnings."""
    export(bank.items(), tmp_path / "out.json", "json")
    items = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert all(set(item) >= FIELDS for item in items)
    warned = next(item for item in items if item["warnings"])
    assert {"code", "file", "line", "text"} <= set(warned["warnings"][0])


def test_text_that_looks_like_a_formula_stays_text(bank, tmp_path):
    """A cell that begins with = is never computed."""
    first = bank.items()[0]
    bank.edit(first.id, text="=1+1 是什么?")
    export([bank.item(first.id)], tmp_path / "out.xlsx", "xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert [cell.data_type for cell in sheet[2] if cell.value == "=1+1 是什么?"] == ["s"]

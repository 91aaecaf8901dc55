"""The workbook of a batch: a sheet to read in the user's language, and one for programs."""

from __future__ import annotations

import openpyxl
import pytest

from evaluator.batch import write_batch
from evaluator.settings import Settings
from evaluator.storage import NewItem, open_records
from evaluator.transcript import parse
from tests.support.storage_cases import make_rubric, make_scorecard


@pytest.fixture
def records(tmp_path):
    with open_records(Settings(data_dir=tmp_path / "data", database_url=None)) as opened:
        yield opened


@pytest.fixture
def batch_id(records):
    """Two items with the user's own columns; the first is graded."""
    rubric = make_rubric()
    items = [
        NewItem(item=name, transcript=parse("客服：您好。"), rubric=rubric, extra={"部门": "=售后", "备注": "夜班"})
        for name in ("甲", "乙")
    ]
    made = records.batches.create("三月", items)
    work = records.batches.start(made, 0)
    records.batches.finish(work, make_scorecard(work.transcript, rubric, review=True))
    return made


def sheets(records, batch_id, tmp_path, language):
    book = openpyxl.load_workbook(write_batch(records, batch_id, tmp_path / "out.xlsx", language))
    return {sheet.title: [list(row) for row in sheet.values] for sheet in book.worksheets}


def test_the_first_sheet_reads_in_chinese_with_own_columns(records, batch_id, tmp_path):
    """Own columns come first, headings and outcomes are Chinese, and no cell is a formula."""
    found = sheets(records, batch_id, tmp_path, "zh")
    heads, first, second = found["评分"]
    assert heads[:4] == ["部门", "备注", "编号或姓名", "状态"] and "关心 / 3" in heads
    assert first[:4] == ["'=售后", "夜班", "甲", "完成"] and second[2:4] == ["乙", "等待"]
    assert found["gradings"][0][:3] == ["部门", "备注", "item"]


def test_english_readers_get_english(records, batch_id, tmp_path):
    """The same sheet in English."""
    heads = sheets(records, batch_id, tmp_path, "en")["Results"][0]
    assert heads[2:5] == ["Item", "State", "Total"]


def test_peoples_points_and_reviews_stand_in_it(records, batch_id, tmp_path):
    """Points of people count instead of the machine's, and the reviewer is named."""
    grading = records.batches.items(batch_id)[0].grading_id
    records.override(grading, "care", 1, who="林老师")
    records.mark_reviewed(grading, who="林老师")
    heads, first, _ = sheets(records, batch_id, tmp_path, "zh")["评分"]
    row = dict(zip(heads, first, strict=True))
    assert row["关心 / 3"] == 1 and row["总分"] == 1 and row["复核人"] == "林老师"

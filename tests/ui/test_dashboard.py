"""The dashboard: groups by the columns that a batch table carried, with sample sizes and intervals."""

from __future__ import annotations

import pytest

from evaluator.storage import NewItem, open_records
from tests.support.storage_cases import make_rubric, make_scorecard, make_transcript
from tests.support.ui_pages import OWNER, fine, open_page, prepare, said

RUBRIC = make_rubric()


@pytest.fixture
def data(tmp_path, monkeypatch):
    return prepare(monkeypatch, tmp_path)


def test_without_batches_the_page_says_how_to_get_there(data):
    """It names the columns to keep in the table."""
    page = open_page("dashboard")
    assert fine(page) and "坐席" in said(page)


def test_agents_weeks_and_criteria(data):
    """The agent column is proposed; two texts of one agent get no interval; weeks come from the date column."""
    rows = [("小林", "2026-04-01", "您好。"), ("小林", "2026-04-02", "请讲。"), ("小周", "2026-04-08", "好的。")]
    items = [
        NewItem(item=str(number), transcript=make_transcript(words), rubric=RUBRIC, extra={"坐席": who, "日期": day})
        for number, (who, day, words) in enumerate(rows)
    ]
    with open_records() as records:
        batch = records.batches.create("四月", items, owner=OWNER)
        for position in range(len(items)):
            work = records.batches.start(batch, position)
            records.batches.finish(work, make_scorecard(work.transcript, RUBRIC))
    page = open_page("dashboard")
    assert fine(page) and page.selectbox(key="dashboard_by").value == "坐席" and "小林" in said(page)
    assert "75 %" in said(page) and "份数太少" in said(page)
    page.selectbox(key="dashboard_by").set_value("").run()
    assert page.selectbox(key="dashboard_date").value == "日期"
    assert "2026-W14" in said(page) and "2026-W15" in said(page)
    page.selectbox(key="dashboard_what").set_value("care").run()
    assert fine(page) and "75 %" in said(page)

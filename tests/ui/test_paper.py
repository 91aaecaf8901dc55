"""The page of papers: begun, answered, reloaded, paused, handed in, reviewed, measured, printed."""

from __future__ import annotations

import pytest

from evaluator.storage import open_records
from tests.support.ui_pages import OWNER, fine, open_page, prepare, press, said, wait
from ui.bank import store

PAPER = """客服小测
一、单选题(共1题,每题2分,总计2分)
1. 火灾时先做什么？
A. 先拍照
B. 先救人
C. 先上报
D. 先打包
答案:B
解析:人比货要紧。
二、判断题(共1题,每题1分,总计1分)
2. 可以把密码告诉客户。
答案:×
"""


@pytest.fixture
def data(tmp_path, monkeypatch):
    from evaluator.bank import import_files

    folder = prepare(monkeypatch, tmp_path)
    path = folder / "paper.txt"
    path.write_text(PAPER, encoding="utf-8")
    import_files(store.bank(), [path])
    return folder


@pytest.mark.parametrize("view", ["sit", "sat", "statistics", "print"])
def test_views_open_with_an_empty_bank(tmp_path, monkeypatch, view):
    """Every view says what to do before there is a paper."""
    prepare(monkeypatch, tmp_path)
    page = open_page("paper", "en", paper_view=view)
    assert fine(page) and said(page)


def test_a_paper_is_sat(data):
    """An answer outlives a reload and a pause; the review tells key and explanation."""
    page = open_page("paper")
    assert fine(page) and "2 题" in said(page)
    press(page, "paper_begin")
    with open_records() as records:
        (kept,) = records.sittings.all(owner=OWNER)
    page.radio(key=f"answer_{kept.id}_q1").set_value("B").run()
    again = open_page("paper")
    assert again.radio(key=f"answer_{kept.id}_q1").value == "B"
    press(again, "paper_pause")
    assert "已暂停" in "".join(one.value for one in again.info)
    press(again, "paper_resume")
    again.checkbox(key="paper_sure").set_value(True).run()
    press(again, "paper_submit")
    wait(again, "paper_again")
    assert fine(again) and "总分 2 / 3" in said(again) and "人比货要紧" in said(again)
    for view in ("sat", "statistics", "print"):
        assert fine(open_page("paper", paper_view=view))

"""A paper on its way: imported from Word, a warning resolved, its scenario turned into a rubric, an answer graded."""

from __future__ import annotations

import pytest

from evaluator.bank.store import open_bank
from tests.support.chromium import JUDGES, chromium, person, serving, settle, shoot, visit
from tests.ui.test_bank import STRAY, docx


@pytest.mark.browser
@pytest.mark.parametrize("judge", JUDGES)
def test_from_a_word_paper_to_a_grading(tmp_path, judge):
    """Import, resolve, draft, save, grade: each step is done on the page, and the bank holds what was typed."""
    paper = tmp_path / "测验.docx"
    paper.write_bytes(docx())
    with serving(tmp_path, judge) as address, chromium() as browser:
        tab = visit(person(browser, judge), f"{address}/bank")
        tab.get_by_text("题库还是空的").wait_for()
        shoot(tab, "bank-empty")
        tab.get_by_role("radio", name="导入").click()
        tab.locator("input[type=file]").set_input_files(str(paper))
        tab.get_by_role("button", name="先看看里面有什么").click()
        tab.get_by_text("第 2 题没有答案").first.wait_for()
        shoot(tab, "bank-dry-run")
        tab.locator(".st-key-bank_import_go button").click()
        tab.get_by_role("button", name="处理有提醒的题目").click()
        tab.get_by_text("要处理的").wait_for()
        shoot(tab, "bank-warning")
        tab.get_by_role("textbox", name="答案").fill("A")
        tab.get_by_role("textbox", name="答案").press("Enter")
        tab.get_by_text("没有要处理的提醒").wait_for()
        tab.get_by_role("button", name="保存", exact=True).click()
        tab.get_by_text("没有符合条件的题目").wait_for()
        settle(tab)
        tab.get_by_text("只看有提醒的").click()
        tab.locator(".st-key-bank_item input").click()
        tab.get_by_role("option", name="情景题").click()
        tab.get_by_role("button", name="做成评分标准").click()
        tab.get_by_text("程序建议的").first.wait_for(state="attached")
        tab.get_by_role("textbox", name="标题").fill("蛋糕送错了地址")
        tab.get_by_role("textbox", name="标题").press("Enter")
        settle(tab)
        shoot(tab, "rubric-editor")
        tab.locator(".st-key-bank_rubric_save button").click()
        tab.get_by_text("你们自己的评分标准").wait_for()
        tab.goto(f"{address}/grade")
        tab.get_by_label("搜索场景").fill("蛋糕")
        tab.get_by_label("搜索场景").press("Enter")
        settle(tab)
        tab.locator("textarea").first.fill("非常抱歉，您两点就要开席，我马上请最近的门店重做，一点半送到。")
        tab.locator("textarea").first.press("Control+Enter")
        tab.locator(".st-key-grade_go button").click()
        tab.locator(".ev-total", has_text="/ 6").wait_for()
        shoot(tab, "graded-by-new-rubric")
    assert [item.key for item in open_bank(tmp_path / "bank.db").items()][:2] == ["B", "A"]


@pytest.mark.browser
def test_a_warning_is_clicked_away_and_stays_away(tmp_path):
    """A click on a warning shows its line; the choice is applied, listed, and can be taken back."""
    paper = tmp_path / "礼仪.txt"
    paper.write_text(STRAY, encoding="utf-8")
    with serving(tmp_path) as address, chromium() as browser:
        tab = visit(person(browser), f"{address}/bank")
        tab.get_by_role("radio", name="导入").click()
        tab.locator("input[type=file]").set_input_files(str(paper))
        tab.get_by_role("button", name="先看看里面有什么").click()
        tab.get_by_role("button", name="说明见手册").click()
        tab.get_by_text("不用读").wait_for()
        shoot(tab, "bank-warning-opened")
        tab.get_by_text("不用读").click()
        tab.get_by_role("button", name="就这样读").click()
        tab.get_by_role("button", name="撤销: ").wait_for()
        assert tab.get_by_role("button", name="看不懂的一行，没有放进任何题目：关于电话").count() == 0
        shoot(tab, "bank-warning-settled")
        tab.get_by_role("button", name="撤销: ").click()
        tab.get_by_role("button", name="看不懂的一行，没有放进任何题目：关于电话").wait_for()

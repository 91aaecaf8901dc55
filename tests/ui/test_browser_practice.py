"""A trainee writes, grades themself, hands in, and sees both sides and what to train next."""

from __future__ import annotations

import re

import pytest

from evaluator import rubrics
from tests.support.chromium import JUDGES, chromium, person, serving, settle, shoot, visit
from tests.support.practice_cases import rubric

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect


@pytest.mark.browser
@pytest.mark.parametrize("judge", JUDGES)
def test_self_assessment(tmp_path, judge):
    """Typed text survives a reload; the result comes after the self-assessment; progress is described in words."""
    rubrics.write(rubric(), tmp_path / "rubrics")
    with serving(tmp_path, judge) as address, chromium() as browser:
        tab = visit(person(browser, judge), f"{address}/practice")
        tab.get_by_label("搜索场景").fill("包裹丢了")
        tab.get_by_label("搜索场景").press("Enter")
        settle(tab)
        tab.locator("textarea").first.fill("客户：我的包裹呢？\n客服：非常抱歉让您等了五天，我明天给您补发。")
        tab.get_by_text("3 · 先给自己打分").wait_for()  # a pause in typing is enough
        tab.get_by_text("4 分 · 道了歉，说出客户等了多久").click()
        settle(tab)
        tab.reload()
        tab.get_by_text("3 · 先给自己打分").wait_for()
        expect(tab.locator("textarea").first).to_have_value(re.compile("等了五天"))
        tab.get_by_text("都没有做到").click()
        settle(tab)
        tab.get_by_text("0 分 · 没有打断客户").click()
        settle(tab)
        tab.get_by_text("未出现", exact=True).click()
        tab.get_by_text("你给自己的总分：4 / 7").wait_for()
        shoot(tab, "practice-own-grades")
        tab.locator(".st-key-practice_go button").click()
        tab.get_by_text("逐项对照").wait_for()
        shoot(tab, "practice-both-sides")
        expect(tab.get_by_role("img", name="自评 4 / 7")).to_be_visible()
        tab.get_by_role("radio", name="我的进步").click()
        tab.get_by_text("练了 1 次").wait_for()
        shoot(tab, "practice-progress")

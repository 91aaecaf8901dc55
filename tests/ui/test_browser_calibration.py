"""A calibrator uploads grades and texts, sees agreement beside the ceiling, and fits a profile."""

from __future__ import annotations

import pytest

from evaluator import rubrics
from tests.support.chromium import JUDGES, chromium, person, serving, settle, shoot, visit
from tests.support.practice_cases import rubric
from tests.ui.test_calibration import COUNT, _grades, _text

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect


@pytest.mark.browser
@pytest.mark.parametrize("judge", JUDGES)
def test_from_uploaded_grades_to_a_profile(tmp_path, judge):
    """Upload, confirm the columns, have the texts graded, measure, fit: each figure has its n."""
    rubrics.write(rubric(), tmp_path / "rubrics")
    (tmp_path / "评分.csv").write_bytes(_grades())
    for number in range(COUNT):
        (tmp_path / f"i{number}.txt").write_text(_text(number), encoding="utf-8")
    with serving(tmp_path, judge) as address, chromium() as browser:
        tab = visit(person(browser, judge), f"{address}/calibration")
        tab.get_by_label("搜索场景").fill("包裹丢了")
        tab.get_by_label("搜索场景").press("Enter")
        settle(tab)
        tab.get_by_role("button", name="开始校准").click()
        tab.get_by_text("放入一份人工评分表").wait_for()
        tab.locator("input[type=file]").first.set_input_files(str(tmp_path / "评分.csv"))
        tab.get_by_text("编号 ← 编号").wait_for()
        shoot(tab, "calibration-mapping")
        tab.get_by_role("button", name="对，就这样读").click()
        tab.get_by_text("放入被评过的答卷").wait_for()
        files = [str(tmp_path / f"i{number}.txt") for number in range(COUNT)]
        tab.locator("input[type=file]").nth(1).set_input_files(files)
        tab.get_by_role("button", name=f"让评分器评 {COUNT} 份").click()
        tab.get_by_text(f"评分器已评完 {COUNT} 份").wait_for()
        tab.get_by_role("button", name="算一致性").click()
        tab.get_by_text("一个人对其余平均").wait_for()
        shoot(tab, "calibration-report")
        expect(tab.locator('img[alt^="总分：机器减人的差"]')).to_be_visible()
        tab.get_by_text("也看答卷的文字").click()
        settle(tab)
        tab.get_by_role("button", name="拟合并保存方案").click()
        tab.get_by_text("折留出").wait_for()
        shoot(tab, "calibration-fit")
        tab.get_by_label("相差几分以内算一致").fill("4")
        tab.get_by_label("相差几分以内算一致").press("Enter")
        settle(tab)
        tab.get_by_role("button", name="各项都按这个要求分流").click()
        tab.get_by_text("lost-parcel v2 已定的规则").wait_for()
        expect(tab.get_by_text(f"在 {COUNT} 份未见过的答卷上：独自评")).to_be_visible()
        shoot(tab, "calibration-policy")
        tab.get_by_role("radio", name="校准方案").click()
        settle(tab)
        tab.get_by_text("lost-parcel v2 · 包裹丢了").first.click()
        rule = tab.get_by_text("lost-parcel v2 已定的规则")
        rule.first.wait_for()
        expect(rule).to_have_count(1)  # while the view changes, the one before it may still stand
        shoot(tab, "calibration-profiles")

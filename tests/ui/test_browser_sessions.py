"""A calibration session in a real Chromium: a double click hands in once, and nobody sees points before giving their own."""

from __future__ import annotations

import pytest

from evaluator import rubrics
from evaluator.settings import load_settings
from evaluator.storage import open_records
from tests.support import chromium
from tests.support.chromium import serving, settle, visit
from tests.support.storage_cases import make_rubric, make_scorecard, make_transcript

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

pytestmark = pytest.mark.browser

RUBRIC = make_rubric()


def test_two_people_grade_blind_and_a_double_click_hands_in_once(tmp_path):
    """The second person sees the first one's points only afterwards; the text is handed in once per person."""
    settings = load_settings(data_dir=tmp_path)
    rubrics.write(RUBRIC, settings.user_rubric_dir)
    transcript = make_transcript()
    card = make_scorecard(transcript, RUBRIC)
    with open_records(settings) as records:
        records.save(card, transcript, rubric=RUBRIC, owner="somebody")
        held = records.calibration_sessions.begin("四月", RUBRIC.id, [card.id], owner="somebody")
    with serving(tmp_path) as address, chromium.chromium() as browser:
        for name, other in (("周老师", ""), ("王老师", "周老师")):
            page = visit(chromium.person(browser), f"{address}/calibration?session={held.code}")
            page.get_by_label("您的姓名").fill(name)
            page.get_by_label("您的姓名").press("Tab")
            for label in ("逐句回应", "未出现"):
                page.get_by_text(label).first.click()
                settle(page)
            assert not other or page.get_by_text(other).count() == 0
            page.get_by_role("button", name="交这一份").dblclick()
            expect(page.get_by_role("heading", name="大家的评分")).to_be_visible()
            expect(page.get_by_role("columnheader", name=name)).to_be_visible()
            assert not other or page.get_by_role("columnheader", name=other).is_visible()
    with open_records(settings) as records:
        assert len(records.calibration_sessions.points(held.id)) == 4

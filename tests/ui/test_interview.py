"""The interview page: from a pasted transcript to points, corrected segments, and the matrix of a round."""

from __future__ import annotations

import pytest

from evaluator.interviews import open_interview
from evaluator.storage import open_records
from tests.support.ui_pages import OWNER, fine, has, open_page, prepare, press, said, wait

LIST = "1. 讲一次你处理客户投诉的经历。\n2. 你怎样带新人？\n3. 你为什么离开上一家公司？"
TEXT = (
    "面试官：你好，请坐，路上堵车吗？\n候选人：还好，不堵。\n面试官：先讲一次你处理客户投诉的经历吧。\n"
    "候选人：有位客户的冰箱坏了两次，我先道歉，当天换了新的，一周后又打电话回访。\n"
    "面试官：那你平时怎样带新人？\n候选人：我先做一遍给他看，再让他自己做，每周五一起复盘。"
)


@pytest.fixture
def data(tmp_path, monkeypatch):
    return prepare(monkeypatch, tmp_path)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("view", ["new", "list", "matrix"])
def test_empty_views_say_what_to_do(data, view, language):
    """Before the first interview every view opens without an error."""
    page = open_page("interview", language, interview_view=view)
    assert fine(page) and said(page)


def test_from_a_transcript_to_the_matrix(data):
    """Questions are found, a wrong one is moved with a choice, the rest graded; the round has its matrix."""
    page = open_page("interview")
    page.text_area(key="interview_questions").set_value(LIST).run()
    page.text_input(key="interview_candidate").set_value("小周").run()
    page.text_input(key="interview_round").set_value("春招").run()
    page.text_area(key="interview_text").set_value(TEXT).run()
    press(page, "interview_go")
    wait(page, "interview_grade")
    assert fine(page) and "冰箱坏了两次" in said(page)
    with open_records() as records:
        (kept,) = records.interviews.all(owner=OWNER)
        before = open_interview(records, kept.id)
    page.selectbox(key=f"piece_{kept.id}_t2_0").set_value("q3").run()
    with open_records() as records:
        now = open_interview(records, kept.id)
    assert now.found.of("q3") and not before.found.of("q3")
    press(page, "interview_grade")
    wait(page, f"decision_save_{kept.id}")
    assert fine(page) and "总分" in said(page)
    page.text_input(key=f"panel_who_{kept.id}").set_value("王").run()
    page.number_input(key=f"panel_{kept.id}_q1").set_value(6.0).run()
    press(page, f"panel_save_{kept.id}")
    page.segmented_control(key="interview_view").set_value("matrix").run()
    assert fine(page) and has(page, "matrix_round") and page.selectbox(key="matrix_round").value == "春招"
    page.toggle(key="matrix_blind").set_value(True).run()
    assert fine(page) and "候选人 1" in str(page.dataframe[0].value) and "小周" not in str(page.dataframe[0].value)

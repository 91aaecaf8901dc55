"""The practice page: empty, filled, failing; own grades come first, then both sides."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from evaluator import rubrics
from evaluator.errors import StorageError
from evaluator.practice import Comparison, Gap
from evaluator.settings import load_settings
from evaluator.storage import open_records
from evaluator.transcript import parse
from tests.support.practice_cases import own, rubric, scorecard, verdict
from tests.support.profile_cases import OTHER_MODEL, keep_desk
from tests.support.ui_pages import OWNER, click_on, fine, has, open_page, prepare, press, said, wait
from ui.scorecard.radar import overview_html

TEXT = "客户：我的包裹等了五天。\n客服：非常抱歉让您等了五天，我明天给您补发，单号晚上发您。"


@pytest.fixture
def data(tmp_path: Path, monkeypatch):
    prepare(monkeypatch, tmp_path)
    rubrics.write(rubric(), load_settings().user_rubric_dir)
    return tmp_path


def _choose_own(page, empathy: int = 2) -> None:
    base = "practice_own_lost-parcel"
    page.radio(key=f"{base}_empathy").set_value(empathy)
    page.multiselect(key=f"{base}_remedy").set_value(["resend", "date"])
    page.radio(key=f"{base}_manners").set_value(0)
    page.radio(key=f"{base}_abuse").set_value(0)


def _typed(language: str = "zh"):
    page = open_page("practice", language)
    page.selectbox(key="practice_rubric").set_value("lost-parcel").run()
    return page.text_area(key="practice_text").set_value(TEXT).run()


def test_empty_page_says_what_to_do(data):
    """Before anything is typed the page asks for a text, and the progress view for a first attempt."""
    page = open_page("practice")
    assert fine(page) and "自动保存" in said(page)
    page.segmented_control(key="practice_view").set_value("progress").run()
    assert fine(page) and "还没有练习过" in said(page)


def test_handing_in_waits_for_every_criterion(data):
    """The button stays disabled, and names what is missing, until every criterion has a self-assessed grade."""
    page = _typed()
    assert fine(page)
    assert page.button(key="practice_go").disabled and "还没有打分" in said(page)
    _choose_own(page)
    page.run()
    assert not page.button(key="practice_go").disabled
    assert "你给自己的总分：6 / 7" in said(page)


def test_nothing_typed_is_lost_on_a_reload(data):
    """A new session of the same person finds the text, the scenario and the levels chosen so far."""
    page = _typed()
    page.radio(key="practice_own_lost-parcel_empathy").set_value(1).run()
    again = open_page("practice")
    assert again.text_area(key="practice_text").value == TEXT
    assert again.selectbox(key="practice_rubric").value == "lost-parcel"
    assert again.radio(key="practice_own_lost-parcel_empathy").value == 1


def test_own_grades_outlive_a_change_of_language(data):
    """The level that was chosen stays chosen in the other language, on the page and in the draft."""
    page = _typed()
    _choose_own(page)
    page = click_on(page.run(), "en")
    field = "practice_own_lost-parcel_empathy"
    assert (
        fine(page) and page.radio(key=field).value == 2 and page.selectbox(key="practice_rubric").value == "lost-parcel"
    )
    with open_records() as records:
        assert records.drafts.get(OWNER, "practice").body["own"][field] == 2


def test_both_sides_after_handing_in(data):
    """The result shows both totals with their scale, the difference by criterion, and keeps the attempt."""
    page = _typed()
    _choose_own(page)
    press(page.run(), "practice_go")
    wait(page, "practice_again")
    words = said(page)
    assert fine(page)
    assert "逐项对照" in words and "6 / 7" in words and "自评" in words
    (attempt,) = open_records().attempts.all(OWNER)
    assert attempt.own_points["remedy"].points == 2 and attempt.grading_id
    press(page, "practice_again")
    assert page.text_area(key="practice_text").value == ""


def test_an_attempt_is_graded_by_the_chosen_profile(data):
    """The grader's side is on the scale of the profile, and says so with who decides."""
    keep_desk()
    page = _typed()
    assert page.selectbox(key="practice_profile_lost-parcel").value == ""
    page.selectbox(key="practice_profile_lost-parcel").set_value("desk")
    _choose_own(page)
    press(page.run(), "practice_go")
    wait(page, "practice_again")
    assert fine(page) and "已按 desk v1 换算到人工评分的尺度" in said(page) and "desk v1" in said(page)
    with open_records() as records:
        (attempt,) = records.attempts.all(OWNER)
        card = records.get(attempt.grading_id)
    assert card.profile == "desk v1" and card.decision and card.verdicts[0].interval


def test_a_profile_that_does_not_fit_keeps_text_and_own_grades(data):
    """A model other than the fit's is one sentence; without the profile the waiting attempt is graded."""
    keep_desk(stamp=OTHER_MODEL)
    page = _typed()
    page.selectbox(key="practice_profile_lost-parcel").set_value("desk")
    _choose_own(page)
    press(page.run(), "practice_go")
    wait(page, "practice_back")
    assert len(page.error) == 1 and "desk v1" in page.error[0].value and not page.exception
    press(page, "practice_back")
    assert page.text_area(key="practice_text").value == TEXT
    page.selectbox(key="practice_profile_lost-parcel").set_value("").run()
    page.segmented_control(key="practice_view").set_value("progress").run()
    (waiting,) = open_records().attempts.all(OWNER)
    press(page, f"practice_grade_{waiting.id}")
    wait(page, "practice_again")
    assert fine(page) and open_records().attempts.all(OWNER)[0].grading_id


def test_a_failing_grader_keeps_text_and_own_grades(data, monkeypatch):
    """An unavailable model is one sentence; the text and the self-assessment are still there."""
    monkeypatch.setenv("EVALUATOR_MODEL", "http://127.0.0.1:9#none")
    page = _typed()
    _choose_own(page)
    press(page.run(), "practice_go")
    wait(page, "practice_back")
    assert page.error and not page.exception
    assert "放入的文件要再放一次" in said(page)
    press(page, "practice_back")
    assert page.text_area(key="practice_text").value == TEXT
    assert page.radio(key="practice_own_lost-parcel_empathy").value == 2
    page.segmented_control(key="practice_view").set_value("progress").run()
    assert "还没有评分" in said(page)


def test_the_radar_says_what_the_table_says():
    """Three criteria that both sides gave make a radar; a penalty is only in the table, with its sign."""
    gaps = [_gap(name) for name in ("one", "two", "three")]
    shown = overview_html(_comparison([*gaps, _gap("lost", kind="penalty", own=1.0, graded=2.0)]))
    drawing = base64.b64decode(shown.partition("base64,")[2].partition('"')[0]).decode()
    assert drawing.count("<text ") == 3 and "<svg" not in shown and shown.count("<tr>") == 5
    assert "−2 / 4" in shown and ">+1</td>" in shown and ">−2</td>" in shown
    assert "<img" not in overview_html(_comparison(gaps[:2])) and "<table" in overview_html(_comparison(gaps[:2]))


def _gap(name: str, **values: object) -> Gap:
    usual = {"criterion": name, "name": name, "kind": "score", "max_points": 4.0, "own": 1.0, "graded": 3.0}
    words = {"own_comment": "", "view": "stricter", "own_level": "", "level": ""}
    return Gap(**{**usual, **words, "evidence": (), "missing": (), "covered": (), **values})


def _comparison(gaps: list[Gap]) -> Comparison:
    totals = {"own_total": 3.0, "graded_total": 9.0, "max_points": 12.0, "pass_mark": 6.0}
    return Comparison(gaps=tuple(gaps), **totals, leaning=-0.5, distance=0.5)


def _store(cards) -> None:
    with open_records() as records:
        for number, card in enumerate(cards):
            attempt = records.attempts.begin(OWNER, rubric(), parse(TEXT), own(empathy=4))
            named = card.model_copy(update={"id": f"card{number}"})
            records.save(named, parse(TEXT), rubric=rubric(), owner=OWNER)
            records.attempts.attach(attempt.id, named.id)


def test_progress_is_told_in_words_beside_the_plots(data):
    """Two attempts give plots whose words name first, best and latest, and advice with what the next level asks."""
    _store([scorecard(verdict("empathy", [1.0, 0, 0])), scorecard()])
    page = open_page("practice", practice_view="progress")
    words = said(page)
    assert fine(page)
    assert "练了 2 次" in words and "/ 7" in words
    assert "接下来练什么" in words and "再上一档要" in words
    (opened, *_) = [box for box in page.toggle if box.key.startswith("practice_open_")]
    opened.set_value(True).run()
    assert fine(page) and "自评偏宽" in said(page)


def test_the_page_speaks_english(data):
    """The same page in English has no Chinese of its own."""
    _store([scorecard()])
    page = open_page("practice", "en", practice_view="progress")
    assert fine(page) and "What to train next" in said(page)


def test_a_disk_that_fails_is_one_sentence(data, monkeypatch):
    """Records that cannot be opened are reported in one sentence, without a traceback."""

    def refuse():
        raise StorageError("storage_no_access", path="/x", detail="read-only")

    monkeypatch.setattr("ui.shared.stores.records", refuse)
    page = open_page("practice")
    assert len(page.error) == 1 and not page.exception and not has(page, "practice_go")


def test_a_total_without_an_ungraded_criterion_says_so():
    """The bars share one scale, so what the grader's total lacks is named beside them."""
    from evaluator.practice.comparison import compare
    from tests.support.practice_cases import own, rubric, scorecard, ungraded
    from ui.practice.result import totals_html

    whole = totals_html(compare(rubric(), own(), scorecard()))
    partial = totals_html(compare(rubric(), own(), scorecard(ungraded("empathy"))))
    assert "没能评出" in partial and "安抚" in partial and "没能评出" not in whole

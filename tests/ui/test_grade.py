"""The grade page: empty, filled, failing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from evaluator import rubrics
from evaluator import transcript as transcripts
from evaluator.grading import Proposal
from evaluator.settings import load_settings
from evaluator.storage import open_records
from tests.support.fake_endpoint import FakeEndpoint, as_json
from tests.support.practice_cases import rubric as parcel
from tests.support.profile_cases import CURRENT, keep_desk
from tests.support.ui_pages import OWNER, fine, has, open_page, prepare, press, read, said, wait

ANSWER = "我先把来访按问题分类，简单的交给机器人，投诉留给人。\n上线后等待从六分钟降到一分半，满意度升到四点六。"
CALL = "小周：您好，请问有什么可以帮您？\n罗女士：你们发错货了，我要退款！\n小周：实在抱歉，我今天就给您换。"
ANSWERS = "ai-and-people"
CALLS = "cross-border-wrong-item"


@pytest.fixture
def data(tmp_path: Path, monkeypatch):
    return prepare(monkeypatch, tmp_path)


def _typed(text: str = ANSWER, rubric: str = ANSWERS):
    page = open_page("grade")
    page.selectbox(key="grade_rubric").set_value(rubric).run()
    return page.text_area(key="grade_text").set_value(text).run()


def _until_graded(text: str = ANSWER, rubric: str = ANSWERS):
    return _graded(press(_typed(text, rubric), "grade_go"))


def _graded(page):
    for _ in range(120):
        page.run()
        if '<div class="ev-total">' in said(page) or page.error or page.exception:
            return page
        time.sleep(0.5)
    raise AssertionError(said(page)[-800:])


def test_empty_page_offers_the_example(data):
    """Before anything is handed in the page says what to do and offers an example, which fills the field."""
    page = open_page("grade")
    assert fine(page) and "拖入文件" in said(page) and not has(page, "grade_go")
    press(page, "grade_example")
    assert fine(page) and page.text_area(key="grade_text").value.strip() and has(page, "grade_go")


def test_a_pasted_text_can_say_whose_it_is(data):
    """The name is kept like the text, is found in the list of gradings, and is not carried over to the next one."""
    page = _typed()
    page.text_input(key="grade_name").set_value(" 考生七 ").run()
    assert fine(open_page("grade")) and open_page("grade").text_input(key="grade_name").value.strip() == "考生七"
    page = _graded(press(page, "grade_go"))
    with open_records() as records:
        assert [one.label for one in records.history(2, text="考生七", owner=OWNER)] == ["考生七"]
    press(page, "grade_again")
    assert page.text_area(key="grade_text").set_value(ANSWER).run().text_input(key="grade_name").value == ""


def test_search_narrows_the_scenarios(data):
    """A word of the task or the topics leaves only the scenarios that hold it; nothing found says so."""
    page = open_page("grade")
    page.text_input(key="grade_search").set_value("座椅").run()
    assert page.selectbox(key="grade_rubric").value == CALLS
    page.text_input(key="grade_search").set_value("没有这样的词").run()
    assert fine(page) and any("没有符合的场景" in one.value for one in page.info)


def test_grading_shows_points_with_their_scale_evidence_and_the_pass_mark(data):
    """The scorecard has the total out of its maximum, the pass mark, levels, quotations that link to their words."""
    page = _until_graded()
    shown = said(page)
    assert fine(page) and "及格线 5 / 8" in shown and "<small> / 8</small>" in shown
    assert 'href="#words-' in shown and 'id="words-' in shown and 'href="#criterion-' in shown
    assert "测试用的假评委" in shown
    with open_records() as records:
        assert [one.rubric_id for one in records.history(owner=OWNER)] == [ANSWERS]


def test_words_are_kept_when_the_page_is_opened_again(data):
    """What was typed and which scenario was chosen are there after a reload."""
    _typed("写到一半的回答", CALLS)
    page = open_page("grade")
    assert page.text_area(key="grade_text").value == "写到一半的回答"
    assert page.selectbox(key="grade_rubric").value == CALLS


def test_roles_are_swapped_with_one_click(data):
    """The two speakers change places, and the transcript shows it; once more, and they are back."""
    page = _typed(CALL, CALLS)
    before = _roles(page)
    assert set(before.values()) == {"agent", "customer"}
    press(page, "grade_pasted_swap")
    assert fine(page) and _roles(page) == {"小周": before["罗女士"], "罗女士": before["小周"]}
    press(page, "grade_pasted_swap")
    assert fine(page) and _roles(page) == before


def _roles(page) -> dict[str, str]:
    """Who is who, as the page has it."""
    return {one.label.partition("（")[0]: one.value for one in page.segmented_control if "_role_" in one.key}


def test_the_roles_of_one_text_are_not_put_on_the_next(data):
    """A call with the same names in swapped roles is graded by the roles that were read in it."""
    first = "说话人1：您好，请问有什么可以帮您？\n说话人2：你们发错货了，我要退款！"
    second = "说话人1：你们发错货了，我要退款！\n说话人2：您好，实在抱歉，请问有什么可以帮您？"
    page = _typed(first, CALLS)
    assert _roles(page) == {"说话人1": "agent", "说话人2": "customer"}
    page.text_area(key="grade_text").set_value(second).run()
    assert fine(page) and _roles(page) == {"说话人1": "customer", "说话人2": "agent"}


def test_hostile_words_are_shown_as_words(data):
    """Markup in a transcript is escaped, in the preview and in the scorecard."""
    page = _until_graded("<script>alert(1)</script><b>我会道歉</b>，然后给客户换货。" * 3)
    assert "<script>" not in said(page) and "&lt;script&gt;" in said(page)


def test_a_binary_file_gets_one_sentence_and_the_text_stays(data):
    """A file that is not text is refused in one sentence; the typed text is still there to be graded."""
    page = _typed()
    page.file_uploader(key="grade_files").set_value([("photo.txt", b"\x89PNG\r\n\x1a\n\x00\x00", "text/plain")]).run()
    assert len(page.error) == 1 and "photo.txt" in read(page.error[0].value) and not page.exception
    assert has(page, "grade_go")


def test_several_files_are_graded_each(data):
    """Two files give two gradings, named after the files."""
    page = open_page("grade")
    page.selectbox(key="grade_rubric").set_value(ANSWERS).run()
    files = [(f"{name}.txt", ANSWER.replace("六", name).encode(), "text/plain") for name in ("七", "八")]
    page.file_uploader(key="grade_files").set_value(files).run()
    press(page, "grade_go")
    wait(page, "grade_shown")
    for _ in range(120):
        page.run()
        time.sleep(0.5)
        with open_records() as records:
            if records.count(owner=OWNER) == 2:
                break
    with open_records() as records:
        assert {one.label for one in records.history(owner=OWNER)} == {"七.txt", "八.txt"}


def test_a_missing_model_is_one_sentence_and_loses_nothing(data, monkeypatch):
    """Without weights the grading fails with what to do, and the text can be restored.

    For files, the page says otherwise.
    """
    monkeypatch.setenv("EVALUATOR_MODEL", "embedded")
    page = press(_typed(), "grade_go")
    wait(page, "grade_back")
    assert len(page.error) == 1 and not page.exception
    assert "贴入的文本还在；放入的文件要再放一次" in said(page)
    press(page, "grade_back")
    assert page.text_area(key="grade_text").value == ANSWER


def test_without_a_profile_for_the_scenario_nothing_is_asked(data):
    """Nobody is asked for a profile if the rubric has none."""
    rubrics.write(parcel(), load_settings().user_rubric_dir)
    keep_desk()
    assert not has(_typed(CALL, CALLS), f"grade_profile_{CALLS}")


def test_a_profile_moves_the_points_and_says_who_decides(data):
    """None is chosen at first; the chosen one is remembered, named on the scorecard, with intervals and a decision."""
    rubrics.write(parcel(), load_settings().user_rubric_dir)
    keep_desk("other")
    keep_desk()
    keep_desk()
    page = _typed(CALL, "lost-parcel")
    box = page.selectbox(key="grade_profile_lost-parcel")
    assert box.value == "" and [one.split(" · ")[0] for one in box.options] == ["不用校准方案", "desk v2", "other v1"]
    box.set_value("desk").run()
    again = open_page("grade")
    assert again.selectbox(key="grade_profile_lost-parcel").value == "desk"
    page = _graded(press(again, "grade_go"))
    words = said(page)
    assert fine(page) and "已按 desk v2 换算到人工评分的尺度" in words
    assert words.count("区间 ") >= 3 and ("由机器独自评定（desk v2" in words or "需要人来定（desk v2" in words)
    with open_records() as records:
        (one,) = records.history(owner=OWNER)
        card = records.get(one.id)
    assert card.profile == "desk v2" and card.decision and card.verdicts[0].interval


@pytest.mark.parametrize("part", ["model", "rubric", "arithmetic"])
def test_a_profile_that_no_longer_fits_is_one_sentence_and_loses_nothing(data, part):
    """A model, rubric or arithmetic other than the fit's results in one sentence.

    The text is kept, and grading continues without the profile.
    """
    rubrics.write(parcel(), load_settings().user_rubric_dir)
    keep_desk(stamp=CURRENT.model_copy(update={part: "another"}))
    page = _typed(CALL, "lost-parcel")
    page.selectbox(key="grade_profile_lost-parcel").set_value("desk").run()
    if part == "model":
        wait(press(page, "grade_go"), "grade_back")
    assert not page.exception and len(page.error) == 1 and "desk v1" in read(page.error[0].value)
    if part == "model":
        press(page, "grade_back")
    assert page.text_area(key="grade_text").value == CALL
    page.selectbox(key="grade_profile_lost-parcel").set_value("").run()
    page = _graded(press(page, "grade_go"))
    assert fine(page) and "换算到人工评分的尺度" not in said(page)


def test_unreadable_settings_are_one_sentence(data):
    """An unreadable settings file is reported, and the page does not break."""
    (data / "settings.toml").write_text("model = [", encoding="utf-8")
    page = open_page("grade")
    assert not page.exception and len(page.error) == 1 and "settings.toml" in read(page.error[0].value)


def test_english_has_no_chinese_of_its_own(data):
    """In English the form speaks English; Chinese is left only in scenarios and texts."""
    page = open_page("grade", "en")
    assert fine(page) and page.title[0].value == "Grade" and "Choose the scenario" in said(page)


def _proposing(monkeypatch, *found: tuple[str, float]) -> None:
    """The comparison with the scenarios finds these, as rubric ids and probabilities."""

    def propose(transcript, given):
        known = {one.id: one for one in given}
        return [Proposal(known[name], probability) for name, probability in found]

    monkeypatch.setattr("ui.scorecard.proposal.propose_rubrics", propose)


def _compared(page):
    for _ in range(100):
        if "正在对照" not in said(page):
            return page
        time.sleep(0.05)
        page.run()
    raise AssertionError(said(page)[-400:])


def test_a_scenario_that_fits_better_is_proposed_and_taken_with_one_click(data, monkeypatch):
    """A call handed in under an interview question: the page names the call's scenario; nothing changes by itself."""
    _proposing(monkeypatch, (CALLS, 0.97), (ANSWERS, 0.1))
    page = _compared(_typed(CALL, ANSWERS))
    assert fine(page) and "看起来更像" in said(page) and page.selectbox(key="grade_rubric").value == ANSWERS
    page = _compared(press(page, f"grade_take_{CALLS}"))
    assert page.selectbox(key="grade_rubric").value == CALLS and "与所选场景相符" in said(page)


def test_a_text_that_fits_no_scenario_makes_the_page_ask(data, monkeypatch):
    """It asks for a confirmation and offers the rubric for any topic."""
    _proposing(monkeypatch, (CALLS, 0.2))
    page = _compared(_typed("霜降是秋季的最后一个节气。", ANSWERS))
    assert "没有哪个场景" in said(page) and has(page, "grade_take_general-call")


def test_a_paste_that_is_too_long_is_refused_and_the_earlier_text_kept(data):
    """One sentence says what to do; the field holds what it held before."""
    page = _typed(ANSWER)
    page.text_area(key="grade_text").set_value("长" * 300_001).run()
    assert page.text_area(key="grade_text").value == ANSWER
    assert [one.value for one in page.error if "300,000" in one.value]


def test_a_long_text_is_read_in_the_background_and_once(data, monkeypatch):
    """The page says that it is reading; afterwards a click does not read the text again."""
    calls = []
    parse = transcripts.parse
    monkeypatch.setattr(transcripts, "parse", lambda text, **more: calls.append(len(text)) or parse(text, **more))
    long = CALL + "\n" + "\n".join(f"小周：第{n}句话，说明处理的办法。" for n in range(1000))
    page = wait(_typed(long, CALLS), "grade_go")
    assert calls == [len(long)] and fine(page)
    page.run()
    assert calls == [len(long)]


def test_a_recording_becomes_text_in_the_field(data):
    """The text is shown with what may be misheard, and goes into the field when somebody says so."""
    reply = {"segments": [{"start": 0, "end": 2, "speaker": "客服", "text": "今天就换。", "avg_logprob": -2.0}]}
    with FakeEndpoint() as endpoint:
        endpoint.usual = lambda body: as_json(reply)
        page = open_page("grade")
        page.file_uploader(key="grade_sound").set_value(("call.mp3", b"ID3 sound", "audio/mpeg")).run()
        press(page, "grade_hear")
        assert "请写明用哪个听写模型" in page.error[0].value
        page.text_input(key="grade_hearing_model").set_value(f"{endpoint.url}#diarize").run()
        press(page, "grade_hear")
        wait(page, "grade_use")
    assert "<mark>今天就换。?</mark>" in said(page)
    press(page, "grade_use")
    assert fine(page) and page.text_area(key="grade_text").value == "[00:00] 客服：今天就换。[?]"
    assert not has(page, "grade_use")


def test_numbered_speakers_are_told_apart_and_chosen(data):
    """A number gets a word and the first words beside it; two graded people are one only knowingly."""
    call = '[{"speaker":0,"text":"您好，请问有什么可以帮您？"},{"speaker":1,"text":"水壶漏水"},{"speaker":2,"text":"我是主管"}]'
    page = _typed(call, CALLS)
    fields = [one for one in page.segmented_control if "_role_" in one.key]
    assert [one.label.partition("（")[0] for one in fields] == ["说话人 0", "说话人 1", "说话人 2"]
    assert "水壶漏水" in fields[1].label and "1 · 说话人 0 · 被评分者" in said(page)
    fields[2].set_value("agent").run()
    assert fine(page) and "说话人 0、说话人 2" in said(page)
    next(one for one in page.segmented_control if "_role_" in one.key).set_value("other").run()
    assert "都标成了被评分者" not in said(page) and "3 · 说话人 2 · 被评分者" in said(page)


def test_one_turn_gets_another_speaker(data):
    """The text has it wrong in one place: that turn is the customer's, the others stay."""
    page = _typed(CALL, CALLS)
    field = next(one.key for one in page.selectbox if one.key.endswith("_which"))
    page.selectbox(key=field).set_value("t3").run()
    page.segmented_control(key=field.replace("_which", "_t3")).set_value("customer").run()
    drawn = said(page)
    assert fine(page) and drawn.count('class="ev-turn customer"') == 2 and drawn.count('class="ev-turn agent"') == 1
    press(page, field.replace("_which", "_undo"))
    assert said(page).count('class="ev-turn customer"') == 1

"""The calibration page: a confirmed table, graded texts, agreement beside the ceiling, a fitted profile, drift."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pandas as pd
import pytest

from evaluator import rubrics
from evaluator.calibration.sampling.estimation import estimate_batch
from evaluator.calibration.sampling.power import plan
from evaluator.profiles.applying import apply_profile
from evaluator.profiles.profile import Policy, Profile, Promise
from evaluator.settings import load_settings
from evaluator.storage import open_records
from tests.support.practice_cases import rubric
from tests.support.profile_cases import keep_desk
from tests.support.storage_cases import make_rubric
from tests.support.ui_pages import OWNER, WAIT_S, fine, has, open_page, prepare, press, said

COUNT = 16
UNGRADED = ("i3", "i7", "i11", "i14")
KIND = "application/octet-stream"


def _text(number: int) -> str:
    """A reply that grows with its number, so that a judge that counts words sees it too."""
    parts = ["非常抱歉", "让您等了五天", "包裹在中转站丢失", "我今天就安排补发", "明天送到", "运单号稍后短信告知",
             "另外赔付十元优惠券", "有任何问题请拨打我的分机", "我会盯到您签收为止", "祝您愉快"]  # fmt: skip
    return f"客户：我的包裹呢？\n客服：{'，'.join(parts[: 1 + number % 10])}。第{number}单。"


def _grades(graders: int = 3) -> bytes:
    """Grades in the long form, by the criteria's names, rising with the text."""
    draw = random.Random(7)
    rows = ["编号,评分人,评分项,分数"]
    for number in range(COUNT):
        for grader in range(graders):
            base = (number % 10) / 9
            rows.append(f"i{number},老师{grader},安抚,{min(4, max(0, round(4 * base + draw.uniform(-0.7, 0.7))))}")
            rows.append(f"i{number},老师{grader},补救,{min(3, max(0, round(3 * base + draw.uniform(-0.7, 0.7))))}")
    return "\n".join(rows).encode("gb18030")


@pytest.fixture
def data(tmp_path: Path, monkeypatch):
    prepare(monkeypatch, tmp_path)
    rubrics.write(rubric(), load_settings().user_rubric_dir)
    return tmp_path


def _begin():
    page = open_page("calibration")
    page.selectbox(key="calibration_rubric").set_value("lost-parcel").run()
    return press(page, "calibration_begin")


def _upload(page, content: bytes | None = None, name: str = "评分.csv"):
    return page.file_uploader(key="calibration_grades").set_value([(name, content or _grades(), KIND)]).run()


def _texts(page, more: str = ""):
    files = [(f"i{number}.txt", (_text(number) + more).encode(), "text/plain") for number in range(COUNT)]
    return page.file_uploader(key="calibration_items").set_value(files).run()


def _until(page, words: str):
    """Runs the page until it says `words`."""
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        page.run()
        if words in said(page) or page.exception:
            return page
        time.sleep(0.3)
    raise AssertionError(f"never said {words}: {said(page)[-600:]}")


def test_each_empty_view_says_what_to_do(data):
    """Without a run, a profile or anchors every view names the next step."""
    page = _begin()
    assert fine(page) and "人工评分表" in said(page)
    for view, words in (("profiles", "还没有校准方案"), ("drift", "还没有可以当锚的答卷")):
        page.segmented_control(key="calibration_view").set_value(view).run()
        assert fine(page) and words in said(page)


def test_planning_needs_no_data(data):
    """The number of items for a wanted precision is stated before anything is uploaded."""
    page = open_page("calibration", calibration_view="plan")
    assert fine(page) and f"需要 {plan().items} 份答卷" in said(page)
    page.slider(key="plan_half").set_value(0.2).run()
    assert fine(page) and f"需要 {plan(half_width=0.2).items} 份答卷" in said(page)


def test_the_meaning_of_columns_is_shown_and_confirmed(data):
    """The proposed mapping is a sentence; nothing is read before it is confirmed, and a reload keeps it."""
    page = _upload(_begin())
    assert fine(page) and "编号 ← 编号" in said(page) and "读到" not in said(page)
    press(page, "calibration_confirm")
    assert f"读到 {COUNT * 6} 个分数：{COUNT} 份答卷，3 位评分人" in said(page)
    again = open_page("calibration")
    assert fine(again) and f"读到 {COUNT * 6} 个分数" in said(again)


def test_grades_that_do_not_fit_are_listed_with_their_row(data):
    """Points outside the scale, unreadable ones and unknown criteria are listed with their row."""
    table = "item,grader,criterion,points\ni1,a,empathy,9\ni1,a,remedy,好\ni2,a,humour,1\ni3,a,empathy,3\n".encode()
    page = _upload(_begin(), table)
    press(page, "calibration_confirm")
    words = said(page)
    assert fine(page) and "第 2 行" in words and "第 3 行" in words and "第 4 行" in words
    assert "只有一位评分人" in words


def test_a_file_that_is_no_table_is_one_sentence(data):
    """A broken spreadsheet is reported in one sentence; the page stays."""
    page = _upload(_begin(), b"\x00\x01", "评分.xlsx")
    assert len(page.error) == 1 and not page.exception


def _graded(page):
    """Grades confirmed, texts in, the machine done."""
    press(_upload(page), "calibration_confirm")
    _texts(page)
    assert f"让评分器评 {COUNT} 份" in page.button(key="calibration_machine").label
    press(page, "calibration_machine")
    return _until(page, f"评分器已评完 {COUNT} 份")


def test_from_grades_to_a_profile(data):
    """Texts are graded, agreement stands beside the ceiling, a profile is fitted, a policy is chosen and kept."""
    page = _graded(_begin())
    press(page, "calibration_report")
    _until(page, "两个人之间")
    words = said(page)
    assert fine(page) and "QWK" in words and "一个人对其余平均" in words and f"n = {COUNT}" in words
    assert 'alt="总分：机器减人的差' in words
    page.checkbox(key="calibration_texts").set_value(False).run()
    press(page, "calibration_fit")
    _until(page, "折留出")
    assert fine(page) and "未校准" in said(page)
    assert "都有人工评分" in said(page)
    with open_records() as records:
        profile = Profile.model_validate(records.profiles.get("lost-parcel").body)
        (one, *_) = records.history(1)
        record = records.record(one.id)
    moved = apply_profile(record.scorecard, record.transcript, profile)
    assert moved.profile == "lost-parcel v1" and moved.interval is not None
    page.slider(key="calibration_share").set_value(0).run()
    page.slider(key="calibration_agreement").set_value(50).run()
    assert "跨过及格线 4 / 7" in said(page)
    assert "还没有定规则" in said(page)
    press(page, "calibration_keep_policy")
    words = said(page)
    assert fine(page) and "lost-parcel v2 已定的规则" in words
    kept = _routing()
    assert list(kept.widest) == ["empathy"] and kept.promise.n == COUNT
    assert f"在 {COUNT} 份未见过的答卷上：独自评" in words and "安抚：区间在 ±" in words
    assert "补救：没有定宽度" in words
    press(page, "calibration_keep_all")
    assert fine(page) and "补救：区间在 ±" in said(page)
    assert set(_routing().widest) == {"empathy", "remedy"}
    page.toggle(key="calibration_mark_lost-parcel v3").set_value(False).run()
    assert fine(page) and "是否通过只看校准后的总分" in said(page)
    assert not _routing().pass_mark and _routing().promise
    again = open_page("calibration")
    assert fine(again) and "lost-parcel v4 已定的规则" in said(again)
    press(page, "calibration_drop_lost-parcel v4")
    assert fine(page) and "lost-parcel v5 还没有定规则" in said(page) and _routing() is None
    page.segmented_control(key="calibration_view").set_value("drift").run()
    assert fine(page) and "再评一遍之后" in said(page)
    press(page, "drift_go")
    _until(page, "没有可疑的漂移")
    assert fine(page)


def test_what_is_handed_in_anew_leaves_no_old_figures(data):
    """Another table, or another meaning of it, removes the report; other texts also remove the readouts.

    It does not matter whether names are alike.
    """
    page = press(_graded(_begin()), "calibration_report")
    _until(page, "两个人之间")
    (folder,) = (path.parent for path in load_settings().data_dir.glob("calibration/*/run.json"))

    def kept() -> set[str]:
        known = {"report.html", "report.json", "report.xlsx", "held_out.json", "draw.csv", "readouts.jsonl"}
        return known & {path.name for path in folder.iterdir()}

    (folder / "held_out.json").write_text("{}", encoding="utf-8")
    assert len(kept()) == 5
    _upload(page, _grades(2), "改好.csv")
    assert fine(page) and kept() == {"readouts.jsonl"}
    press(page, "calibration_confirm")
    assert "两个人之间" not in said(page) and "评分器已评完" in said(page)
    (folder / "report.xlsx").write_bytes(b"")
    page.checkbox(key="calibration_scaled").set_value(True).run()
    press(page, "calibration_confirm")
    assert fine(page) and kept() == {"readouts.jsonl"}
    _texts(page, "客户：好的。")
    assert fine(page) and not kept() and "评分器已评完" not in said(page)
    assert f"让评分器评 {COUNT} 份" in page.button(key="calibration_machine").label


def _routing() -> Policy | None:
    """The policy that is kept: the same in the records and in the run's file, and in no draft."""
    with open_records() as records:
        body = records.profiles.get("lost-parcel").body
        assert not any(one.name.startswith("routing") for one in records.drafts.all(OWNER))
    (file,) = load_settings().data_dir.glob("calibration/*/profile.json")
    profile = Profile.load(file)
    assert profile == Profile.model_validate(body)
    return profile.routing


def test_a_policy_is_seen_and_changed_among_the_profiles(data):
    """The newest version of a profile shows its policy with the switch; an earlier version only shows it."""
    keep_desk(routing=Policy(widest={"empathy": 0.5}, promise=Promise(share=0.5, agreement=0.9, tolerance=1, n=40)))
    keep_desk()
    page = open_page("calibration", calibration_view="profiles")
    words = said(page)
    assert fine(page) and "desk v1 已定的规则" in words and "在 40 份未见过的答卷上：独自评 50%" in words
    assert not has(page, "calibration_mark_desk v1")
    page.toggle(key="calibration_mark_desk v2").set_value(False).run()
    with open_records() as records:
        assert records.profiles.get("desk").body["routing"]["pass_mark"] is False
    page.toggle(key="calibration_mark_desk v3").set_value(True).run()
    with open_records() as records:
        assert records.profiles.get("desk", 4).body["routing"] is None
    assert fine(page) and "desk v4 还没有定规则" in said(page)


def test_few_human_grades_tell_the_mean_of_all_texts(data):
    """With four texts that nobody graded the page gives the mean of all, what people alone give, and whom to ask."""
    rows = [row for row in _grades().decode("gb18030").splitlines() if row.partition(",")[0] not in UNGRADED]
    page = _begin()
    press(_upload(page, "\n".join(rows).encode()), "calibration_confirm")
    _texts(page)
    press(page, "calibration_machine")
    _until(page, "相当于人工评分的倍数")
    words = said(page)
    assert fine(page) and f"<td>{COUNT - 4}</td><td>4</td>" in words and " / 4 [" in words


def test_a_draw_says_whom_to_grade_and_waits_for_all_of_them(data):
    """A round draws texts for people; the mean is shown once all drawn ones are graded; the draw can be cancelled."""
    table = _grades().decode("gb18030").splitlines()
    rows = [row for row in table if row.partition(",")[0] not in UNGRADED]
    page = _begin()
    press(_upload(page, "\n".join(rows).encode()), "calibration_confirm")
    _texts(page)
    press(page, "calibration_machine")
    _until(page, "相当于人工评分的倍数")
    page.number_input(key=f"calibration_draw_count_{len(UNGRADED)}").set_value(4).run()
    press(page, "calibration_draw")
    words = said(page)
    assert fine(page) and "抽到的还有 4 份等人评" in words and "相当于人工评分的倍数" not in words
    assert all(name in words.partition("等人评")[2] for name in UNGRADED)
    _upload(page, "\n".join(table).encode(), "补好.csv")
    press(page, "calibration_confirm")
    assert fine(page) and "等人评" not in said(page) and f"<td>{COUNT}</td><td>0</td>" in said(page)
    press(page, "calibration_draw_forget")
    assert fine(page) and "不需要估计" in said(page)


def test_estimates_use_each_grade_once():
    """A text that people graded is not counted among those that only the machine graded."""
    machine = pd.DataFrame({"empathy": [float(n % 5) for n in range(30)]}, index=[f"i{n}" for n in range(30)])
    found = estimate_batch(machine.head(12) + 0.5, machine)["empathy"]
    assert (found.graded, found.ungraded) == (12, 18)
    assert found.mean == pytest.approx(machine["empathy"].mean() + 0.5, abs=0.15) and found.worth > 1


def test_too_few_labels_are_refused_with_the_number(data):
    """A fit on three items is refused with how many are needed; the grades stay."""
    page = _begin()
    table = "item,grader,criterion,points\n" + "".join(f"i{n},{g},empathy,{n}\n" for n in range(3) for g in "ab")
    press(_upload(page, table.encode(), "g.csv"), "calibration_confirm")
    files = [(f"i{number}.txt", _text(number).encode(), "text/plain") for number in range(3)]
    page.file_uploader(key="calibration_items").set_value(files).run()
    press(page, "calibration_machine")
    _until(page, "评分器已评完 3 份")
    press(page, "calibration_fit")
    end = time.monotonic() + WAIT_S
    while not page.error and time.monotonic() < end:
        page.run()
    assert not page.exception and "至少要" in page.error[0].value


def test_the_page_speaks_english(data):
    """The same page in English."""
    page = open_page("calibration", "en")
    assert fine(page) and "Choose the rubric" in said(page)


class _Upload:
    """A file as the browser hands it over."""

    def __init__(self, name: str, content: bytes):
        self.name, self.content = name, content

    def getvalue(self) -> bytes:
        return self.content


def test_texts_come_as_word_files_or_as_a_table():
    """Everything that a batch takes is taken here; ids are those of the table, or file names without the suffix."""
    import io

    import docx

    from ui.calibration.machine import texts_of

    document, word = docx.Document(), io.BytesIO()
    document.add_paragraph("客服：您好，马上给您换。")
    document.save(word)
    rubric = make_rubric()
    table = "编号,对话\n甲,客服：您好。\n乙,客服：抱歉。".encode()
    for files, ids in (
        ([_Upload("d1.docx", word.getvalue()), _Upload("d2.txt", "客服：您好。".encode())], ["d1", "d2"]),
        ([_Upload("四月.csv", table)], ["甲", "乙"]),
    ):
        ((name, content),) = texts_of(files, rubric)
        assert name == "items.jsonl" and [json.loads(line)["id"] for line in content.decode().splitlines()] == ids


def test_many_lost_grades_are_asked_about(monkeypatch):
    """Grades of texts that are not there are not left out silently: a person has to agree."""
    import pandas as pd

    from evaluator.calibration.data import Grades
    from ui.calibration import grades

    few = pd.DataFrame([("d1", "g", "c", 1.0)], columns=["item", "grader", "criterion", "points"])
    shown = []
    monkeypatch.setattr(grades.runs, "grades_of", lambda run, known: Grades(few, (), 9))
    monkeypatch.setattr(grades.st, "checkbox", lambda label, key: shown.append(label) or False)
    monkeypatch.setattr(grades, "note", lambda *_: None)
    run = grades.Run(id="r", owner="", at="", rubric="x")
    assert not grades.show_grades(run) and "9" in shown[0]

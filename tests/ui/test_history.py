"""The list of gradings, and one of them opened: corrections, notes, comparison, downloads."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest

from evaluator import rubrics
from evaluator.reports.rows import head_rows, speaker
from evaluator.settings import load_settings
from evaluator.storage import new_id, open_records
from evaluator.transcript import parse
from tests.support.practice_cases import WORDS, rubric, scorecard, ungraded, verdict
from tests.support.ui_pages import OWNER, fine, has, open_page, prepare, press, said
from ui.scorecard.compare_view import comparison_html


@pytest.fixture
def data(tmp_path: Path, monkeypatch):
    return prepare(monkeypatch, tmp_path)


def _stored(*verdicts, label: str = "", owner: str = OWNER) -> str:
    card = scorecard(*verdicts).model_copy(update={"id": new_id()})
    with open_records() as records:
        return records.save(card, parse(f"客服：{WORDS}\n客户：好。"), rubric=rubric(), label=label, owner=owner)


def _opened(grading: str, language: str = "zh"):
    page = open_page("history", language)
    page.query_params["id"] = grading
    return page.run()


def test_empty_list_says_what_to_do(data):
    """Without gradings the list says what to do first; a search without hits says to widen it."""
    page = open_page("history")
    assert fine(page) and "先评一份" in said(page)
    page.text_input(key="history_text").set_value("谁").run()
    assert fine(page) and "放宽条件" in said(page)


def test_the_list_holds_ones_own_only(data):
    """Somebody else's grading is neither listed nor counted, and its id opens nothing."""
    _stored(label="我的")
    theirs = _stored(label="别人的", owner="somebody@else.example")
    page = open_page("history")
    assert fine(page) and list(page.dataframe[0].value["label"]) == ["我的"]
    page = _opened(theirs)
    assert not page.exception and len(page.error) == 1 and "没有编号" in page.error[0].value


def test_a_tick_opens_the_row_that_was_seen(data):
    """A grading made between the drawing of the list and the tick moves no other row under it, then or later."""
    for name in "甲乙丙":
        _stored(label=name)
    page = open_page("history")
    seen = list(page.dataframe[0].value["label"])
    table = page.dataframe[0].proto.id
    _stored(label="丁")
    states = page._tree.get_widget_states()
    states.widgets.add(id=table, string_value=json.dumps({"selection": {"rows": [1]}}))
    page._run(states)
    assert fine(page) and f'<h2 class="ev-h2">{seen[1]}</h2>' in said(page)
    press(page, "history_back")
    assert fine(page) and len(page.dataframe[0].value) == 4 and page.dataframe[0].proto.id != table


def test_every_kind_of_criterion_is_shown_with_its_scale(data):
    """Score, checklist, penalty and fatal item read right; what is ungraded says why and is not zero."""
    shown = said(_opened(_stored(ungraded("remedy"))))
    assert "2 / 4" in shown and "−0.1 / 2" in shown and "未出现" in shown
    assert "未评出 / 3" in shown and "模型没有按时回答" in shown and "不等于零分" in shown


def test_evidence_and_its_words_lead_to_each_other(data):
    """A quotation links to the marked words, and these link back to the criterion."""
    shown = said(_opened(_stored()))
    assert 'href="#words-empathy-1"' in shown and 'id="words-empathy-1"' in shown
    assert 'href="#criterion-empathy"' in shown and 'id="criterion-empathy"' in shown


def test_a_correction_stands_beside_the_machine_and_moves_the_total(data):
    """A person's points are shown with who and why, the total is recomputed, and taking them back undoes it."""
    grading = _stored()
    with open_records() as records:
        records.override(grading, "empathy", 4, "说得很好", who="林老师")
    page = _opened(grading)
    assert fine(page) and "林老师" in said(page) and "说得很好" in said(page) and "机器评分" in said(page)
    page.toggle(key=f"correct_{grading}").set_value(True).run()
    press(page, f"fix_{grading}_empathy_back")
    assert fine(page) and "机器评分" not in said(page)


def test_the_list_shows_what_counts_after_a_correction(data):
    """Total and outcome in the list are those of the opened grading, marked as corrected until it is taken back."""
    grading = _stored()
    with open_records() as records:
        records.override(grading, "empathy", 4, who="林老师")
    (row,) = open_page("history").dataframe[0].value.to_dict("records")
    assert (round(row["total"], 1), row["passed"], row["changed"]) == (4.9, "通过", "已改")
    with open_records() as records:
        records.revert(grading, "empathy", who="林老师")
    (row,) = open_page("history").dataframe[0].value.to_dict("records")
    assert (round(row["total"], 1), row["passed"], row["changed"]) == (2.9, "未通过", "")


def test_only_ones_own_corrections_are_used_for_calibration(data):
    """Corrections of another owner's gradings are neither offered nor counted."""
    rubrics.write(rubric(), load_settings().user_rubric_dir)
    mine, theirs = _stored(), _stored(owner="somebody@else.example")
    page = open_page("calibration")
    page.selectbox(key="calibration_rubric").set_value("lost-parcel").run()
    with open_records() as records:
        records.override(theirs, "empathy", 4, who="林老师")
    press(page, "calibration_begin")
    assert fine(page) and not has(page, "calibration_corrections")
    with open_records() as records:
        records.override(mine, "empathy", 3, who="林老师")
    press(page.run(), "calibration_corrections")
    (run,) = (data / "calibration").iterdir()
    assert fine(page) and [one.stem for one in (run / "items").iterdir()] == [mine]
    assert theirs not in (run / "grades.csv").read_text(encoding="utf-8")


def test_a_correction_needs_a_name(data):
    """Without a name the page asks for one; with one the points are kept, and the name is there the next time."""
    grading = _stored()
    page = _correcting(grading)
    _save(page)
    assert any("姓名" in one.value for one in page.error)
    page.text_input(key="reviewer_name").set_value("林老师")
    _save(page)
    with open_records() as records:
        assert [one.who for one in records.overrides(grading)] == ["林老师"]
    assert _opened(grading).text_input(key="reviewer_name").value == "林老师"


def test_a_second_click_saves_nothing_twice(data):
    """The same points saved again within a moment are one correction, and the same note is one note."""
    grading = _stored()
    page = _correcting(grading)
    page.text_input(key="reviewer_name").set_value("林老师")
    _save(page)
    _save(page)
    for _ in range(2):
        _new_note(page).set_value("请二面时再问")
        page = _press_labelled(page, "添加备注")
    with open_records() as records:
        assert len(records.overrides(grading)) == 1 and len(records.notes(grading)) == 1


def test_a_correction_of_a_fatal_item_is_where_the_next_one_begins(data):
    """Saving another reason for it does not bring the machine's view back."""
    grading = _stored()
    with open_records() as records:
        records.override(grading, "abuse", 1, "骂了人", who="林老师")
    page = _correcting(grading)
    page.text_input(key=f"fix_{grading}_abuse_why").set_value("第三段")
    page.text_input(key="reviewer_name").set_value("林老师")
    _save(page, "abuse")
    with open_records() as records:
        assert [(one.points, one.comment) for one in records.overrides(grading)] == [(1, "骂了人"), (1, "第三段")]


def test_a_grading_is_marked_as_reviewed_and_back(data):
    """The mark names the person and the time, is shown in the list, and can be withdrawn."""
    grading = _stored(ungraded("remedy"))
    page = _opened(grading)
    page.text_input(key="reviewer_name").set_value("林老师")
    press(page, f"review_{grading}")
    assert fine(page) and "林老师 已于" in said(page)
    (row,) = open_page("history").dataframe[0].value.to_dict("records")
    assert row["review"] == "已复核"
    press(page, f"unreview_{grading}")
    (row,) = open_page("history").dataframe[0].value.to_dict("records")
    assert fine(page) and row["review"] != "已复核"


def test_a_grading_is_deleted_after_a_question(data):
    """Deleting leads back to the list and says so."""
    grading = _stored()
    page = press(_opened(grading), f"delete_{grading}")
    assert fine(page) and "已删除" in said(page)
    with open_records() as records:
        assert records.count(owner=OWNER) == 0


def _correcting(grading):
    return _opened(grading).toggle(key=f"correct_{grading}").set_value(True).run()


def _save(page, criterion="empathy"):
    return (
        next(one for one in page.button if f"_{criterion}-" in one.proto.id + "-" and one.label == "保存修改")
        .click()
        .run()
    )


def _press_labelled(page, label):
    return next(button for button in page.button if button.label == label).click().run()


def _new_note(page):
    return next(one for one in page.text_area if one.label == "新备注")


def test_a_note_stays_with_the_grading(data):
    """A remark is kept, with who wrote it."""
    grading = _stored()
    page = _opened(grading)
    _new_note(page).set_value("请二面时再问退款流程")
    _press_labelled(page, "添加备注")
    assert fine(page) and "请二面时再问退款流程" in said(page)
    assert _new_note(page).value == ""


def test_two_gradings_are_compared_by_criterion(data):
    """A second grading by the same rubric can be put beside the first, with the difference of each criterion."""
    first = _stored(label="甲")
    second = _stored(verdict("empathy", [0.0, 0.0, 1.0]), label="乙")
    page = _opened(second)
    page.selectbox(key=f"compare_{second}").set_value(first).run()
    words = said(page)
    assert fine(page) and "+2.0" in words and "相差" in words and "A · 乙" in words and "B · 甲" in words


def test_a_comparison_goes_by_peoples_points(data):
    """A person's points and the resulting total are compared instead of the machine's, and the page says so."""
    first, second = _stored(label="甲"), _stored(verdict("empathy", [0.0, 0.0, 1.0]), label="乙")
    with open_records() as records:
        records.override(second, "empathy", 0.5, who="林")
    page = _opened(second)
    page.selectbox(key=f"compare_{second}").set_value(first).run()
    words = said(page)
    table = words.split('<table class="ev-table">')[1].split("</table>")[0]
    assert fine(page) and table.count("−1.5") == 2 and "+2.0" not in table
    named = re.findall(r'<p class="ev-dim">([AB]) · [^<]* · 已改</p>', words)
    assert named == ["A", "A"]  # above the table and above its words


def test_a_comparison_draws_what_more_is_better_of():
    """Three scored criteria make a radar; a penalty and what one side lacks are only in the table."""
    base = verdict("empathy", [0.0, 1.0, 0.0])
    scored = [base.model_copy(update={"criterion": name}) for name in ("one", "two", "three")]
    lost = base.model_copy(update={"criterion": "lost", "kind": "penalty"})
    card = scorecard().model_copy(update={"verdicts": (*scored, lost)})
    assert "<img" in comparison_html(card, card) and comparison_html(card, card).count("<tr>") == 6
    fewer = card.model_copy(update={"verdicts": card.verdicts[1:]})
    assert "<img" not in comparison_html(card, fewer) and "–" in comparison_html(card, fewer)


def test_reports_name_the_profile_and_who_decides(data):
    """A calibrated grading says its interval and who decides, and moments to the minute; another has no such rows."""
    with open_records() as records:
        plain = records.record(_stored())
    calibrated = {"profile": "desk v2", "interval": (1.0, 2.5), "decision": "person"}
    card = plain.scorecard.model_copy(update=calibrated)
    rows = dict(head_rows(plain.model_copy(update={"scorecard": card}), {}, speaker("zh"), "zh"))
    assert (
        rows["校准方案"] == "desk v2"
        and rows["总分的区间"].startswith("1.0 – 2.5 / ")
        and "desk v2" in rows["由谁来定"]
    )
    assert "T" not in rows["评分时间（UTC）"] and len(rows["评分时间（UTC）"]) == 16
    assert "由谁来定" not in dict(head_rows(plain, {}, speaker("zh"), "zh"))


def test_files_to_take_away_hold_the_grading(data):
    """Word and Excel files open and hold points, corrections and the words; JSON is the documented scorecard."""
    import docx
    import openpyxl

    from evaluator.reports.excel import xlsx_report
    from evaluator.reports.word import docx_report

    grading = _stored(ungraded("remedy"), label="=1+1")
    with open_records() as records:
        records.override(grading, "empathy", 4, "说得很好\x07", who="林老师")
        record, standing = records.record(grading), records.effective(grading)
    document = docx.Document(io.BytesIO(docx_report(record, standing, language="zh")))
    words = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "林老师" in words and WORDS in words and "未评出" in words and "说得很好" in words
    book = openpyxl.load_workbook(io.BytesIO(xlsx_report(record, standing, language="en")))
    rows = list(book["By criterion"].values)
    assert rows[1][:2] == ("安抚", 2.0) and rows[1][4:6] == (4, "林老师") and rows[2][1] == "ungraded"
    assert all(cell.data_type != "f" for sheet in book.worksheets for row in sheet.rows for cell in row)
    assert json.loads(record.scorecard.model_dump_json())["verdicts"][0]["criterion"] == "empathy"


def test_english_counts_one_as_one(data):
    """The list does not use the plural for a single grading."""
    _stored()
    assert "Gradings: 1" in said(open_page("history", "en"))


def test_english_page_speaks_english(data):
    """The frame of a scorecard is English when English is chosen."""
    shown = said(_opened(_stored(), "en"))
    assert "pass mark 4 / 7" in shown and "By criterion" in shown and "confidence" in shown


def test_a_grading_explains_itself_on_request(data):
    """The switch shows what was asked and how the points came about; without it nothing is built."""
    page = _opened(_stored())
    assert "分数怎么来的" not in said(page)
    switch = next(one for one in page.toggle if one.key.startswith("explain_"))
    page = switch.set_value(True).run()
    assert fine(page) and "问的是哪个模型" in said(page) and "总分怎么来的" in said(page)


def test_an_appeal_is_made_decided_and_closed_on_the_page(data):
    """Three people act in turn; the list shows the appeal until the final judgement."""
    grading = _stored()
    page = _opened(grading)
    page.text_input(key="reviewer_name").set_value("李")
    page.selectbox(key=f"appeal_new_{grading}_0_criterion").set_value("empathy")
    page.text_area(key=f"appeal_new_{grading}_0_reason").set_value("我道过歉")
    page = _press_labelled(page, "申请复核")
    assert fine(page) and "我道过歉" in said(page) and "待分派" in said(page)
    (appeal,) = open_records_once(lambda records: records.appeals.queue())
    listed = open_page("history")
    assert "我道过歉" in said(listed) and press(listed, f"appeal_go_{appeal.id}").query_params["id"] == grading
    page.text_input(key="reviewer_name").set_value("王")
    page.radio(key=f"appeal_decide_{appeal.id}_change").set_value(True)
    page.number_input(key=f"appeal_decide_{appeal.id}_points").set_value(4.0)
    page.selectbox(key=f"appeal_decide_{appeal.id}_cause").set_value("evidence_missed")
    page.text_area(key=f"appeal_decide_{appeal.id}_reason").set_value("漏看了第三段")
    page = _press_labelled(page, "提交复核意见")
    assert fine(page) and "改为 4 分（漏看了原话）" in said(page)
    page.text_area(key=f"appeal_close_{appeal.id}_reason").set_value("同意")
    page = _press_labelled(page, "作出最终结论")
    assert page.error  # the reviewer does not judge in the end
    page.text_input(key="reviewer_name").set_value("陈")
    page = _press_labelled(page, "作出最终结论")
    assert fine(page) and "已结束" in said(page)
    assert open_records_once(lambda records: records.effective(grading)["empathy"].points) == 4


def test_gradings_are_drawn_for_review_on_the_page(data):
    """A draw puts gradings that nothing asks about among those that wait."""
    grading = _stored()
    page = open_page("history")
    page.number_input(key="sample_rate").set_value(100)
    page = _press_labelled(page, "抽取")
    drawn = open_records_once(lambda records: records.samples.of([grading]))
    review = open_records_once(lambda records: records.get(grading).review)
    assert not page.exception and (review or list(drawn) == [grading])


def open_records_once(read):
    with open_records() as records:
        return read(records)


def test_a_note_pinned_to_a_turn_stands_under_it(data):
    """The transcript shows the note below its turn; the list of notes names the turn."""
    grading = _stored()
    page = _opened(grading)
    page.text_area(key=f"note_{grading}_0").set_value("这一句很好")
    page.selectbox(key=f"note_{grading}_0_turn").set_value("t1")
    _press_labelled(page, "添加备注")
    assert fine(page) and '<p class="ev-pinned">这一句很好' in said(page)
    with open_records() as records:
        assert [one.turn for one in records.notes(grading)] == ["t1"]

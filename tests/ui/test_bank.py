"""The bank page: documents looked at and imported, warnings resolved, rubrics edited, tried and undone."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest

from evaluator import rubrics
from evaluator.bank.store import open_bank
from evaluator.settings import load_settings
from evaluator.storage import open_records
from tests.support.practice_cases import rubric
from tests.support.ui_pages import OWNER, WAIT_S, click_on, fine, has, open_page, prepare, press, read, said, wait

PAPER = """客服岗位小测验
一、单选题(共2题,每题2分,总计4分)
1. 客户来电说快递外箱破了，第一句话应当说什么?
A. 请他自己联系快递
B. 先说抱歉并问货物是否受损
C. 让他拍照发邮件
答案:B
解析:先照顾客户的感受，再了解货物的情况。
2. 客户要求开具上月的发票，应当先核对什么?
A. 抬头和税号
B. 快递单号
二、情景模拟题(共1题,每题6分,总计6分)
1. 客户的生日蛋糕送错了地址，还有两小时就要开席，请你给他打电话。
评分标准:
(1)道歉并说出客户着急的原因(3分);
(2)给出两小时内可行的补救办法(3分)。
参考答案:非常抱歉，您家两点就要开席，我现在就让最近的门店重新做一个，一点半送到，这是店长的电话。
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch):
    prepare(monkeypatch, tmp_path)
    monkeypatch.setattr("ui.bank.store._index", lambda *_: None)  # the references have tests of their own
    return tmp_path


def docx(text: str = PAPER) -> bytes:
    """The paper as a Word file."""
    from docx import Document

    document, file = Document(), io.BytesIO()
    for line in text.strip().splitlines():
        document.add_paragraph(line)
    document.save(file)
    return file.getvalue()


def _import(page, name: str = "测验.docx", content: bytes | None = None):
    page.file_uploader(key="bank_files").set_value([(name, content or docx(), "application/octet-stream")]).run()
    press(page, "bank_look")
    return wait(page, "bank_import_go")


def test_empty_bank_says_what_to_do(data):
    """Each view of an empty bank says what to do next."""
    page = open_page("bank")
    assert fine(page) and "题库还是空的" in said(page)
    page.segmented_control(key="bank_view").set_value("import").run()
    assert fine(page) and "什么都不会存下" in said(page)


def test_looking_stores_nothing_and_importing_does(data):
    """A dry run shows counts, warnings and lines and stores nothing; the import does, and names what to resolve."""
    page = _import(open_page("bank", bank_view="import"))
    words = said(page)
    assert fine(page) and "单选题 2" in words and "没有答案" in words and "还没有存" in words
    assert open_bank(data / "bank.db").items() == []
    press(page, "bank_import_go")
    wait(page, "bank_resolve")
    assert fine(page) and len(open_bank(data / "bank.db").items()) == 3
    press(page, "bank_resolve")
    assert page.checkbox(key="bank_only_warned").value and "第 2 题没有答案" in said(page)


def test_a_damaged_file_is_named_and_the_rest_goes_on(data):
    """A broken document is in the table with its reason; nothing crashes."""
    page = open_page("bank", bank_view="import")
    page.file_uploader(key="bank_files").set_value([("坏.docx", b"no zip", "application/octet-stream")]).run()
    press(page, "bank_look")
    for _ in range(240):
        page.run()
        if "失败" in said(page):
            break
        time.sleep(0.5)
    assert not page.exception and "失败" in said(page) and "坏.docx" in said(page)


@pytest.fixture
def filled(data):
    """The paper in the bank."""
    from evaluator.bank.importer import import_files

    path = data / "测验.docx"
    path.write_bytes(docx())
    bank = open_bank(data / "bank.db")
    import_files(bank, [path])
    return bank


def _open(page, item):
    return page.selectbox(key="bank_item").set_value(item.id).run()


def test_a_filter_that_was_set_reaches_a_browser_that_was_not_ready(filled):
    """A browser that can draw the box only after another run also learns in that run that it is ticked."""
    box = open_page("bank", bank_only_warned=True).run().checkbox(key="bank_only_warned")
    assert box.value and box.proto.set_value and box.proto.value


def test_a_warning_is_resolved_by_an_edit_that_undo_takes_back(filled):
    """Typing the missing key clears the warning before anything is saved; saving keeps it, undo takes it back."""
    item = filled.items()[1]
    page = _open(open_page("bank"), item)
    assert "第 2 题没有答案" in said(page)
    page.text_input(key=f"bank_edit_{item.id}_key").set_value("A").run()
    assert "没有要处理的提醒" in said(page) and filled.item(item.id).key is None
    press(page, f"bank_save_{item.id}")
    assert fine(page) and filled.item(item.id).key == "A"
    press(page, "bank_undo")
    assert fine(page) and filled.item(item.id).key is None


def test_what_is_typed_into_a_question_survives_a_reload(filled):
    """An edit that was not saved is there again in a new session."""
    item = filled.items()[0]
    page = _open(open_page("bank"), item)
    page.text_area(key=f"bank_edit_{item.id}_text").set_value("外箱破了怎么说?").run()
    again = _open(open_page("bank"), item)
    assert again.text_area(key=f"bank_edit_{item.id}_text").value == "外箱破了怎么说?"
    assert filled.item(item.id).text != "外箱破了怎么说?"


def test_a_question_stays_open_and_as_it_is_in_another_language(filled):
    """Neither the open question nor its kind moves when the language changes, and nothing is kept as typed."""
    item = filled.items()[2]
    page = click_on(_open(open_page("bank"), item), "en")
    assert fine(page) and page.selectbox(key="bank_item").value == item.id
    assert page.selectbox(key=f"bank_edit_{item.id}_kind").value == "scenario"
    assert page.button(key=f"bank_save_{item.id}").disabled


def test_a_question_stays_open_after_its_text_was_saved(filled):
    """The list names questions by their text; a changed text leads to no other question."""
    item = filled.items()[1]
    page = _open(open_page("bank"), item)
    page.text_area(key=f"bank_edit_{item.id}_text").set_value("开发票先核对什么?").run()
    page.button(key=f"bank_save_{item.id}").click()
    page = click_on(page)
    assert fine(page) and page.selectbox(key="bank_item").value == item.id
    assert any("开发票先核对什么" in label for label in page.selectbox(key="bank_item").options)


def test_equal_questions_can_each_be_opened(filled):
    """Two questions with one number and one text have labels of their own."""
    one, other, _ = filled.items()
    filled.edit(other.id, text=one.text, number=one.number, key="A")
    page = open_page("bank")
    assert len(set(page.selectbox(key="bank_item").options)) == 3


def test_a_wrong_key_is_one_sentence(filled):
    """A key that cannot be read is refused in words, and what was typed stays."""
    item = filled.items()[0]
    page = _open(open_page("bank"), item)
    page.text_input(key=f"bank_edit_{item.id}_key").set_value("第三个").run()
    press(page, f"bank_save_{item.id}")
    assert len(page.error) == 1 and not page.exception
    assert page.text_input(key=f"bank_edit_{item.id}_key").value == "第三个"


def test_questions_are_found_by_word_and_kind(filled):
    """Filters narrow the list and say how many of all are shown."""
    page = open_page("bank")
    page.text_input(key="bank_search").set_value("蛋糕").run()
    assert "符合的 1 题，共 3 题" in said(page)
    page.text_input(key="bank_search").set_value("没有这个词").run()
    assert fine(page) and page.info


def test_a_scenario_becomes_a_rubric(filled):
    """A draft opens in the editor with proposed levels; once saved it can be graded by."""
    item = filled.items()[2]
    page = _open(open_page("bank"), item)
    press(page, f"bank_draft_{item.id}")
    assert fine(page) and page.segmented_control(key="bank_view").value == "rubrics"
    page.text_input(key=f"bank_re_{item.id}_title").set_value("蛋糕送错了").run()
    assert not page.button(key="bank_rubric_save").disabled
    press(page, "bank_rubric_save")
    assert fine(page)
    saved = rubrics.find(item.id)
    assert saved.title == "蛋糕送错了" and saved.max_points == 6


def test_what_an_import_brings_stands_in_a_form_that_was_open(data):
    """A reference answer that comes with a later version of the paper is in the form.

    Saving something else keeps it.
    """
    from evaluator.bank.importer import import_files

    path, bank = data / "测验.docx", open_bank(data / "bank.db")
    path.write_bytes(docx(PAPER.partition("参考答案")[0]))
    import_files(bank, [path])
    item = bank.items()[2]
    page = _open(open_page("bank"), item)
    path.write_bytes(docx())
    import_files(bank, [path])
    page.run()
    assert page.button(key=f"bank_save_{item.id}").disabled
    page.text_area(key=f"bank_edit_{item.id}_explanation").set_value("两小时够门店重做。").run()
    press(page, f"bank_save_{item.id}")
    assert fine(page) and [answer.text[:4] for answer in bank.item(item.id).references] == ["非常抱歉"]


def test_a_rubric_that_was_begun_is_opened_and_not_begun_again(filled):
    """Making a rubric of the same question again leads to what was typed and not saved."""
    item = filled.items()[2]
    page = press(_open(open_page("bank"), item), f"bank_draft_{item.id}")
    page.text_input(key=f"bank_re_{item.id}_title").set_value("蛋糕送错了").run()
    press(page, "bank_rubric_back")
    page.segmented_control(key="bank_view").set_value("items").run()
    page = press(_open(page, item), f"bank_draft_{item.id}")
    assert fine(page) and page.text_input(key=f"bank_re_{item.id}_title").value == "蛋糕送错了"
    assert len(page.toast) == 1


@pytest.fixture
def own_rubric(data):
    rubrics.write(rubric(), load_settings().user_rubric_dir)
    return data


def _edit(page):
    page.selectbox(key="bank_r_rubric").set_value("lost-parcel").run()
    return press(page, "bank_rubric_open")


def test_lint_is_live_and_keeps_a_wrong_rubric_from_being_saved(own_rubric):
    """A pass mark above the maximum is reported at once, in words, and saving waits until it is right."""
    page = _edit(open_page("bank", bank_view="rubrics"))
    page.number_input(key="bank_re_lost-parcel_pass").set_value(50.0).run()
    assert "必须改" in said(page) and page.button(key="bank_rubric_save").disabled
    page.number_input(key="bank_re_lost-parcel_pass").set_value(5.0).run()
    assert not page.button(key="bank_rubric_save").disabled
    again = open_page("bank", bank_view="rubrics")
    assert any(button.key == "bank_go_on_lost-parcel" for button in again.button)


def test_last_words_are_written_a_sentence_a_line(own_rubric):
    """Sentences for both ends become the criterion's closing; one end alone is reported and not saved.

    Without any there is no closing.
    """
    page = _edit(open_page("bank", bank_view="rubrics"))
    place = "bank_re_lost-parcel_crit_0_closing"
    page.text_area(key=f"{place}_low").set_value("算了，我投诉\n\n 太慢了 ").run()
    assert fine(page) and page.button(key="bank_rubric_save").disabled
    page.text_area(key=f"{place}_high").set_value("好，谢谢\n那就明天等你们").run()
    press(page, "bank_rubric_save")
    closing = rubrics.find("lost-parcel").criteria[0].closing
    assert closing is not None and closing.speaker == "agent"
    assert (closing.low, closing.high) == (("算了，我投诉", "太慢了"), ("好，谢谢", "那就明天等你们"))
    assert rubrics.find("lost-parcel").criteria[1].closing is None


def test_saving_adds_a_version_and_undo_goes_back(own_rubric):
    """After an edit there are two versions; going back restores the file."""
    page = _edit(open_page("bank", bank_view="rubrics"))
    page.number_input(key="bank_re_lost-parcel_pass").set_value(5.0).run()
    press(page, "bank_rubric_save")
    assert fine(page) and rubrics.find("lost-parcel").pass_mark == 5
    assert len(open_records().rubrics.versions("lost-parcel")) == 2
    page.selectbox(key="bank_r_rubric").set_value("lost-parcel").run()
    press(page, "bank_rubric_undo")
    assert fine(page) and rubrics.find("lost-parcel").pass_mark == 4


def test_a_rubric_in_the_form_outlives_a_change_of_language(own_rubric):
    """Each criterion keeps its kind; nothing is kept as a draft that nobody typed."""
    page = click_on(_edit(open_page("bank", bank_view="rubrics")), "en")
    kinds = [page.selectbox(key=f"bank_re_lost-parcel_crit_{number}_kind").value for number in range(4)]
    assert fine(page) and kinds == ["score", "checklist", "penalty", "fatal"]
    with open_records() as records:
        assert not any(one.name.startswith("bank_rubric:") for one in records.drafts.all(OWNER))


def test_an_earlier_version_that_is_taken_up_stands_in_the_form(own_rubric):
    """After going back to a version with more criteria the editor has all of them, and nothing to save."""
    page = _edit(open_page("bank", bank_view="rubrics"))
    press(page, "bank_re_lost-parcel_crit_3_gone")
    press(page, "bank_rubric_save")
    page = _edit(page)
    assert not has(page, "bank_re_lost-parcel_crit_3_name")
    press(page, "bank_rubric_back")
    first = open_records().rubrics.versions("lost-parcel")[0]
    press(page, f"bank_version_{first.id}")
    page = _edit(page)
    assert fine(page) and page.text_input(key="bank_re_lost-parcel_crit_3_name").value == "辱骂客户"
    assert page.button(key="bank_rubric_save").disabled


def test_rows_are_added_and_removed(own_rubric):
    """A level and a criterion can be added and removed again."""
    page = _edit(open_page("bank", bank_view="rubrics"))
    press(page, "bank_re_lost-parcel_crit_0_levels_add")
    assert fine(page) and "必须改" in said(page)  # the new level has no words yet
    press(page, "bank_re_lost-parcel_crit_0_levels_3_remove")
    assert "必须改" not in said(page)
    press(page, "bank_re_lost-parcel_crit_more")
    assert fine(page) and "必须改" in said(page)


def test_a_rubric_is_tried_on_its_examples(own_rubric):
    """Reference answer and silence are graded, silence gets nothing, each total with its scale."""
    page = open_page("bank", bank_view="rubrics")
    page.selectbox(key="bank_r_rubric").set_value("lost-parcel").run()
    press(page, "bank_trial_go")
    end = time.monotonic() + WAIT_S
    while "得分 / 满分" not in said(page) and time.monotonic() < end:
        page.run()
        time.sleep(0.3)
    words = said(page)
    assert fine(page) and "0 / 7" in words and "参考答案" in words


def test_the_page_speaks_english(filled):
    """The same page in English."""
    page = open_page("bank", "en")
    assert fine(page) and "of 3 questions" in said(page)


def test_frozen_texts_are_not_tried_on():
    """A rubric with frozen texts is tried on its reference answer and on silence, others on their examples."""
    from ui.bank.trial import examples

    assert [one.name for one in examples(rubrics.find("meal-metal"))] == ["reference", "empty"]
    assert examples(rubrics.find("staff-shortage"))[0].name == "good"


STRAY = """礼仪小测
一、判断题
1. 上楼时请客人走在前面。(√)
2. 电话响三声内接听。
接待篇补充
3. 名片用双手递送。(√)
关于电话礼仪的说明见手册
"""


def _pressed(page, label: str):
    """Clicks the button whose label holds `label`."""
    return next(button for button in page.button if label in read(button.label)).click().run()


def test_warnings_are_resolved_by_clicking_and_undone(data):
    """A line is left out and a key is given by clicks; both are undoable, and a later look remembers them."""
    page = _import(open_page("bank", bank_view="import"), "礼仪.txt", STRAY.encode())
    page = _pressed(page, "手册")
    page.radio(key="bank_read_礼仪.txt_role").set_value("ignore").run()
    page = wait(press(page, "bank_read_礼仪.txt_go"), "bank_unread_礼仪.txt_0")
    assert fine(page) and not any("手册" in button.label for button in page.button if "bank_warning" in button.key)
    page = _pressed(page, "第 2 题没有答案")
    page.text_input(key="bank_read_礼仪.txt_key").set_value("对").run()
    page = wait(press(page, "bank_read_礼仪.txt_go"), "bank_unread_礼仪.txt_1")
    assert fine(page) and "第 2 题没有答案" not in said(page)
    press(page, "bank_import_go")
    wait(page, "bank_resolve")
    assert [item.key for item in open_bank(data / "bank.db").items()] == ["√", "√", "√"]
    press(page, "bank_more")
    page = _import(page, "礼仪.txt", ("补一行标题\n" + STRAY).encode())
    assert has(page, "bank_unread_礼仪.txt_1")
    page = press(page, "bank_unread_礼仪.txt_1")
    page = wait(page, "bank_import_go")
    assert len(open_bank(data / "bank.db").readings(str(data / "imports" / "礼仪.txt"))) == 1


def test_a_key_that_cannot_be_read_is_refused_in_words(data):
    """Nothing is remembered, and the sentence says what to write."""
    page = _pressed(_import(open_page("bank", bank_view="import"), "礼仪.txt", STRAY.encode()), "第 2 题没有答案")
    page.text_input(key="bank_read_礼仪.txt_key").set_value("第三个").run()
    press(page, "bank_read_礼仪.txt_go")
    assert len(page.error) == 1 and "读不懂" in page.error[0].value
    assert not (data / "readings.json").exists()


def test_unknown_columns_are_asked_once_and_remembered(data):
    """A column that no alias names is mapped by a person; the next file with it asks nothing."""
    table = "题目,答案,难不难,出处页\n几声内接听?,三声,易,12\n".encode()
    page = _import(open_page("bank", bank_view="import"), "表.csv", table)
    page.selectbox(key="bank_column_难不难").set_value("difficulty")
    page.selectbox(key="bank_column_出处页").set_value("-")
    next(button for button in page.button if "记住" in button.label).click().run()
    page = wait(page, "bank_import_go")
    assert fine(page) and not has(page, "bank_column_难不难")
    press(page, "bank_import_go")
    wait(page, "bank_resolve")
    assert open_bank(data / "bank.db").items()[0].difficulty == "易"


def test_duplicates_are_listed_merged_and_restored(data):
    """The same question in two papers is one group; merging keeps one, and one undo brings the other back."""
    from evaluator.bank.importer import import_files

    bank = open_bank(data / "bank.db")
    for name in ("甲.docx", "乙.docx"):
        (data / name).write_bytes(docx(PAPER if name == "甲.docx" else PAPER + "\n三、其他\n"))
    import_files(bank, [data / "甲.docx", data / "乙.docx"])
    assert len(bank.items()) == 6
    page = press(open_page("bank", bank_view="duplicates"), "bank_merge_all")
    assert fine(page) and len(bank.items()) == 3 and "没有重复的题目" in said(page)
    page.segmented_control(key="bank_view").set_value("items").run()
    press(page, "bank_undo")
    assert len(bank.items()) == 6


def test_the_pictures_of_a_question_are_shown(filled):
    """A stored picture is drawn; the name of a lost one is told."""
    import base64

    dot = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    filled.keep_pictures({"dot.png": dot})
    item = filled.items()[0]
    filled.edit(item.id, pictures=["dot.png", "lost.png"])
    page = _open(open_page("bank"), item)
    assert fine(page) and len(page.get("image")) == 1 and "lost.png" in said(page)

"""The batch page: empty, filled, failing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from evaluator import rubrics
from evaluator.settings import load_settings
from evaluator.storage import NewItem, new_id, open_records
from evaluator.transcript import parse
from tests.support.practice_cases import rubric, scorecard
from tests.support.profile_cases import OTHER_MODEL, keep_desk
from tests.support.ui_pages import OWNER, click_on, fine, has, open_page, prepare, press, read, said
from ui.shared.uploads import disk_name

TABLE = "编号,对话,标准\n" + "\n".join(
    f"{name},客服：非常抱歉让您久等，我今天就给您补发{name}。,lost-parcel" for name in "甲乙丙丁戊己"
)


@pytest.fixture
def data(tmp_path: Path, monkeypatch):
    prepare(monkeypatch, tmp_path)
    rubrics.write(rubric(), load_settings().user_rubric_dir)
    return tmp_path


def _uploaded(*files: tuple[str, bytes, str]):
    page = open_page("batch")
    return page.file_uploader(key="batch_files").set_value(list(files)).run()


def _batch(items: list[NewItem], done: int = 0, owner: str = OWNER, **options) -> str:
    with open_records() as records:
        batch_id = records.batches.create("三月", items, options=options, owner=owner)
        for position in range(done):
            work = records.batches.start(batch_id, position)
            records.batches.finish(work, scorecard().model_copy(update={"id": new_id(), "review": position == 0}))
    return batch_id


def _items(count: int) -> list[NewItem]:
    return [NewItem(item=f"考生{n}", transcript=parse(f"客服：您好，{n}。"), rubric=rubric()) for n in range(count)]


def _opened(batch_id: str):
    page = open_page("batch")
    page.query_params["batch"] = batch_id
    page.session_state["batch_chosen"] = batch_id
    return page.run()


def test_empty_page_says_what_to_hand_in(data):
    """Before any file the page says what a table looks like."""
    page = open_page("batch")
    assert fine(page) and "一行一份" in said(page)


def test_a_table_is_understood_shown_and_created(data):
    """Columns are guessed and can be changed; what was read is shown; creating stores all items and a pilot of five."""
    page = _uploaded(("三月.csv", TABLE.encode(), "text/csv"))
    assert fine(page), said(page)
    assert page.selectbox(key="batch_text").value == "对话" and page.selectbox(key="batch_id").value == "编号"
    assert "读懂了 6 份" in said(page)
    press(page, "batch_create")
    assert fine(page) and has(page, "pilot_start")
    with open_records() as records:
        found = records.batches.all(owner=OWNER)[0]
    assert found.total == 6 and len(found.options["pilot"]) == 5


def test_what_was_chosen_outlives_a_change_of_language(data):
    """Rubric, columns and “none of them” are the same in the other language."""
    page = _uploaded(("三月.csv", TABLE.encode(), "text/csv"))
    page.selectbox(key="batch_own").set_value("").run()
    page.selectbox(key="batch_rubric").set_value("lost-parcel").run()
    page = click_on(page, "en")
    assert fine(page) and page.selectbox(key="batch_rubric").value == "lost-parcel"
    assert page.selectbox(key="batch_own").value == "" and page.selectbox(key="batch_id").value == "编号"


def test_equal_items_of_the_queue_can_each_be_opened(data):
    """Two items with one name and one result have labels of their own, and the chosen one stays in another language."""
    batch_id = _batch([*_items(1), *_items(1)])
    with open_records() as records:
        for position in range(2):
            work = records.batches.start(batch_id, position)
            records.batches.finish(work, scorecard().model_copy(update={"id": new_id(), "review": True}))
    page = _opened(batch_id)
    page.session_state["batch_view_next"] = "queue"
    page.run()
    first, second = page.selectbox(key="batch_queue").options
    assert second == f"{first} (2)"
    page.selectbox(key="batch_queue").set_value(1).run()
    assert fine(click_on(page, "en")) and page.selectbox(key="batch_queue").value == 1


def test_unreadable_items_are_counted_and_stop_no_other(data):
    """A row without text and one with an unknown rubric are named; the rest can be graded."""
    page = _uploaded(("一批.csv", (TABLE + "\n庚,,lost-parcel\n辛,客服：好,no-such").encode(), "text/csv"))
    assert not page.exception and "读懂了 6 份" in said(page)
    assert any("2 份读不出来" in one.value for one in page.warning)


def test_a_table_names_rubrics_by_id_and_opens_no_file(data, tmp_path):
    """A path in the table, even to a rubric, is an unknown id, and nothing of the file is revealed."""
    (tmp_path / "theirs.yaml").write_text("secret: 42", encoding="utf-8")
    for path in ("/etc/passwd", str(tmp_path / "theirs.yaml"), str(next(tmp_path.rglob("lost-parcel.yaml")))):
        page = _uploaded(("一批.csv", f"编号,对话,标准\n甲,客服：好,{path}".encode(), "text/csv"))
        (told,) = (read(one.value) for one in page.warning)
        assert not page.exception and f"没有编号为 {path} 的评分标准" in told and "secret" not in told


@pytest.mark.parametrize(
    ("name", "content"), [("坏.xlsx", b"not a workbook"), ("坏.zip", b"PK\x03\x04broken"), ("空.csv", b"")]
)
def test_a_bad_file_gets_one_sentence(data, name, content):
    """Broken workbooks, archives and empty tables are refused in one sentence."""
    page = _uploaded((name, content, "application/octet-stream"))
    assert not page.exception and len(page.error) == 1


def test_every_file_handed_in_is_told_of(data):
    """A document that is not text is counted and named; a name that is too long for a disk is cut."""
    files = (("张三.txt", "客服：您好"), ("李四.docx", "PK"), ("长" * 100 + ".txt", "客服：好"))
    page = _uploaded(*((name, words.encode(), "application/octet-stream") for name, words in files))
    assert fine(page) and "读懂了 2 份" in said(page)
    assert "李四.docx 不是文本文件" in next(read(one.value) for one in page.warning)


def test_long_names_stay_apart():
    """Names are cut to what a disk takes, with the suffix, and differ if the originals did."""
    one, other = disk_name("长" * 100 + "甲.txt"), disk_name(f"a/{'长' * 100}乙.txt")
    assert one != other and one.endswith(".txt") and other.startswith("长长") and len(other.encode()) <= 200
    assert disk_name("a/张三.txt") == "张三.txt" and len(disk_name("a." + "长" * 100).encode()) <= 200


def test_the_table_shows_what_counts_after_a_correction(data):
    """Total and outcome are those with the person's points, marked as corrected, and the mean goes by them."""
    batch_id = _batch(_items(2), done=2)
    with open_records() as records:
        records.override(records.batches.items(batch_id)[1].grading_id, "empathy", 4, who="林")
    page = _opened(batch_id)
    rows = page.dataframe[0].value
    assert list(rows["total"].round(1)) == [2.9, 4.9] and list(rows["passed"]) == ["未通过", "通过"]
    assert list(rows["changed"]) == ["", "已改"] and "平均 3.9 / 7" in said(page)


def test_a_pilot_is_graded_and_the_rest_estimated(data):
    """After the pilot the page shows time and cost for the rest, the table and the review queue."""
    page = _opened(_batch(_items(6), done=5, pilot=[0, 1, 2, 3, 4]))
    assert fine(page), said(page)
    assert has(page, "batch_rest") and len(page.metric) == 3
    table = page.dataframe[0].value
    assert len(table) == 6 and table["total"].notna().sum() == 5
    page.session_state["batch_view_next"] = "queue"
    page.run()
    assert page.selectbox(key="batch_queue").options[0].startswith("考生0")


def test_a_batch_runs_to_its_end_behind_the_page(data):
    """Grading continues while nobody watches; a page opened later shows the result."""
    batch_id = _batch(_items(2), pilot=[0, 1])
    press(_opened(batch_id), "batch_rest")
    for _ in range(240):
        time.sleep(0.5)
        with open_records() as records:
            found = records.batches.get(batch_id)
        if found.done == 2:
            break
    assert found.done == 2, found
    page = _opened(batch_id)
    assert fine(page) and "完成 2" in said(page)
    with open_records() as records:
        assert {one.label for one in records.history(owner=OWNER)} == {"考生0", "考生1"}


def test_a_batch_is_graded_by_the_profile_chosen_for_its_rubric(data):
    """Each rubric with profiles asks for one; the batch names its version, says so, and every card carries it."""
    keep_desk()
    page = _uploaded(("三月.csv", TABLE.encode(), "text/csv"))
    box = page.selectbox(key="batch_profile_lost-parcel")
    assert box.value == "" and "包裹丢了" in box.label
    box.set_value("desk").run()
    press(page, "batch_create")
    with open_records() as records:
        (found,) = records.batches.all(owner=OWNER)
    assert found.options["profiles"] == {"lost-parcel": ["desk", 1]}
    keep_desk()
    assert fine(page) and "按校准方案 desk v1 换算" in said(page)
    press(page, "pilot_start")
    cards = _cards(found.id, 5)
    assert {card.profile for card in cards} == {"desk v1"} and all(card.decision for card in cards)


def test_a_profile_for_another_model_stops_the_batch_and_loses_nothing(data):
    """The run says in one sentence that the profile does not fit, and every item goes on waiting."""
    keep_desk(stamp=OTHER_MODEL)
    batch_id = _batch(_items(2), pilot=[0, 1], profiles={"lost-parcel": ["desk", 1]})
    page = press(_opened(batch_id), "batch_rest")
    for _ in range(120):
        if page.error:
            break
        time.sleep(0.5)
        page.run()
    assert len(page.error) == 1 and "desk v1" in read(page.error[0].value) and not page.exception
    with open_records() as records:
        assert records.batches.get(batch_id).waiting == 2


def _cards(batch_id: str, count: int):
    for _ in range(240):
        with open_records() as records:
            cards = records.batches.scorecards(batch_id)
        if len(cards) >= count:
            return list(cards.values())
        time.sleep(0.5)
    raise AssertionError(f"{len(cards)} of {count}")


def test_a_failed_run_is_said_and_the_items_wait(data, monkeypatch):
    """Without a model the run ends with one sentence, and nothing is lost."""
    monkeypatch.setenv("EVALUATOR_MODEL", "embedded")
    batch_id = _batch(_items(2), pilot=[0, 1])
    press(_opened(batch_id), "batch_rest")
    page = _opened(batch_id)
    for _ in range(120):
        if page.error:
            break
        time.sleep(0.5)
        page.run()
    assert len(page.error) == 1 and not page.exception
    with open_records() as records:
        assert records.batches.get(batch_id).waiting == 2


def test_another_persons_batch_is_not_there(data):
    """Neither the list nor the address opens somebody else's batch."""
    batch_id = _batch(_items(1), owner="somebody@else.example")
    page = open_page("batch")
    assert page.selectbox(key="batch_chosen").options == ["新批次"]
    page.query_params["batch"] = batch_id
    page.run()
    assert not page.exception and "考生0" not in said(page)


def test_a_reviewed_item_leaves_the_queue(data):
    """After the mark the queue lacks the item and says how many were reviewed."""
    batch_id = _batch(_items(2), done=2)
    page = _opened(batch_id)
    page.session_state["batch_view_next"] = "queue"
    page.run()
    mark = next(button for button in page.button if (button.key or "").startswith("review_"))
    page = mark.click().run()
    assert fine(page) and not has(page, "batch_queue") and "已复核 1 份" in said(page)


def test_a_row_opens_its_grading_and_leads_to_the_next(data):
    """The address names the item; next and previous walk through the batch; the way back is there."""
    page = _opened(_batch(_items(3), done=3))
    page.query_params["item"] = "0"
    page.run()
    assert fine(page) and "考生0" in said(page)
    press(page, "batch_next")
    assert fine(page) and "考生1" in said(page) and "2 / 3" in said(page)
    press(page, "batch_back")
    assert fine(page) and len(page.dataframe[0].value) == 3


def test_a_batch_is_deleted_and_its_gradings_stay(data):
    """Deleting a batch asks first and leaves the history alone."""
    batch_id = _batch(_items(2), done=2)
    page = press(_opened(batch_id), f"batch_delete_{batch_id}")
    assert fine(page) and "已删除" in said(page)
    with open_records() as records:
        assert records.batches.all(owner=OWNER) == [] and records.count(owner=OWNER) == 2


def test_a_second_click_creates_no_second_batch(data):
    """A click that reaches the server while the first is being handled finds what the first has made."""
    from streamlit.testing.v1 import AppTest

    def script():
        import streamlit as st

        from ui.shared.once import again, once

        made = st.session_state.setdefault("made", [])
        once("batch", lambda: made.append(1))
        once("batch", lambda: made.append(2))
        if st.button("next", key="next"):
            again("batch")
            once("batch", lambda: made.append(3))

    page = AppTest.from_function(script).run().run()
    assert page.session_state["made"] == [1]
    assert page.button(key="next").click().run().session_state["made"] == [1, 3]

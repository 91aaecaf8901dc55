"""Batches: one item never stops the whole, a kill loses nothing, and the table tells what happened."""

from __future__ import annotations

import asyncio
import csv
import json
import random
import zipfile
from contextlib import aclosing

import openpyxl
import pytest

from evaluator.batch import (
    Columns,
    estimate,
    export_rows,
    name_profiles,
    pilot_positions,
    prepare,
    read_inputs,
    resume,
    review_queue,
    run_batch,
    write_rows,
)
from evaluator.batch.estimate import at_length, predict_sum
from evaluator.errors import EndpointError, InputError, RubricError
from evaluator.grading import evaluate
from evaluator.profiles.applying import stamp_for
from evaluator.profiles.profile import Stamp
from evaluator.profiles.versions import keep_profile
from evaluator.scorecard import Guard, ReviewReason, Usage
from evaluator.settings import Settings
from evaluator.storage import Batch, NewItem, new_id, open_records
from evaluator.transcript import parse
from tests.profiles.test_applying import profile as team
from tests.support.grading_cases import COLD, GOOD, WordJudge, small_rubric
from tests.support.storage_cases import make_rubric, make_scorecard

RUBRIC = make_rubric()


@pytest.fixture
def records(tmp_path):
    with open_records(Settings(data_dir=tmp_path / "data")) as opened:
        yield opened


def new_batch(records, count: int = 6) -> str:
    items = [NewItem(item=f"i{n}", transcript=parse(f"客服：第{n}通"), rubric=RUBRIC) for n in range(count)]
    return records.batches.create("周一", items)


async def scripted(transcript, rubric):
    """Grades at once; the third call is broken."""
    if "第3通" in transcript.source:
        raise ValueError("unreadable reply")
    return make_scorecard(transcript, rubric)


async def test_one_failing_item_is_data_and_stops_no_other(records):
    """The item's cause is stored, the others are graded, and progress reports each."""
    seen = []
    batch = await run_batch(new_batch(records), scripted, records=records, on_progress=seen.append)
    assert (batch.done, batch.failed, batch.waiting, batch.running) == (5, 1, 0, 0)
    (failed,) = records.batches.items(batch.id, "failed")
    assert failed.item == "i3" and failed.error_code == "unexpected" and "unreadable reply" in failed.error
    assert sorted(one.item for one in seen) == [f"i{n}" for n in range(6)]
    assert (seen[-1].finished, seen[-1].planned, seen[-1].batch.total) == (6, 6, 6)


async def test_a_failed_item_can_be_tried_again(records):
    """After `retry` only what failed is asked again."""
    batch_id = new_batch(records)
    await run_batch(batch_id, scripted, records=records)
    asked = []

    async def fixed(transcript, rubric):
        asked.append(transcript.source)
        return make_scorecard(transcript, rubric)

    assert records.batches.retry(batch_id) == 1
    batch = await run_batch(batch_id, fixed, records=records)
    assert (batch.done, batch.failed, asked) == (6, 0, ["客服：第3通"])


async def test_a_key_that_does_not_work_stops_the_run_and_loses_nothing(records):
    """An error that no item could survive is raised once; the items wait again."""
    batch_id = new_batch(records)

    async def refused(transcript, rubric):
        raise EndpointError("endpoint_refused")

    with pytest.raises(EndpointError):
        await run_batch(batch_id, refused, records=records)
    batch = records.batches.get(batch_id)
    assert (batch.waiting, batch.running, batch.failed) == (6, 0, 0)


async def test_stopping_lets_the_items_under_way_wait_again(records):
    """After a stop request nothing is running, finished work stays, and the rest resumes later."""
    batch_id, stop, asked = new_batch(records), asyncio.Event(), []

    async def slow(transcript, rubric):
        asked.append(transcript.source)
        if len(asked) > 2:
            stop.set()
            await asyncio.Event().wait()
        return make_scorecard(transcript, rubric)

    batch = await run_batch(batch_id, slow, records=records, concurrency=2, stop=stop)
    assert batch.done == 2 and batch.running == 0 and batch.waiting == 4
    batch = await run_batch(batch_id, scripted, records=records)
    assert batch.done == 5 and batch.failed == 1
    assert records.count() == 5


async def test_a_run_that_was_killed_goes_on(records):
    """An item left running by a dead process is graded by the next run.

    Finished items are not asked again.
    """
    batch_id = new_batch(records)
    await run_batch(batch_id, scripted, records=records, only=[0, 1])
    records.batches.start(batch_id, 2)  # and then the process dies
    assert records.batches.get(batch_id).running == 1
    asked = []

    async def grade(transcript, rubric):
        asked.append(transcript.source)
        return make_scorecard(transcript, rubric)

    batch = await run_batch(batch_id, grade, records=records)
    assert batch.done == 6 and sorted(asked) == [f"客服：第{n}通" for n in (2, 3, 4, 5)]


async def test_a_batch_runs_in_one_place_at_a_time(records):
    """A second runner gets an error, and disturbs nothing."""
    batch_id, begun = new_batch(records), asyncio.Event()

    async def hold(transcript, rubric):
        begun.set()
        await asyncio.Event().wait()

    stop = asyncio.Event()
    first = asyncio.create_task(run_batch(batch_id, hold, records=records, stop=stop))
    await begun.wait()
    with pytest.raises(InputError) as busy:
        await run_batch(batch_id, scripted, records=records)
    assert busy.value.code == "batch_running"
    stop.set()
    assert (await first).waiting == 6


async def test_no_more_items_at_once_than_asked_for(records):
    """`concurrency` bounds the gradings in progress, and is reached."""
    under_way, most = 0, 0
    three = asyncio.Barrier(3)  # lets nobody continue before three have come

    async def counting(transcript, rubric):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await three.wait()
        under_way -= 1
        return make_scorecard(transcript, rubric)

    await run_batch(new_batch(records, 9), counting, records=records, concurrency=3)
    assert most == 3


async def test_an_unknown_batch_is_told(records):
    """A wrong id raises one sentence."""
    with pytest.raises(InputError) as unknown:
        await run_batch("nothere", scripted, records=records)
    assert unknown.value.code == "batch_unknown"


# -- estimate


def test_a_pilot_spans_short_and_long():
    """Five of fifty lie evenly over the lengths, the shortest and the longest among them; of four all are taken."""
    assert pilot_positions(list(range(50))) == [0, 12, 24, 37, 49]
    assert pilot_positions([50, 3, 40, 9, 8, 7, 6]) == [0, 1, 3, 4, 5]
    assert pilot_positions([9, 8, 7, 6]) == [0, 1, 2, 3]


def test_a_pilot_with_the_longest_text_does_not_overstate_the_rest():
    """Seconds in proportion to length, moved to the mean length of what waits, are those of that length."""
    assert at_length([1.0, 2.0, 10.0], [100, 200, 1000], 150) == pytest.approx([1.5, 1.5, 1.5])
    assert at_length([1.0, 2.0], [100, 200], 150) == [1.0, 2.0]
    assert at_length([3.0, 2.0, 1.0], [1, 2, 3], 9) == [3.0, 2.0, 1.0]


def test_the_range_of_a_sum_is_the_prediction_interval():
    """Ten new values like 1, 2, 3: 20 ± 4.303 * 1 * sqrt(10 + 100 / 3); one value alone gives no range."""
    low, high = predict_sum([1.0, 2.0, 3.0], 10)
    assert high == pytest.approx(48.325, abs=0.001) and low == 0.0
    assert predict_sum([1.0], 10) is None


async def test_an_estimate_rests_on_what_was_graded(records):
    """Tokens and cost of the waiting items follow the pilot's mean; without a price there is no cost."""
    batch_id = new_batch(records, 12)
    with pytest.raises(InputError) as nothing:
        estimate(records, batch_id)
    assert nothing.value.code == "batch_pilot_empty"

    async def priced(transcript, rubric):
        usage = Usage(prompt_tokens=90, generated_tokens=10, requests=1, seconds=1, cost=0.5)
        return make_scorecard(transcript, rubric, usage=usage)

    await run_batch(batch_id, priced, records=records, only=[0, 3])
    told = estimate(records, batch_id)
    assert (told.pilot, told.waiting, told.tokens, told.cost_usd, told.cost_range) == (2, 10, 1000, 5.0, (5.0, 5.0))
    assert told.seconds >= 0
    other = new_batch(records, 3)
    await run_batch(other, scripted, records=records, only=[0])
    assert estimate(records, other).cost_usd is None


# -- review and export


async def test_the_review_queue_is_ordered_by_need(records):
    """Failed first, then missing verdicts and guards, then the total nearest to the pass mark."""
    batch_id = new_batch(records, 5)
    reason = (ReviewReason(code="flat"),)
    changes = {
        "第0通": {"review": False},
        "第1通": {"review": True, "total": 0.5, "review_reasons": reason},
        "第2通": {"review": True, "total": 1.9, "review_reasons": reason},
        "第4通": {"review": True, "guards": (Guard(code="steering", detail=""),), "review_reasons": reason},
    }

    async def grade(transcript, rubric):
        words = transcript.turns[0].text
        if words not in changes:
            raise ValueError("broken")
        return make_scorecard(transcript, rubric, **changes[words])

    await run_batch(batch_id, grade, records=records)
    queue = review_queue(records.batches.items(batch_id), records.batches.scorecards(batch_id))
    assert [entry.item.item for entry in queue] == ["i3", "i4", "i2", "i1"]
    assert queue[0].reasons == ("failed",) and queue[1].reasons == ("flat",)


async def test_the_export_keeps_ungraded_apart_from_zero(records, tmp_path):
    """A criterion without points is empty, a person's points are beside the machine's, failed items are rows too."""
    batch_id = new_batch(records, 4)
    await run_batch(batch_id, scripted, records=records)
    first = records.batches.items(batch_id)[0]
    records.override(first.grading_id, "care", 1.0, who="林")
    records.override(first.grading_id, "care", 2.0, who="陶")
    rows = list(export_rows(records, batch_id))
    assert [row["state"] for row in rows] == ["done", "done", "done", "failed"]
    assert (rows[0]["care"], rows[0]["care.human"], rows[0]["insult"]) == (2.25, 1.5, None)
    sums = {row["item"]: (row["corrected_total"], row["corrected_passed"]) for row in rows}
    assert sums["i0"][0] == rows[0]["total"] - 2.25 + 2.0 and sums["i1"] == (None, None)
    assert rows[3]["total"] is None and "unreadable reply" in rows[3]["error"]
    with write_rows(rows, tmp_path / "out.csv").open(encoding="utf-8-sig") as file:
        assert [row["item"] for row in csv.DictReader(file)] == ["i0", "i1", "i2", "i3"]
    sheet = openpyxl.load_workbook(write_rows(rows, tmp_path / "out.xlsx")).active
    assert sheet.max_row == 5 and sheet["A2"].value == "i0"
    lines = write_rows(rows, tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0])["insult"] is None
    with pytest.raises(InputError):
        write_rows(rows, tmp_path / "out.pdf")


def test_a_cell_never_becomes_a_formula(tmp_path):
    """Text that a spreadsheet would run is written as text."""
    path = write_rows([{"item": '=HYPERLINK("x")', "points": -1}], tmp_path / "out.csv")
    with path.open(encoding="utf-8-sig") as file:
        assert next(csv.DictReader(file)) == {"item": '\'=HYPERLINK("x")', "points": "-1"}


def test_a_workbook_takes_any_item(tmp_path):
    """Control characters, which workbooks cannot hold, are removed, and hide no formula."""
    rows = [{"item": "甲\x0b乙"}, {"item": "\x0b=1+1"}]
    sheet = openpyxl.load_workbook(write_rows(rows, tmp_path / "out.xlsx")).active
    assert (sheet["A2"].value, sheet["A3"].value, sheet["A3"].data_type) == ("甲乙", "'=1+1", "s")


# -- inputs


def find_rubric(name):
    if name != RUBRIC.id:
        raise RubricError("rubric_unknown", name=name)
    return RUBRIC


def test_a_folder_gives_its_texts_in_order(tmp_path):
    """Sub-folders count, hidden files do not, GB18030 is read."""
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "二.txt").write_bytes("客服：您好\n客户：你好".encode("gb18030"))
    (tmp_path / "a.txt").write_text("客服：您好", encoding="utf-8")
    (tmp_path / ".hidden.txt").write_text("x")
    items = prepare(read_inputs(tmp_path), find_rubric, RUBRIC)
    assert [item.item for item in items] == ["a.txt", "b/二.txt"]
    assert [turn.text for turn in items[1].transcript.turns] == ["您好", "你好"]


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_is_no_text_is_told_and_not_left_out(tmp_path, packed):
    """A document among the texts, in a folder or an archive, becomes a failed item that says what to do."""
    files = {"张三.txt": "客服：您好", "李四.docx": "PK", "__MACOSX/张三.txt": "x", ".DS_Store": "x"}
    source = tmp_path / ("in.zip" if packed else "in")
    if packed:
        with zipfile.ZipFile(source, "w") as archive:
            for name, words in files.items():
                archive.writestr(name, words)
    else:
        for name, words in files.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_text(words, encoding="utf-8")
    items = {item.item: item for item in prepare(read_inputs(source), find_rubric, RUBRIC)}
    assert {name: item.error_code for name, item in items.items()} == {
        "张三.txt": None,
        "李四.docx": "transcript_binary",
    }
    assert "李四.docx" in items["李四.docx"].error and "DOCX" in items["李四.docx"].error


def test_an_archive_may_hold_a_name_twice(tmp_path):
    """Two members of one name are two items."""
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        for words in ("客服：您好", "客服：早上好"):
            archive.writestr("甲.txt", words)
    assert [item.content.decode() for item in read_inputs(tmp_path / "in.zip").sources] == [
        "客服：您好",
        "客服：早上好",
    ]


@pytest.mark.parametrize("suffix", [".zip", ".xlsx"])
def test_a_damaged_file_gives_its_texts_or_one_sentence(tmp_path, suffix):
    """Whichever byte is changed, the only possible error is an InputError."""
    path, told, draw = tmp_path / f"in{suffix}", 0, random.Random(4)
    if suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("甲.txt", "客服：您好，请讲。\n客户：退货" * 20)
    else:
        write_table(path)
    whole = path.read_bytes()
    for _ in range(60):
        place = draw.randrange(len(whole))
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            read_inputs(path)
        except InputError as error:
            told += bool(error.text("zh"))
    assert told


def test_an_unreadable_file_becomes_a_failed_item(tmp_path, records):
    """A binary file among the texts is stored as failed with its cause and cannot be retried."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("客服：您好", encoding="utf-8")
    (folder / "b.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    batch_id = records.batches.create("x", prepare(read_inputs(folder), find_rubric, RUBRIC))
    batch = records.batches.get(batch_id)
    assert (batch.waiting, batch.failed) == (1, 1)
    assert records.batches.items(batch_id, "failed")[0].error
    assert records.batches.retry(batch_id) == 0


def test_an_archive_is_read_with_chinese_names(tmp_path):
    """Names as Chinese Windows writes them come out right, and a path upwards is only a name."""
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.writestr("甲.txt", "客服：您好")
        archive.writestr("../../up.txt", "客服：您好")
        archive.writestr("__MACOSX/甲.txt", "x")
    assert [source.item for source in read_inputs(tmp_path / "in.zip").sources] == ["../../up.txt", "甲.txt"]
    assert not (tmp_path.parent.parent / "up.txt").exists()


def test_an_archive_that_swells_is_refused(tmp_path, monkeypatch):
    """The size is counted during unpacking, whatever the archive claims."""
    monkeypatch.setattr("evaluator.batch.archives.MAX_FILE_BYTES", 1000)
    with zipfile.ZipFile(tmp_path / "in.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "0" * 100_000)
    with pytest.raises(InputError) as large:
        read_inputs(tmp_path / "in.zip")
    assert large.value.code == "batch_too_large"


TABLE = [
    ["编号", "回答内容", "评分标准"],
    ["甲", "客服：您好，请讲。\n客户：退货", "night-call"],
    ["乙", "", ""],
    ["丙", "客服：嗯", "no-such"],
    ["丁", "客服：好", ""],
]


def write_table(path):
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in TABLE:
            book.active.append(row)
        book.save(path)
    elif path.suffix == ".jsonl":
        lines = [json.dumps(dict(zip(TABLE[0], row, strict=True)), ensure_ascii=False) for row in TABLE[1:]]
        path.write_text("\n".join(lines), encoding="utf-8")
    else:
        with path.open("w", encoding="gb18030", newline="") as file:
            csv.writer(file).writerows(TABLE)
    return path


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".jsonl"])
def test_a_table_is_understood_and_says_how(tmp_path, suffix):
    """Columns are guessed and shown; rows without text or with an unknown rubric become failed items."""
    inputs = read_inputs(write_table(tmp_path / f"in{suffix}"))
    assert inputs.columns == Columns(transcript="回答内容", id="编号", rubric="评分标准")
    assert inputs.names == tuple(TABLE[0])
    items = prepare(inputs, find_rubric, RUBRIC)
    assert [item.item for item in items] == ["甲", "乙", "丙", "丁"]
    assert [item.error_code for item in items] == [None, "batch_missing_text", "rubric_unknown", None]
    assert len(items[0].transcript.turns) == 2


def test_half_a_character_is_replaced(tmp_path, records):
    """An emoji that was cut in two, in a text or an id, can be stored and has a digest."""
    path = tmp_path / "in.jsonl"
    path.write_text('{"id": "甲\\ud83d", "text": "客服：好的\\ud83d\\n客户：\\ud83d\\ude00"}', encoding="utf-8")
    (item,) = prepare(read_inputs(path), find_rubric, RUBRIC)
    assert (item.item, [turn.text for turn in item.transcript.turns]) == ("甲\ufffd", ["好的\ufffd", "😀"])
    batch_id = records.batches.create("x", [item])
    assert records.batches.start(batch_id, 0).transcript.digest == item.transcript.digest


def test_a_number_that_is_an_id_keeps_its_digits(tmp_path):
    """Candidates' numbers stay apart, whole or not."""
    path, ids = tmp_path / "in.jsonl", (20240001.0, 20240002.0, 1234567.5, 7)
    path.write_text("\n".join(json.dumps({"id": one, "text": "客服：好"}) for one in ids), encoding="utf-8")
    assert [one.item for one in read_inputs(path).sources] == ["20240001", "20240002", "1234567.5", "7"]


def test_columns_can_be_named(tmp_path):
    """A confirmed choice is used; a missing column is reported."""
    path = tmp_path / "in.csv"
    path.write_text("a,b\n" + "x" * 50 + ",y\n", encoding="utf-8")
    assert read_inputs(path).columns == Columns(transcript="a")
    assert read_inputs(path, Columns(transcript="b", id="a")).sources[0].content == "y"
    with pytest.raises(InputError) as wrong:
        read_inputs(path, Columns(transcript="c"))
    assert wrong.value.code == "batch_unknown_column"


def test_without_a_rubric_an_item_fails(tmp_path):
    """An item without any grading instructions is data, not a crash."""
    (tmp_path / "a.txt").write_text("客服：您好", encoding="utf-8")
    assert prepare(read_inputs(tmp_path), find_rubric)[0].error_code == "batch_no_rubric"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("in.zip", b"PK no archive", "batch_unreadable"),
        ("in.xlsx", b"no workbook", "batch_unreadable"),
        ("in.jsonl", b"{broken", "batch_unreadable"),
        ("in.jsonl", b"[1]", "batch_unreadable"),
        ("in.jsonl", b"[" * 100_000, "batch_unreadable"),
        ("in.jsonl", b'{"id": ' + b"7" * 5000 + b"}", "batch_unreadable"),
        ("in.csv", b"x,y\n1,2\n", "batch_no_transcript_column"),
        ("in.csv", b"\n", "batch_no_items"),
        ("in.docx", b"x", "batch_unknown_format"),
    ],
)
def test_an_input_that_is_none_is_told(tmp_path, name, content, code):
    """Each kind of broken input gives one sentence in both languages."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as wrong:
        read_inputs(tmp_path / name)
    assert wrong.value.code == code and wrong.value.text("zh") and wrong.value.text("en")


def test_an_input_that_is_missing_or_empty_is_told(tmp_path):
    """A path that leads nowhere and a folder without texts give one sentence."""
    for path, code in ((tmp_path / "none", "file_missing"), (tmp_path, "batch_no_items")):
        with pytest.raises(InputError) as wrong:
            read_inputs(path)
        assert wrong.value.code == code


def test_finishing_keeps_the_grading_that_the_path_already_stored(records):
    """When grading itself stored the scorecard, the batch links it and stores no second one."""
    batch_id = new_batch(records, 1)
    work = records.batches.start(batch_id, 0)
    scorecard = make_scorecard(work.transcript, work.rubric, id=new_id())
    records.save(scorecard, work.transcript, "key")
    records.batches.finish(work, scorecard)
    assert records.count() == 1 and records.batches.items(batch_id)[0].grading_id == scorecard.id


@pytest.fixture
def leaks(records, monkeypatch):
    """A batch of two calls about a leak that names the newest profile, and what grades it."""
    monkeypatch.setattr("evaluator.grading.evaluation._pull", lambda rubric, settings: [])
    judge = WordJudge()
    fitted = team(stamp_for(small_rubric().digest, judge.stamp))
    records.profiles.save("team", fitted.model_copy(update={"version": 1}).model_dump(mode="json"), rubric_id="leak")
    calls = {"a": GOOD, "b": COLD}
    items = [NewItem(item=name, transcript=parse(text), rubric=small_rubric()) for name, text in calls.items()]

    def begin(**changes):
        kept = keep_profile(records.profiles, fitted.model_copy(update=changes), "leak")
        return records.batches.create("周二", items, options=name_profiles({"leak": kept}), owner="me")

    return begin, {"judge": judge, "settings": Settings(data_dir=records.database.lock_dir), "records": records}


async def run_to_the_end(batch_id: str, **wanted) -> Batch:
    """Grades what waits, as the page and the command line do, and returns the final counts."""
    async with aclosing(resume(batch_id, **wanted)) as results:
        async for _ in results:
            pass
    return wanted["records"].batches.get(batch_id)


async def test_a_batch_follows_the_version_that_it_names(leaks, records):
    """Each item is on the scale of the version that the batch was created with, even if a newer one exists."""
    begin, wanted = leaks
    batch_id = begin()
    keep_profile(records.profiles, team(Stamp(model="another")), "leak")
    batch = await run_to_the_end(batch_id, **wanted)
    cards = records.batches.scorecards(batch_id).values()
    assert batch.done == 2 and {card.profile for card in cards} == {"team v2"}
    assert all(card.decision and card.interval for card in cards)
    assert {one.label for one in records.history(owner="me")} == {"a", "b"}


async def test_candidates_with_the_same_words_have_a_grading_each(leaks, records):
    """Each item has the grading under its own name, the model is asked once, and corrections are not shared."""
    judge, wanted = leaks[1]["judge"], leaks[1]
    names = ("张三", "李四", "王五")
    items = [NewItem(item=name, transcript=parse(COLD), rubric=small_rubric()) for name in names]
    batch_id = records.batches.create("周三", items, owner="me")
    await run_to_the_end(batch_id, **wanted, concurrency=1)
    asked = len(judge.asked)
    ids = [item.grading_id for item in records.batches.items(batch_id)]
    assert [records.record(one).label for one in ids] == list(names)
    cards = records.batches.scorecards(batch_id)
    first, *others = cards.values()
    assert len(cards) == 3 and all(card.verdicts == first.verdicts for card in others)
    assert sum(card.usage.requests > 0 for card in cards.values()) == 1, "a copy took no tokens"
    records.override(ids[1], "sorry", 2, who="林")
    assert [row["sorry.human"] for row in export_rows(records, batch_id)] == [None, 2, None]
    again = records.batches.create("周四", items, owner="me")
    await run_to_the_end(again, **wanted)
    assert [item.grading_id for item in records.batches.items(again)] == ids, "the same name finds the stored one"
    assert len(judge.asked) == asked


async def test_a_second_name_for_the_same_words_is_kept(leaks, records):
    """A name typed later is the grading's; another name, owner or layout gets a copy."""
    grade = {**leaks[1], "rubric": small_rubric()}
    first = await evaluate(COLD, **grade)
    assert (await evaluate(COLD, label="张三", **grade)).id == first.id
    second = await evaluate(COLD, label="李四", **grade)
    assert second.id != first.id and second.verdicts == first.verdicts and second.created_at >= first.created_at
    assert [records.record(one.id).label for one in (first, second)] == ["张三", "李四"]
    assert (await evaluate(COLD, label="张三", **grade)).id == first.id
    assert (await evaluate(COLD, label="李四", **grade)).id == second.id
    spaced = await evaluate(f"{COLD}\n\n", label="张三", **grade)
    assert records.transcript(spaced.id).source == f"{COLD}\n\n" and records.transcript(first.id).source == COLD
    assert records.count() == 3


@pytest.mark.parametrize("gone", [True, False])
async def test_a_batch_whose_profile_does_not_fit_stays_as_it_is(leaks, records, gone):
    """A model other than the fit's, or a missing profile: one sentence, and every item waits."""
    begin, wanted = leaks
    batch_id = begin(stamp=Stamp(model="another"), name="x" if gone else "team")
    if gone:
        records.profiles.get = lambda name, version=None: None
    with pytest.raises(InputError):
        await run_to_the_end(batch_id, **wanted)
    assert records.batches.get(batch_id).waiting == 2

"""Many texts: streamed in and out, shared by machines, and intact after any accident."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

import evaluator
from evaluator import rubrics
from evaluator.batch import create, export_rows, open_inputs, resume, run_batch, write_batch
from evaluator.batch.output import check_output
from evaluator.errors import InputError, StorageError
from evaluator.settings import Settings
from evaluator.storage import NewItem, open_records
from evaluator.storage.runners import DEAD_S
from evaluator.transcript import parse
from tests.support.grading_cases import COLD, GOOD, WordJudge, small_rubric
from tests.support.storage_cases import make_rubric, make_scorecard, settings_in

RUBRIC = make_rubric()


@pytest.fixture
def settings(tmp_path):
    return settings_in(tmp_path)


@pytest.fixture
def records(settings):
    with open_records(settings) as opened:
        yield opened


@pytest.fixture
def alone(monkeypatch):
    """Does not look anything up in a store of references."""
    monkeypatch.setattr("evaluator.grading.evaluation._pull", lambda rubric, settings: [])


def stored(records, count: int = 6) -> str:
    items = (NewItem(item=f"i{n}", transcript=parse(f"客服：第{n}通"), rubric=RUBRIC) for n in range(count))
    return records.batches.create("周一", items)


async def grade(transcript, rubric):
    return make_scorecard(transcript, rubric)


async def test_texts_in_any_form_come_back_with_their_own_columns(settings, records, alone):
    """Texts, pairs, mappings and transcripts are graded; a mapping's further fields come back beside the result."""
    items = [GOOD, ("王", COLD), {"item": "李", "text": GOOD + "。", "店": 3}, parse(COLD + "！", form="dialogue")]
    wanted = {"judge": WordJudge(), "settings": settings, "records": records}
    found = [one async for one in evaluator.evaluate_many(items, small_rubric(), **wanted)]
    by_item = {one.item: one for one in found}
    assert set(by_item) == {"1", "王", "李", "4"} and by_item["李"].extra == {"店": 3}
    assert all(one.scorecard is not None and one.grading_id for one in found)
    assert by_item["1"].scorecard.total > by_item["王"].scorecard.total
    with pytest.raises(InputError) as wrong:
        [one async for one in evaluator.evaluate_many([7], small_rubric(), **wanted)]
    assert wrong.value.code == "batch_item_form"


async def test_anchors_are_read_once_and_equal_texts_are_asked_once(settings, records, alone):
    """However many workers start at once, shared questions are asked once.

    These are the questions about the rubric's anchors and about a text that several people handed in.
    """
    judge = WordJudge()
    items = [(f"n{number}", COLD) for number in range(12)] + [("good", GOOD)]
    wanted = {"judge": judge, "settings": settings, "records": records, "concurrency": 12}
    found = [one async for one in evaluator.evaluate_many(items, small_rubric(), **wanted)]
    assert len(found) == 13 and len({one.grading_id for one in found}) == 13
    asked = [(state.text, number) for number, state in enumerate(judge.states)]
    texts = [text for text, _ in asked]
    assert texts.count("") == 1, "the empty anchor"
    assert len({text for text in texts}) == 4  # silence, the reference, and two candidates


async def test_a_failing_anchor_leaves_its_criteria_ungraded_and_moves_no_other(settings, records, alone):
    """A question whose anchor has no answer is ungraded with the cause; no point is made up from what is left."""

    class Deaf(WordJudge):
        async def decide(self, state, questions):
            reply = await super().decide(state, questions)
            if state.text:
                return reply
            left = {name: answer for name, answer in reply.answers.items() if not name.startswith("c:sorry")}
            return reply.model_copy(update={"answers": left})

    wanted = {"settings": settings, "records": records}
    whole = await evaluator.evaluate(GOOD, small_rubric(), judge=WordJudge(), label="a", **wanted)
    judge = Deaf()
    judge.__class__.stamp = property(lambda self: {"model": "deaf"})
    half = await evaluator.evaluate(GOOD, small_rubric(), judge=judge, label="b", **wanted)
    sorry, plan = half.verdicts
    assert sorry.criterion == "sorry" and sorry.ungraded.cause == "unreadable"
    assert plan.points == whole.verdicts[1].points


async def test_every_step_stands_in_the_journal(records):
    """Each item's states in order, with the runner that had it; nothing is ever removed."""
    batch_id = stored(records, 2)

    async def second_fails(transcript, rubric):
        if "第1通" in transcript.source:
            raise ValueError("no")
        return make_scorecard(transcript, rubric)

    await run_batch(batch_id, second_fails, records=records)
    records.batches.retry(batch_id)
    await run_batch(batch_id, grade, records=records)
    assert [event.state for event in records.batches.events(batch_id, 0)] == ["running", "done"]
    second = records.batches.events(batch_id, 1)
    assert [event.state for event in second] == ["running", "failed", "waiting", "running", "done"]
    assert "ValueError" in second[1].cause and second[0].runner != second[3].runner


async def test_machines_that_share_a_batch_grade_nothing_twice(records):
    """With `join` two runs split the items; each item is begun once."""
    batch_id, seen = stored(records, 40), []

    async def counting(transcript, rubric):
        seen.append(transcript.source)
        await asyncio.sleep(0.002)
        return make_scorecard(transcript, rubric)

    run = {"records": records, "concurrency": 4, "join": True}
    await asyncio.gather(run_batch(batch_id, counting, **run), run_batch(batch_id, counting, **run))
    assert len(seen) == len(set(seen)) == 40 and records.batches.get(batch_id).done == 40


async def test_a_pause_from_elsewhere_stops_the_run(records, monkeypatch):
    """Another process asks; the run ends, its items wait, and the next run clears the wish."""
    monkeypatch.setattr("evaluator.batch.engine.BEAT_S", 0.05)
    batch_id = stored(records)

    async def slow(transcript, rubric):
        records.batches.pause(batch_id)
        await asyncio.Event().wait()

    batch = await asyncio.wait_for(run_batch(batch_id, slow, records=records), 10)
    assert (batch.waiting, batch.running, batch.paused) == (6, 0, True)
    assert (await run_batch(batch_id, grade, records=records)).done == 6


async def test_a_machine_that_slept_does_not_overwrite_its_successor(records):
    """A runner without a sign of life loses its items; its late results are kept as gradings, not as results."""
    batch_id = stored(records, 1)
    asleep = records.runners.enroll(batch_id)
    (work,) = records.batches.take(batch_id, 1, runner=asleep)
    with records.database.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE batch_runners SET seen = seen - {DEAD_S + 1}, host = 'another'")
    awake = records.runners.enroll(batch_id)
    (again,) = records.batches.take(batch_id, 1, runner=awake)
    late = make_scorecard(work.transcript, work.rubric)
    records.batches.finish(work, late)
    assert records.batches.get(batch_id).running == 1 and not records.runners.beat(asleep)
    records.batches.finish(again, make_scorecard(work.transcript, work.rubric))
    assert records.batches.items(batch_id)[0].grading_id != late.id and records.get(late.id)


async def test_a_disk_that_fails_stops_the_run_and_the_next_goes_on(records):
    """The journal cannot be written: one sentence, and afterwards the same table as without the accident."""
    batch_id, settle, tries = stored(records, 5), records.batches.settle, []

    def full(outcomes):
        tries.append(outcomes)
        if len(tries) == 2:
            raise StorageError("storage_full", path="x", detail="full")
        return settle(outcomes)

    records.batches.settle = full
    with pytest.raises(StorageError):
        await run_batch(batch_id, grade, records=records, concurrency=1)
    records.batches.settle = settle
    batch = await run_batch(batch_id, grade, records=records)
    assert batch.done == 5 and records.count() == 5


async def test_who_stops_reading_stops_the_run(records, settings, alone):
    """Leaving the iterator early leaves nothing running, and the rest waits."""
    batch_id = create([(str(n), GOOD + str(n)) for n in range(6)], small_rubric(), settings=settings, records=records)
    results = resume(batch_id, judge=WordJudge(), settings=settings, records=records, concurrency=1)
    async for _ in results:
        break
    await results.aclose()
    batch = records.batches.get(batch_id)
    assert batch.running == 0 and batch.done >= 1 and batch.waiting >= 4 and records.runners.living(batch_id) == []


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".jsonl", ".parquet"])
def test_own_columns_come_through_every_form(tmp_path, records, suffix):
    """Columns of a table come back beside the results, even one named like one of ours."""
    (tmp_path / "in.csv").write_text("id,text,店,total\n甲,客服：您好,001,9\n乙,,002,8\n", encoding="utf-8")
    reading = open_inputs(tmp_path / "in.csv")
    assert reading.carried == ["id", "店", "total"]
    batch_id = create(reading.sources, RUBRIC, settings=Settings(data_dir=tmp_path), records=records)
    records.batches.finish(work := records.batches.start(batch_id, 0), make_scorecard(work.transcript, RUBRIC))
    rows = list(export_rows(records, batch_id))
    assert [(row["店"], row["total.own"], row["total"]) for row in rows] == [("001", "9", 2.25), ("002", "8", None)]
    path = write_batch(records, batch_id, tmp_path / f"out{suffix}", "en")
    again = open_inputs(path, evaluator.batch.Columns(transcript="店")).sources
    state = "State" if suffix == ".xlsx" else "state"  # a workbook begins with the sheet to read
    assert [one.extra[state] for one in again] == ["done", "failed"]


def test_a_parquet_file_keeps_its_types(tmp_path, records):
    """Points are numbers, flags are flags, even if no item has any."""
    parquet = pytest.importorskip("pyarrow.parquet")
    path = write_batch(records, stored(records, 2), tmp_path / "out.parquet")
    types = {field.name: str(field.type) for field in parquet.read_schema(path)}
    assert types["total"] == types["care"] == "double" and types["passed"] == "bool" and types["item"] == "string"


def test_a_table_is_read_in_pieces(tmp_path, records, settings):
    """Only a few hundred rows are in memory at once, however long the table is."""
    path = tmp_path / "in.jsonl"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": f"客服：第{n}通"}, ensure_ascii=False) + "\n" for n in range(3000))
    most, sources = 0, open_inputs(path).sources

    def counted():
        nonlocal most
        for number, source in enumerate(sources, start=1):
            most = number
            yield source

    counting = counted()
    next(counting)
    assert most == 1
    batch_id = create(counting, RUBRIC, settings=settings, records=records)
    assert records.batches.get(batch_id).total == 2999
    assert sum(len(items) for items, _ in records.batches.pages(batch_id)) == 2999


def test_an_output_that_holds_something_is_not_overwritten(tmp_path):
    """An existing file, a folder that is not empty, an unknown format: one sentence each."""
    (tmp_path / "a.csv").write_text("mine")
    for name, code in (("a.csv", "file_exists"), ("a.pdf", "batch_export_format"), ("no/b.csv", "file_missing")):
        with pytest.raises(InputError) as wrong:
            check_output(tmp_path / name)
        assert wrong.value.code == code
    assert check_output(tmp_path / "a.csv", overwrite=True)
    with pytest.raises(InputError):
        check_output(tmp_path.parent / tmp_path.name)


@pytest.fixture
def cli(tmp_path, monkeypatch, alone):
    """The command line over a data folder of its own, with the scripted judge."""
    monkeypatch.setenv("EVALUATOR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("EVALUATOR_SCRIPTED_JUDGE", "1")
    monkeypatch.setenv("EVALUATOR_MODEL", "scripted")
    monkeypatch.setenv("EVALUATOR_LANG", "en")
    rubrics.write(small_rubric(), tmp_path / "data" / "rubrics")
    from evaluator.commands.batch import app

    def call(*arguments: str, stdin: str | None = None, code: int = 0):
        result = CliRunner().invoke(app, list(arguments), input=stdin)
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return call


def table(path: Path, count: int) -> Path:
    lines = [f"n{n},客服：您好，对不起，师傅{n % 12 + 1}点上门。,S{n}" for n in range(count)]
    path.write_text("id,text,shop\n" + "\n".join(lines) + "\nlast,,S9\n", encoding="utf-8")
    return path


def test_the_command_runs_pilots_goes_on_and_exports(cli, tmp_path):
    """Mapping, pilot with an estimate, the rest, status with a failure's cause, and an export equal to the output."""
    out = tmp_path / "out.xlsx"
    first = cli("run", str(table(tmp_path / "in.csv", 6)), "-r", "leak", "-o", str(out), "--pilot", "2")
    assert (
        "transcript: text (by its name)" in first.stderr and "carried through to the results: id, shop" in first.stderr
    )
    assert "7 items, 1 could not be read" in first.stderr and "Based on a pilot of 2" in first.stderr
    assert openpyxl.load_workbook(out).active.max_row == 8
    done = cli("resume")
    assert "6 graded, 1 failed" in done.stderr and "Row 7 holds no transcript" in done.stderr
    assert str(out) in done.stderr
    (status,) = json.loads(cli("status", "--json").stdout)
    assert (status["done"], status["failed"], status["causes"][0]["code"]) == (6, 1, "batch_missing_text")
    assert "6 done" in cli("status").stdout
    cli("export", "-o", str(tmp_path / "out.jsonl"))
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["shop"] for row in rows] == [*(f"S{n}" for n in range(6)), "S9"] and rows[0]["total"] is not None
    assert "could not be read" in cli("retry-failed").stderr
    assert cli("export", "-o", str(tmp_path / "out.jsonl"), code=1).exception.code == "file_exists"


def test_the_command_reads_standard_input_and_only_tells_on_a_dry_run(cli, tmp_path):
    """Lines of JSON from a pipe; a dry run stores nothing."""
    lines = '{"text": "客服：对不起，师傅三点上门。"}\n{"text": "客服：不管。"}\n'
    assert "transcript: text" in cli("run", "-", "-r", "leak", "--dry-run", stdin=lines).stderr
    assert "no batches yet" in cli("status").stdout
    cli("run", "-", "-r", "leak", "-o", str(tmp_path / "out"), stdin=lines)
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert files == ["000001-1.json", "000002-2.json"]
    assert json.loads((tmp_path / "out" / files[0]).read_text())["scorecard"]["total"] is not None


def test_a_run_that_is_killed_goes_on_and_the_table_is_the_same(cli, tmp_path):
    """Runs `kill -9` midway, twice.

    After `resume` the points equal those of an undisturbed run, and the output was complete at every moment.
    """
    (tmp_path / "script.json").write_text('{"delay_s": 0.05}')
    environment = {**os.environ, "EVALUATOR_SCRIPTED_JUDGE": str(tmp_path / "script.json"), "PYTHONPATH": os.getcwd()}
    out = tmp_path / "out.jsonl"
    source = table(tmp_path / "in.csv", 30)
    command = [sys.executable, "-m", "evaluator", "batch", "run", str(source), "-r", "leak", "-o", str(out)]
    for number in range(2):
        process = subprocess.Popen(
            command, env=environment, cwd=Path(__file__).parents[2], stderr=subprocess.PIPE, start_new_session=True
        )
        with open_records(Settings(data_dir=tmp_path / "data")) as records:
            give_up = time.monotonic() + 300
            while not any(batch.done >= 4 * (number + 1) for batch in records.batches.all()):
                assert process.poll() is None and time.monotonic() < give_up
                time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        lines = out.read_text(encoding="utf-8").splitlines()
        assert all(json.loads(line)["item"] for line in lines)
        command = [*command[:4], "resume"]
    cli("resume")
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [row["state"] for row in rows] == ["done"] * 30 + ["failed"]
    cli("run", str(source), "-r", "leak", "-o", str(tmp_path / "calm.jsonl"), "--name", "calm")
    calm = [json.loads(line) for line in (tmp_path / "calm.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(row["item"], row["total"]) for row in calm] == [(row["item"], row["total"]) for row in rows]

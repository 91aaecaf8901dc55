"""The records on a real PostgreSQL: the same tests as on SQLite, and what only several machines can do."""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
from multiprocessing.synchronize import Barrier

import pytest
from sqlalchemy import text

from evaluator.batch import run_batch
from evaluator.errors import StorageError
from evaluator.settings import Settings
from evaluator.storage import NewItem, open_records
from evaluator.transcript import parse
from tests.batch import test_batch
from tests.batch import test_many as test_batch_many
from tests.storage import test_appeals, test_storage
from tests.support.postgres import new_database, server
from tests.support.storage_cases import make_rubric, make_scorecard, make_transcript

__all__ = ["server"]

# Tests of files, of SQLite's own messages, and of its list index, which PostgreSQL has in another form.
ONLY_SQLITE = {
    "test_migrations_make_the_tables_of_the_code",
    "test_every_old_revision_is_brought_up_to_date",
    "test_records_of_a_newer_program_are_left_alone",
    "test_a_migration_that_fails_leaves_no_tables",
    "test_a_file_that_others_switch_at_the_same_time_is_tried_again",
    "test_a_full_disk_stores_nothing_half",
    "test_read_only_records_are_named",
    "test_busy_records_are_told",
    "test_history_asks_the_database_once_however_long_it_is",
    "test_a_file_that_is_no_database_is_told",
    "test_a_data_directory_that_cannot_be_made_is_told",
    "test_a_database_address_that_is_none_is_told",
    "test_ids_rise_and_read_well",
    "test_a_password_in_the_address_is_not_shown",
}
JOURNAL = (
    "test_every_step_stands_in_the_journal",
    "test_machines_that_share_a_batch_grade_nothing_twice",
    "test_a_pause_from_elsewhere_stops_the_run",
    "test_a_machine_that_slept_does_not_overwrite_its_successor",
    "test_a_disk_that_fails_stops_the_run_and_the_next_goes_on",
    "test_a_batch_runs_in_one_place_at_a_time",
    "test_a_run_that_was_killed_goes_on",
    "test_stopping_lets_the_items_under_way_wait_again",
    "test_an_estimate_rests_on_what_was_graded",
    "test_the_export_keeps_ungraded_apart_from_zero",
)
globals().update(
    {
        name: test
        for module in (test_storage, test_appeals)
        for name, test in vars(module).items()
        if name.startswith("test_") and callable(test) and name not in ONLY_SQLITE
    }
)
grading = test_appeals.grading
globals().update({name: getattr(test_batch, name, None) or getattr(test_batch_many, name) for name in JOURNAL})


@pytest.fixture
def settings(tmp_path, server):
    return Settings(data_dir=tmp_path / "data", database_url=new_database(server))


@pytest.fixture
def records(settings):
    with open_records(settings) as opened:
        yield opened


def test_odd_characters_and_long_names_are_kept(records):
    """NUL, half characters and names of thousands of characters are stored, found in any case, and come back."""
    transcript = parse("客服：您好\x00，ÄRGER mit SF-1024。\n客户：嗯。")
    card = make_scorecard(transcript)
    records.save(card, transcript, label="长" * 3000 + "\x00", owner="o" * 900, rubric=make_rubric(title="题" * 2000))
    records.add_note(card.id, "a\x00b\ud800", who="w" * 700)
    assert records.get(card.id) == card and records.transcript(card.id) == transcript
    for word in ("ärger", "sf-1024", "SF-1024", "\x00"):
        assert [one.id for one in records.history(text=word)] == [card.id], word
    assert records.notes(card.id)[0].text == "a\ufffdb\ufffd"
    batch_id = records.batches.create(
        "批" * 2000 + "\x00", [NewItem(item="i" * 900, transcript=transcript, rubric=make_rubric())]
    )
    assert records.batches.get(batch_id).total == 1


def test_many_first_starts_migrate_once(settings):
    """Eight starts at once on an empty database all get it, the bank's among them."""
    from evaluator.bank.store.bank import open_bank

    problems = []

    def start(number: int) -> None:
        try:
            if number % 2:
                open_bank(settings.bank_url, settings.data_dir).close()
            else:
                open_records(settings).close()
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_many_writers_at_once_lose_nothing(records):
    """Gradings of the same words, drafts, profiles and versions from eight threads: all there, none twice."""
    words, problems = make_transcript(), []

    def write(number: int) -> None:
        try:
            for turn in range(5):
                records.save(
                    make_scorecard(words), words, rubric=make_rubric(version=turn + 1), label=f"{number}-{turn}"
                )
                records.drafts.put("me", "d", {"n": number})
                records.profiles.save("team", {"n": number})
                records.rubrics.save(make_rubric(title=f"{number}-{turn}"))
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == [] and records.count() == 40
    assert [one.version for one in records.profiles.all()] == list(range(1, 41))
    assert len(records.rubrics.versions("night-call")) == 40


def _share(url: str, folder: str, batch_id: str, seen: multiprocessing.Queue, ready: Barrier) -> None:
    async def grade(transcript, rubric):
        seen.put(transcript.source)
        await asyncio.sleep(0.005)
        return make_scorecard(transcript, rubric)

    with open_records(Settings(data_dir=folder, database_url=url)) as records:
        ready.wait(120)  # otherwise the first one has done everything before the others have started
        asyncio.run(run_batch(batch_id, grade, records=records, concurrency=4, join=True))


def test_three_processes_share_a_batch(settings, records):
    """Each item is begun by one process, and every one of them does its part."""
    items = [NewItem(item=str(n), transcript=parse(f"客服：第{n}通"), rubric=make_rubric()) for n in range(60)]
    batch_id = records.batches.create("一起", items)
    context = multiprocessing.get_context("spawn")
    seen = context.Queue()
    wanted = (settings.records_url, str(settings.data_dir), batch_id, seen, context.Barrier(3))
    processes = [context.Process(target=_share, args=wanted) for _ in range(3)]
    for process in processes:
        process.start()
    graded = [seen.get(timeout=120) for _ in range(60)]
    for process in processes:
        process.join(60)
    assert len(set(graded)) == 60 and records.batches.get(batch_id).done == 60 and seen.empty()
    holders = {event.runner for event in records.batches.events(batch_id)}
    assert len(holders) >= 2


def test_a_lost_connection_is_told_and_the_next_run_goes_on(records, settings):
    """The server disconnects everybody midway: one sentence, and afterwards the whole table."""
    batch_id = records.batches.create(
        "掉线", [NewItem(item=str(n), transcript=parse(f"客服：{n}"), rubric=make_rubric()) for n in range(6)]
    )
    asked = []

    async def grade(transcript, rubric):
        asked.append(transcript.source)
        if len(asked) == 3:
            with open_records(settings) as other, other.database.engine.connect() as connection:
                name = settings.records_url.rsplit("/", 1)[1]
                drop = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
                connection.execute(text(drop), {"name": name})
                connection.commit()
        return make_scorecard(transcript, rubric)

    try:
        asyncio.run(run_batch(batch_id, grade, records=records, concurrency=1))
    except StorageError as error:
        assert error.code == "storage_unreachable"
    batch = asyncio.run(run_batch(batch_id, grade, records=records))
    assert batch.done == 6 and records.count() == 6


def test_a_server_that_is_not_there_gets_one_sentence(tmp_path):
    """No address, a wrong port: what to check, without the password."""
    pytest.importorskip("psycopg")
    url = "postgresql://me:secret@127.0.0.1:9/none"
    with pytest.raises(StorageError) as gone:
        open_records(Settings(data_dir=tmp_path, database_url=url))
    assert gone.value.code == "storage_unreachable" and "secret" not in str(gone.value)


def test_everything_moves_and_goes_on(tmp_path, server, monkeypatch):
    """Gradings, batches, versions and the bank's papers are the same on the server.

    New ones get their own numbers.
    """
    from typer.testing import CliRunner

    from evaluator.bank.importer import import_files
    from evaluator.bank.store.bank import open_bank
    from evaluator.commands.records import app

    monkeypatch.setenv("EVALUATOR_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("EVALUATOR_DATABASE_URL", raising=False)
    old = Settings(data_dir=tmp_path)
    words = make_transcript("您好\x00。")
    with open_records(old) as records:
        card = make_scorecard(words)
        records.save(card, words, "key", rubric=make_rubric(), label="甲")
        records.override(card.id, "care", 1, who="林")
        batch_id = records.batches.create("移", [NewItem(item="a", transcript=words, rubric=make_rubric())])
        records.batches.finish(work := records.batches.start(batch_id, 0), make_scorecard(work.transcript, work.rubric))
    paper = tmp_path / "卷.txt"
    paper.write_text("1. 客户发火时第一句说什么？\n答案：先道歉。\n", encoding="utf-8")
    bank = open_bank(old.bank_url, tmp_path)
    import_files(bank, [paper])
    items = bank.items()
    bank.close()
    url = new_database(server)
    moved = CliRunner().invoke(app, ["move", url])
    assert moved.exit_code == 0 and "EVALUATOR_DATABASE_URL" in moved.stdout, moved.output
    with open_records(Settings(data_dir=tmp_path, database_url=url)) as records:
        assert records.find("key") == card and records.record(card.id).overrides[0].points == 1
        assert [event.state for event in records.batches.events(batch_id)] == ["running", "done"]
        assert records.batches.retry(batch_id, ungraded=True) == 0
        records.batches.release(batch_id)
        again = records.batches.create("新", [NewItem(item="b", transcript=words, rubric=make_rubric())])
        records.batches.start(again, 0)
        assert len(records.batches.events(again)) == 1
    bank = open_bank(url, tmp_path)
    assert bank.items() == items and len(items) == 1 and bank.state()[0]
    assert bank.undo() and bank.items() == []
    bank.close()
    twice = CliRunner().invoke(app, ["move", url])
    assert twice.exception.code == "storage_not_empty"


async def test_machines_share_what_a_model_said(settings):
    """One machine's answer is available to the other; the newer of two stays."""
    from evaluator.storage import open_memo

    one, other = open_memo(settings), open_memo(settings)
    await one.put_many({"a" * 64: {"model": "m", "x": "\x00好"}, "b" * 64: 1})
    assert await other.get_many(["a" * 64, "b" * 64, "c" * 64]) == {
        "a" * 64: {"model": "m", "x": "\x00好"},
        "b" * 64: 1,
    }
    await other.put("b" * 64, 2)
    assert await one.get("b" * 64) == 2
    one.close()
    other.close()

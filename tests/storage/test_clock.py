"""The clock is set back: what was done last still counts, nothing waits for the clock, and the chain holds."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from evaluator.settings import load_settings
from evaluator.sittings.session import used_seconds
from evaluator.storage import ids, models, open_records
from evaluator.storage import tables as t
from evaluator.storage.effective_overrides import effective
from evaluator.storage.runners import DEAD_S
from tests.support.storage_cases import make_rubric, make_scorecard, make_transcript

HOUR_S = 3600.0


@pytest.fixture
def records(tmp_path):
    with open_records(load_settings(data_dir=tmp_path)) as opened:
        yield opened


@pytest.fixture
def set_back(monkeypatch):
    """Sets the clock back, and continues in another process: ids of this one are forgotten."""

    def turn(seconds: float = HOUR_S) -> None:
        moment = time.time() - seconds
        monkeypatch.setattr(ids, "time", SimpleNamespace(time=lambda: moment))
        monkeypatch.setattr(ids, "_last", 0)
        fixed = datetime.fromtimestamp(moment, UTC)
        monkeypatch.setattr(models, "datetime", SimpleNamespace(now=lambda zone: fixed))

    return turn


def graded(records, **keywords):
    transcript = make_transcript()
    card = make_scorecard(transcript, created_at=models.now())
    kept = records.save(card, transcript, rubric=make_rubric(), **keywords)
    return records.get(kept)


def test_the_last_correction_counts(records, set_back):
    """Points, their withdrawal, review marks and notes are in the order in which people made them."""
    card = graded(records)
    records.override(card.id, "care", 1.0, who="林")
    records.mark_reviewed(card.id, who="林")
    records.add_note(card.id, "先", who="林")
    set_back()
    records.override(card.id, "care", 3.0, who="林")
    records.unmark_reviewed(card.id, who="林")
    records.add_note(card.id, "后", who="林")
    assert effective(records.record(card.id).overrides)["care"].points == 3.0
    assert records.reviewed([card.id]) == {}
    assert [note.text for note in records.notes(card.id)] == ["先", "后"]
    assert records.audit.verify().broken_at is None


def test_the_last_grading_of_a_request_is_found(records, set_back):
    """`--fresh` with the clock an hour behind: the new scorecard is the one that the next request finds."""
    graded(records, request_key="same")
    set_back()
    newer = graded(records, request_key="same")
    assert records.find("same") == newer and records.get(newer.id) == newer
    assert records.count() == 2


def test_rubrics_batches_panels_and_calls_keep_their_order(records, set_back):
    first, second = make_rubric(), make_rubric(title="第二版")
    records.rubrics.save(first)
    one = records.batches.create("one", [])
    interview = records.interviews.add(paper={}, transcript=make_transcript(), segments={})
    records.interviews.decide(interview, "no", "", who="林")
    records.interviews.give(interview, "q1", 1.0, who="林")
    call = records.calls.begin("o", first, {}, "scripted")
    turn = records.calls.add(call.id, None, "customer", "喂", {})
    sitting = records.sittings.begin(paper={}, digest="d", title="卷")
    set_back()
    records.rubrics.save(second)
    two = records.batches.create("two", [])
    records.interviews.decide(interview, "yes", "", who="林")
    records.interviews.give(interview, "q1", 2.0, who="林")
    records.calls.add(call.id, turn.id, "agent", "您好", {})
    assert records.sittings.mark(sitting, "pause", "paused", ("running",))
    assert [row.id for row in records.batches.all()] == [two, one]
    assert records.interviews.decisions([interview])[-1].decision == "yes"
    assert [one.points for one in records.interviews.given([interview])] == [1.0, 2.0]
    assert [one.text for one in records.calls.turns(call.id)] == ["喂", "您好"]
    assert [one.what for one in records.sittings.events(sitting)] == ["begin", "pause"]
    assert records.rubrics.undo(first.id).title == first.title


def test_every_table_whose_newest_row_counts_is_kept_in_order():
    """All tables with our ids, except contents, gradings (their ids exist before they are stored) and runners."""
    ordered = {table.__tablename__ for table in t.InOrder.__subclasses__()}
    own_ids = {
        mapper.local_table.name
        for mapper in t.Base.registry.mappers
        if [(one.name, str(one.type)) for one in mapper.local_table.primary_key.columns] == [("id", "VARCHAR(32)")]
    }
    assert own_ids - ordered == {"gradings", "batch_runners"}


def test_a_runner_whose_heartbeat_is_in_the_future_is_dead(records):
    """Another machine's runner died before the clock was set back; its work does not wait for an hour."""
    batch = records.batches.create("one", [])
    records.runners.enroll(batch)
    with records.database.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE batch_runners SET seen = seen + {2 * DEAD_S}, host = 'another'")
    assert records.runners.living(batch) == []


def test_a_sitting_never_takes_less_than_no_time():
    """A stretch that ends before it began counts as none; the others count."""
    at = "2026-11-28T{}:00+00:00".format
    events = [("begin", at("10:00")), ("pause", at("09:00")), ("resume", at("09:05"))]
    assert used_seconds(events, at("09:15")) == 600
    assert used_seconds(events[:1], at("09:30")) == 0

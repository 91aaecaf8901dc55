"""A person's data is found, exported and deleted in every store, down to the bytes of the files."""

from __future__ import annotations

import asyncio
import json

import pytest

from evaluator.errors import InputError
from evaluator.persons import delete_person, expire, export_person, find_expired, find_person
from evaluator.references import Entry, open_store
from evaluator.settings import Settings
from evaluator.storage import AskMemo, NewItem, OwnPoint, open_records
from tests.support.storage_cases import make_rubric, make_scorecard, make_transcript

PLANTED = "朱雀玄武七七四九"  # nobody says this by chance
NAME, OTHER = "欧阳测试", "别人"


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def records(settings):
    with open_records(settings) as opened:
        yield opened


def plant(settings, records, name=NAME, words=PLANTED, *, references=False):
    """The person's words and name in every store that takes them."""
    rubric, transcript = make_rubric(), make_transcript(f"您好，{words}，我是{name}。", name)
    card = make_scorecard(transcript)
    grading = records.save(card, transcript, rubric=rubric, label=f"{name}.txt", owner="lead@example.com")
    records.override(grading, "care", 1, words, who="王", cause="other")
    records.add_note(grading, words, who="王")
    records.mark_reviewed(grading, who="王", comment=words)
    appeal = records.appeals.open(grading, "care", words, who=name).id
    records.appeals.decide(appeal, None, words, who="陈")
    items = [NewItem(item=name, transcript=transcript, rubric=rubric, extra={"note": words})]
    items.append(NewItem(item=OTHER, transcript=make_transcript("别人的话。"), rubric=rubric))
    records.batches.create("批次", items, owner="lead@example.com")
    records.drafts.put("lead@example.com", "grade", {"name": name, "text": words})
    attempt = records.attempts.begin(name, rubric, make_transcript(words), {"care": OwnPoint(points=1, comment=words)})
    records.attempts.attach(attempt.id, grading)
    call = records.calls.begin(name, rubric, {"name": "客户"}, "scripted")
    records.calls.add(call.id, None, "agent", words, {})
    interview = records.interviews.add(paper={}, transcript=transcript, segments={}, candidate=name, title=words)
    records.interviews.give(interview, "q1", 1, who="王", comment=words)
    records.interviews.decide(interview, "hire", words, who="王")
    sitting = records.sittings.begin(paper={}, digest="0" * 64, title="卷", candidate=name)
    records.sittings.answer(sitting, "q1", words)
    run = settings.data_dir / "calibration" / "run1"
    (run / "items").mkdir(parents=True)
    (run / "items" / f"{grading}.txt").write_text(transcript.source, "utf-8")
    (run / "grades.csv").write_text(f"item,grader,points\n{grading},王,1\n", "utf-8")
    memo = AskMemo(settings.memo_path)
    asyncio.run(memo.put("0" * 64, {"reason": words}))
    memo.close()
    if references:
        entries = [
            Entry(id="mine", item="call", kind="answer", text=f"{words}。", source=f"{name}.docx"),
            Entry(id="other", item="call", kind="answer", text="您好，请讲。", source="教材"),
        ]
        open_store(settings).upsert(entries)
    return grading


def holding(settings, *words):
    """Files of the data folder whose bytes hold any of the words, as UTF-8 or as JSON may escape them."""
    wanted = [spelled for word in words for spelled in (word.encode(), json.dumps(word)[1:-1].encode())]
    return [
        path.name
        for path in settings.data_dir.rglob("*")
        if path.is_file() and any(one in path.read_bytes() for one in wanted)
    ]


def test_no_byte_of_a_deleted_person_remains(settings, records):
    """Neither the words nor the name are in any file: databases, journals, references, runs, caches."""
    plant(settings, records, references=True)
    kept = records.save(make_scorecard(make_transcript("别的。")), make_transcript("别的。"), label=OTHER)
    records.override(kept, "care", 2, "看过", who=NAME)
    assert {"memo.db", "chroma.sqlite3"} <= {name.removesuffix("-wal") for name in holding(settings, PLANTED)}
    found = find_person(settings, records, NAME)
    assert found.references == ["mine"] and [path.name for path in found.files] == ["run1"]
    delete_person(settings, records, found, who="管理员")
    assert holding(settings, PLANTED, NAME) == []
    assert [entry.id for entry in open_store(settings).entries()] == ["other"]
    (override,) = records.overrides(kept)
    assert override.who.startswith("p-") and override.points == 2
    assert records.audit.verify().broken_at is None and find_person(settings, records, NAME).empty
    told = records.audit.entries()[-1]
    assert (told.action, told.who, told.subject) == ("person_deleted", "管理员", override.who)


def test_what_is_other_peoples_stays(settings, records):
    """Somebody with another name keeps everything, and the rest of a shared batch stays."""
    plant(settings, records)
    other = records.save(make_scorecard(make_transcript("别的。")), make_transcript("别的。"), label=f"{NAME}二")
    delete_person(settings, records, find_person(settings, records, NAME))
    assert [one.id for one in records.history()] == [other]
    (batch,) = records.batches.all()
    assert [one.item for one in records.batches.items(batch.id)] == [OTHER]


def test_a_mention_is_deleted_only_when_asked_for(settings, records):
    """A text of somebody else that names the person is not the person's, unless one says so."""
    transcript = make_transcript(f"刚才{NAME}答应过我。")
    records.save(make_scorecard(transcript), transcript, label=OTHER)
    assert not find_person(settings, records, NAME).rows.gradings
    found = find_person(settings, records, NAME, mentioned=True)
    delete_person(settings, records, found)
    assert holding(settings, NAME) == []


def test_an_export_holds_everything(settings, records):
    """Texts, corrections, appeals, answers and the log's entries, as JSON; the log tells of it without the name."""
    grading = plant(settings, records)
    data = export_person(settings, records, find_person(settings, records, NAME), who="管理员")
    told = json.dumps(data, ensure_ascii=False)
    tables = {"gradings", "transcripts", "overrides", "notes", "reviews", "appeals", "appeal_steps", "drafts"}
    tables |= {
        "attempts",
        "call_turns",
        "interviews",
        "panel_points",
        "interview_decisions",
        "sitting_answers",
        "audit",
    }
    assert tables <= set(data["records"]) and PLANTED in told and grading in told
    entry = records.audit.entries()[-1]
    assert entry.action == "person_exported" and NAME not in entry.subject


def test_what_is_too_old_is_deleted(settings, records):
    """Everything from before the day goes, and what is younger stays."""
    old = make_scorecard(make_transcript(PLANTED), created_at="2020-01-01T00:00:00+00:00")
    records.save(old, make_transcript(PLANTED), label=NAME)
    young = make_scorecard(make_transcript("新的。"), created_at="2999-01-01T00:00:00+00:00")
    records.save(young, make_transcript("新的。"), label=OTHER)
    expire(settings, records, find_expired(settings, records, 30))
    assert [one.id for one in records.history()] == [young.id] and PLANTED not in str(holding(settings, PLANTED))
    assert holding(settings, PLANTED) == [] and find_expired(settings, records, 30).empty


def test_an_empty_name_is_refused(settings, records):
    """Otherwise everything without an owner would be meant."""
    with pytest.raises(InputError):
        find_person(settings, records, "  ")


def test_every_table_of_the_records_was_thought_of():
    """A new table is either handled in `storage.persons` or named there as one without a person's data."""
    import inspect

    from evaluator.storage import gradings, persons, tables

    source = inspect.getsource(persons) + inspect.getsource(gradings)
    rows = {one.class_.__tablename__: one.class_.__name__ for one in tables.Base.registry.mappers}
    missing = {table for table, name in rows.items() if name not in source} - persons.IMPERSONAL
    assert missing == set()

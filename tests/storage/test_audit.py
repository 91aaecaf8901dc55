"""The audit log: everything that changes a record is in it, and a changed byte breaks the chain."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from evaluator.grading import grade
from evaluator.judge.scripted import ScriptedJudge
from evaluator.rubrics import find
from evaluator.settings import load_settings
from evaluator.storage import open_records
from evaluator.transcript import parse


@pytest.fixture
def records(tmp_path):
    with open_records(load_settings(data_dir=tmp_path)) as opened:
        yield opened


@pytest.fixture
def graded(records):
    """A stored grading, corrected once, the correction withdrawn, and deleted."""
    rubric = find("bank-marketing-messages")
    transcript = parse("客户：别再发短信了！\n客服：好的，现在就关。", form="dialogue")
    card = asyncio.run(grade(transcript, rubric, ScriptedJudge(), [], lambda _: None))
    records.save(card, transcript, rubric=rubric, owner="li")
    records.override(card.id, rubric.criteria[0].id, 2.0, "听过录音", who="wang")
    records.revert(card.id, rubric.criteria[0].id, who="wang")
    records.delete(card.id)
    return card.id


def test_what_was_done_is_told_with_who_and_from_what_to_what(records, graded):
    """Entries stay when the grading is gone, and hold no words of the transcript."""
    entries = records.audit.entries(graded)
    assert [entry.action for entry in entries] == ["graded", "overridden", "withdrawn", "deleted"]
    assert (entries[1].who, entries[1].detail["before"], entries[1].detail["after"]) == ("wang", None, 2.0)
    assert entries[2].detail["before"] == 2.0
    assert not any("短信" in str(entry) for entry in entries)


def test_an_untouched_chain_holds(records, graded):
    """All entries fit, and the newest digest is reported."""
    chain = records.audit.verify()
    assert (chain.entries, chain.broken_at) == (4, None)
    assert chain.newest == records.audit.entries()[-1].digest


@pytest.mark.parametrize(
    ("change", "broken_at"),
    [
        ("update audit set who = 'wong' where number = 2", 2),
        ("update audit set detail = '{}' where number = 3", 3),
        ("update audit set at = '2020-01-01' where number = 1", 1),
        ("delete from audit where number = 2", 3),
    ],
)
def test_a_changed_or_missing_entry_breaks_the_chain(records, graded, change, broken_at):
    """The first entry that does not fit is named."""
    with records.database.write() as session:
        session.execute(text(change))
    assert records.audit.verify().broken_at == broken_at


def test_nothing_is_told_of_what_failed(records):
    """An entry belongs to the transaction that it describes."""
    from evaluator.errors import InputError

    with pytest.raises(InputError):
        records.override("nothing", "x", 1.0, who="wang")
    assert records.audit.entries() == []


def test_an_older_log_with_names_in_its_chain_gets_pseudonyms(tmp_path):
    """The chain holds after the migration, names are shown, and the digest from before is told."""
    import hashlib
    import json

    from evaluator.storage.opening import Database, upgrade

    database = Database(f"sqlite:///{tmp_path / 'records.db'}", tmp_path)
    with database._writing.begin() as connection:
        upgrade(connection, "0011")
        previous = "0" * 64
        for number in (1, 2):
            told = [previous, "2026-11-01", "wang", "graded", f"g{number}", {"total": 1}]
            digest = hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
            values = {"n": number, "d": json.dumps(told[5]), "p": previous, "g": digest, "s": told[4]}
            connection.execute(
                text("insert into audit values (:n, '2026-11-01', 'wang', 'graded', :s, :d, :p, :g)"), values
            )
            previous = digest
    database.close()
    with open_records(load_settings(data_dir=tmp_path)) as records:
        entries = records.audit.entries()
        assert records.audit.verify().broken_at is None and entries[-1].detail["digest_before"] == previous
        assert [entry.who for entry in entries] == ["wang", "wang", ""] and "wang" not in entries[0].actor

"""The records: stored data comes back intact, and a failing disk leaves nothing partial."""

from __future__ import annotations

import sqlite3
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event, text

from evaluator.errors import InputError, StorageError
from evaluator.settings import Settings
from evaluator.storage import NewItem, OwnPoint, new_id, open_records
from evaluator.storage.journal import write_ahead
from evaluator.storage.opening import MIGRATIONS, Database, _place, revisions, upgrade
from evaluator.storage.tables import Base
from tests.support.storage_cases import make_rubric, make_scorecard, make_transcript, settings_in


@pytest.fixture
def settings(tmp_path):
    return settings_in(tmp_path)


@pytest.fixture
def records(settings):
    with open_records(settings) as opened:
        yield opened


def store(records, words="您好，请讲。", **changes):
    transcript = make_transcript(words)
    keywords = {name: changes.pop(name) for name in ("label", "owner", "request_key") if name in changes}
    scorecard = make_scorecard(transcript, **changes)
    records.save(scorecard, transcript, **keywords)
    return scorecard


def test_a_stored_grading_comes_back_equal(records):
    """Scorecard, transcript and rubric equal the stored ones in every field."""
    rubric, transcript = make_rubric(), make_transcript()
    scorecard = make_scorecard(transcript, rubric)
    records.save(scorecard, transcript, "k" * 64, rubric=rubric, label="考生甲", owner="u1")
    kept = records.record(scorecard.id)
    assert (kept.scorecard, kept.transcript, kept.rubric) == (scorecard, transcript, rubric)
    assert (kept.label, kept.owner) == ("考生甲", "u1")
    assert records.get(scorecard.id) == scorecard


def test_the_newest_grading_of_a_request_is_found(records):
    """After a fresh request, the newer answer counts; an unknown request finds nothing."""
    store(records, request_key="same", created_at="2026-11-21T10:00:00+00:00")
    newer = store(records, request_key="same", created_at="2026-11-21T11:00:00+00:00")
    assert records.find("same") == newer
    assert records.find("other") is None


def test_saving_the_same_id_twice_changes_nothing(records):
    """Saving one grading twice neither fails nor duplicates it."""
    transcript = make_transcript()
    scorecard = make_scorecard(transcript)
    records.save(scorecard, transcript)
    records.save(scorecard, transcript)
    assert records.count() == 1


def test_two_candidates_with_the_same_words_keep_their_names(records):
    """Equal words under different names are different transcripts, though their digest is equal."""
    one, other = make_transcript(speaker="小周"), make_transcript(speaker="小郑")
    first, second = make_scorecard(one), make_scorecard(other)
    records.save(first, one)
    records.save(second, other)
    assert one.digest == other.digest
    assert records.transcript(first.id).turns[0].speaker == "小周"
    assert records.transcript(second.id).turns[0].speaker == "小郑"


def test_an_id_may_be_cut_short_while_it_is_clear(records):
    """A unique beginning is enough; an ambiguous or unknown one is refused with one sentence."""
    store(records, id="aaaa11112222")
    store(records, id="aaab11112222")
    assert records.get("aaab").id == "aaab11112222"
    assert records.get(" AAAB ").id == "aaab11112222"
    with pytest.raises(InputError) as unclear:
        records.get("aaa")
    assert unclear.value.code == "storage_ambiguous_id"
    for unknown in ("zzz", "", "%", "_aab"):
        with pytest.raises(InputError) as none:
            records.get(unknown)
        assert none.value.code == "storage_unknown_id"


def test_history_lists_newest_first_and_filters(records):
    """Rubric, words, label, owner and review narrow the list; paging moves through it."""
    for hour in range(5):
        store(
            records,
            f"第{hour}通，50%_退款",
            created_at=f"2026-11-21T1{hour}:00:00+00:00",
            label=f"考生{hour}",
            owner="even" if hour % 2 == 0 else "odd",
            review=hour == 3,
        )
    assert [row.label for row in records.history()] == ["考生4", "考生3", "考生2", "考生1", "考生0"]
    assert [row.label for row in records.history(2, offset=1)] == ["考生3", "考生2"]
    assert [row.label for row in records.history(text="第2通")] == ["考生2"]
    assert [row.label for row in records.history(text="考生1 退款")] == ["考生1"]
    assert len(records.history(text="50%_")) == 5
    assert records.history(text="5%0") == []
    assert [row.label for row in records.history(owner="odd")] == ["考生3", "考生1"]
    assert [row.label for row in records.history(review=True)] == ["考生3"]
    assert records.history(rubric="another") == []
    assert (records.count(), records.count(owner="odd"), records.count(text="第2通")) == (5, 2, 1)


def test_history_asks_the_database_once_however_long_it_is(records):
    """The list needs one statement, not one per row, and uses an index for its order."""
    for number in range(30):
        store(records, f"第{number}通")
    statements = []
    event.listen(records.database.engine, "before_cursor_execute", lambda *a: statements.append(a[2:4]))
    assert len(records.history(limit=30)) == 30
    statements = [statement for statement in statements if statement[0] != "BEGIN"]
    assert len(statements) == 1
    with records.database.read() as session:
        plan = session.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + statements[0][0], statements[0][1])
        steps = [row[-1] for row in plan]
    assert any("ix_gradings_created_at" in step for step in steps), steps


def test_an_override_stands_beside_the_machines_points(records):
    """The scorecard keeps its points; the newest override that was not withdrawn counts."""
    scorecard = store(records)
    records.override(scorecard.id, "care", 1.0, "没有追问", who="林")
    records.override(scorecard.id, "care", 1.5, "再看一遍", who="林")
    records.override(scorecard.id, "care", 3.0, who="陶")
    assert records.effective(scorecard.id)["care"].who == "陶"
    records.revert(scorecard.id, "care", who="陶")
    assert records.effective(scorecard.id)["care"].points == 1.5
    assert [one.points for one in records.overrides(scorecard.id)] == [1.0, 1.5, 3.0, None]
    assert records.get(scorecard.id) == scorecard
    (listed,) = records.history()
    assert listed.overridden and (listed.total, listed.counted.total, listed.counted.passed) == (2.25, 1.5, None)


def test_a_correction_taken_back_leaves_no_mark(records):
    """Once nothing overrides the machine's points, the lists show the grading as the machine left it."""
    transcript, rubric = make_transcript(), make_rubric()
    batch_id = records.batches.create("b", [NewItem(item="甲", transcript=transcript, rubric=rubric)])
    records.batches.finish(records.batches.start(batch_id, 0), card := make_scorecard(transcript, rubric))
    records.override(card.id, "care", 1.0, who="林")
    for (line,) in (records.history(), records.batches.items(batch_id)):
        assert line.overridden and (line.counted.total, line.counted.passed) == (1.0, None)
    records.revert(card.id, "care", who="林")
    for (line,) in (records.history(), records.batches.items(batch_id)):
        assert not line.overridden and (line.counted.total, line.counted.passed) == (2.25, True)


def test_human_grades_hold_each_persons_standing_points(records):
    """One row for each person, criterion and grading; withdrawn ones and other rubrics are left out."""
    first, second = store(records), store(records, "另一通")
    records.override(first.id, "care", 1.0, who="林")
    records.override(first.id, "care", 2.0, who="林")
    records.override(first.id, "care", 3.0, who="陶")
    records.override(second.id, "insult", 1, who="林")
    records.override(second.id, "care", 1, who="陶")
    records.revert(second.id, "care", who="陶")
    rows = [(row.item, row.grader, row.criterion, row.points) for row in records.human_grades("night-call")]
    expected = [
        (first.id, "林", "care", 2.0),
        (first.id, "陶", "care", 3.0),
        (second.id, "林", "insult", 1.0),
    ]
    assert rows == sorted(expected)
    assert records.human_grades("another") == []


def test_human_grades_may_be_those_of_one_owner(records):
    """Corrections of another owner's gradings are left out; without an owner everybody's count."""
    for owner in ("u1", "u2"):
        records.override(store(records, owner=owner).id, "care", 1.0, who="林")
    (mine,) = records.human_grades("night-call", "u1")
    assert records.record(mine.item).owner == "u1"
    assert len(records.human_grades("night-call")) == 2 and records.human_grades("night-call", "") == []


def test_a_grading_under_another_name_is_a_copy(records):
    """Its verdicts are the same, its id, name and transcript its own; a name is added once, and owners stay apart."""
    transcript, other = make_transcript(), make_transcript(speaker="小郑")
    card = make_scorecard(transcript)
    assert records.save(card, transcript, "k", label="甲", owner="u1") == card.id
    ids = {records.save(card, transcript, "k", label="乙", owner="u1") for _ in range(2)}
    ids |= {records.save(card, other, "k", label="甲", owner="u1"), records.save(card, transcript, "k", label="甲")}
    assert len(ids) == 3 and card.id not in ids and records.count() == 4
    kept = [records.record(one) for one in sorted(ids)]
    assert [(one.label, one.owner, one.transcript.turns[0].speaker) for one in kept] == [
        ("乙", "u1", "小周"),
        ("甲", "u1", "小郑"),
        ("甲", "", "小周"),
    ]
    assert all(one.scorecard.verdicts == card.verdicts and one.scorecard.id == one.id for one in kept)


@pytest.mark.parametrize(
    ("criterion", "points", "who", "code"),
    [
        ("cares", 1, "林", "storage_override_criterion"),
        ("care", 3.5, "林", "storage_override_points"),
        ("care", -1, "林", "storage_override_points"),
        ("care", float("nan"), "林", "storage_override_points"),
        ("insult", 2, "林", "storage_override_points"),
        ("care", 1, "  ", "storage_override_who"),
    ],
)
def test_an_impossible_override_is_refused(records, criterion, points, who, code):
    """Unknown criteria, points off the scale and nameless graders get one sentence and store nothing."""
    scorecard = store(records)
    with pytest.raises(InputError) as wrong:
        records.override(scorecard.id, criterion, points, who=who)
    assert wrong.value.code == code and wrong.value.text("zh") and wrong.value.text("en")
    assert records.overrides(scorecard.id) == []


def test_notes_are_kept_in_order(records):
    """Notes come back oldest first with their author."""
    scorecard = store(records)
    records.add_note(scorecard.id, "先看退款", who="林")
    records.add_note(scorecard.id, "再看语气")
    assert [(note.text, note.who) for note in records.notes(scorecard.id)] == [("先看退款", "林"), ("再看语气", "")]


def test_deleting_a_grading_leaves_no_words_behind(records):
    """The transcript goes with its last grading, and not before."""
    first, second = store(records, "同一通"), store(records, "同一通")
    records.add_note(first.id, "x")
    records.override(first.id, "care", 1, who="林")
    records.delete(first.id)
    assert records.transcript(second.id).source == "同一通"
    records.delete(second.id)
    with records.database.read() as session:
        assert session.execute(text("SELECT count(*) FROM transcripts")).scalar() == 0
        assert session.execute(text("SELECT count(*) FROM overrides")).scalar() == 0


def test_drafts_belong_to_their_owner(records):
    """What one session typed is available to it again, and never to another."""
    records.drafts.put("s1", "grade", {"text": "打到一半"})
    records.drafts.put("s1", "grade", {"text": "打到一半，又改"})
    assert records.drafts.get("s1", "grade").body == {"text": "打到一半，又改"}
    assert records.drafts.get("s2", "grade") is None
    assert [draft.name for draft in records.drafts.all("s1")] == ["grade"]
    records.drafts.drop("s1", "grade")
    assert records.drafts.all("s1") == []


def test_an_attempt_shows_own_and_given_points(records):
    """Own points are stored first; the grading that follows adds its total."""
    rubric, transcript = make_rubric(), make_transcript()
    own = {"care": OwnPoint(points=3, comment="都回应了")}
    attempt = records.attempts.begin("u1", rubric, transcript, own)
    assert records.attempts.all("u1")[0].total is None
    scorecard = make_scorecard(transcript, rubric)
    records.save(scorecard, transcript, rubric=rubric)
    records.attempts.attach(attempt.id, scorecard.id)
    (kept,) = records.attempts.all("u1", "night-call")
    assert (kept.own_total, kept.total, kept.passed, kept.own_points) == (3, 2.25, True, own)
    assert records.attempts.transcript(attempt.id) == transcript
    assert records.attempts.all("u2") == []


def test_an_attempt_with_impossible_points_is_refused(records):
    """More points than the criterion allows are not a self-assessment."""
    with pytest.raises(InputError) as wrong:
        records.attempts.begin("u1", make_rubric(), make_transcript(), {"care": OwnPoint(points=4)})
    assert wrong.value.code == "storage_override_points"


def test_undo_goes_back_through_the_versions(records):
    """Each undo takes back one saving, a later saving goes on from there, nothing is lost."""
    one, two, three = (make_rubric(version=n) for n in (1, 2, 3))
    for rubric in (one, two, two, three):
        records.rubrics.save(rubric, who="林")
    assert len(records.rubrics.versions("night-call")) == 3
    assert records.rubrics.undo("night-call") == two
    assert records.rubrics.undo("night-call") == one
    with pytest.raises(InputError) as nothing:
        records.rubrics.undo("night-call")
    assert nothing.value.code == "storage_nothing_to_undo"
    records.rubrics.save(three)
    assert records.rubrics.current("night-call") == three
    assert records.rubrics.undo("night-call") == one
    assert len(records.rubrics.versions("night-call")) == 7
    assert records.rubrics.content(two.digest) == two


def test_profiles_are_numbered(records):
    """Saving a profile again makes the next version; older ones stay."""
    records.profiles.save("team", {"a": 1}, rubric_id="night-call")
    assert records.profiles.save("team", {"a": 2}, rubric_id="night-call").version == 2
    assert records.profiles.get("team").body == {"a": 2}
    assert records.profiles.get("team", 1).body == {"a": 1}
    assert records.profiles.get("other") is None
    assert [(one.name, one.version) for one in records.profiles.all("night-call")] == [("team", 1), ("team", 2)]


def test_a_batch_with_a_failing_item_list_is_not_half_stored(records):
    """An error while the items are read leaves no batch behind."""

    def items():
        yield NewItem(item="a", transcript=make_transcript(), rubric=make_rubric())
        raise ValueError("the source broke off")

    with pytest.raises(ValueError):
        records.batches.create("b", items())
    assert records.batches.all() == []


def test_ids_rise_and_read_well():
    """A thousand ids are different, sorted, twelve characters long, without easily confused letters."""
    ids = [new_id() for _ in range(1000)]
    assert ids == sorted(set(ids))
    assert all(len(one) == 12 and not set(one) & set("ilou") for one in ids)


# -- opening and migrating


def test_migrations_make_the_tables_of_the_code(records):
    """After all migrations nothing is left for autogenerate to do."""
    with records.database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


@pytest.mark.parametrize("revision", revisions(MIGRATIONS))
def test_every_old_revision_is_brought_up_to_date(settings, revision):
    """Records of any earlier version open, with the gradings that they held."""
    old = Database(settings.records_url, settings.data_dir)
    with old.engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
        upgrade(connection, revision)
        transcript = make_transcript()
        scorecard = make_scorecard(transcript)
        connection.execute(
            text("INSERT INTO transcripts VALUES ('t', :digest, :source, :body)"),
            {"digest": transcript.digest, "source": transcript.source, "body": transcript.model_dump_json()},
        )
        connection.execute(
            text(
                "INSERT INTO gradings (id, created_at, owner, label, request_key, rubric_id, rubric_version,"
                " rubric_title, rubric_digest, judge_digest, transcript_digest, transcript_id, max_points,"
                " coverage, review, body) VALUES (:id, '2026', '', '', 'k', 'r', 1, 't', 'd', 'j', 'd', 't',"
                " 3, 1, 0, :body)"
            ),
            {"id": scorecard.id, "body": scorecard.model_dump_json()},
        )
    old.close()
    with open_records(settings) as records:
        assert records.get(scorecard.id) == scorecard
        assert records.record(scorecard.id).notes == ()
        assert records.batches.all() == []


def test_records_of_a_newer_program_are_left_alone(settings):
    """A revision unknown to this program is refused with what to do."""
    open_records(settings).close()
    with sqlite3.connect(settings.data_dir / "records.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageError) as newer:
        open_records(settings)
    assert newer.value.code == "storage_newer" and "9999" in str(newer.value)


def test_a_migration_that_fails_leaves_no_tables(settings, monkeypatch):
    """A failure half-way through the migrations undoes all of them."""
    from alembic import op

    whole = op.create_index

    def broken(name, *rest, **more):
        if name == "ix_notes_grading_id":
            raise sqlite3.OperationalError("database or disk is full")
        return whole(name, *rest, **more)

    monkeypatch.setattr(op, "create_index", broken)
    with pytest.raises((StorageError, sqlite3.OperationalError)):
        open_records(settings)
    monkeypatch.undo()
    with sqlite3.connect(settings.data_dir / "records.db") as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    open_records(settings).close()


def test_opening_at_the_same_time_migrates_once(settings):
    """Eight threads that open new records all get them."""
    problems = []

    def open_once():
        try:
            open_records(settings).close()
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=open_once) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


class Stubborn:
    """A connection to a file that is locked for the first `times` attempts."""

    def __init__(self, times: int, said: str = "database is locked") -> None:
        self.times, self.said, self.tries = times, said, 0

    def execute(self, statement: str) -> None:
        self.tries += 1
        if self.tries <= self.times:
            raise sqlite3.OperationalError(self.said)


def test_a_file_that_others_switch_at_the_same_time_is_tried_again():
    """SQLite does not wait there by itself; errors other than locks, and persistent locks, are raised."""
    busy = Stubborn(3)
    write_ahead(busy, 15)
    assert busy.tries == 4
    for broken, wait in ((Stubborn(9, "disk I/O error"), 15), (Stubborn(10**9), 0)):
        with pytest.raises(sqlite3.OperationalError):
            write_ahead(broken, wait)


# -- a disk that fails


def test_a_full_disk_stores_nothing_half(records):
    """If the file cannot grow, saving reports it, and neither grading nor transcript is stored."""
    store(records)
    records.database.close()  # so that the limit reaches the one connection that is opened next
    event.listen(records.database.engine, "connect", lambda raw, _: raw.execute("PRAGMA max_page_count=1"), named=False)
    transcript = make_transcript("长" * 200_000)
    with pytest.raises(StorageError) as full:
        records.save(make_scorecard(transcript), transcript)
    assert full.value.code == "storage_full" and full.value.exit_code == 4
    assert records.count() == 1
    with records.database.read() as session:
        assert session.execute(text("SELECT count(*) FROM transcripts")).scalar() == 1


def test_read_only_records_are_named(records):
    """A database that refuses writing is reported with its path."""
    records.database.close()
    event.listen(records.database.engine, "connect", lambda raw, _: raw.execute("PRAGMA query_only=ON"))
    with pytest.raises(StorageError) as refused:
        store(records)
    assert refused.value.code == "storage_read_only" and "records.db" in str(refused.value)


def test_busy_records_are_told(settings):
    """When another program holds the file, the wait ends in one sentence."""
    open_records(settings).close()
    database = Database(settings.records_url, settings.data_dir, busy_s=0.05)
    other = sqlite3.connect(settings.data_dir / "records.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError) as busy, database.write() as session:
        session.execute(text("DELETE FROM notes"))
    other.close()
    assert busy.value.code == "storage_busy"


def test_a_file_that_is_no_database_is_told(settings):
    """A foreign file in the place of the records is not touched."""
    settings.data_dir.mkdir()
    (settings.data_dir / "records.db").write_bytes(b"this is a shopping list, not a database" * 40)
    with pytest.raises(StorageError) as damaged:
        open_records(settings)
    assert damaged.value.code == "storage_damaged"
    assert (settings.data_dir / "records.db").read_bytes().startswith(b"this is a shopping list")


def test_a_data_directory_that_cannot_be_made_is_told(tmp_path):
    """A file in the place of the directory gives one sentence with the setting to change."""
    (tmp_path / "taken").write_text("x")
    with pytest.raises(StorageError) as refused:
        open_records(Settings(data_dir=tmp_path / "taken" / "data"))
    assert refused.value.code == "storage_no_access" and "EVALUATOR_DATA_DIR" in refused.value.text("en")


def test_a_database_address_that_is_none_is_told(tmp_path):
    """A URL without meaning is a StorageError, not a traceback."""
    for url in ("not a url", "nosuchdb://host/x"):
        with pytest.raises(StorageError):
            open_records(Settings(data_dir=tmp_path, database_url=url))


def test_a_password_in_the_address_is_not_shown():
    """Messages name the database without its password."""
    assert _place("postgresql://u:secret@host/db") == "postgresql://u:***@host/db"

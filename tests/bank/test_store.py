"""The bank on disk: ids stay, edits win, steps are undone, a kill leaves whole documents only."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from evaluator.bank.importer import import_files
from evaluator.bank.references import index_bank
from evaluator.bank.store import Bank, open_bank
from evaluator.bank.store.tables import BankBase
from evaluator.errors import InputError
from evaluator.references.store import Changes
from tests.support.bank_papers import PAPERS

PAPER = (
    "茶室测验\n一、单选题(共2题)\n1.水温多少合适?\nA.看茶的种类\nB.一律滚水\n答案:A\n"
    "2.客人赶时间,怎么办?\nA.推荐袋泡\nB.让他等\n答案:A\n解析:合适比讲究要紧。\n"
)


@pytest.fixture
def bank(tmp_path):
    opened = open_bank(tmp_path / "data" / "bank.db")
    yield opened
    opened.close()


@pytest.fixture
def paper(tmp_path) -> Path:
    path = tmp_path / "tea.txt"
    path.write_text(PAPER, encoding="utf-8")
    return path


def bring(bank: Bank, path: Path, text: str | None = None, **options):
    """Imports a file, with a new text if there is one, and returns what was stored."""
    if text is not None:
        path.write_text(text, encoding="utf-8")
    (report,) = import_files(bank, [path], **options)
    assert report.status != "failed", report.error
    return report.stored


def test_import_stores_items_with_their_place(bank, paper):
    """File, digest and lines go with every item, and ids are new."""
    stored = bring(bank, paper)
    items = bank.items()
    assert [item.id for item in items] == list(stored.added) and len(set(stored.added)) == 2
    assert [(item.source.file, item.source.start, item.source.end) for item in items] == [
        ("tea.txt", 3, 6),
        ("tea.txt", 7, 11),
    ]


def test_the_same_file_again_changes_nothing(bank, paper):
    """A second import of an unchanged file leaves everything as it is."""
    first = bring(bank, paper)
    assert bring(bank, paper).unchanged == first.added
    assert len(bank.items()) == 2


def test_a_copy_of_a_file_is_not_stored_twice(bank, paper, tmp_path):
    """Exactly the same bytes under another path are already stored."""
    bring(bank, paper)
    copy = tmp_path / "copy.txt"
    copy.write_bytes(paper.read_bytes())
    assert bring(bank, copy).same_as == str(paper)
    assert len(bank.items()) == 2


def test_a_changed_file_changes_what_changed_and_keeps_ids(bank, paper):
    """A question inserted in front, one reworded, one dropped: ids follow the questions."""
    first, second = bring(bank, paper).added
    changed = (
        PAPER.replace("1.水温多少合适?", "1.泡茶的水温多少合适?")
        .replace("2.客人", "3.客人")
        .replace("3.客人", "2.杯子有缺口,怎么办?\nA.换一只\nB.转个方向\n答案:A\n3.客人")
    )
    stored = bring(bank, paper, changed)
    assert (len(stored.added), stored.removed) == (1, ())
    assert set(stored.changed) == {first, second}  # reworded, renumbered
    assert bank.items()[0].text == "泡茶的水温多少合适?"
    stored = bring(bank, paper, changed.split("2.杯子")[0])
    assert second in stored.removed and len(bank.items()) == 1
    assert set(bring(bank, paper, changed).restored) >= {second}


def test_another_question_in_the_same_place_is_another_item(bank, paper):
    """An id belongs to a question, not to a number."""
    first, _ = bring(bank, paper).added
    stored = bring(bank, paper, PAPER.replace("水温多少合适?", "打翻茶壶以后先顾谁?"))
    assert first in stored.removed and len(stored.added) == 1


def test_edits_by_hand_win_unless_told_otherwise(bank, paper):
    """A corrected key survives imports of changed files, until the documents are allowed to win."""
    first, _ = bring(bank, paper).added
    bank.edit(first, key="B", explanation="按店里的规矩。")
    stored = bring(bank, paper, PAPER.replace("水温多少合适", "水温几度合适"))
    assert stored.protected == (first,)
    item = bank.item(first)
    assert (item.key, item.explanation, item.text) == ("B", "按店里的规矩。", "水温几度合适?")
    bring(bank, paper, overwrite_edits=True)
    assert bank.item(first).key == "A"


def test_edited_items_are_checked_again(bank, paper):
    """A key that names no option is a warning after an edit too, and goes when it is fixed."""
    first, _ = bring(bank, paper).added
    assert [warning.code for warning in bank.edit(first, key="D").warnings] == ["key_missing_option"]
    assert bank.edit(first, key="B").warnings == ()


def test_edits_that_do_not_fit_are_refused(bank, paper):
    """A field that does not exist, a value of the wrong kind, an item that is not there."""
    first, _ = bring(bank, paper).added
    for code, changes in (
        ("bank_unknown_field", {"colour": 1}),
        ("bank_wrong_value", {"kind": "riddle"}),
        ("bank_wrong_value", {"key": "先看茶"}),
    ):
        with pytest.raises(InputError) as caught:
            bank.edit(first, **changes)
        assert caught.value.code == code
    with pytest.raises(InputError):
        bank.item("qnothing")
    assert bank.item(first[:6]).id == first


def test_deletion_is_undone_and_survives_imports(bank, paper):
    """A deleted question does not come back by itself; undo restores it."""
    first, second = bring(bank, paper).added
    bank.delete([first])
    bring(bank, paper, PAPER + "\n")
    assert [item.id for item in bank.items()] == [second]
    assert [item.id for item in bank.items(deleted=True)] == [first]
    assert [change.action for change in bank.undo()] == ["delete"]  # the import changed nothing and is not a step
    assert [item.id for item in bank.items()] == [first, second]


def test_undo_of_an_edit_and_of_a_whole_import(bank, paper, tmp_path):
    """Steps are undone in turn, an import with all its files at once, until nothing is left."""
    other = tmp_path / "other.txt"
    other.write_text(PAPER.replace("茶", "花").replace("水温", "室温"), encoding="utf-8")
    import_files(bank, [paper, other])
    first = bank.items()[0]
    bank.edit(first.id, text="改过的题目?")
    bank.undo()
    assert bank.items()[0] == first and len(bank.items()) == 4
    assert len(bank.undo()) == 2
    assert bank.items() == [] and bank.files() == {}
    with pytest.raises(InputError):
        bank.undo()


def test_dry_run_says_what_import_does_and_stores_nothing(bank, paper):
    """The plan equals what is stored afterwards, and leaves no trace."""
    (plan,) = import_files(bank, [paper], dry_run=True)
    assert bank.items() == [] and bank.files() == {}
    assert bring(bank, paper) == plan.stored
    (again,) = import_files(bank, [paper], dry_run=True)
    assert again.status == "unchanged"


def test_one_bad_file_among_a_hundred(bank, tmp_path):
    """The others are imported, the bad one is named with its reason, progress reaches the end."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(99):
        (folder / f"{number:03}.txt").write_text(PAPER.replace("水温", f"第{number}种茶的水温"), encoding="utf-8")
    (folder / "050x.docx").write_bytes(b"broken")
    seen = []
    reports = import_files(bank, [folder], on_progress=lambda done, total, file: seen.append((done, total)))
    assert [report.file for report in reports if report.status == "failed"] == ["050x.docx"]
    assert len(bank.items()) == 198 and len(bank.files()) == 99
    assert seen[-1] == (100, 100)


def test_ids_are_the_same_in_a_new_bank(paper, tmp_path):
    """Two banks that import the same file give the same ids."""
    ids = []
    for name in ("one", "two"):
        bank = open_bank(tmp_path / name)
        ids.append(bring(bank, paper).added)
        bank.close()
    assert ids[0] == ids[1]


def test_killed_in_the_middle_and_started_again(tmp_path):
    """After a kill the bank holds whole documents only; the next import completes it."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(120):
        (folder / f"{number:03}.txt").write_text(PAPER.replace("水温", f"第{number}种茶的水温"), encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from evaluator.bank.store import open_bank;"
        "from evaluator.bank.importer import import_files;"
        "import_files(open_bank(sys.argv[1]), [Path(sys.argv[2])],"
        " on_progress=lambda d, t, f: print(d, flush=True))"
    )
    place = tmp_path / "bank.db"
    process = subprocess.Popen([sys.executable, "-c", code, str(place), str(folder)], stdout=subprocess.PIPE, text=True)
    while int(process.stdout.readline()) < 20:
        pass
    time.sleep(0.005)  # somewhere inside a file
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    bank = open_bank(place)
    half = bank.items()
    assert 20 * 2 <= len(half) < 240 and len(half) == 2 * len(bank.files())
    import_files(bank, [folder])
    assert len(bank.items()) == 240
    assert {item.id for item in half} < {item.id for item in bank.items()}
    bank.close()


def test_migrations_make_the_tables_of_the_schema(tmp_path):
    """A bank made by migrations has the columns and indexes that the schema describes."""
    open_bank(tmp_path / "bank.db").close()
    made, meant = create_engine(f"sqlite:///{tmp_path / 'bank.db'}"), create_engine("sqlite://")
    BankBase.metadata.create_all(meant)
    for table in BankBase.metadata.tables:
        for engine_view in ("get_columns", "get_indexes", "get_foreign_keys"):
            one, two = (getattr(inspect(engine), engine_view)(table) for engine in (made, meant))
            assert _comparable(one) == _comparable(two)


def _comparable(described):
    return sorted(
        (
            str(entry.get("name")),
            str(entry.get("type", "")),
            str(entry.get("nullable", "")),
            str(entry.get("column_names", "")),
        )
        for entry in described
    )


def test_papers_keep_sections_and_unplaced_lines(bank, tmp_path):
    """What was declared, found and left over can be looked up after the import."""
    import_files(bank, [PAPERS / "noisy_and_cut.txt"])
    (paper,) = bank.papers(str(PAPERS / "noisy_and_cut.txt"))
    assert [(section.declared_count, section.found) for section in paper.sections] == [(2, 2), (4, 2)]
    assert len(paper.unplaced) == 1


class StoreInMemory:
    """A store of references without embedding: what the indexing of a bank calls."""

    def __init__(self) -> None:
        self.held = {}

    def index_entries(self, entries, progress=None):
        self.held |= {entry.id: entry for entry in entries}
        return Changes(len(entries), 0, 0)

    def entries(self):
        return list(self.held.values())

    def replace_item(self, item, entries, *, prefix=""):
        kept = {entry.id for entry in entries}
        gone = [name for name in self.held if name.startswith(prefix) and name not in kept]
        for name in gone:
            del self.held[name]
        return Changes(0, 0, len(kept), len(gone))


def test_two_banks_share_the_store_of_references(bank, paper, tmp_path):
    """Indexing one leaves the other's references alone; what a bank deleted or took back goes."""
    store, other = StoreInMemory(), open_bank(tmp_path / "other.db")
    bring(bank, paper)
    index_bank(bank, store)
    first = set(store.held)
    (tmp_path / "flowers.txt").write_text(PAPER.replace("茶", "花").replace("水温", "室温"), encoding="utf-8")
    bring(other, tmp_path / "flowers.txt")
    index_bank(other, store)
    both = set(store.held)
    assert first and first < both
    bank.delete([bank.items()[0].id])
    index_bank(bank, store)
    other.undo()
    assert index_bank(other, store).deleted == len(both - first)
    other.close()
    assert set(store.held) == {name for name in first if bank.items()[0].id in name}

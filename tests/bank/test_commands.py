"""`evaluator bank …` as a user types it."""

import json

import pytest
from typer.testing import CliRunner

from evaluator.commands.bank import app
from evaluator.errors import InputError
from tests.support.bank_papers import PAPERS


@pytest.fixture(autouse=True)
def _own_data(tmp_path, monkeypatch):
    monkeypatch.setenv("EVALUATOR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("EVALUATOR_CONFIG", str(tmp_path / "settings.toml"))
    monkeypatch.setenv("EVALUATOR_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture(autouse=True)
def indexed(request, monkeypatch) -> list[int]:
    """Counts only the calls (items in the bank) except in the search test, because embedding takes seconds."""
    calls: list[int] = []
    if "search" not in request.node.name:
        monkeypatch.setattr("evaluator.bank.index_bank", lambda bank: calls.append(len(bank.items())))
    return calls


def run(*arguments: str, error: str | None = None) -> str:
    """Returns a command's output; `error` is the code of the error that it ends with."""
    result = CliRunner().invoke(app, arguments)
    if error is None:
        assert result.exception is None, result.exception
    else:
        assert isinstance(result.exception, InputError) and result.exception.code == error
        assert result.exception.exit_code == 2
    return result.output


def listed(*arguments: str) -> list[dict]:
    return json.loads(run("list", "--format", "json", *arguments))


def test_import_list_show_and_filters():
    """Papers in, questions out, by kind, file, text and damage."""
    assert "2 new" not in run("list")
    out = run("import", str(PAPERS / "noisy_and_cut.txt"), str(PAPERS / "ordering.txt"))
    assert "failed: 0. Complete questions: 6, cut off: 1" in out
    assert "declares 4 questions, but 2 were found" in out
    assert len(listed()) == 7 and len(listed("--kind", "ordering")) == 3
    assert [item["number"] for item in listed("--truncated")] == [2]
    assert len(listed("--file", "order")) == 3 and len(listed("--text", "抽搐")) == 1
    item = listed("--text", "抽搐")[0]
    shown = run("show", item["id"])
    assert "跟我来" in shown and "noisy_and_cut.txt" in shown
    assert json.loads(run("show", item["id"], "--format", "json"))["key"] == "B"


def test_dry_run_makes_no_file(tmp_path):
    """A dry run shows counts and warnings and leaves no bank behind."""
    out = run("import", "--dry-run", str(PAPERS / "choices.txt"))
    assert "would import" in out and "nothing was stored" in out
    assert not (tmp_path / "data" / "bank.db").exists()


def test_a_bad_file_is_named_and_the_exit_code_says_so(tmp_path):
    """The good file is stored, the bad one has its sentence, the command ends with code 2."""
    (tmp_path / "bad.docx").write_bytes(b"x")
    out = run("import", str(tmp_path / "bad.docx"), str(PAPERS / "ordering.txt"), error="bank_some_failed")
    assert "bad.docx is damaged" in out and len(listed()) == 3


def test_what_was_not_imported_is_said_in_full(tmp_path):
    """One bad file gets its sentence and no table; a dry run never claims that something was imported."""
    (tmp_path / "bad.docx").write_bytes(b"x")
    out = run("import", str(tmp_path / "bad.docx"), error="bank_not_imported")
    assert "bad.docx is damaged" in out and "Changes" not in out
    (tmp_path / "photo.png").write_bytes(b"x")
    (tmp_path / "good.txt").write_bytes((PAPERS / "ordering.txt").read_bytes())
    out = run("import", "--dry-run", str(tmp_path), error="bank_not_imported")
    assert "photo.png" in out and "nothing was stored" in out


def test_edit_delete_undo():
    """A key is corrected, a question deleted, both undone."""
    run("import", str(PAPERS / "ordering.txt"))
    first, second = (item["id"] for item in listed()[:2])
    run("edit", second, "--key", "b", "--points", "5")
    assert [(item["key"], item["points"]) for item in listed()][1] == ("B", 5)
    run("delete", first)
    assert len(listed()) == 2 and [item["id"] for item in listed("--deleted")] == [first]
    assert "delete" in run("undo") and "edit" in run("undo")
    assert [item["key"] for item in listed()][1] == "A" and len(listed()) == 3
    run("undo")
    run("undo", error="bank_nothing_to_undo")


def test_edit_in_the_editor(monkeypatch):
    """Without options the editor opens, and what is saved there is used."""
    run("import", str(PAPERS / "ordering.txt"))
    item = listed()[0]
    monkeypatch.setattr("click.edit", lambda text, extension: text.replace("货架倒塌后", "货架歪了以后"))
    run("edit", item["id"])
    assert listed()[0]["text"].startswith("货架歪了以后")
    monkeypatch.setattr("click.edit", lambda text, extension: "{")
    run("edit", item["id"], error="bank_edit_unreadable")


def test_export_to_stdout_and_to_a_file(tmp_path):
    """JSON goes to stdout, a spreadsheet to a file."""
    run("import", str(PAPERS / "ordering.txt"))
    assert len(json.loads(run("export"))) == 3
    run("export", "--format", "xlsx", "-o", str(tmp_path / "out.xlsx"))
    assert (tmp_path / "out.xlsx").stat().st_size > 1000


def test_draft_writes_a_rubric(tmp_path):
    """A question with criteria becomes a rubric file; one without is refused."""
    run("import", str(PAPERS / "open_answers.txt"), str(PAPERS / "ordering.txt"))
    item = listed("--kind", "strategy")[0]
    run("draft", item["id"], "--id", "shifts", "--folder", str(tmp_path / "rubrics"))
    assert "proposed: true" in (tmp_path / "rubrics" / "shifts.yaml").read_text(encoding="utf-8")
    run("draft", listed("--kind", "ordering")[0]["id"], error="bank_no_criteria")


def test_unknown_id_is_one_sentence():
    """An unknown id says how to find the right one."""
    run("show", "q0000", error="bank_unknown_item")


def test_every_change_brings_the_references_up_to_date(indexed):
    """References follow an import, an edit, a deletion and an undo; not a dry run or an import without changes."""
    run("import", str(PAPERS / "ordering.txt"), "--dry-run")
    run("import", str(PAPERS / "ordering.txt"))
    run("import", str(PAPERS / "ordering.txt"))
    item = listed()[0]["id"]
    run("edit", item, "--points", "4")
    run("edit", item, "--points", "7")
    run("delete", item)
    run("undo")
    run("import", str(PAPERS / "flat_numbers.txt"), "--no-references")
    assert indexed == [3, 3, 2, 3]


def test_search_finds_the_explanation_and_forgets_what_was_deleted():
    """A question in other words finds the principle with its source; a deleted question is no longer found."""
    run("import", str(PAPERS / "ordering.txt"), str(PAPERS / "flat_numbers.txt"))
    hits = json.loads(run("search", "救人和救货哪个在前", "--kind", "explanation", "--format", "json"))
    assert hits[0]["entry"]["text"] == "人先于物，物先于纸。"
    assert hits[0]["entry"]["source"].startswith("ordering.txt:")
    assert "ordering.txt" in run("search", "人先于物")
    run("delete", hits[0]["entry"]["item"])
    left = json.loads(run("search", "救人和救货哪个在前", "--format", "json", "-k", "20"))
    assert hits[0]["entry"]["item"] not in {hit["entry"]["item"] for hit in left}

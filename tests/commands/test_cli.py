"""The command line as a script or a person meets it; the judge is the one for tests."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from evaluator.settings import Settings
from evaluator.storage import open_records

ROOT = Path(__file__).parents[2]
GOOD = ROOT / "examples" / "cross-border-wrong-item" / "good.txt"


def test_grade_prints_json_and_history_finds_it(run):
    """What was graded can be listed and shown again by the beginning of its id."""
    graded = run("grade", "-r", "cross-border-wrong-item", str(GOOD), "--format", "json")
    assert graded.returncode == 0, graded.stderr
    card = json.loads(graded.stdout)
    assert (card["max_points"], len(card["verdicts"])) == (10, 3)
    assert card["id"] in run("history").stdout
    shown = run("show", card["id"][:10], "--format", "json")
    assert json.loads(shown.stdout) == card


def test_table_names_total_criteria_evidence_and_references(run):
    """The scorecard in the terminal contains what a person looks for, in Chinese as well."""
    table = run("grade", "-r", "cross-border-wrong-item", str(GOOD), "--lang", "zh")
    assert table.returncode == 0, table.stderr
    for wanted in ("/ 10", "开头几句", "▶", "参考依据", "评测组自编参考答案", "记录"):
        assert wanted in table.stdout


def test_markdown_goes_to_a_file_as_it_is(run):
    """Markdown has one heading per criterion and no terminal codes."""
    text = run("grade", "-r", "cross-border-wrong-item", str(GOOD), "--format", "markdown").stdout
    assert text.startswith("# ")
    assert "\x1b" not in text


def test_standard_input_in_gb18030(run_process):
    """`-` reads standard input in whatever encoding it comes, and says in which."""
    text = GOOD.read_text(encoding="utf-8")
    graded = run_process(
        "grade", "-r", "cross-border-wrong-item", "-", "--format", "markdown", stdin=text.encode("gb18030")
    )
    assert graded.returncode == 0, graded.stderr
    assert "GB18030" in graded.stdout


def test_roles_are_mapped_by_name(run, tmp_path):
    """`--agent` names the graded speaker; an unknown name is refused with the existing names."""
    path = tmp_path / "chat.txt"
    path.write_text("小李：座椅发错了，对不起，明天给您换。\n老罗：快点。", encoding="utf-8")
    graded = run("grade", "-r", "cross-border-wrong-item", str(path), "--agent", "小李", "--format", "json")
    assert graded.returncode == 0, graded.stderr
    wrong = run("grade", "-r", "cross-border-wrong-item", str(path), "--agent", "小张")
    assert wrong.returncode == 2
    assert "小李" in wrong.stderr


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [
        ("missing.txt", None, 2, "no file"),
        ("empty.txt", b"", 2, "no text"),
        ("call.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 40, 2, "not a text file"),
    ],
)
def test_bad_text_is_one_sentence(run, tmp_path, name, content, code, said):
    """A file that cannot be graded is refused in one line on standard error, and nothing is printed."""
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    result = run("grade", "-r", "cross-border-wrong-item", str(path))
    assert result.returncode == code
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""


def test_rubric_with_a_typo_names_line_and_field(run, tmp_path):
    """A misspelt field is found by line, with the probable intended name."""
    text = (ROOT / "rubrics" / "staff-shortage.yaml").read_text(encoding="utf-8").replace("pass_mark:", "pas_mark:")
    path = tmp_path / "typo.yaml"
    path.write_text(text, encoding="utf-8")
    result = run("grade", "-r", str(path), str(GOOD))
    assert result.returncode == 2
    assert "pas_mark" in result.stderr
    assert "pass_mark" in result.stderr
    assert "line" in result.stderr


def test_unknown_rubric_suggests_one(run):
    """An almost correct name gets the correct one."""
    result = run("grade", "-r", "staff-shortag", str(GOOD))
    assert (result.returncode, "staff-shortage" in result.stderr) == (2, True)


def test_missing_model_has_its_own_exit_code(run, tmp_path):
    """Without weights a script sees 3 and the command that fetches them."""
    result = run(
        "grade", "-r", "staff-shortage", str(GOOD), EVALUATOR_MODEL="embedded", EVALUATOR_CACHE_DIR=str(tmp_path)
    )
    assert (result.returncode, "model pull" in result.stderr) == (3, True)


def test_truncated_model_is_told_from_a_missing_one(run, tmp_path):
    """A file of the wrong size is damaged, and says how to fix it."""
    (tmp_path / "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf").write_bytes(b"GGUF")
    result = run(
        "grade", "-r", "staff-shortage", str(GOOD), EVALUATOR_MODEL="embedded", EVALUATOR_CACHE_DIR=str(tmp_path)
    )
    assert (result.returncode, "incomplete" in result.stderr) == (3, True)
    assert run("model", "status", EVALUATOR_CACHE_DIR=str(tmp_path)).returncode == 3


def test_unreachable_endpoint_has_one_sentence(run):
    """No network: which address, and what to check."""
    result = run("grade", "-r", "staff-shortage", str(GOOD), "-m", "http://127.0.0.1:9/v1#some-model")
    assert result.returncode in (0, 3)
    assert "Traceback" not in result.stderr
    if result.returncode == 0:  # every question came back ungraded: nothing became a point
        assert "127.0.0.1" in result.stdout + result.stderr or "not graded" in result.stdout


def test_folder_without_write_access(run, tmp_path):
    """A data folder that cannot be written to is one sentence with its path."""
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    result = run("grade", "-r", "staff-shortage", str(GOOD), EVALUATOR_DATA_DIR=str(blocked / "data"))
    assert (result.returncode, str(blocked) in result.stderr) == (4, True)


def test_gate_tells_a_script_what_to_do(run):
    """Without --gate a poor answer exits with 0; with it the code says what comes first."""
    off = ROOT / "examples" / "cross-border-wrong-item" / "empty.txt"
    lenient = run("grade", "-r", "cross-border-wrong-item", "-", stdin="客服：嗯。\n客户：喂？".encode())
    assert lenient.returncode == 0, lenient.stderr
    strict = run("grade", "-r", "cross-border-wrong-item", "-", "--gate", stdin="客服：嗯。\n客户：喂？".encode())
    assert strict.returncode in (10, 11, 12)
    assert run("grade", "-r", "cross-border-wrong-item", str(off)).returncode == 2


def test_every_command_is_documented(run):
    """Each command has help in both languages, and the README or docs name it."""
    documents = "\n".join(
        path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    )
    for name in ("grade", "history", "show", "ui", "rubrics", "model", "bank", "calibrate"):
        assert run(name, "--help").returncode == 0
        assert f"evaluator {name}" in documents
    assert "给一份对话" in run("--help", EVALUATOR_LANG="zh").stdout


@pytest.mark.parametrize(
    ("command", "told"),
    [(("calibrate", "route"), "供 `grade --profile` 使用"), (("bank", "import"), "以文档为准，覆盖人工修改和删除")],
)
def test_chinese_help_is_whole(run_process, command, told):
    """Help of commands in Chinese is Chinese, and no line of it is cut off."""
    printed = run_process(*command, "--help", EVALUATOR_LANG="zh").stdout
    assert told in printed and " …" not in printed


def test_rubrics_commands(run, tmp_path):
    """List, show, schema, and a new one that lints without an error."""
    assert "staff-shortage" in run("rubrics", "list").stdout
    assert "Reference" in run("rubrics", "show", "bank-marketing-messages-en").stdout.title()
    assert json.loads(run("rubrics", "schema").stdout)["type"] == "object"
    path = tmp_path / "mine.yaml"
    assert run("rubrics", "new", "mine", "--out", str(path)).returncode == 0
    assert run("rubrics", "lint", str(path)).returncode == 0
    assert run("rubrics", "new", "mine", "--out", str(path)).returncode == 2


def test_lint_tells_everything_about_every_file(run, tmp_path):
    """A wrong file is reported with all its problems and their lines, and hides no other."""
    (tmp_path / "broken.yaml").write_text("id: broken\nversion: x\ntitel: 讲解\n", encoding="utf-8")
    linted = run("rubrics", "lint", EVALUATOR_RUBRIC_DIR=str(tmp_path))
    assert linted.returncode == 2
    assert "broken.yaml:2:" in linted.stdout and "broken.yaml:3:" in linted.stdout
    assert "staff-shortage.yaml" in linted.stdout


def test_lint_says_file_line_and_what_to_write_on_one_line(run, tmp_path):
    """In both languages, whatever the width of the terminal, so that an editor can follow the line."""
    path = tmp_path / "colon.yaml"
    path.write_text("id: colon\nversion: 1\ntitle：讲解\n", encoding="utf-8")
    for lang, what in (
        ("zh", "title 后面是全角冒号“：”：改成半角冒号加一个空格“: ”。"),
        ("en", "write “: ”, a plain colon"),
    ):
        lines = run("rubrics", "lint", str(path), EVALUATOR_LANG=lang).stdout.splitlines()
        assert any(f"{path}:3: " in line and what in line and ": -:" not in line for line in lines), lines


def test_new_rubric_where_nobody_can_write(run, tmp_path):
    """A missing folder is one sentence with the path, and not a bug."""
    refused = run("rubrics", "new", "mine", "--out", str(tmp_path / "no" / "mine.yaml"))
    assert (refused.returncode, refused.stderr.count("\n")) == (4, 1)
    assert "create its folder" in refused.stderr


def test_history_shows_names_as_they_are(run, tmp_path):
    """Brackets in a file's name are not markup, and a search that finds nothing says so."""
    path = tmp_path / "call[red].txt"
    path.write_text("客服：款式不对是我们的错，今晚就重新寄。\n客户：快点。", encoding="utf-8")
    assert run("grade", "-r", "cross-border-wrong-item", str(path)).returncode == 0
    assert "call[red].txt" in run("history").stdout
    assert "No grading matches" in run("history", "--rubric", "nobody-has-this").stdout


def test_history_counts_corrections(run, home, tmp_path):
    """A person's points are in the list instead of the machine's, with a mark."""
    path = tmp_path / "corrected.txt"
    path.write_text("客服：款式错了，对不起，马上换。\n客户：好，我等着。", encoding="utf-8")
    card = json.loads(run("grade", "-r", "cross-border-wrong-item", str(path), "--format", "json").stdout)
    with closing(open_records(Settings(data_dir=home))) as records:
        for verdict in card["verdicts"]:
            records.override(card["id"], verdict["criterion"], verdict["max_points"], who="Ann")
    (line,) = [line for line in run("history").stdout.splitlines() if card["id"] in line]
    assert "10* / 10" in line and "✓" in line


def test_unknown_language_is_refused(run):
    """Only the existing languages are accepted."""
    assert run("--lang", "fr", "history").returncode == 2

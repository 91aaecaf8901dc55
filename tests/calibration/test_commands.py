"""`evaluator calibrate`: files in, sentences, reports and profiles out; bad input gets one sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import yaml
from typer.testing import CliRunner

from evaluator import messages
from evaluator.calibration.data.items import read_items, read_readouts
from evaluator.calibration.report import Report
from evaluator.calibration.report.files import describe, judge_substitution, render_html
from evaluator.commands.calibrate import app
from evaluator.errors import InputError
from evaluator.profiles.profile import Profile
from tests.support.calibration_cases import refused
from tests.support.grading_cases import small_rubric

RUN = CliRunner()


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Forty items with grades of four humans in two criteria, readouts, and texts."""
    draw = np.random.default_rng(0)
    truth = draw.normal(size=(40, 2))
    grades, readouts, items = ["item,grader,criterion,points"], [], []
    for index, (a, b) in enumerate(truth):
        for g in range(4):
            for name, value in (("tone", a), ("facts", b)):
                grades.append(f"i{index},g{g},{name},{np.clip(round(2 + value + 0.6 * draw.normal()), 0, 4)}")
        points = {"tone": float(2 + a * 0.5 + 0.2 * draw.normal()), "facts": float(2 + b * 0.5 + 0.2 * draw.normal())}
        readouts.append(json.dumps({"item": f"i{index}", "features": {"check/solved": float(a > 0)}, "points": points}))
        turns = [("customer", "顾客说话" * (index % 7 + 1)), ("agent", "客服答话")]
        transcript = [{"speaker": speaker, "text": text} for speaker, text in turns]
        items.append(json.dumps({"id": f"i{index}", "transcript": transcript}))
    (tmp_path / "grades.csv").write_text("\n".join(grades))
    (tmp_path / "readouts.jsonl").write_text("\n".join([json.dumps({"stamp": {"model": "m1"}}), *readouts]))
    (tmp_path / "items.jsonl").write_text("\n".join(items))
    return {name: str(tmp_path / name) for name in ("grades.csv", "readouts.jsonl", "items.jsonl", "out")}


def call(*arguments: str):
    result = RUN.invoke(app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def _groups(files: dict[str, str], harsh: float) -> str:
    """What `groups` says when every third item is of the north and the machine takes `harsh` points of tone from it."""
    path = Path(files["readouts.jsonl"])
    stamp, *lines = path.read_text().splitlines()
    read = [json.loads(line) for line in lines]
    for one in read[::3]:
        one["points"]["tone"] -= harsh
    path.write_text("\n".join([stamp, *map(json.dumps, read)]))
    table = path.with_name("groups.csv")
    table.write_text(
        "item,region\n" + "\n".join(f"i{number},{('north', 'south', 'south')[number % 3]}" for number in range(40))
    )
    result = call(
        "groups", "--grades", files["grades.csv"], "--readouts", str(path), "--groups", str(table), "--by", "region"
    )
    assert result.exit_code == 0
    return result.stdout


def test_a_bias_against_a_group_is_named(files: dict[str, str]) -> None:
    """Half a point that the machine takes from one group is marked in that criterion, and in no other against people."""
    assert not [line for line in _groups(files, 0.0).splitlines() if line.startswith("●")]
    lines = _groups(files, 0.8).splitlines()
    marked = [line for line in lines if line.startswith("●")]
    assert any("tone · north" in line and "-0." in line for line in marked)
    assert "Rows marked" in lines[-1] or "标 ●" in lines[-1]


def test_groups_need_their_columns(files: dict[str, str], tmp_path: Path) -> None:
    """A missing column and a column with a value for each item are one sentence."""
    table = tmp_path / "g.csv"
    table.write_text("item,region\n" + "\n".join(f"i{number},r{number}" for number in range(40)))
    given = ("groups", "--grades", files["grades.csv"], "--readouts", files["readouts.jsonl"], "--groups", str(table))
    with refused("group_column"):
        call(*given, "--by", "dialect")
    with refused("groups"):
        call(*given, "--by", "region")


def test_run_writes_a_report_in_three_formats(files: dict[str, str]) -> None:
    """HTML with labelled plots, JSON that reads back, and a workbook, from one command."""
    result = call("run", "--grades", files["grades.csv"], "--readouts", files["readouts.jsonl"], "--items",
                  files["items.jsonl"], "--no-texts", "--fitted", "--out", files["out"])  # fmt: skip
    assert result.exit_code == 0
    out = Path(files["out"])
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.count('role="img"') == page.count("<svg") >= 6 and "http://www.w3.org" in page
    assert "<script" not in page and "src=" not in page
    report = Report.model_validate_json((out / "report.json").read_text())
    assert [row.criterion for row in report.criteria] == ["tone", "facts", "total"]
    assert report.criteria[0].against_mean["pearson"].n == 40
    assert set(report.fits) == {"tone", "facts"}
    assert len(openpyxl.load_workbook(out / "report.xlsx").sheetnames) == 4


def test_the_page_reads_in_both_languages(files: dict[str, str]) -> None:
    """The same report renders in Chinese and English, without a placeholder left."""
    call("run", "--grades", files["grades.csv"], "--readouts", files["readouts.jsonl"], "--out", files["out"])
    report = Report.model_validate_json((Path(files["out"]) / "report.json").read_text())
    chinese, english = render_html(report, "zh"), render_html(report, "en")
    assert "校准报告" in chinese and "Calibration report" in english
    assert "{" not in judge_substitution(report.criteria[0].substitution, "zh")
    first = describe(report.criteria[0], "en", plots=False).each
    assert [row[0] for row in first[1:]] == list(report.graders) and "n = 40" in first[1][1]
    assert english.count("The machine against each human") == len(report.criteria)


def test_fit_saves_a_profile_with_its_origin(files: dict[str, str]) -> None:
    """The profile carries name, version, model and the number of items, and prints held-out figures."""
    path = files["out"] + "/p.json"
    result = call("fit", "--grades", files["grades.csv"], "--readouts", files["readouts.jsonl"], "--out", path,
                  "--name", "desk", "--version", "3")  # fmt: skip
    profile = Profile.load(Path(path))
    assert (profile.label, profile.stamp.model, profile.provenance.items) == ("desk v3", "m1", 40)
    assert result.output.count("Pearson") == 2


def test_route_estimate_power_and_drift_answer_in_a_sentence(files: dict[str, str]) -> None:
    """The other commands print a decision each; drift's exit code tells a schedule."""
    base = ["--grades", files["grades.csv"], "--readouts", files["readouts.jsonl"]]
    assert "%" in call("route", *base, "--agreement", "0.5").output
    assert call("estimate", *base).output.count("[") >= 4
    assert "items" in call("power").output or "答卷" in call("power").output
    same = call("drift", "--before", files["readouts.jsonl"], "--after", files["readouts.jsonl"])
    assert same.exit_code == 0
    moved = Path(files["out"] + "moved.jsonl")
    lines = [json.loads(line) for line in Path(files["readouts.jsonl"]).read_text().splitlines()[1:]]
    moved.write_text(
        "\n".join(json.dumps({**line, "points": {k: v + 1 for k, v in line["points"].items()}}) for line in lines)
    )
    assert call("drift", "--before", files["readouts.jsonl"], "--after", str(moved)).exit_code == 6


def test_one_grader_and_two_items_still_get_a_report(files: dict[str, str], tmp_path: Path) -> None:
    """One human has no ceiling, and two items no correlation and no fit: the report says so and does not fail."""
    one = tmp_path / "one.csv"
    one.write_text(
        "\n".join(
            line for line in Path(files["grades.csv"]).read_text().splitlines() if ",g0," in line or "item," in line
        )
    )
    call("run", "--grades", str(one), "--readouts", files["readouts.jsonl"], "--out", files["out"])
    report = Report.model_validate_json((Path(files["out"]) / "report.json").read_text())
    assert report.criteria[0].ceiling.pairwise["qwk"].why == "one_grader"
    assert messages.say("calibration.one_grader_note", "en") in render_html(report, "en")
    two = tmp_path / "two.csv"
    two.write_text("item,grader,criterion,points\ni0,g0,tone,3\ni1,g0,tone,2\n")
    result = call("run", "--grades", str(two), "--readouts", files["readouts.jsonl"], "--out", files["out"])
    report = Report.model_validate_json((Path(files["out"]) / "report.json").read_text())
    assert result.exit_code == 0 and report.fit_refused
    assert report.criteria[0].against_mean["pearson"].why == "too_few_items"


def test_equal_grades_get_a_report_that_says_undefined(files: dict[str, str], tmp_path: Path) -> None:
    """All grades equal: correlation is undefined with its reason, errors are counted."""
    same = tmp_path / "same.csv"
    same.write_text(
        "\n".join(["item,grader,criterion,points", *(f"i{i},g{g},tone,2" for i in range(40) for g in range(3))])
    )
    call("run", "--grades", str(same), "--readouts", files["readouts.jsonl"], "--out", files["out"])
    report = Report.model_validate_json((Path(files["out"]) / "report.json").read_text())
    assert report.criteria[0].against_mean["pearson"].why == "constant"
    assert report.criteria[0].against_mean["mae"].value is not None


def test_a_wide_table_waits_for_confirmation(files: dict[str, str], tmp_path: Path) -> None:
    """A proposed mapping is shown; nothing is computed until it is confirmed with --yes or --map."""
    wide = tmp_path / "wide.csv"
    wide.write_text("item,张,李\n" + "\n".join(f"i{i},{i % 4}分,{i % 3}" for i in range(40)))
    arguments = ["run", "--grades", str(wide), "--readouts", files["readouts.jsonl"], "--out", files["out"]]
    with refused("not_confirmed"):
        RUN.invoke(app, arguments, input="n\n", catch_exceptions=False)
    assert not Path(files["out"]).exists()
    assert call(*arguments, "--map", "item=item,graders=张|李,criterion==tone").exit_code == 0


def test_grades_in_words_and_letters_are_read_or_refused_in_one_sentence(files: dict[str, str], tmp_path: Path) -> None:
    """Grades such as "三分" and "3分" count as they are; letters count once somebody says what they are worth."""
    rows = [f"i{i},张,tone,{('三分', '2分', 'B+', '１')[i % 4]}" for i in range(40)]
    words = tmp_path / "words.csv"
    words.write_text("\n".join(["item,grader,criterion,points", *rows]), encoding="utf-8")
    base = ["run", "--grades", str(words), "--readouts", files["readouts.jsonl"], "--out", files["out"]]
    unread = call(*base)
    assert unread.exit_code == 0 and "--letter B+" in unread.output
    read = call(*base, "--letter", "B+=2.5")
    assert "--letter" not in read.output
    report = Report.model_validate_json((Path(files["out"]) / "report.json").read_text())
    assert report.grades == 40
    words.write_text("item,grader,criterion,points\ni1,张,tone,B+\n", encoding="utf-8")
    with refused("no_grades"):
        call(*base)


def test_a_copying_grader_is_named_on_the_command_line(files: dict[str, str], tmp_path: Path) -> None:
    """Graders with the same grades as another, where others differ, are reported with the shares."""
    draw = np.random.default_rng(1)
    rows = ["item,grader,criterion,points"]
    for i in range(40):
        given = draw.integers(0, 5, 3)
        rows += [f"i{i},g{g},tone,{points}" for g, points in enumerate([*given, given[0]])]
    copied = tmp_path / "copied.csv"
    copied.write_text("\n".join(rows))
    result = call("run", "--grades", str(copied), "--readouts", files["readouts.jsonl"], "--out", files["out"])
    assert result.exit_code == 0 and "g0" in result.output and "g3" in result.output and "100%" in result.output


def test_anchors_graded_again_tell_what_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same judge moves nothing; another judge and a new rubric do.

    The result is a warning, what changed, the items, and exit code 6.
    """
    monkeypatch.setenv("EVALUATOR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("EVALUATOR_MODEL", "scripted")
    monkeypatch.setenv("EVALUATOR_SCRIPTED_JUDGE", "1")
    path = tmp_path / "leak.yaml"
    path.write_text(yaml.safe_dump(small_rubric().model_dump(mode="json"), allow_unicode=True), encoding="utf-8")
    for number in range(4):
        (tmp_path / f"anchor{number}.txt").write_text(f"客服：对不起，第{number}位师傅下午到。\n客户：好。", "utf-8")
    anchors = ["--items", str(tmp_path), "--rubric", str(path)]
    before = str(tmp_path / "before.jsonl")
    assert call("grade", *anchors, "--out", before).exit_code == 0
    assert call("drift", "--before", before, *anchors).exit_code == 0
    script = {"answers": {f"c:{name}": shares for name, shares in (("sorry", [0, 1]), ("plan", [0, 0, 1]))}}
    (tmp_path / "script.json").write_text(json.dumps(script))
    monkeypatch.setenv("EVALUATOR_SCRIPTED_JUDGE", str(tmp_path / "script.json"))
    changed = small_rubric(version=2, pass_mark=4).model_dump(mode="json")
    path.write_text(yaml.safe_dump(changed, allow_unicode=True), encoding="utf-8")
    moved = call("drift", "--before", before, *anchors, "--after", str(tmp_path / "now.jsonl"))
    assert moved.exit_code == 6, moved.output
    assert moved.output.count("anchor") >= 2 and messages.say("calibration.part_rubric") in moved.output
    assert read_readouts(tmp_path / "now.jsonl").points.shape == (4, 2)


def write_lines(path: Path, head: str, rows: Iterable[str]) -> str:
    """Writes a table of text to that path; returns the path."""
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    return str(path)


def test_gaps_of_the_only_grader_leave_a_report(files: dict[str, str], tmp_path: Path) -> None:
    """Items with an unknown total are left out of the total and its plots."""
    rows = [row for row in Path(files["grades.csv"]).read_text().splitlines()[1:] if ",g0," in row]
    table = write_lines(
        tmp_path / "one.csv", "item,grader,criterion,points", [row for row in rows if "i3,g0,facts" not in row]
    )
    assert (
        call(
            "run", "--grades", table, "--readouts", files["readouts.jsonl"], "--no-texts", "--out", files["out"]
        ).exit_code
        == 0
    )
    report = Report.model_validate_json((Path(files["out"]) / "report.json").read_text())
    assert [len(row.machine) for row in report.criteria] == [40, 39, 39]
    assert report.criteria[-1].ceiling.pairwise["qwk"].why == "one_grader"


def test_a_criterion_without_readouts_is_named_and_the_total_goes_without_it(
    files: dict[str, str], tmp_path: Path
) -> None:
    """One name that the machine does not know spoils nothing and is reported.

    If all names are unknown, nothing is compared.
    """
    lines = Path(files["grades.csv"]).read_text().splitlines()
    table = write_lines(tmp_path / "more.csv", lines[0], [*lines[1:], "i1,g0,zeal,3"])
    wanted = ["--readouts", files["readouts.jsonl"], "--no-texts", "--out", files["out"]]
    said = call("run", "--grades", table, *wanted)
    report = Report.model_validate_json((Path(files["out"]) / "report.json").read_text())
    assert "zeal" in said.output and report.criteria[-1].criterion == "total" and len(report.criteria[-1].human) == 40
    assert report.problems[0].code == "no_readouts" and report.problem_count == 1
    with refused("no_shared_criteria"):
        call(
            "run", "--grades", write_lines(tmp_path / "other.csv", "item,g0,g1", ["i1,3,2", "i2,1,1"]), "--yes", *wanted
        )


@pytest.mark.parametrize("command", ["fit", "route", "estimate"])
def test_every_command_refuses_when_no_criterion_is_shared(files: dict[str, str], tmp_path: Path, command: str) -> None:
    """Criteria that the machine lacks are neither fitted, estimated nor kept.

    态度 is not tone, and a column per grader is not about any criterion of the machine's.
    """
    named = write_lines(
        tmp_path / "zh.csv", "item,grader,criterion,points", [f"i{n},张,态度,{n % 4}" for n in range(30)]
    )
    wide = write_lines(tmp_path / "wide.csv", "item,g0,g1", [f"i{n},{n % 5},{n % 4}" for n in range(30)])
    out = ["--out", files["out"]] if command == "fit" else []
    for table in (named, wide):
        with refused("no_shared_criteria"):
            call(command, "--grades", table, "--yes", "--readouts", files["readouts.jsonl"], *out)
    assert not Path(files["out"]).exists()


def test_a_criterion_without_readouts_is_not_fitted(files: dict[str, str], tmp_path: Path) -> None:
    """It is named as one without points from the machine, and no profile holds it: no scorecard would have it."""
    lines = Path(files["grades.csv"]).read_text().splitlines()
    table = write_lines(tmp_path / "more.csv", lines[0], [*lines[1:], *(f"i{n},g0,zeal,{n % 4}" for n in range(40))])
    said = call("fit", "--grades", table, "--readouts", files["readouts.jsonl"], "--out", files["out"])
    assert list(Profile.load(Path(files["out"])).criteria) == ["tone", "facts"]
    assert said.output.count("zeal") == said.stderr.count("zeal") > 0


def test_a_policy_kept_in_a_profile_leaves_its_name_version_and_pass_mark(files: dict[str, str]) -> None:
    """A profile is fitted, set to leave the pass mark alone, and routed into the same file.

    It is the same profile with widths; messages come before the existing content. A file that is not a profile is not
    overwritten.
    """
    base = ["--grades", files["grades.csv"], "--readouts", files["readouts.jsonl"]]
    path = Path(files["out"])
    call("fit", *base, "--out", str(path), "--name", "desk", "--version", "3")
    first = Profile.load(path)
    call("policy", str(path), "--no-pass-mark")
    keep = ["route", *base, "--share", "0.05", "--agreement", "0.3", "--keep", str(path)]
    call(*keep)
    kept = Profile.load(path)
    assert (kept.label, kept.criteria) == ("desk v3", first.criteria)
    assert kept.routing and not kept.routing.pass_mark and set(kept.routing.widest) == {"tone", "facts"}
    call(*keep, "--version", "4")
    assert Profile.load(path).label == "desk v4"
    path.write_text("notes")
    with refused("bad_profile"):
        call(*keep)
    assert path.read_text() == "notes"


@pytest.mark.parametrize("confidence", ["95", "0", "1"])
def test_a_plan_takes_no_confidence_outside_its_range(confidence: str) -> None:
    """95 is not .95: it does not become a plan of four items."""
    assert call("power", "--confidence", confidence).exit_code == 2
    assert call("power", "--confidence", "0.9").exit_code == 0


def test_a_wide_table_about_one_criterion_says_which(files: dict[str, str], tmp_path: Path) -> None:
    """A column per grader without a criterion: the mapping names the criterion."""
    table = write_lines(tmp_path / "wide.csv", "item,g0,g1", [f"i{n},{n % 5},{n % 4}" for n in range(30)])
    mapping = "item=item,graders=g0|g1,criterion==facts"
    call(
        "run",
        "--grades",
        table,
        "--map",
        mapping,
        "--readouts",
        files["readouts.jsonl"],
        "--no-texts",
        "--out",
        files["out"],
    )
    report = Report.model_validate_json((Path(files["out"]) / "report.json").read_text())
    assert [row.criterion for row in report.criteria] == ["facts"] and report.graders == ("g0", "g1")


def test_estimate_goes_without_items_that_the_machine_gave_nothing(files: dict[str, str], tmp_path: Path) -> None:
    """A gap in the readouts leaves numbers, and the item is not counted."""
    lines = [json.loads(line) for line in Path(files["readouts.jsonl"]).read_text().splitlines()]
    del lines[1]["points"]["facts"]
    readouts = write_lines(tmp_path / "gap.jsonl", "", map(json.dumps, lines))
    first = [
        row
        for row in Path(files["grades.csv"]).read_text().splitlines()
        if int(row[1:].split(",")[0] if row[1].isdigit() else 0) < 20
    ]
    said = call(
        "estimate", "--grades", write_lines(tmp_path / "few.csv", first[0], first[1:]), "--readouts", readouts
    ).output
    assert "nan" not in said and "19" in said and "20" in said


def test_drift_says_what_else_it_needs(files: dict[str, str]) -> None:
    """Neither current readouts nor anchors: one sentence."""
    with refused("drift_needs"):
        call("drift", "--before", files["readouts.jsonl"])


@pytest.mark.parametrize(
    "extra",
    [
        ["--map", "nonsense"],
        ["--scale", "a:b"],
        ["--scale", "5:1"],
        ["--scale", "0:100"],
        ["--letter", "B+"],
        ["--map", "item=q,points=p"],
    ],
)
def test_wrong_options_are_refused_in_one_sentence(files: dict[str, str], extra: list[str]) -> None:
    """A mapping, scale or letter that cannot be read raises InputError with a sentence in both languages."""
    with pytest.raises(InputError) as caught:
        call("run", "--grades", files["grades.csv"], "--readouts", files["readouts.jsonl"], *extra)
    assert caught.value.text("zh") != caught.value.text("en")


@pytest.mark.parametrize("line", ["{", "[1]", '{"features": {}}', '{"item": "a", "points": {"c": "x"}}'])
def test_a_broken_readouts_file_names_its_line(tmp_path: Path, line: str) -> None:
    """Unreadable input raises InputError, never another kind of traceback."""
    path = tmp_path / "readouts.jsonl"
    path.write_text(line)
    with pytest.raises(InputError):
        read_readouts(path)


def test_items_come_from_lines_or_text_files(tmp_path: Path) -> None:
    """A folder of texts has one answer per file; a line separator inside a text does not split it."""
    (tmp_path / "b.txt").write_bytes("第二".encode("gb18030"))
    (tmp_path / "a.txt").write_text("first", encoding="utf-8")
    assert [(item.id, item.text, item.language) for item in read_items(tmp_path)] == [
        ("a", "first", "en"),
        ("b", "第二", "zh"),
    ]
    (tmp_path / "items.jsonl").write_text(
        json.dumps({"id": "x", "answer": "a\u2028b"}, ensure_ascii=False), encoding="utf-8"
    )
    assert read_items(tmp_path)[0].text == "a\u2028b"


def test_asking_for_help_loads_no_statistics() -> None:
    """The command's help comes without pandas, scipy, scikit-learn or matplotlib."""
    code = """
import sys, evaluator
from evaluator.commands.calibrate import app
print(sorted({"pandas", "scipy", "sklearn", "matplotlib", "statsmodels"} & set(sys.modules)))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"

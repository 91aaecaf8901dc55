"""Rubrics: ungradable ones are refused with line and remedy, weak ones are found, and files stay intact."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError

from evaluator import messages
from evaluator.errors import RubricError, StorageError
from evaluator.resources import resource_dir
from evaluator.rubric import Check, Criterion, Level, Rubric
from evaluator.rubrics import (
    WrongRubric,
    dump,
    find,
    json_schema,
    lint,
    lint_text,
    list_rubrics,
    load,
    parse,
    schema_text,
    template,
    write,
)
from evaluator.rubrics.wording import alike, dice, shared_run, vague_words
from evaluator.settings import Settings

GOOD = """\
id: night-call
version: 1
title: 夜间来电
language: zh
task: 半夜 12:30 接到报失电话，请处理。
out_of: 10
pass_mark: 6
criteria:
  - id: calm
    name: 稳住来电人
    points: 4
    levels:
      - {points: 0, description: 催促或责怪来电人}
      - {points: 4, description: 先问人是否安全，再听对方讲完}
    checks: [{id: asked, question: 开口先问了什么？, yes: 人在哪里、有没有受伤, no: 账号或别的事}]
  - id: block
    name: 冻结账户
    kind: checklist
    points: 6
    checks:
      - {id: frozen, question: 账户冻结了吗？, yes: 冻了, no: 没冻}
references:
  - id: model
    text: 您先别急，人没事吧？我马上办理冻结。
    key_points:
      - {id: safe, text: 先问人是否安全, criteria: [calm]}
"""


CALM_CHECK = next(f"{line}\n" for line in GOOD.splitlines() if "id: asked" in line)


def changed(*replacements: tuple[str, str]) -> str:
    text = GOOD
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def codes(text: str) -> list[str]:
    return [finding.code for finding in lint_text(text)]


def test_a_good_rubric_has_no_findings():
    """A rubric with correct sums, levels, references and key points passes without a finding."""
    assert lint_text(GOOD) == []
    assert parse(GOOD).max_points == 10


def test_yes_no_and_times_stay_text():
    """YAML's old rules would turn `no` into False and 12:30 into a number; neither happens."""
    rubric = parse(GOOD.replace("task: 半夜 12:30 接到报失电话，请处理。", "task: 12:30"))
    assert rubric.task == "12:30"
    assert (rubric.criteria[1].checks[0].yes, rubric.criteria[1].checks[0].no) == ("冻了", "没冻")


@pytest.mark.parametrize(
    ("old", "new", "line", "code", "says"),
    [
        ("pass_mark: 6", "passmark: 6", 7, "field_misspelt", "pass_mark"),
        ("    points: 4", "    point: 4", 11, "field_misspelt", "points"),
        ("title: 夜间来电", "title: 夜间来电\nnonsense: 1", 4, "field_unknown", "criteria"),
        ("title: 夜间来电\n", "", 1, "field_missing", "title"),
        ("title: 夜间来电", "title: ' '", 3, "empty_text", "title"),
        ("id: night-call", "id: Night Call", 1, "bad_id", "Night Call"),
        ("language: zh", "language: de", 4, "one_of", "zh, en"),
        ("version: 1", "version: one", 2, "whole_wanted", "one"),
        ("pass_mark: 6", "pass_mark: six", 7, "number_wanted", "six"),
        ("pass_mark: 6", "pass_mark: -1", 7, "too_small", "0"),
        ("    points: 4", "    points: 4.3", 11, "not_a_half", "1.5"),
        ("kind: checklist", "kind: checklst", 18, "one_of", "checklist"),
        ("criteria: [calm]", "criteria: calm", 26, "list_wanted", "- "),
        ("title: 夜间来电", "title: [a]", 3, "text_wanted", "title"),
        ("version: 1", "version: 1\nversion: 2", 3, "key_twice", "version"),
        ("pass_mark: 6", "pass_mark: [6", 8, "yaml_bracket", ""),
    ],
)
def test_a_wrong_file_names_line_and_remedy(tmp_path, old, new, line, code, says):
    """Each mistake is reported with file, line and what to write, in both languages."""
    path = tmp_path / "mine.yaml"
    path.write_text(changed((old, new)), encoding="utf-8")
    with pytest.raises(WrongRubric) as wrong:
        load(path)
    assert (wrong.value.findings[0].code, wrong.value.findings[0].line) == (code, line)
    for language in messages.LANGUAGES:
        told = wrong.value.text(language)
        assert str(path) in told and str(line) in told and says in told and "{" not in told
    assert wrong.value.exit_code == 2


@pytest.mark.parametrize(
    ("replacements", "code"),
    [
        ([("{points: 0, description: 催促或责怪来电人}", "{points: 4, description: a}")], "levels_not_rising"),
        ([("      - {points: 0, description: 催促或责怪来电人}\n", "")], "levels_needed"),
        ([("{points: 4, description", "{points: 5, description")], "level_above_points"),
        ([("    points: 4\n", "    kind: fatal\n")], "levels_not_wanted"),
        ([("    points: 4\n", "")], "points_needed"),
        ([("id: block", "id: calm")], "duplicate_id"),
        ([("    name: 稳住来电人", "    kind: bonus\n    name: 稳住来电人"),
          ("kind: checklist", "kind: fatal"), ("    points: 6\n    checks", "    checks")], "nothing_gives_points"),
    ],
)  # fmt: skip
def test_what_cannot_be_graded_is_refused(replacements, code):
    """Rules that the arithmetic rests on are errors of the file, with a line."""
    findings = lint_text(changed(*replacements))
    assert [finding.code for finding in findings] == [code]
    assert findings[0].severity == "error" and findings[0].line and findings[0].text("zh") and findings[0].text("en")


def test_every_mistake_is_told_at_once():
    """Three mistakes give three findings in the order of the file, and the sentence counts the others."""
    text = changed(("version: 1", "version: x"), ("language: zh", "language: x"), ("pass_mark: 6", "pass_mark: x"))
    with pytest.raises(WrongRubric) as wrong:
        parse(text)
    assert [finding.line for finding in wrong.value.findings] == [2, 4, 7]
    assert "2 more" in wrong.value.text("en")


def test_kinds_need_what_they_are_graded_by():
    """Fatal items need neither points nor levels, a checklist needs checks, the others two levels."""
    levels = (Level(points=0, description="a"), Level(points=2, description="b"))
    check = Check(id="c", question="q", yes="y", no="n")
    for kind in ("score", "bonus", "penalty"):
        assert Criterion(id="a", name="a", kind=kind, points=2, levels=levels).levels == levels
        with pytest.raises(ValidationError, match="levels_needed"):
            Criterion(id="a", name="a", kind=kind, points=2, levels=levels[:1])
    assert Criterion(id="a", name="a", kind="fatal").points == 0
    with pytest.raises(ValidationError, match="fatal_with_points"):
        Criterion(id="a", name="a", kind="fatal", points=1)
    with pytest.raises(ValidationError, match="checks_needed"):
        Criterion(id="a", name="a", kind="checklist", points=1)
    with pytest.raises(ValidationError, match="duplicate_id"):
        Criterion(id="a", name="a", kind="checklist", points=1, checks=(check, check))


@pytest.mark.parametrize(
    ("replacements", "code", "severity"),
    [
        ([("out_of: 10", "out_of: 12")], "sum_differs", "error"),
        ([("pass_mark: 6", "pass_mark: 11")], "pass_above_max", "error"),
        ([("pass_mark: 6", "pass_mark: 0")], "pass_is_zero", "warning"),
        ([("{points: 4, description", "{points: 3, description")], "highest_below_points", "error"),
        ([("{points: 0, description", "{points: 1, description")], "lowest_above_zero", "warning"),
        ([("criteria: [calm]", "criteria: [clam]")], "unknown_criterion", "error"),
        ([("name: 冻结账户", "name: 稳住来电人")], "same_name", "warning"),
        ([("先问人是否安全，再听对方讲完", "态度较好")], "vague", "warning"),
        ([("先问人是否安全，再听对方讲完", "催促、或责怪来电人。")], "levels_alike", "warning"),
        ([("催促或责怪来电人", "问到 1-3 件事"), ("先问人是否安全，再听对方讲完", "问到 3-5 件事")], "levels_overlap",
         "warning"),
        ([("yes: 冻了", "yes: 马上办理冻结了")], "option_echoes_answer", "warning"),
        ([("yes: 冻了, no: 没冻", "yes: 冻了, no: 冻了。")], "options_alike", "warning"),
        ([(CALM_CHECK, ""), ("criteria: [calm]", "criteria: [block]")], "levels_alone", "warning"),
    ],
)  # fmt: skip
def test_lint_finds_what_grades_badly(replacements, code, severity):
    """Each weakness is found by itself, with a sentence in both languages."""
    (finding,) = lint_text(changed(*replacements))
    assert (finding.code, finding.severity) == (code, severity)
    assert finding.text("zh") != finding.text("en") and "{" not in finding.text("zh") + finding.text("en")


def test_lint_misses_references_and_key_points():
    """Without a reference answer, or with one that has no key points, lint says so."""
    whole = GOOD.split("references:")[0]
    assert codes(whole) == ["no_reference"]
    assert codes(whole + "references:\n  - {id: model, text: 好的}\n") == ["no_key_points"]


def test_lint_puts_errors_first():
    """Errors are read before suggestions."""
    found = lint(parse(changed(("pass_mark: 6", "pass_mark: 11"), ("先问人是否安全，再听对方讲完", "态度较好"))))
    assert [finding.severity for finding in found] == ["error", "warning"]


def test_vague_words_count_only_where_nothing_else_is_said():
    """Praise with what it is for is fine, praise alone is not; in both languages."""
    assert vague_words("表达清楚，态度良好", "zh") == ["清楚", "良好"]
    assert vague_words("良好地安抚了客户并主动给出两个可行的日期", "zh") == []
    assert vague_words("Good answer.", "en") == ["good"]
    assert vague_words("Gives a good reason from the text for each of the steps proposed.", "en") == []


def test_numbers_and_negations_tell_texts_apart():
    """Descriptions that differ by a count or a `not` are different, those that differ by a comma are not."""
    assert alike("说出原因并给出日期。", "说出原因，并给出日期")
    assert not alike("说出一个原因并给出处理日期和经办人", "说出两个原因并给出处理日期和经办人")
    assert not alike("客服给出了处理的日期和经办人姓名", "客服没给出处理的日期和经办人姓名")
    assert dice("night", "nacht") == 0.25  # the usual example of the coefficient


def test_shared_words_are_found_across_width_and_case():
    """Full-width and capital letters hide nothing; short runs do not count."""
    assert shared_run("Will Send A Courier Today", "we will send a courier today.", "en") == "will send a courier today"
    assert shared_run("send it", "we send it", "en") == ""
    assert shared_run("办理ＶＩＰ退款", "马上办理VIP退款", "zh") == "办理vip退款"


# -- files


@pytest.mark.parametrize("path", sorted(resource_dir("rubrics").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_rubric_is_sound(path):
    """Shipped rubrics load, are named after their file, have no lint errors, and point editors to the schema."""
    text = path.read_text(encoding="utf-8")
    rubric = load(path)
    assert rubric.id == path.stem
    assert [finding.text("en") for finding in lint(rubric) if finding.severity == "error"] == []
    assert text.startswith("# yaml-language-server: $schema=../docs/rubric.schema.json")
    jsonschema.validate(json.loads(rubric.model_dump_json()), json_schema())
    assert parse(dump(rubric)) == rubric


def test_the_published_schema_is_current():
    """docs/rubric.schema.json matches the current types."""
    published = Path(__file__).parents[2] / "docs" / "rubric.schema.json"
    assert published.read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("language", messages.LANGUAGES)
@pytest.mark.parametrize("form", ["answer", "dialogue", "email"])
def test_a_template_is_a_rubric_without_findings(form, language):
    """What `rubrics new` writes loads and passes lint as it is."""
    text = template("my-task", form, language)
    assert lint_text(text) == []
    rubric = parse(text)
    assert (rubric.id, rubric.form, rubric.language) == ("my-task", form, language)


def test_a_template_refuses_an_impossible_id():
    """The id is checked before a file is written."""
    with pytest.raises(RubricError) as wrong:
        template("My Task")
    assert wrong.value.code == "rubric_id_wrong"


def test_an_own_rubric_wins_over_a_shipped_one(tmp_path):
    """A rubric in the user's folder is found by its id and replaces a shipped one of the same id."""
    settings = Settings(data_dir=tmp_path)
    shipped = list_rubrics(settings)[0]
    own = shipped.rubric.model_copy(update={"title": "我的版本", "version": 9})
    path = write(own, settings.user_rubric_dir)
    assert path == tmp_path / "rubrics" / f"{own.id}.yaml"
    assert find(own.id, settings) == own
    assert find(path) == own and find(str(path)) == own
    entry = next(entry for entry in list_rubrics(settings) if entry.id == own.id)
    assert (entry.origin, entry.rubric) == ("own", own)
    assert (settings.user_rubric_dir / "rubric.schema.json").exists()


def test_a_file_named_otherwise_is_found_by_its_id(tmp_path):
    """The id counts, not the name of the file."""
    settings = Settings(data_dir=tmp_path)
    settings.user_rubric_dir.mkdir()
    (settings.user_rubric_dir / "副本.yaml").write_text(GOOD, encoding="utf-8")
    assert find("night-call", settings).title == "夜间来电"


def test_one_wrong_file_hides_no_other(tmp_path):
    """A broken rubric is listed with its problem beside the sound ones."""
    settings = Settings(data_dir=tmp_path)
    settings.user_rubric_dir.mkdir()
    (settings.user_rubric_dir / "broken.yaml").write_text("id: [", encoding="utf-8")
    entries = {entry.id: entry for entry in list_rubrics(settings)}
    assert entries["broken"].rubric is None and "broken.yaml" in entries["broken"].problem
    assert len(entries) > 1
    with pytest.raises(WrongRubric):
        find("broken", settings)


def test_an_unknown_name_suggests_the_nearest(tmp_path):
    """A typing mistake is answered with similar ids; nonsense with where to look."""
    settings = Settings(data_dir=tmp_path)
    known = list_rubrics(settings)[0].id
    with pytest.raises(RubricError) as near:
        find(known[:-1] + "x", settings)
    assert known in str(near.value)
    with pytest.raises(RubricError) as none:
        find("zzzzzzzz", settings)
    assert none.value.code == "rubric_unknown"


@pytest.mark.parametrize(
    ("content", "code"),
    [("标题".encode("gb18030"), "rubric_not_utf8"), (b"a" * 1_000_001, "rubric_too_large")],
)
def test_a_file_that_cannot_be_a_rubric_is_told(tmp_path, content, code):
    """Another encoding or a huge file gives one sentence."""
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    with pytest.raises(RubricError) as wrong:
        load(path)
    assert wrong.value.code == code


def test_a_missing_file_and_a_folder_are_told(tmp_path):
    """A path that leads nowhere, or to a folder, gives one sentence."""
    for path, code in ((tmp_path / "no.yaml", "file_missing"), (tmp_path, "file_not_regular")):
        with pytest.raises(RubricError) as wrong:
            load(path)
        assert wrong.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a",
        "7",
        "a: \x07",
        "&a [*a]",
        "? [1]\n: 2",
        "1: 2",
        "id: &x [*x]",
        "{a: {b: c}}",
        "id: !!python/object:os.x {}",
    ],
)
def test_any_text_gives_a_sentence(text):
    """Whatever the file holds, the answer is a WrongRubric with a line."""
    with pytest.raises(WrongRubric) as wrong:
        parse(text)
    assert wrong.value.findings[0].line >= 1


def test_a_byte_order_mark_is_no_mistake(tmp_path):
    """Files saved by Windows editors load."""
    path = tmp_path / "x.yaml"
    path.write_text(GOOD, encoding="utf-8-sig")
    assert load(path) == parse(GOOD)


def test_a_rubric_is_written_whole_or_not_at_all(tmp_path):
    """If the folder cannot be created, the error says so."""
    (tmp_path / "taken").write_text("x")
    with pytest.raises(StorageError):
        write(parse(GOOD), tmp_path / "taken" / "rubrics")


def test_equal_content_has_equal_digest():
    """Order and layout of the file do not count, content does."""
    assert (
        parse(GOOD).digest == parse(GOOD.replace("version: 1\ntitle: 夜间来电", "title: 夜间来电\nversion: 1")).digest
    )
    assert parse(GOOD).digest != parse(GOOD.replace("pass_mark: 6", "pass_mark: 7")).digest


def test_the_schema_knows_every_field():
    """An editor completes every field of the types, and refuses unknown ones."""
    schema = json_schema()
    assert set(schema["properties"]) == set(Rubric.model_fields) and schema["additionalProperties"] is False

"""Personas: shipped ones are sound and complete, and every mistake is reported with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluator.errors import InputError
from evaluator.practice import (
    Persona,
    dump_persona,
    find_persona,
    lint_persona,
    lint_persona_file,
    load_persona,
    parse_persona,
    persona_files,
    personas_for,
)
from evaluator.practice.persona_files import persona_schema_text
from evaluator.resources import resource_dir
from evaluator.rubrics import WrongRubric, find
from evaluator.settings import Settings

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((resource_dir("rubrics") / "personas").glob("*.yaml"))
CALLS = sorted({path.name.split(".")[0] for path in SHIPPED})  # calls that exist only for their texts have none
SMALL = """\
id: own-call.calm
rubric: parcel-lost
language: zh
temper: calm
name: 老赵
happened: 包裹丢了。
facts:
  - id: lost
    says: 我的包裹不见了。
  - id: inside
    says: 里面是一只怀表。
    hidden: true
    asked_about: 里面是什么
    giveaways: [怀表]
wants:
  - 找回来
calms: {heard: 1, date_given: 2}
enrages: {blamed: 2}
patience: 6
speech:
  region: 四川
  samples:
    - 你说嘛。
    - 我等起。
lines:
  opening: [包裹呢？]
  wants: [找回来。]
  angry: [搞啥子！]
  calmer: [要得。]
  asks_again: [在哪儿？]
  hears_date: [好。]
  blamed: [怪我？]
  pushed_away: [又推？]
  confirms: [对。]
  does_not_know: [不晓得。]
  satisfied_end: [谢了。]
  gives_up_end: [算了。]
"""


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_persona_is_sound(path: Path):
    """It loads, is named after its file, uses its rubric's language, and nothing in it gives away a hidden fact."""
    persona = load_persona(path)
    assert persona.id == path.stem == f"{persona.rubric}.{persona.temper}"
    assert [finding.text("en") for finding in lint_persona(persona, find(persona.rubric))] == []
    assert path.read_text(encoding="utf-8").startswith(
        "# yaml-language-server: $schema=../../docs/persona.schema.json\n"
    )
    assert persona.hidden and len(persona.facts) > len(persona.hidden)


@pytest.mark.parametrize("rubric_id", CALLS)
def test_every_call_has_three_tempers_that_talk_differently(rubric_id: str):
    """They are impatient, hurt and demanding, with different first words and different reactions to the same events."""
    found = personas_for(rubric_id)
    assert [persona.temper for persona in found] == ["demanding", "hurt", "impatient"]
    for state in ("opening", "angry", "satisfied_end", "gives_up_end"):
        assert len({getattr(persona.lines, state) for persona in found}) == 3
    assert len({tuple(persona.calms.items()) for persona in found}) == 3


def test_a_small_persona_has_defaults():
    """Omitted fields are filled in: telephone, plain speech, a mood that is low but not the lowest."""
    persona = parse_persona(SMALL)
    assert (persona.channel, persona.mood, persona.speech.formality) == ("phone", 3, "plain")
    assert [fact.id for fact in persona.hidden] == ["inside"] and persona.fact("lost").says == "我的包裹不见了。"
    assert lint_persona(persona, find("parcel-lost")) == []


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ("temper: calm", "temper: cross", 4, "one of"),
        ("patience: 6", "patients: 6", 19, "patience"),
        ("    asked_about: 里面是什么\n", "", 10, "asked_about"),
        ("    giveaways: [怀表]\n", "", 10, "giveaways"),
        ("{blamed: 2}", "{blamed: 2, heard: 1}", 18, "heard"),
        ("id: inside", "id: lost", 10, "lost"),
        ("  angry: [搞啥子！]\n", "", 26, "angry"),
        ("{heard: 1, date_given: 2}", "{herd: 1}", 17, "one of"),
        ("id: own-call.calm", "- 1", 2, "indentation"),
    ],
)
def test_a_mistake_is_told_with_its_line(before: str, after: str, line: int, said: str):
    """One sentence names the file, the line and what to write instead."""
    assert before in SMALL
    with pytest.raises(WrongRubric) as wrong:
        parse_persona(SMALL.replace(before, after, 1), "own.yaml")
    text = wrong.value.text("en")
    assert text.startswith(f"own.yaml, line {line}: ") and said in text and "\n" not in text


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("opening: [包裹呢？]", "opening: [我的怀表呢？]", "stock_line_tells"),
        ("says: 我的包裹不见了。", "says: 我寄的怀表不见了。", "open_fact_tells"),
        ("giveaways: [怀表]", "giveaways: [手表]", "giveaway_not_said"),
        ("date_given: 2", "named: 2", "no_date_calms"),
        ("language: zh", "language: en", "persona_language_differs"),
        ("    - 我等起。", "    - 怀表要紧。", "stock_line_tells"),
    ],
)
def test_what_spoils_a_call_is_found(before: str, after: str, code: str):
    """A persona that loads but would play badly says why, in both languages."""
    assert before in SMALL
    (found,) = lint_persona(parse_persona(SMALL.replace(before, after, 1)), find("parcel-lost"))
    assert found.code == code and found.text("zh") != found.text("en")


def test_latin_giveaways_are_whole_words():
    """ "nine" is not given away by "ninety"."""
    fact = parse_persona(SMALL).fact("inside").model_copy(update={"giveaways": ("nine",)})
    assert fact.given_away_by("It is ninety miles.") == "" and fact.given_away_by("Nine, I think.") == "nine"


def test_a_persona_without_secrets_and_one_for_a_written_task_are_pointed_out():
    """The first is a warning, the second cannot be played."""
    persona = parse_persona(SMALL.replace("    hidden: true\n", ""))
    assert [finding.code for finding in lint_persona(persona)] == ["nothing_hidden"]
    assert "persona_not_a_call" in [finding.code for finding in lint_persona(persona, find("software-outage"))]


def test_findings_of_a_file_have_their_lines(tmp_path: Path):
    """Findings have their lines: what spoils a call, and what keeps the file from loading.

    A rubric that does not exist is reported too.
    """
    path = tmp_path / "own.yaml"

    def found(before: str, after: str) -> list[tuple[str, int | None]]:
        path.write_text(SMALL.replace(before, after, 1), encoding="utf-8")
        return [(finding.code, finding.line) for finding in lint_persona_file(path)]

    assert found("[搞啥子！]", "[搞啥子，我的怀表！]") == [("stock_line_tells", 28)]
    assert found("rubric: parcel-lost", "rubric: parcel-last") == [("persona_rubric_unknown", 2)]
    assert found("temper: calm", "temper: cross") == [("one_of", 4)]


def test_own_personas_are_found_first(tmp_path: Path):
    """The user's file of the same name replaces the shipped one; an unknown id suggests similar ones."""
    settings = Settings(data_dir=tmp_path)
    folder = settings.user_rubric_dir / "personas"
    folder.mkdir(parents=True)
    (folder / "parcel-lost.hurt.yaml").write_text(SMALL, encoding="utf-8")
    assert find_persona("parcel-lost.hurt", settings).name == "老赵"
    assert len(personas_for("parcel-lost", settings)) == 3
    assert len(persona_files(settings)) == len(SHIPPED)
    with pytest.raises(InputError) as wrong:
        find_persona("parcel-lost.hurts", settings)
    assert "parcel-lost.hurt" in wrong.value.text("zh")


def test_a_persona_survives_writing():
    """A form's data sent back by the page, and the file it writes, are the same persona."""
    persona = load_persona(SHIPPED[0])
    assert parse_persona(dump_persona(persona)) == persona
    assert Persona.model_validate_json(persona.model_dump_json()) == persona


def test_the_published_schema_is_current():
    """docs/persona.schema.json matches the current types."""
    assert (ROOT / "docs" / "persona.schema.json").read_text(encoding="utf-8") == persona_schema_text()

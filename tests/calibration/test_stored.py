"""Calibration from the product's own records: gradings as readouts, corrections as human grades."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evaluator.calibration.data.stored import gather_stored
from evaluator.commands.calibrate import app
from evaluator.errors import InputError
from evaluator.profiles.applying import apply_profile
from evaluator.profiles.profile import Profile
from evaluator.storage import Records, open_records
from tests.support.calibration_cases import make_card, spoken

RUN = CliRunner()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own, which the command line uses too."""
    monkeypatch.setenv("EVALUATOR_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


@pytest.fixture
def records(place: Path) -> Records:
    """Fourteen gradings; two people gave points on twelve, the second only for the plan."""
    with open_records() as opened:
        for number in range(14):
            keep(opened, number)
            if number < 12:
                opened.override(f"g{number:02}", "sorry", number % 3, who="陈")
                opened.override(f"g{number:02}", "plan", number % 4, who="陈")
                opened.override(f"g{number:02}", "plan", min(3, number % 4 + 1), who="林")
        yield opened


def keep(records: Records, number: int, **changes: object) -> str:
    """Stores a grading of the text with that number; returns its id."""
    card = make_card(number, **changes)
    return records.save(card, spoken(number))


def test_corrections_become_grades_and_gradings_readouts(records: Records) -> None:
    """Every standing correction is a grade of its author, every grading a readout, each graded text an item."""
    data = gather_stored("leak", records)
    assert len(data.grades.table) == 36 and data.grades.graders == ["林", "陈"]
    assert len(data.readouts.points) == 14 and len(data.items) == 12
    assert list(data.readouts.points.columns) == ["sorry", "plan"]
    assert (data.scales["plan"].low, data.scales["plan"].high) == (0, 3)
    assert data.items[0].transcript and data.readouts.stamp["rubric"] == "rubric-1"


def test_a_text_graded_twice_is_one_item(records: Records) -> None:
    """The newest grading of a text stands for it, and the newest points of a person on that text count."""
    keep(records, 3, id="z03", created_at="2026-11-22T00:00:00+00:00")
    records.override("z03", "sorry", 2, who="陈")
    data = gather_stored("leak", records)
    row = data.grades.table.query("item == 'z03' and grader == '陈' and criterion == 'sorry'")
    assert row["points"].tolist() == [2.0] and len(data.readouts.points) == 14


def test_gradings_by_another_model_are_left_out_and_said(records: Records) -> None:
    """Only gradings that one rubric, prompt and model made are compared; the others are counted."""
    keep(records, 20, id="z20", judge={"model": "another", "prompt_zh": "p"})
    records.override("z20", "sorry", 1, who="陈")
    data = gather_stored("leak", records)
    assert {problem.code for problem in data.grades.problems} == {"stored_other", "stored_left_out"}
    assert all(problem.text(language) for problem in data.grades.problems for language in ("zh", "en"))
    assert "z20" not in data.readouts.points.index


def test_nothing_stored_and_nothing_corrected_are_two_sentences(place: Path) -> None:
    """Without a grading, and without a correction, the sentence says what to do first."""
    with open_records() as opened:
        with pytest.raises(InputError) as nothing:
            gather_stored("leak", opened)
        keep(opened, 1)
        with pytest.raises(InputError) as untouched:
            gather_stored("leak", opened)
    codes = [one.value.code for one in (nothing, untouched)]
    assert codes == ["calibration_nothing_stored", "calibration_nobody_graded"]
    assert all(one.value.text(language) for one in (nothing, untouched) for language in ("zh", "en"))


def test_one_command_reports_and_one_fits(records: Records, place: Path) -> None:
    """A report and a profile without a handmade file; what the profile moves is not later mistaken for a readout."""
    report = RUN.invoke(app, ["run", "--stored", "leak", "--no-texts", "--out", str(place / "report")])
    assert report.exit_code == 0, report.output
    assert json.loads((place / "report" / "report.json").read_text())["items"] == 12
    fitted = RUN.invoke(app, ["fit", "--stored", "leak", "--no-texts", "--out", str(place / "p.json")])
    assert fitted.exit_code == 0, fitted.output
    profile, before = Profile.load(place / "p.json"), gather_stored("leak", records).readouts.points
    for number in range(14):
        card = make_card(number, id=f"z{number:02}", created_at="2026-11-22T00:00:00+00:00")
        moved = apply_profile(card, spoken(number), profile)
        assert moved.profile == profile.label and moved.interval
        records.save(moved, spoken(number))
    after = gather_stored("leak", records).readouts.points
    assert sorted(map(tuple, before.round(3).to_numpy())) == sorted(map(tuple, after.round(3).to_numpy()))


def test_a_criterion_with_too_few_grades_is_left_out_not_fatal(records: Records, place: Path) -> None:
    """If people corrected one criterion on a few items only, the other is fitted.

    The sentence names the first.
    """
    for row in records.human_grades("leak"):
        if row.criterion == "sorry" and row.points:
            records.revert(row.item, "sorry", who="陈")
    result = RUN.invoke(app, ["fit", "--stored", "leak", "--no-texts", "--out", str(place / "p.json")])
    assert result.exit_code == 0 and "sorry" in result.output
    assert list(Profile.load(place / "p.json").criteria) == ["plan"]


def test_without_grades_or_readouts_the_sentence_names_the_option(place: Path) -> None:
    """A command without arguments says which option is missing."""
    for arguments in (["run"], ["run", "--grades", "g.csv"]):
        result = RUN.invoke(app, arguments)
        assert isinstance(result.exception, InputError) and "--stored" in result.exception.text("en")

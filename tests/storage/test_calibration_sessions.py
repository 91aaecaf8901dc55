"""Calibration sessions: blind points stand, count as human grades, and what was settled counts for nobody."""

from __future__ import annotations

import pytest

from evaluator.errors import InputError
from evaluator.settings import Settings
from evaluator.storage import open_records
from tests.support.storage_cases import make_rubric, make_scorecard, make_transcript

RUBRIC = make_rubric()


@pytest.fixture
def records(tmp_path):
    with open_records(Settings(data_dir=tmp_path / "data", database_url=None)) as opened:
        yield opened


@pytest.fixture
def grading(records):
    transcript = make_transcript()
    card = make_scorecard(transcript, RUBRIC)
    records.save(card, transcript, rubric=RUBRIC, owner="lin")
    return card.id


@pytest.fixture
def held(records, grading):
    return records.calibration_sessions.begin("四月", RUBRIC.id, [grading], owner="lin")


def hand_in(records, held, grading, person, care, insult=0.0):
    points = {"care": care, "insult": insult}
    return records.calibration_sessions.hand_in(held.id, grading, points, person=person, who=f"{person}老师")


def test_points_that_were_handed_in_stand(records, held, grading):
    """A second hand-in, whether a double click or a change of mind, changes nothing."""
    assert hand_in(records, held, grading, "a", 3.0) and not hand_in(records, held, grading, "a", 0.0)
    assert [one.points for one in records.calibration_sessions.points(held.id) if one.criterion == "care"] == [3.0]


def test_everybodys_blind_points_are_human_grades_and_settled_ones_are_not(records, held, grading):
    """The settled points correct the grading; calibration sees the two people who graded, and no third."""
    hand_in(records, held, grading, "a", 3.0)
    hand_in(records, held, grading, "b", 0.0)
    settled = records.override(grading, "care", 1.5, who="林老师")
    records.calibration_sessions.settle(held.id, grading, [settled.id])
    care = {one.grader: one.points for one in records.human_grades(RUBRIC.id, "lin") if one.criterion == "care"}
    assert care == {"a老师": 3.0, "b老师": 0.0}
    assert records.human_grades_of([grading]) == records.human_grades(RUBRIC.id)
    assert records.effective(grading)["care"].points == 1.5
    assert records.calibration_sessions.settled(held.id) == {grading}


def test_a_session_is_found_by_its_code_and_its_owner_alone(records, held, grading):
    """Nobody guesses a code; without texts there is no session, without a name no points, without the text neither."""
    sessions = records.calibration_sessions
    assert sessions.find(held.code) == held == sessions.all("lin")[0] and sessions.all("other") == []
    with pytest.raises(InputError):
        sessions.find(held.id)
    with pytest.raises(InputError):
        sessions.begin("", RUBRIC.id, [])
    with pytest.raises(InputError):
        sessions.hand_in(held.id, grading, {"care": 1.0}, person="a", who=" ")
    with pytest.raises(InputError):
        sessions.hand_in(held.id, "another", {"care": 1.0}, person="a", who="a")


def test_a_deleted_grading_and_a_deleted_session_leave_no_grades(records, held, grading):
    """The session stays usable when one of its gradings is gone; without the session its points are gone."""
    hand_in(records, held, grading, "a", 3.0)
    records.delete(grading)
    assert records.human_grades(RUBRIC.id) == [] and records.calibration_sessions.points(held.id)
    records.calibration_sessions.delete(held.id)
    assert records.calibration_sessions.points(held.id) == [] and records.calibration_sessions.all("lin") == []


def test_a_note_can_be_pinned_to_a_turn(records, grading):
    """It comes back with the turn's id; other notes have none."""
    records.add_note(grading, "语气好", who="林", turn="t1")
    records.add_note(grading, "总体不错", who="林")
    assert [one.turn for one in records.record(grading).notes] == ["t1", None]

"""Candidates of a round side by side, names hidden if wanted, the panel beside the machine."""

from __future__ import annotations

import asyncio

import pytest

from evaluator.errors import InputError
from evaluator.interviews import (
    Found,
    Piece,
    decide,
    give_points,
    grade_interview,
    keep,
    matrix_blocks,
    matrix_of,
    open_interview,
    panel_agreement,
)
from evaluator.judge.scripted import ScriptedJudge
from evaluator.reports import write_blocks
from evaluator.settings import load_settings
from tests.support.exam_cases import interview_paper, interview_transcript
from tests.support.storage_cases import records_in

FOUND = Found(
    pieces=tuple(
        Piece(turn=turn.id, start=0, end=len(turn.text), questions=("q1",) if place < 6 else ("q2",))
        for place, turn in enumerate(interview_transcript().turns)
    )
)


@pytest.fixture
def records(tmp_path, monkeypatch):
    with records_in(tmp_path, monkeypatch) as opened:
        for name in ("甲", "乙", "丙"):
            moved = FOUND if name == "甲" else FOUND.moved("t1" if name == "乙" else "t2", [])
            kept = keep(opened, interview_paper(), interview_transcript(), moved, candidate=name, round="春招")
            asyncio.run(grade_interview(opened, kept, judge=ScriptedJudge(), settings=load_settings()))
        yield opened


def test_rows_are_candidates_and_columns_questions(records):
    """A question that nobody was asked has no points, and the order follows the chosen column."""
    matrix = matrix_of(records, "春招").sorted_by("q1")
    values = [row.cells["q1"].points for row in matrix.rows]
    assert {row.name for row in matrix.rows} == {"甲", "乙", "丙"} and values == sorted(values, reverse=True)
    assert all(row.cells["q3"].points is None and row.most == 20 for row in matrix.rows)
    criteria = matrix_of(records, "春招", by="criteria")
    assert "q2.c1" in criteria.columns and criteria.rows[0].cells["q2.c1"].most == 6
    with pytest.raises(InputError):
        matrix.sorted_by("q9")
    with pytest.raises(InputError):
        matrix_of(records, "秋招")


def test_blind_names_say_nothing_and_stay(records):
    """Hidden names are the same at every look, and in every export."""
    names = [row.name for row in matrix_of(records, "春招", blind=True, language="zh").rows]
    assert sorted(names) == ["候选人 1", "候选人 2", "候选人 3"]
    assert names == [row.name for row in matrix_of(records, "春招", blind=True, language="zh").rows]
    written = write_blocks(matrix_blocks(matrix_of(records, "春招", blind=True, language="zh"), language="zh"), "md")
    assert "甲" not in written.decode()


def test_the_panel_stands_beside_the_machine(records):
    """Points are checked, the newest of each interviewer count, and agreement covers those that remain."""
    for one in records.interviews.all(round="春招"):
        interview = open_interview(records, one.id)
        machine = interview.outcome("q1").points
        give_points(records, interview, "q1", 0, who="王")
        give_points(records, interview, "q1", round(machine), who="王")
        give_points(records, interview, "q1", round(machine), who="李")
        with pytest.raises(InputError):
            give_points(records, interview, "q1", 11, who="王")
    matrix = matrix_of(records, "春招")
    figures = panel_agreement(matrix)
    assert figures["mae"].n == 3 and figures["mae"].value <= 0.05
    give_points(records, open_interview(records, matrix.rows[0].interview), "q1", None, who="王")
    assert set(matrix_of(records, "春招").rows[0].cells["q1"].panel) == {"李"}


def test_the_newest_decision_counts(records):
    """A decision is one of three, and is exported with its reasons."""
    interview = open_interview(records, records.interviews.all(round="春招")[0].id)
    decide(records, interview, "hold", "再看看", who="王")
    decide(records, interview, "hire", "有具体做法", who="王")
    with pytest.raises(InputError):
        decide(records, interview, "maybe", "", who="王")
    matrix = matrix_of(records, "春招")
    assert matrix.rows[0].decision.decision == "hire"
    for form in ("md", "docx", "xlsx"):
        assert write_blocks(matrix_blocks(matrix, quotes=True, language="zh"), form)

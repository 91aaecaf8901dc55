"""Whole interviews: what belongs to which question, corrections, and the same points as each answer alone."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.interviews import corpus
from benchmarks.interviews.__main__ import paper_of, truth
from benchmarks.interviews.scoring import agreement
from evaluator.errors import InputError
from evaluator.grading import grade
from evaluator.interviews import (
    Found,
    Piece,
    answer_of,
    correct_segments,
    find_segments,
    grade_interview,
    interview_blocks,
    keep,
    open_interview,
    read_segments,
    result_text,
    segments_text,
)
from evaluator.interviews.chain import States, marginals
from evaluator.judge.scripted import ScriptedJudge
from evaluator.reports import write_blocks
from evaluator.settings import load_settings
from evaluator.transcript import assemble
from tests.support.exam_cases import interview_paper, interview_transcript
from tests.support.storage_cases import records_in


@pytest.fixture
def records(tmp_path, monkeypatch):
    with records_in(tmp_path, monkeypatch) as opened:
        yield opened


@pytest.fixture(scope="module")
def found():
    return find_segments(interview_transcript(), interview_paper())


def test_questions_follow_ups_and_small_talk_are_found(found):
    """A follow-up belongs to its question, a greeting to none, and an unasked question has no piece."""
    assert [piece.questions for piece in found.pieces] == [(), (), *[("q1",)] * 4, *[("q2",)] * 2]
    assert found.asked == ("q1", "q2")


def test_an_interview_written_by_hand_is_cut_where_a_person_would():
    """One of the texts that the weights were made on; the benchmark measures the others."""
    interview = corpus.develop()[0]
    counted = agreement(interview, find_segments(interview.transcript, paper_of(interview)))
    assert counted.turns_right >= 0.85 * counted.turns


def test_one_side_alone_is_refused():
    """Without an interviewer, questions cannot be told apart."""
    with pytest.raises(InputError, match="--agent"):
        find_segments(assemble([("agent", None, "我先道歉。")]), interview_paper())


def test_an_answer_keeps_its_turns_and_places(found):
    """Ids and offsets are those of the whole interview, so that evidence is found there."""
    whole = interview_transcript()
    answer = answer_of(whole, found, "q1")
    assert [turn.id for turn in answer.turns] == ["t3", "t4", "t5", "t6"]
    assert all(answer.source[turn.start : turn.end] == turn.text for turn in answer.turns)


def test_points_are_those_of_each_answer_alone(records):
    """Each question is graded by the usual path, on its own words only."""
    paper, transcript = interview_paper(), interview_transcript()
    kept = keep(records, paper, transcript, find_segments(transcript, paper), candidate="小周")
    done = asyncio.run(grade_interview(records, kept, judge=ScriptedJudge(), settings=load_settings()))
    alone = assemble([(turn.role, turn.speaker, turn.text) for turn in transcript.turns[6:]])
    card = asyncio.run(grade(alone, paper.question("q2").rubric, ScriptedJudge(), [], lambda _: None))
    assert done.outcome("q2").points == pytest.approx(card.total)
    assert done.outcome("q3") is None and done.result.not_asked == ("q3",)
    assert "1 题没有问" in result_text(done.result, "zh")


def test_a_correction_regrades_what_changed_only(records):
    """Moved words remove the old result of both questions, and of no other."""
    paper, transcript = interview_paper(), interview_transcript()
    kept = keep(records, paper, transcript, find_segments(transcript, paper))
    before = asyncio.run(grade_interview(records, kept, judge=ScriptedJudge(), settings=load_settings()))
    correct_segments(records, before, before.found.moved("t8", ["q3"]))
    now = open_interview(records, kept)
    assert [one.question for one in now.outcomes] == ["q1"] and now.found.corrected


def test_a_persons_points_count(records):
    """A correction in a grading is included in the interview's total."""
    paper, transcript = interview_paper(), interview_transcript()
    kept = keep(records, paper, transcript, find_segments(transcript, paper))
    done = asyncio.run(grade_interview(records, kept, judge=ScriptedJudge(), settings=load_settings()))
    records.override(done.outcome("q1").grading, "c1", 10, who="王")
    assert open_interview(records, kept).outcome("q1").points == 10


def test_segments_can_be_edited_as_a_file(tmp_path, found):
    """What is written is read back; an unknown question is refused."""
    paper, transcript = interview_paper(), interview_transcript()
    path = tmp_path / "segments.yaml"
    path.write_text(segments_text(transcript, paper, found), encoding="utf-8")
    assert read_segments(path, transcript, paper).pieces == found.pieces
    path.write_text(path.read_text("utf-8").replace("- q2", "- q9"), encoding="utf-8")
    with pytest.raises(InputError, match="q9"):
        read_segments(path, transcript, paper)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from([(), ("q1",), ("q2",)])), max_size=6))
def test_moving_loses_no_character(moves):
    """However a turn is cut and assigned, its pieces are adjacent and cover it."""
    found = Found(pieces=(Piece(turn="t1", start=0, end=10, questions=("q1",)),))
    for start, end, questions in moves:
        found = found.moved("t1", questions, start=start, end=end)
    ends = [piece.end for piece in found.pieces]
    assert [piece.start for piece in found.pieces] == [0, *ends[:-1]] and ends[-1] == 10
    assert all(one.questions != other.questions for one, other in zip(found.pieces, found.pieces[1:], strict=False))


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 4), st.integers(1, 8), st.integers(0, 1000))
def test_probabilities_of_states_are_probabilities(k, turns, seed):
    """They sum to 1 at every turn, and the sum over all paths equals adding them up one by one."""
    states, draw = States(k), np.random.default_rng(seed)
    scores = [draw.normal(size=(states.number, states.number)) for _ in range(turns)]
    alone, _, total = marginals(scores, states)
    assert np.allclose(alone.sum(axis=1), 1)
    ways = np.full(states.number, -np.inf)
    ways[states.start] = 0
    for score in scores:
        ways = np.logaddexp.reduce(ways[:, None] + score, axis=0)
    assert np.isclose(np.logaddexp.reduce(ways), total)


def test_the_corpus_is_what_it_says():
    """More than thirty interviews of 4 to 10 questions, at least eight of them written by hand.

    None of the report interviews is among the develop texts.
    """
    develop, report = corpus.develop(), corpus.report()
    assert len(develop) == 10 and len(report) >= 20
    assert sum(one.by_hand for one in report) >= 8
    assert all(4 <= len(one.questions) <= 10 for one in (*develop, *report))
    said = {turn.text for one in (*develop, *corpus.more()) for turn in one.said if len(turn.text) > 12}
    assert not said & {turn.text for one in report for turn in one.said}
    for one in report:
        assert agreement(one, truth(one)).turns_right == len(one.said)


@pytest.mark.parametrize("form", ["md", "docx", "xlsx"])
def test_an_interview_is_exported(records, form):
    """Every format opens and names the candidate."""
    paper, transcript = interview_paper(), interview_transcript()
    kept = keep(records, paper, transcript, find_segments(transcript, paper), candidate="小周")
    done = asyncio.run(grade_interview(records, kept, judge=ScriptedJudge(), settings=load_settings()))
    cards = records.many([one.grading for one in done.outcomes])
    data = write_blocks(interview_blocks(done, cards, language="zh"), form)
    assert data[:2] == b"PK" if form != "md" else "小周".encode() in data

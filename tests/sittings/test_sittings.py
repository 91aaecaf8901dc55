"""A sitting: nothing is lost, the clock pauses, keys and the grader grade, and figures match the textbooks."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from evaluator.errors import InputError
from evaluator.exams import QuestionOutcome
from evaluator.judge.scripted import ScriptedJudge
from evaluator.reports import write_blocks
from evaluator.settings import load_settings
from evaluator.sittings import (
    alpha_of_covariances,
    begin,
    figures_of,
    grade_sitting,
    key_blocks,
    open_sitting,
    paper_blocks,
    pause,
    resume,
    review_blocks,
    statistics_blocks,
    submit,
    write_answer,
)
from evaluator.sittings.session import Clock, Sitting, used_seconds
from evaluator.sittings.statistics import alpha_of, correlation, groups
from evaluator.storage import open_records
from tests.support.exam_cases import keyed_paper
from tests.support.storage_cases import records_in

RIGHT = {"q1": "B", "q2": "BD", "q3": "×", "q4": "红\n停止", "q5": "110 → 警察\n119 → 消防"}


@pytest.fixture
def records(tmp_path, monkeypatch):
    with records_in(tmp_path, monkeypatch) as opened:
        yield opened


def grade(records, sitting):
    return asyncio.run(grade_sitting(records, sitting, judge=ScriptedJudge(), settings=load_settings()))


def test_answers_outlive_the_program(records):
    """Each answer is in the records as soon as it is written; another process resumes from it."""
    sitting = begin(records, keyed_paper(), candidate="小李")
    write_answer(records, sitting, "q1", "A")
    write_answer(records, sitting, "q1", "B")
    with open_records(load_settings()) as others:
        found = open_sitting(others, sitting)
    assert found.answers == {"q1": "B"} and found.state == "running" and found.candidate == "小李"


def test_the_clock_stands_while_it_is_paused(records):
    """Seconds between a pause and resuming do not count; an answer in between is refused."""
    events = [("begin", "2026-01-01T00:00:00"), ("pause", "2026-01-01T00:10:00"), ("resume", "2026-01-01T02:00:00")]
    assert used_seconds(events, "2026-01-01T02:05:00") == 900
    sitting = begin(records, keyed_paper(minutes=30))
    assert pause(records, sitting) and not pause(records, sitting)
    with pytest.raises(InputError):
        write_answer(records, sitting, "q1", "B")
    assert resume(records, sitting)
    write_answer(records, sitting, "q1", "B")


def test_answers_after_the_time_are_refused_and_the_others_stay(records):
    """A limit that has passed keeps what was written before it."""
    sitting = begin(records, keyed_paper(minutes=30))
    write_answer(records, sitting, "q1", "B")
    begun = records.sittings.events(sitting)[0]
    with records.database.write() as session:
        from evaluator.storage.tables import SittingEventRow

        session.get(SittingEventRow, begun.id).at = "2020-01-01T00:00:00+00:00"
    with pytest.raises(InputError):
        write_answer(records, sitting, "q2", "BD")
    assert open_sitting(records, sitting).clock.is_over
    assert submit(records, sitting) and grade(records, sitting).outcome("q1").points == 2


def test_keys_grade_without_a_model_and_the_grader_the_rest(records):
    """An unanswered question is 0, an unreadable answer is ungraded, and the open question has its own grading."""
    sitting = begin(records, keyed_paper())
    for question, answer in {**RIGHT, "q3": "也许", "q6": "我先道歉，再给方案。"}.items():
        write_answer(records, sitting, question, answer)
    assert submit(records, sitting) and not submit(records, sitting)
    done = grade(records, sitting)
    assert done.outcome("q2").points == 4 and done.outcome("q3").state == "ungraded"
    assert records.get(done.outcome("q6").grading).total is not None
    assert done.result.ungraded == ("q3",)
    with pytest.raises(InputError):
        write_answer(records, sitting, "q1", "A")


def test_an_empty_open_answer_is_zero_without_a_model(records):
    """No model is asked about an empty answer."""
    sitting = begin(records, keyed_paper())
    submit(records, sitting)
    done = asyncio.run(grade_sitting(records, sitting, judge=None, settings=load_settings()))
    assert done.outcome("q6").points == 0 and done.graded


@pytest.mark.parametrize("form", ["md", "docx", "xlsx"])
def test_review_print_and_key(records, form):
    """The review shows keys and explanations; the printed paper shows no key."""
    sitting = begin(records, keyed_paper(), candidate="小李")
    write_answer(records, sitting, "q1", "B")
    submit(records, sitting)
    data = write_blocks(review_blocks(grade(records, sitting), language="zh"), form)
    printed, key = paper_blocks(keyed_paper(), language="zh"), key_blocks(keyed_paper(), language="zh")
    assert write_blocks(printed, form) and write_blocks(key, form)
    if form == "md":
        assert "人比货要紧" in data.decode()
        words = write_blocks(printed, "md").decode()
        assert "先救人" in words and "人比货要紧" not in words and "停止" not in words
        assert "停止" in write_blocks(key, "md").decode()


def test_alpha_is_the_published_one():
    """The covariance matrix of the article on Cronbach's alpha in Wikipedia (tau-equivalent example): .8135."""
    covariances = np.full((4, 4), 6.0) + np.diag([4.0, 5.0, 6.0, 7.0])
    assert alpha_of_covariances(covariances) == pytest.approx(0.8135, abs=1e-4)


def test_kr20_is_alpha_of_right_and_wrong():
    """Kuder and Richardson's formula 20, k / (k - 1) × (1 - Σpq / σ²), is Cronbach's alpha of 0 and 1."""
    points = np.array([[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]], dtype=float)
    share, total = points.mean(axis=0), points.sum(axis=1)
    by_hand = 4 / 3 * (1 - (share * (1 - share)).sum() / total.var())
    assert alpha_of(points) == pytest.approx(by_hand) == pytest.approx(0.8)


def test_discrimination_is_the_point_biserial_correlation():
    """The correlation equals scipy's."""
    from scipy.stats import pointbiserialr

    one, other = np.array([0, 1, 1, 0, 1.0]), np.array([3, 5, 6, 2, 4.0])
    assert correlation(one, other) == pytest.approx(pointbiserialr(one, other).statistic)


def test_groups_are_the_upper_and_lower_27_percent():
    """Kelley's groups: 27 of 100 at either end."""
    upper, lower = groups(np.arange(100.0))
    assert len(upper) == len(lower) == 27 and min(upper) == 73 and max(lower) == 26


def sat(answers: dict[str, str], points: dict[str, float]) -> Sitting:
    paper = keyed_paper()
    outcomes = tuple(
        QuestionOutcome(question=one.id, state="graded", points=points.get(one.id, 0.0), max_points=one.points)
        for one in paper.questions
    )
    return Sitting(
        id="s", owner="", candidate="", at="", paper=paper, state="submitted", answers=answers,
        clock=Clock(used_s=0, left_s=None), outcomes=outcomes,
    )  # fmt: skip


def test_weak_questions_are_named():
    """A question that stronger candidates get wrong, and options that nobody picks, are reported.

    With few sittings nothing is reported.
    """
    good = [sat({"q1": "A"}, {"q1": 0, "q6": 10, "q2": 4}) for _ in range(6)]
    poor = [sat({"q1": "B"}, {"q1": 2, "q6": 1}) for _ in range(6)]
    figures = figures_of(keyed_paper(), good + poor)
    first = figures.items[0]
    assert set(first.weak) >= {"separates_wrongly", "dead_distractor", "distractor_draws_the_best"}
    assert [option.share for option in first.options] == [0.5, 0.5, 0, 0]
    assert not figures_of(keyed_paper(), good[:2]).items[0].weak
    assert write_blocks(statistics_blocks(keyed_paper(), figures, language="en"), "xlsx")

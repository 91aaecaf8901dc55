"""The shipped rubrics come with exactly what the embedded model says about their anchors."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluator.grading.material import anchor_states
from evaluator.judge.backends.readout import ReadoutJudge
from evaluator.judge.backends.weights import EMBEDDED
from evaluator.judge.choose import choose
from evaluator.judge.combined.memory import question_key
from evaluator.judge.combined.shipped import shipped_answers
from evaluator.rubric import Rubric
from evaluator.rubrics import find, list_rubrics, load
from evaluator.rubrics.questions import plan_anchors
from evaluator.settings import load_settings
from tests.support.embedded import NEEDS_WEIGHTS


class Stamped:
    """An asker that only says which weights and engine it would ask."""

    def __init__(self, engine: str) -> None:
        self.stamp = {"model": Path(EMBEDDED.file).stem, "weights": EMBEDDED.sha256, "engine": engine}


ENGINES = ("ik_llama.cpp", "xllamacpp")


def keys_of(rubric: Rubric, engine: str) -> set[str]:
    """The keys of every anchor question of a rubric, asked of one engine."""
    stamp, questions = ReadoutJudge(Stamped(engine)).stamp, plan_anchors(rubric)
    states = anchor_states(rubric).values()
    return {question_key(stamp, state, question) for state in states for question in questions}


def test_the_file_belongs_to_these_rubrics_and_prompts():
    """After a change to a shipped rubric or a prompt, `python -m benchmarks.anchors` must be run.

    Each answer belongs to a current rubric and names its engine. For a rubric and an engine, either all anchors are
    included or none, which are then read at the first grading.
    """
    shipped = [load(Path(entry.path)) for entry in list_rubrics() if entry.origin == "shipped"]
    given = {engine: {key for key, kept in shipped_answers().items() if kept["engine"] == engine} for engine in ENGINES}
    wanted = {(engine, rubric.id): keys_of(rubric, engine) for engine in ENGINES for rubric in shipped}
    partly = [name for name, keys in wanted.items() if keys & given[name[0]] and not keys <= given[name[0]]]
    assert not partly
    assert set(shipped_answers()) <= set().union(*wanted.values())
    assert given["ik_llama.cpp"] | given["xllamacpp"] == set(shipped_answers())


@pytest.mark.parametrize("name", [pytest.param("staff-shortage", marks=NEEDS_WEIGHTS)])
async def test_the_model_says_so_again(name):
    """Asked again, the embedded model returns the shipped probabilities, except for another processor's rounding."""
    rubric, judge = find(name), choose("embedded", load_settings())
    questions = plan_anchors(rubric)[:2]
    for state in anchor_states(rubric).values():
        reply = await judge.decide(state, questions)
        for question in questions:
            key = question_key(judge.stamp, state, question)
            if key not in shipped_answers():
                pytest.skip(f"no readings of {judge.stamp['engine']} come along")
            shipped = shipped_answers()[key]["answer"]["probabilities"]
            assert reply.answers[question.id].probabilities == pytest.approx(shipped, abs=0.05)

"""What comes with the shipped rubrics is what the embedded model says of their anchors, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluator.grading.material import anchor_states
from evaluator.judge.backends.readout import ReadoutJudge
from evaluator.judge.backends.weights import EMBEDDED
from evaluator.judge.choose import choose
from evaluator.judge.combined.memory import question_key
from evaluator.judge.combined.shipped import shipped_answers
from evaluator.rubrics import find, list_rubrics, load
from evaluator.rubrics.questions import plan_anchors
from evaluator.settings import load_settings
from tests.support.embedded import NEEDS_WEIGHTS


class Stamped:
    """An asker that only says which weights it would ask."""

    stamp = {"model": Path(EMBEDDED.file).stem, "weights": EMBEDDED.sha256, "engine": "xllamacpp"}  # noqa: RUF012


def keys_of(stamp: dict[str, str]) -> set[str]:
    """The keys of every anchor question of every shipped rubric."""
    shipped = [load(Path(entry.path)) for entry in list_rubrics() if entry.origin == "shipped"]
    return {
        question_key(stamp, state, question)
        for rubric in shipped
        for state in anchor_states(rubric).values()
        for question in plan_anchors(rubric)
    }


def test_the_file_belongs_to_these_rubrics_and_prompts():
    """After a change of a shipped rubric or a prompt `python -m benchmarks.anchors` must be run."""
    assert set(shipped_answers()) == keys_of(ReadoutJudge(Stamped()).stamp)


@pytest.mark.parametrize("name", [pytest.param("staff-shortage", marks=NEEDS_WEIGHTS)])
async def test_the_model_says_so_again(name):
    """Asked anew, the embedded model gives the shipped probabilities, but for the rounding of another processor."""
    rubric, judge = find(name), choose("embedded", load_settings())
    questions = plan_anchors(rubric)[:2]
    for state in anchor_states(rubric).values():
        reply = await judge.decide(state, questions)
        for question in questions:
            shipped = shipped_answers()[question_key(judge.stamp, state, question)]["answer"]["probabilities"]
            assert reply.answers[question.id].probabilities == pytest.approx(shipped, abs=0.05)

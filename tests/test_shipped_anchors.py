"""What comes with the shipped rubrics is what the embedded model says of their anchors, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from embedded import NEEDS_WEIGHTS

from evaluator.judge.choose import choose
from evaluator.judge.memory import question_key
from evaluator.judge.plan import plan_anchors
from evaluator.judge.readout import ReadoutJudge
from evaluator.judge.shipped import shipped_answers
from evaluator.judge.weights import EMBEDDED
from evaluator.rubrics import find, list_rubrics, load
from evaluator.settings import load_settings
from evaluator.states import anchor_states


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

"""The judge for tests."""

from __future__ import annotations

import json

import pytest

from evaluator.errors import InputError
from evaluator.judge.choose import choose
from evaluator.judge.questions import Answer, Ungraded
from evaluator.judge.scripted import VARIABLE, ScriptedJudge
from evaluator.settings import Settings
from tests.support.judges import QUESTIONS, SCORE, STATE


async def test_answers_are_the_same_every_time_and_sum_to_one():
    """The same question about the same text has the same answer, with a probability for every option."""
    first = await ScriptedJudge().decide(STATE, QUESTIONS)
    assert first.answers == (await ScriptedJudge().decide(STATE, QUESTIONS)).answers
    assert all(sum(one.probabilities.values()) == pytest.approx(1) for one in first.answers.values())


async def test_a_richer_text_gets_more():
    """A long and varied text reaches a higher level than a word."""
    rich = STATE.model_copy(update={"text": "".join(chr(0x4E00 + place) for place in range(400))})
    poor, good = [(await ScriptedJudge().decide(state, [SCORE])).answers["tone"] for state in (STATE, rich)]
    assert poor.probabilities["l0"] > good.probabilities["l0"]


async def test_a_script_says_what_is_answered_and_what_fails(tmp_path, monkeypatch):
    """Probabilities and failures come from the file that the environment names."""
    path = tmp_path / "script.json"
    path.write_text(json.dumps({"answers": {"tone": [0, 0, 1]}, "ungraded": {"kp:1": "timeout"}}), encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(path))
    answers = (await choose("scripted", Settings()).decide(STATE, QUESTIONS)).answers
    assert isinstance(answers["tone"], Answer) and answers["tone"].probabilities["l2"] == 1
    assert isinstance(answers["kp:1"], Ungraded) and answers["kp:1"].cause == "timeout"


def test_without_the_environment_there_is_no_such_judge(monkeypatch):
    """The scripted judge is never chosen by accident."""
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(InputError):
        choose("scripted", Settings())

"""The judge as benchmarks use it: remembering in benchmarks/cache what it was asked, so that nothing is asked twice."""

from __future__ import annotations

from pathlib import Path

from evaluator.judge.choose import choose
from evaluator.judge.memory import RememberingJudge
from evaluator.judge.questions import Judge
from evaluator.settings import load_settings
from evaluator.storage import AskMemo

CACHE = Path(__file__).parent / "cache"


def open_memo_judge(model: str = "embedded") -> Judge:
    """The judge called `model`, with the benchmarks' own memo."""
    return RememberingJudge(choose(model, load_settings()), AskMemo(CACHE / "memo.db"))

"""Judges as benchmarks use them. What they were asked is kept in benchmarks/cache, so that nothing is asked twice."""

from __future__ import annotations

from pathlib import Path

from evaluator.judge.choose import choose
from evaluator.judge.memory import RememberingJudge
from evaluator.judge.questions import Judge
from evaluator.judge.shipped import shipped_answers
from evaluator.settings import load_settings
from evaluator.storage import AskMemo

CACHE = Path(__file__).parent / "cache"


def open_memo() -> AskMemo:
    """The benchmarks' memo."""
    return AskMemo(CACHE / "memo.db")


def open_judge(model: str = "embedded") -> Judge:
    """The judge called `model`, not remembering anything by itself."""
    return choose(model, load_settings())


def open_memo_judge(model: str = "embedded") -> Judge:
    """The judge called `model`, with the benchmarks' own memo, and with what came along of the shipped rubrics' anchors."""
    return RememberingJudge(open_judge(model), open_memo(), shipped_answers())

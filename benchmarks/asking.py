"""Judges as benchmarks use them.

Their answers are kept in benchmarks/cache, so that nothing is asked twice.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers.counting import MODEL, serve_embedded
from evaluator.judge.backends.providers import WAYS
from evaluator.judge.choose import choose
from evaluator.judge.combined.memory import RememberingJudge
from evaluator.judge.combined.shipped import shipped_answers
from evaluator.judge.questions import Judge, Question, Reply, State
from evaluator.settings import load_settings
from evaluator.storage import AskMemo

CACHE = Path(__file__).parent / "cache"


def open_memo() -> AskMemo:
    """The benchmarks' memo."""
    return AskMemo(CACHE / "memo.db")


def open_judge(model: str = "embedded") -> Judge:
    """Returns the judge called `model`, without any memory of its own.

    `structured:embedded` is the embedded model asked for JSON, `readout:embedded` the same as `embedded` over HTTP,
    both through its own endpoint on loopback.
    """
    way, _, rest = model.partition(":")
    if way in WAYS and rest == "embedded":
        judge = choose(f"{way}:{serve_embedded()}/v1#{MODEL}", load_settings())
        # The loopback port changes each time, but answers given through it must be found again.
        return Relabelled(judge, model, endpoint=model)
    return choose(model, load_settings())


def open_memo_judge(model: str = "embedded") -> RememberingJudge:
    """Returns the judge called `model`, with the benchmarks' memo and the shipped answers about rubric anchors."""
    return RememberingJudge(open_judge(model), open_memo(), shipped_answers())


class Relabelled:
    """A judge under another name, or with further entries in its stamp: the memo keys answers by the stamp."""

    def __init__(self, judge: Judge, name: str | None = None, **stamp: str) -> None:
        self._judge, self.name, self.traits = judge, name or judge.name, judge.traits
        self.stamp = {**judge.stamp, **stamp}

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        return await self._judge.decide(state, questions)

"""Judges as benchmarks use them. What they were asked is kept in benchmarks/cache, so that nothing is asked twice."""

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
    """The judge called `model`, not remembering anything by itself.

    `structured:embedded` is the embedded model asked for JSON, `readout:embedded` the same as `embedded` over HTTP,
    both through its own endpoint on loopback.
    """
    way, _, rest = model.partition(":")
    if way in WAYS and rest == "embedded":
        judge = choose(f"{way}:{serve_embedded()}/v1#{MODEL}", load_settings())
        # A port on loopback is another one each time, and what was asked there shall be found again.
        return Relabelled(judge, model, endpoint=model)
    return choose(model, load_settings())


def open_memo_judge(model: str = "embedded") -> RememberingJudge:
    """The judge called `model`, with the benchmarks' own memo, and with what came along of the shipped rubrics' anchors."""
    return RememberingJudge(open_judge(model), open_memo(), shipped_answers())


class Relabelled:
    """A judge by another name, or with further entries in its stamp: the memo keeps answers by the stamp."""

    def __init__(self, judge: Judge, name: str | None = None, **stamp: str) -> None:
        self._judge, self.name, self.traits = judge, name or judge.name, judge.traits
        self.stamp = {**judge.stamp, **stamp}

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        return await self._judge.decide(state, questions)

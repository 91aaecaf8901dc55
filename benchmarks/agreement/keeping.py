"""A judge that stores its answers with their cost, so that a rerun takes seconds and an interrupted run resumes."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.asking import Relabelled
from evaluator.judge.combined.memory import RememberingJudge
from evaluator.judge.questions import Judge, Question, Reply, State, Traits, Ungraded
from evaluator.scorecard import Usage
from evaluator.storage import AskMemo, memo_key


class KeptJudge:
    """Remembers answers and adds up what they cost when first given (`spent`), however long ago that was.

    `each` asks one question per request; it only matters to judges that weigh several questions at once.
    """

    def __init__(self, judge: Judge, memo: AskMemo, purpose: str, *, each: bool = False) -> None:
        asked = Relabelled(judge, requests="each") if each else judge
        self._judge, self._memo, self._each = RememberingJudge(asked, memo), memo, each
        self.purpose = purpose
        self.spent: dict[str, Usage] = {}

    @property
    def name(self) -> str:
        return self._judge.name

    @property
    def traits(self) -> Traits:
        return self._judge.traits

    @property
    def stamp(self) -> dict[str, str]:
        return self._judge.stamp

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        """Returns an answer to every question; identical wordings share one."""
        rounds = [[question] for question in questions] if self._each else [questions]
        replies = [await self._judge.decide(state, part) for part in rounds]
        answers = {name: answer for reply in replies for name, answer in reply.answers.items()}
        usage = add_up([reply.usage for reply in replies])
        await self._keep_account(state, usage)
        return Reply(model=replies[-1].model, answers=answers, usage=usage)

    async def _keep_account(self, state: State, usage: Usage) -> None:
        key = memo_key("usage", self.purpose, self.stamp, state.model_dump())
        stored = await self._memo.get(key)
        before = Usage.model_validate(stored) if stored else Usage()
        self.spent[key] = before + usage
        if usage.requests:
            await self._memo.put(key, self.spent[key].model_dump())


class NoJudge:
    """Answers nothing, so that a grading shows what it achieves without a model (by likeness to the references)."""

    name = "none"
    traits = Traits(anchored=True, knows=False)

    @property
    def stamp(self) -> dict[str, str]:
        return {"model": "none"}

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        answers = {question.id: Ungraded(question=question.id, cause="stopped") for question in questions}
        return Reply(model=self.name, answers=dict(answers))


class LastFirst(Relabelled):
    """Asks the questions of a request in the opposite order."""

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        return await self._judge.decide(state, questions[::-1])


def add_up(usages: Sequence[Usage]) -> Usage:
    """Adds up the usage of several requests."""
    return sum(usages, Usage())

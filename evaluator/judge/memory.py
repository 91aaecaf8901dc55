"""A judge that remembers: what was asked before, of the same model in the same words, is not asked again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evaluator.judge.questions import Answer, Judge, Question, Reply, State, Usage
from evaluator.storage.memo import AskMemo, memo_key


def question_key(stamp: Mapping[str, str], state: State, question: Question) -> str:
    """The key of an answer: equal for the same judge, text and question."""
    return memo_key(stamp, state.model_dump(), question.model_dump())


class RememberingJudge:
    """Wraps any judge with a memo on disk, and with answers `known` beforehand under their keys. Failures are not
    remembered."""

    def __init__(self, judge: Judge, memo: AskMemo, known: Mapping[str, Any] | None = None) -> None:
        self.judge = judge
        self.memo = memo
        self._known = known or {}

    @property
    def name(self) -> str:
        return self.judge.name

    @property
    def anchored(self) -> bool:
        return getattr(self.judge, "anchored", False)

    @property
    def context_tokens(self) -> int | None:
        return getattr(self.judge, "context_tokens", None)

    @property
    def stamp(self) -> dict[str, str]:
        return self.judge.stamp

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        """Answers from the memo where it can and asks the judge for the rest; usage counts what was asked now."""
        keys = {question.id: question_key(self.stamp, state, question) for question in questions}
        known: dict[str, Answer] = {}
        model = self.name
        for question in questions:
            stored = await self.memo.get(keys[question.id]) or self._known.get(keys[question.id])
            if stored is not None:
                known[question.id] = Answer.model_validate(stored["answer"])
                model = stored["model"]
        open_questions = [question for question in questions if question.id not in known]
        if not open_questions:
            return Reply(model=model, answers=dict(known), usage=Usage())
        reply = await self.judge.decide(state, open_questions)
        for name, answer in reply.answers.items():
            if isinstance(answer, Answer):
                await self.memo.put(keys[name], {"model": reply.model, "answer": answer.model_dump()})
        return reply.model_copy(update={"answers": {**known, **reply.answers}})

"""A judge that remembers: what was asked before, of the same model in the same words, is not asked again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evaluator.judge.questions import Answer, Judge, Question, Reply, State, Traits, Ungraded, Usage
from evaluator.storage.memo import AskMemo, memo_key


def question_key(stamp: Mapping[str, str], state: State, question: Question) -> str:
    """The key of an answer: equal for the same judge, text and wording of the question, whatever its id."""
    return memo_key(stamp, state.model_dump(), question.model_dump(exclude={"id"}, exclude_none=True))


class RememberingJudge:
    """Wraps any judge with a memo on disk, and with answers `known` beforehand under their keys. Failures are not
    remembered. A question that several criteria share is asked once.
    """

    def __init__(self, judge: Judge, memo: AskMemo, known: Mapping[str, Any] | None = None) -> None:
        self.judge = judge
        self.memo = memo
        self._known = known or {}

    @property
    def name(self) -> str:
        return self.judge.name

    @property
    def traits(self) -> Traits:
        return self.judge.traits

    @property
    def stamp(self) -> dict[str, str]:
        return self.judge.stamp

    def close(self) -> None:
        """Closes the memo; the judge cannot be asked afterwards."""
        self.memo.close()

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        """Answers from the memo where it can and asks the judge for the rest; usage counts what was asked now."""
        keys = {question.id: question_key(self.stamp, state, question) for question in questions}
        found: dict[str, Answer | Ungraded] = {}  # by key
        model, usage = self.name, Usage()
        for key in dict.fromkeys(keys.values()):
            stored = await self.memo.get(key) or self._known.get(key)
            if stored is not None:
                found[key], model = Answer.model_validate(stored["answer"]), stored["model"]
        open_questions: dict[str, Question] = {}
        for question in questions:
            if keys[question.id] not in found:
                open_questions.setdefault(keys[question.id], question)
        if open_questions:
            reply = await self.judge.decide(state, [*open_questions.values()])
            model, usage = reply.model, reply.usage
            for key, question in open_questions.items():
                answer = reply.answers.get(question.id)
                if answer is not None:
                    found[key] = answer
                if isinstance(answer, Answer):
                    await self.memo.put(key, {"model": model, "answer": answer.model_dump()})
        answers = {name: found[key].model_copy(update={"question": name}) for name, key in keys.items() if key in found}
        return Reply(model=model, answers=answers, usage=usage)

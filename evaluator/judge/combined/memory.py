"""A judge that remembers: what was asked before, of the same model in the same words, is not asked again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from pydantic import ValidationError

from evaluator.judge.questions import Answer, Judge, Question, Reply, State, Traits, Ungraded
from evaluator.scorecard import Usage
from evaluator.storage.memo import AskMemo, memo_key


def question_key(stamp: Mapping[str, str], state: State, question: Question) -> str:
    """The key of an answer: equal for the same judge, text and wording of the question, whatever its id."""
    return memo_key(stamp, state.model_dump(), question.model_dump(exclude={"id"}, exclude_none=True))


_asked_since: ContextVar[set[str] | None] = ContextVar("asked_since", default=None)  # keys; None: the memo may reply


@contextmanager
def asking_again(again: bool = True) -> Iterator[None]:
    """Within this, no `RememberingJudge` of this task replies from its memo what it was not asked within this: the model is
    asked again, and its new answer takes the place of the old one. `again` set to False lets the memo reply."""
    token = _asked_since.set(set() if again else None)
    try:
        yield
    finally:
        _asked_since.reset(token)


class Remembered(NamedTuple):
    """An answer from the memo, and the model that gave it."""

    model: str
    answer: Answer


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
        distinct = {keys[question.id]: question for question in reversed(questions)}
        found: dict[str, Answer | Ungraded] = {}  # by key
        model, usage = self.name, Usage()
        for key in dict.fromkeys(keys.values()):
            if stored := await self._remembered(key, distinct[key]):
                model, found[key] = stored
        open_questions = {key: distinct[key] for key in dict.fromkeys(keys.values()) if key not in found}
        if open_questions:
            reply = await self.judge.decide(state, [*open_questions.values()])
            model, usage = reply.model, reply.usage
            for key, question in open_questions.items():
                answer = reply.answers.get(question.id)
                if answer is not None:
                    found[key] = answer
                if isinstance(answer, Answer):
                    await self.memo.put(key, {"model": model, "answer": answer.model_dump()})
                    if (since := _asked_since.get()) is not None:
                        since.add(key)
        answers = {name: found[key].model_copy(update={"question": name}) for name, key in keys.items() if key in found}
        return Reply(model=model, answers=answers, usage=usage)

    async def _remembered(self, key: str, question: Question) -> Remembered | None:
        since = _asked_since.get()
        if since is not None and key not in since:
            return None
        return _fitting(await self.memo.get(key), question) or _fitting(self._known.get(key), question)


def _fitting(stored: Any, question: Question) -> Remembered | None:
    """The stored answer; None for what is no answer to the question: another version, or a hand, wrote it."""
    try:
        found = Remembered(str(stored["model"]), Answer.model_validate(stored["answer"]))
    except (LookupError, TypeError, ValidationError):
        return None
    return found if list(found.answer.probabilities) == [option.id for option in question.options] else None

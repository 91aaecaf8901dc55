"""A judge with a cache: what the same model was asked before in the same words is not asked again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from evaluator.judge.combined.wrapping import Wrapping
from evaluator.judge.questions import Answer, Judge, Question, Reply, State, Ungraded
from evaluator.scorecard import Usage

if TYPE_CHECKING:
    from evaluator.storage import Memo


def question_key(stamp: Mapping[str, str], state: State, question: Question) -> str:
    """The key of an answer: equal for the same judge, text and wording of the question, whatever its id."""
    from evaluator.storage import memo_key  # loads the database's library, which asking a model does not need

    return memo_key(stamp, state.model_dump(), wording_of(question))


def wording_of(question: Question) -> dict[str, Any]:
    """The parts of a question that its answer depends on; `text` states a point in full."""
    return question.model_dump(exclude={"id", "point"}, exclude_none=True)


_asked_since: ContextVar[set[str] | None] = ContextVar("asked_since", default=None)  # keys; None: the memo may answer


@contextmanager
def asking_again(again: bool = True) -> Iterator[None]:
    """A context in which each question is asked again once before the memo may answer it.

    New answers replace old ones. `again` set to False lets the memo answer.
    """
    token = _asked_since.set(set() if again else None)
    try:
        yield
    finally:
        _asked_since.reset(token)


class Remembered(NamedTuple):
    """An answer from the memo, and the model that gave it."""

    model: str
    answer: Answer


class RememberingJudge(Wrapping):
    """Wraps any judge with a cache on disk, and with answers `known` beforehand under their keys.

    Failures are not cached. A question that several criteria share is asked once.
    """

    def __init__(self, judge: Judge, memo: Memo, known: Mapping[str, Any] | None = None) -> None:
        super().__init__(judge)
        self.memo = memo
        self._known = known or {}
        self._asking: dict[str, asyncio.Future[Answer | Ungraded | None]] = {}

    def close(self) -> None:
        """Closes the cache; the judge cannot be asked afterwards."""
        self.memo.close()

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        """Answers from the cache where possible and asks the judge for the rest; usage counts only the latter.

        An answer of a judge that is asked question by question is on disk as soon as it arrives, and concurrent callers
        with the same question wait for it.
        """
        from evaluator.storage import KeyPrefix

        prefix = KeyPrefix(self.stamp, state.model_dump())
        keys = {one.id: prefix.key(wording_of(one)) for one in questions}
        distinct = {keys[question.id]: question for question in reversed(questions)}
        ordered = {key: distinct[key] for key in dict.fromkeys(keys.values())}
        told = _Told(self.name)
        for key, stored in (await self._remembered(ordered)).items():
            told.model, told.answers[key] = stored
        missing = {key: one for key, one in ordered.items() if key not in told.answers}
        theirs = {key: self._asking[key] for key in missing if self._is_asked(key)}
        await self._ask(state, {key: one for key, one in missing.items() if key not in theirs}, told)
        for key, waiting in theirs.items():
            answer = await _wait(waiting)
            if answer is not None:
                told.answers[key] = answer
        # The caller that asked for these was stopped.
        await self._ask(
            state, {key: one for key, one in missing.items() if key in theirs and key not in told.answers}, told
        )
        given = told.answers
        answers = {name: given[key].model_copy(update={"question": name}) for name, key in keys.items() if key in given}
        return Reply(model=told.model, answers=answers, usage=told.usage)

    def _is_asked(self, key: str) -> bool:
        """Whether a task of this loop is currently asking for it."""
        waiting = self._asking.get(key)
        return _asked_since.get() is None and waiting is not None and waiting.get_loop() is asyncio.get_running_loop()

    async def _ask(self, state: State, questions: Mapping[str, Question], told: _Told) -> None:
        """Asks the judge, and stores its answers in `told` and the memo."""
        if not questions:
            return
        loop = asyncio.get_running_loop()
        self._asking |= {key: loop.create_future() for key in questions}
        parts = [{key: one} for key, one in questions.items()] if self.traits.apart else [dict(questions)]
        try:
            tasks = [asyncio.ensure_future(self._ask_part(state, part, told)) for part in parts]
            try:
                await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    task.cancel()
        finally:
            for key in questions:
                if (waiting := self._asking.pop(key, None)) is not None and not waiting.done():
                    waiting.set_result(told.answers.get(key))

    async def _ask_part(self, state: State, questions: dict[str, Question], told: _Told) -> None:
        reply = await self.judge.decide(state, [*questions.values()])
        told.model, told.usage = reply.model, told.usage + reply.usage
        given = {key: found for key, one in questions.items() if (found := reply.answers.get(one.id)) is not None}
        kept = {
            key: {"model": reply.model, "answer": answer.model_dump()}
            for key, answer in given.items()
            if isinstance(answer, Answer)
        }
        await self.memo.put_many(kept)
        told.answers |= given
        if (since := _asked_since.get()) is not None:
            since.update(kept)

    async def _remembered(self, questions: Mapping[str, Question]) -> dict[str, Remembered]:
        since = _asked_since.get()
        keys = [key for key in questions if since is None or key in since]
        stored = await self.memo.get_many(keys) if keys else {}
        found = {}
        for key in keys:
            known = _fitting(stored.get(key), questions[key]) or _fitting(self._known.get(key), questions[key])
            if known is not None:
                found[key] = known
        return found


class _Told:
    """What one request has been told so far, by key."""

    def __init__(self, model: str) -> None:
        self.model, self.usage = model, Usage()
        self.answers: dict[str, Answer | Ungraded] = {}


async def _wait(waiting: asyncio.Future[Answer | Ungraded | None]) -> Answer | Ungraded | None:
    return await asyncio.shield(waiting)


def _fitting(stored: Any, question: Question) -> Remembered | None:
    """The stored answer; None if it does not answer the question, because another version or a person wrote it."""
    try:
        found = Remembered(str(stored["model"]), Answer.model_validate(stored["answer"]))
    except (LookupError, TypeError, ValidationError):
        return None
    return found if list(found.answer.probabilities) == [option.id for option in question.options] else None

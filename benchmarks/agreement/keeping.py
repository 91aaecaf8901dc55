"""What a benchmark asked is kept in benchmarks/cache: answers, what they took, and vectors of texts.

So a second run takes seconds and an interrupted one goes on where it stopped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.asking import CACHE
from evaluator.judge.memory import RememberingJudge
from evaluator.judge.questions import Answer, Judge, Question, Reply, State, Ungraded, Usage
from evaluator.storage import AskMemo, memo_key

if TYPE_CHECKING:
    from evaluator.references.embedding import Vectors

VECTORS = CACHE / "agreement-vectors.npz"
STORE_AT = 500  # new vectors: about ten minutes' work on a busy machine


class KeptJudge:
    """Remembers answers by wording, so that a question which several criteria share is asked once, and adds up what the
    answers took when they were first given (`spent`), whenever that was.

    `each` asks one question a request; it only matters to judges that weigh several questions at once.
    """

    def __init__(self, judge: Judge, memo: AskMemo, purpose: str, *, each: bool = False) -> None:
        self._judge, self._memo, self._each = RememberingJudge(_Marked(judge, each), memo), memo, each
        self.purpose = purpose
        self.spent: dict[str, Usage] = {}

    @property
    def name(self) -> str:
        return self._judge.name

    @property
    def anchored(self) -> bool:
        return self._judge.anchored

    @property
    def context_tokens(self) -> int | None:
        return self._judge.context_tokens

    @property
    def stamp(self) -> dict[str, str]:
        return self._judge.stamp

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        """An answer to every question under its own id; equal wordings share one."""
        wordings = {question.id: _wording(question) for question in questions}
        distinct = list({wordings[question.id]: question for question in questions}.items())
        asked = [question.model_copy(update={"id": name}) for name, question in distinct]
        rounds = [[question] for question in asked] if self._each else [asked]
        replies = [await self._judge.decide(state, part) for part in rounds]
        answers = {name: answer for reply in replies for name, answer in reply.answers.items()}
        await self._keep_account(state, sum((reply.usage for reply in replies), Usage()))
        named = {name: answers[wording].model_copy(update={"question": name}) for name, wording in wordings.items()}
        return Reply(model=replies[-1].model, answers=named, usage=replies[-1].usage)

    async def _keep_account(self, state: State, usage: Usage) -> None:
        key = memo_key("usage", self.purpose, self.stamp, state.model_dump())
        stored = await self._memo.get(key)
        before = Usage.model_validate(stored) if stored else Usage()
        self.spent[key] = before + usage
        if usage.requests:
            await self._memo.put(key, self.spent[key].model_dump())


class NoJudge:
    """Answers nothing: what a grading gives without any model (likeness to the references) can still be read off it."""

    name = "none"
    anchored = True

    @property
    def stamp(self) -> dict[str, str]:
        return {"model": "none"}

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        answers = {question.id: Ungraded(question=question.id, cause="stopped") for question in questions}
        return Reply(model=self.name, answers=dict(answers))


class Swapped:
    """Shows the options of every question in the opposite order; answers come back under the same option ids."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self.name, self.anchored = judge.name, getattr(judge, "anchored", False)
        self.context_tokens = getattr(judge, "context_tokens", None)

    @property
    def stamp(self) -> dict[str, str]:
        return {**self._judge.stamp, "options": "reversed"}

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        turned = [question.model_copy(update={"options": question.options[::-1]}) for question in questions]
        reply = await self._judge.decide(state, turned)
        return reply.model_copy(update={"answers": {name: _turn_back(item) for name, item in reply.answers.items()}})


def add_up(usages: Sequence[Usage]) -> Usage:
    """Sum of what several requests took."""
    return sum(usages, Usage())


@contextmanager
def kept_vectors(path: Path = VECTORS) -> Iterator[None]:
    """Within this, texts that were embedded in an earlier run are not embedded again; new ones are stored at the end,
    also when the run was interrupted."""
    import numpy as np

    from evaluator.references import embedding

    known = _read_vectors(path)
    stored, embed = len(known), embedding.embed_passages

    def look_up(texts: Sequence[str], progress: embedding.Progress | None = None) -> Vectors:
        keys = [hashlib.sha256(embedding.clean(text).encode()).hexdigest() for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            nonlocal stored
            known.update(zip(missing, embed(list(missing.values()), progress), strict=True))
            stored = _write_vectors(path, known) if len(known) - stored >= STORE_AT else stored
        return np.array([known[key] for key in keys], dtype=np.float32).reshape(len(keys), embedding.DIMENSIONS)

    embedding.embed_passages = look_up
    try:
        yield
    finally:
        embedding.embed_passages = embed
        if len(known) > stored:
            _write_vectors(path, known)


def _read_vectors(path: Path) -> dict[str, Vectors]:
    import numpy as np

    from evaluator.references.embedding import embedder_version

    if not path.exists():
        return {}
    with np.load(path, allow_pickle=False) as file:
        if str(file["version"]) != embedder_version():
            return {}
        return dict(zip(file["keys"].tolist(), file["vectors"], strict=True))


def _write_vectors(path: Path, known: dict[str, Vectors]) -> int:
    import numpy as np

    from evaluator.references.embedding import embedder_version

    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part.npz")
    np.savez(half, version=embedder_version(), keys=list(known), vectors=np.array(list(known.values()), np.float32))
    half.replace(path)
    return len(known)


class _Marked:
    """A judge whose stamp says that it was asked one question a request, so that the memo keeps both apart."""

    def __init__(self, judge: Judge, each: bool) -> None:
        self._judge, self._each = judge, each
        self.name, self.anchored = judge.name, getattr(judge, "anchored", False)
        self.context_tokens = getattr(judge, "context_tokens", None)

    @property
    def stamp(self) -> dict[str, str]:
        return {**self._judge.stamp, "requests": "each"} if self._each else self._judge.stamp

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        return await self._judge.decide(state, questions)


def _wording(question: Question) -> str:
    return "q" + memo_key(question.kind, question.text, [option.model_dump() for option in question.options])[:16]


def _turn_back(answer: Answer | Ungraded) -> Answer | Ungraded:
    if isinstance(answer, Ungraded):
        return answer
    return answer.model_copy(update={"probabilities": dict(reversed(answer.probabilities.items()))})


def open_judge(model: str) -> Judge:
    """The judge called `model` ("none" for no model at all), not remembering anything by itself."""
    from evaluator.judge.choose import choose
    from evaluator.settings import load_settings

    return NoJudge() if model == "none" else choose(model, load_settings())


def open_memo() -> AskMemo:
    """The benchmarks' memo."""
    return AskMemo(CACHE / "memo.db")

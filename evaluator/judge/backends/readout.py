"""A judge that reads log-probabilities: each question asks for one letter, and the distribution is the answer.

Nothing is generated, so nothing has to be parsed, and the answer can only be one of the options.
"""

from __future__ import annotations

import asyncio
import math

from evaluator.judge.backends.asking import Asker, ReadingFailed, TokenReading
from evaluator.judge.prompts import READOUT, render_question, template
from evaluator.judge.questions import Answer, Question, Reply, State, Traits, Ungraded
from evaluator.judge.tuned import LEAST_MENU_MASS, UNSEEN_OPTION
from evaluator.scorecard import Usage


class ReadoutJudge:
    """Reads any `Asker`. Its probabilities contain the model's prior, so they need to be anchored."""

    def __init__(self, asker: Asker) -> None:
        self.asker = asker

    @property
    def name(self) -> str:
        return self.asker.name

    @property
    def traits(self) -> Traits:
        return self.asker.traits.model_copy(update={"anchored": True})

    @property
    def stamp(self) -> dict[str, str]:
        digests = {f"prompt_{language}": template(*READOUT, language).digest for language in ("zh", "en")}
        return {**self.asker.stamp, "method": "readout", **digests}

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        """Asks all questions over their shared prefix; one that failed is returned as Ungraded."""
        readings = await asyncio.gather(*(self._ask(state, question) for question in questions))
        answers = {question.id: answer for question, (answer, _) in zip(questions, readings, strict=True)}
        done = [reading for _, reading in readings if reading]
        usage = sum((reading.usage for reading in done), Usage())
        return Reply(model=done[-1].model if done else self.name, answers=answers, usage=usage)

    async def _ask(self, state: State, question: Question) -> tuple[Answer | Ungraded, TokenReading | None]:
        prompt = render_question(state, question)
        try:
            reading = await self.asker.read(prompt)
        except ReadingFailed as failure:
            return Ungraded(question=question.id, cause=failure.cause, detail=failure.detail), None
        return read_menu(question, prompt.labels, reading.logprobs), reading


def read_menu(question: Question, labels: tuple[str, ...], logprobs: dict[str, float]) -> Answer | Ungraded:
    """The distribution over the options, from natural log-probabilities of tokens.

    Spellings of a label (" A", "a") are summed. An option that is not among the alternatives gets the most that it can
    have: the probability of the least likely one shown, or what all those shown leave over. If all labels together have
    too little probability, the answer is unreadable.
    """
    mass = dict.fromkeys(labels, 0.0)
    finite = [value for value in logprobs.values() if math.isfinite(value)]
    if not finite:
        return Ungraded(question=question.id, cause="unreadable", detail="no log-probabilities")
    for token, value in logprobs.items():
        label = token.strip().upper()
        if label in mass and not math.isnan(value):
            mass[label] += math.exp(value)
    total = sum(mass.values())
    if not LEAST_MENU_MASS <= total <= 1.01:
        return Ungraded(question=question.id, cause="unreadable", detail=f"{total:.3f} of the probability on the menu")
    unseen = max(0.0, 1 - sum(math.exp(value) for value in finite))
    most = max(min(math.exp(min(finite)), unseen), UNSEEN_OPTION)
    filled = [mass[label] or most for label in labels]
    shares = [value / sum(filled) for value in filled]
    return Answer(
        question=question.id,
        probabilities={option.id: share for option, share in zip(question.options, shares, strict=True)},
        menu_mass=min(total, 1.0),
    )

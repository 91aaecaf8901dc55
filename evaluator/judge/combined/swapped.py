"""The same judge with the options of every question in reverse order: a different prompt and so another reading.

As a member of a panel it cancels the effect of the order (`panel:embedded+swapped:embedded`).
"""

from __future__ import annotations

from evaluator.judge.questions import Answer, Judge, Question, Reply, State, Traits, Ungraded

PREFIX = "swapped:"


class SwappedJudge:
    """A `Judge` over another; answers come back under the same option ids, in the question's own order."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    @property
    def name(self) -> str:
        """`swapped:` and the judge's name."""
        return PREFIX + self._judge.name

    @property
    def traits(self) -> Traits:
        return self._judge.traits

    @property
    def stamp(self) -> dict[str, str]:
        return {**self._judge.stamp, "options": "reversed"}

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        """Asks all questions with their options reversed."""
        turned = [question.model_copy(update={"options": question.options[::-1]}) for question in questions]
        reply = await self._judge.decide(state, turned)
        return reply.model_copy(update={"answers": {name: _turn_back(item) for name, item in reply.answers.items()}})


def _turn_back(answer: Answer | Ungraded) -> Answer | Ungraded:
    if isinstance(answer, Ungraded):
        return answer
    return answer.model_copy(update={"probabilities": dict(reversed(answer.probabilities.items()))})

"""The same judge with the options of every question in reverse order: a different prompt and so another reading.

As a member of a panel it cancels the effect of the order (`panel:embedded+swapped:embedded`).
"""

from __future__ import annotations

from evaluator.judge.combined.wrapping import Wrapping
from evaluator.judge.questions import Answer, Question, Reply, State, Ungraded

PREFIX = "swapped:"


class SwappedJudge(Wrapping):
    """A `Judge` over another; answers come back under the same option ids, in the question's own order."""

    @property
    def name(self) -> str:
        """`swapped:` and the judge's name."""
        return PREFIX + super().name

    @property
    def stamp(self) -> dict[str, str]:
        return {**super().stamp, "options": "reversed"}

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        """Asks all questions with their options reversed."""
        turned = [question.model_copy(update={"options": question.options[::-1]}) for question in questions]
        reply = await self.judge.decide(state, turned)
        return reply.model_copy(update={"answers": {name: _turn_back(item) for name, item in reply.answers.items()}})


def _turn_back(answer: Answer | Ungraded) -> Answer | Ungraded:
    if isinstance(answer, Ungraded):
        return answer
    return answer.model_copy(update={"probabilities": dict(reversed(answer.probabilities.items()))})

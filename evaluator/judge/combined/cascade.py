"""A cheap judge first, and a strong one where the first is uncertain.

Each question is answered by one judge alone, never by a blend, and its answer says which. A question is passed on to
the strong judge if the cheap one's distribution is too flat or if it gave no answer; the strong judge's result then
counts, even if that is no answer. A question that names its judge is answered by that one.
"""

from __future__ import annotations

import math

from evaluator.judge.questions import Answer, Judge, Question, Reply, State, Traits, Ungraded, ask_member


class CascadeJudge:
    """A `Judge` made of a cheap and a strong one.

    `doubt` is the share of the maximal entropy from which an answer is uncertain, usually `Settings.cascade_doubt`.
    """

    def __init__(self, cheap: Judge, strong: Judge, doubt: float) -> None:
        if cheap.name == strong.name:
            raise ValueError("a cascade needs two different judges")
        if not 0 <= doubt <= 1:
            raise ValueError("doubt lies between 0 and 1")
        self.cheap = cheap
        self.strong = strong
        self.doubt = doubt

    @property
    def name(self) -> str:
        """`cascade:` and the two judges, joined by `>`."""
        return f"cascade:{self.cheap.name}>{self.strong.name}"

    @property
    def traits(self) -> Traits:
        return Traits.of_several((self.cheap, self.strong))

    @property
    def stamp(self) -> dict[str, str]:
        """The threshold, and both judges' own stamps."""
        own = {"model": self.name, "method": "cascade", "doubt": f"{self.doubt:g}"}
        parts = (("1", self.cheap), ("2", self.strong))
        return own | {f"{number}.{key}": value for number, judge in parts for key, value in judge.stamp.items()}

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        """Asks the cheap judge everything and the strong one the rest, in one request."""
        first = await ask_member(self.cheap, state, [item for item in questions if item.by != self.strong.name])
        rest = [
            item for item in questions if item.by != self.cheap.name and self._is_uncertain(first.answers.get(item.id))
        ]
        second = await ask_member(self.strong, state, rest)
        unanswered = {item.id: Ungraded(question=item.id, cause="unreadable") for item in rest}
        answers = _signed(first, self.cheap.name) | unanswered | _signed(second, self.strong.name)
        asked = ">".join(reply.model for reply in (first, second) if reply.answers)
        return Reply(model=asked, answers=answers, usage=first.usage + second.usage)

    def _is_uncertain(self, answer: Answer | Ungraded | None) -> bool:
        return not isinstance(answer, Answer) or flatness(answer.probabilities) >= self.doubt


def flatness(probabilities: dict[str, float]) -> float:
    """Shannon entropy divided by its maximum for this many options: 0 certain, 1 all options alike."""
    entropy = -math.fsum(share * math.log(share) for share in probabilities.values() if share > 0)
    return entropy / math.log(len(probabilities))


def _signed(reply: Reply, judge: str) -> dict[str, Answer | Ungraded]:
    """The answers with the name of the judge that gave them."""
    return {
        key: answer.model_copy(update={"model": answer.model or judge}) if isinstance(answer, Answer) else answer
        for key, answer in reply.answers.items()
    }

"""Several judges together: the mean of their distributions, and how far they differ.

The rule is stated in the stamp. A question needs answers from more than half of the judges; otherwise it is Ungraded.
The answer keeps who answered what. A question that names its judges needs an answer from each of them. A judge that
cannot work at all (wrong key, no model) stops the panel: a mean over the remaining ones would be a different judge from
the one chosen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import combinations

from evaluator.judge.questions import Answer, Judge, Question, Reply, State, Traits, Ungraded, ask_member
from evaluator.scorecard import Usage


class PanelJudge:
    """A `Judge` made of several."""

    def __init__(self, judges: Sequence[Judge]) -> None:
        names = [judge.name for judge in judges]
        if len(judges) < 2 or len(set(names)) < len(names):
            raise ValueError("a panel needs two judges or more, with different names")
        self.judges = list(judges)

    @property
    def name(self) -> str:
        """`panel:` and its judges, joined by `+`."""
        return "panel:" + "+".join(judge.name for judge in self.judges)

    @property
    def traits(self) -> Traits:
        return Traits.of_several(self.judges)

    @property
    def stamp(self) -> dict[str, str]:
        """The rule, and every judge's own stamp under its number."""
        own = {"model": self.name, "method": "panel", "rule": "mean of distributions, majority must answer"}
        parts = enumerate(self.judges, start=1)
        return own | {f"{number}.{key}": value for number, judge in parts for key, value in judge.stamp.items()}

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        """Asks all judges at the same time."""
        asked = [(judge, [item for item in questions if _is_for(judge, item)]) for judge in self.judges]
        replies = await asyncio.gather(*(ask_member(judge, state, own) for judge, own in asked))
        return Reply(
            model="+".join(reply.model for reply in replies if reply.answers),
            answers={item.id: self._together(item, replies) for item in questions},
            usage=sum((reply.usage for reply in replies), Usage()),
        )

    def _together(self, question: Question, replies: Sequence[Reply]) -> Answer | Ungraded:
        given = {
            judge.name: answer
            for judge, reply in zip(self.judges, replies, strict=True)
            if isinstance(answer := reply.answers.get(question.id), Answer)
        }
        needed = len(question.by.split("+")) if question.by else len(self.judges) // 2 + 1
        if len(given) < needed:
            return _first_failure(question, replies)
        votes = {name: answer.probabilities for name, answer in given.items()}
        return Answer(
            question=question.id,
            probabilities=mean_of(question, list(votes.values())),
            model="+".join(given),
            votes=votes,
            disagreement=disagreement(question, list(votes.values())),
        )


def _is_for(judge: Judge, question: Question) -> bool:
    return question.by is None or judge.name in question.by.split("+")


def mean_of(question: Question, distributions: Sequence[dict[str, float]]) -> dict[str, float]:
    """The arithmetic mean of distributions, option by option."""
    n = len(distributions)
    return {option.id: sum(each.get(option.id, 0.0) for each in distributions) / n for option in question.options}


def disagreement(question: Question, distributions: Sequence[dict[str, float]]) -> float:
    """How far the two most distant judges differ: 0 if they agree, 1 if they are certain of opposite ends.

    Between distributions over ordered options this is the Wasserstein-1 distance in steps, divided by the number of
    steps (a neighbouring level is a small disagreement); over unordered options (`choice`) the total variation.
    """
    pairs = combinations(distributions, 2)
    return max((_apart(question, left, right) for left, right in pairs), default=0.0)


def _apart(question: Question, left: dict[str, float], right: dict[str, float]) -> float:
    gaps = [left.get(option.id, 0.0) - right.get(option.id, 0.0) for option in question.options]
    if question.kind == "choice":
        return sum(abs(gap) for gap in gaps) / 2
    running, distance = 0.0, 0.0
    for gap in gaps[:-1]:
        running += gap
        distance += abs(running)
    return distance / (len(gaps) - 1)


def _first_failure(question: Question, replies: Sequence[Reply]) -> Ungraded:
    for reply in replies:
        failed = reply.answers.get(question.id)
        if isinstance(failed, Ungraded):
            return failed
    return Ungraded(question=question.id, cause="unreadable", detail="no judge answered under its id")

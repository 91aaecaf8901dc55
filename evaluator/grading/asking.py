"""Asking one judge about one text and, if its readings need them, about the rubric's anchors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from evaluator.grading.material import anchor_states
from evaluator.grading.verdicts import Answered
from evaluator.judge import Answer, Judge, Question, Reply, State, Ungraded, of_the_same
from evaluator.judge.combined import asking_again
from evaluator.rubric import Rubric
from evaluator.rubrics import plan_anchors
from evaluator.scorecard import UngradedVerdict, Usage, Verdict


class Progress(NamedTuple):
    """A step of one grading. `step` is a key of the catalogue `progress`; `verdict` comes as soon as it is known."""

    step: str
    done: int
    total: int
    verdict: Verdict | UngradedVerdict | None = None


ReportProgress = Callable[[Progress], None]
Anchored = Mapping[str, dict[str, Answer | Ungraded]]  # by anchor ("empty", or a reference's id) and question


class Asking:
    """Asks one judge about one text and, if its readings need them, about the anchors; keeps count of what it took."""

    def __init__(
        self,
        stated: Rubric,
        judge: Judge,
        state: State,
        report: ReportProgress,
        anchors: Anchored = MappingProxyType({}),
    ) -> None:
        self.anchored, self.knows, self._mixed = judge.traits.anchored, judge.traits.knows, judge.traits.mixed
        self.usage, self.model = Usage(), judge.name
        self.answers: dict[str, Answer | Ungraded] = {}
        self._stated, self._judge, self._state, self._report = stated, judge, state, report
        self._known = dict(anchors)

    @property
    def context_tokens(self) -> int | None:
        """How much the judge can read."""
        return self._judge.traits.context_tokens

    def about_another(self, state: State) -> Asking:
        """The same judge with another text; anchors that were read stay."""
        known = MappingProxyType({}) if self._mixed else self._known
        return Asking(self._stated, self._judge, state, lambda _: None, known)

    @property
    def at_once(self) -> bool:
        """True if all questions about the text are to be asked together: of a judge that takes many in one request, and
        of several judges, whose anchors wait for who answers."""
        return not self.anchored or self._mixed or self._judge.traits.apart

    async def about(self, questions: list[Question]) -> Answered:
        """The questions answered about the text; about the anchors all questions of the rubric are asked at once, so
        that each anchor is read only once."""
        if self.anchored and not self._mixed and not self._known:
            await self._ask_anchors()
        fresh = [question for question in questions if question.id not in self.answers]
        self.answers |= await self._ask(self._state, fresh)
        if self.anchored and not self._known:
            await self._ask_anchors()
        answers = {question.id: self.answers[question.id] for question in questions}
        if not self.anchored:
            return Answered(answers)
        ends = [answers for name, answers in self._known.items() if name != "empty"]
        return Answered(answers, self._known["empty"], ends)

    async def _ask_anchors(self) -> None:
        states, questions = anchor_states(self._stated), plan_anchors(self._stated, knows=self.knows)
        if self._mixed:
            questions = of_the_same(questions, self.answers)
        for done, (name, state) in enumerate(states.items()):
            self._report(Progress("anchors", done, len(states)))
            with asking_again(False):  # the anchors are the rubric's: what is known of them stays
                self._known[name] = await self._ask(state, questions)

    async def _ask(self, state: State, questions: list[Question]) -> dict[str, Answer | Ungraded]:
        if not questions:
            return {}
        reply = await _decide(self._judge, state, questions)
        self.usage, self.model = self.usage + reply.usage, reply.model
        return reply.answers


async def read_anchors(rubric: Rubric, judge: Judge) -> Anchored:
    """The judge's answers about a rubric's anchors, for `grade`; a batch reads them once, before its first text.

    Empty for a judge that needs none, and for several judges, whose anchors wait for who answers. Raises ModelError if the
    judge cannot work at all.
    """
    if not judge.traits.anchored or judge.traits.mixed:
        return {}
    questions = plan_anchors(rubric, knows=judge.traits.knows)
    return {name: (await _decide(judge, state, questions)).answers for name, state in anchor_states(rubric).items()}


async def _decide(judge: Judge, state: State, questions: list[Question]) -> Reply:
    """The judge's reply, with an answer or a cause for every question."""
    if not questions:
        return Reply(model=judge.name, answers={})
    reply = await judge.decide(state, questions)
    answers = {question.id: reply.answers.get(question.id) or _forgotten(question) for question in questions}
    return reply.model_copy(update={"answers": answers})


def _forgotten(question: Question) -> Ungraded:
    return Ungraded(question=question.id, cause="unreadable", detail="no answer came back")

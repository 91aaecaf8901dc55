"""What is read from one case: answers to the questions of each way of asking, and the product's own grading."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.agreement.cases import Case
from benchmarks.agreement.keeping import KeptJudge
from evaluator.grading import compare, grade
from evaluator.grading.last_words import closings_of
from evaluator.grading.material import anchor_states, redactions, state_for
from evaluator.grading.similarity import Witnesses
from evaluator.grading.verdicts import Answered, deciding
from evaluator.guard.injection import inspect
from evaluator.judge.combined.swapped import SwappedJudge
from evaluator.judge.questions import Judge, Question, State, of_the_same
from evaluator.rubric import Rubric
from evaluator.rubrics.questions import plan_criterion, plan_key_points
from evaluator.scorecard import Scorecard
from evaluator.storage import AskMemo

WAYS = {
    "checks": "the criterion's concrete yes/no questions, the highest option first",
    "swapped": "the same with the options in the opposite order",
    "levels": "one question a criterion, with the levels as options",
    "shown": "the yes/no questions with the reference answers before the text",
    "points": "one question a key point of the reference answers",
    "each": "the levels, one question a request (judges that weigh several at once)",
}
NEEDS_REFERENCES = {"shown", "points"}


@dataclass
class Reading:
    """The readings of one case.

    They hold the answers by way of asking, the grading, and for each criterion the likeness to the reference answers
    and the position of the last words between the rubric's closing sentences.
    """

    case: Case
    card: Scorecard
    alike: dict[str, Witnesses | None]
    closing: dict[str, float] = field(default_factory=dict)
    answered: dict[str, Answered] = field(default_factory=dict)


class Reader:
    """Reads cases with one judge. Anchors belong to a rubric: asked once, they come from the memo after that."""

    def __init__(self, judge: Judge, memo: AskMemo, ways: Sequence[str]) -> None:
        self.kept = {way: KeptJudge(judge, memo, way, each=way == "each") for way in ("product", *ways)}
        self._ways = ways

    async def read(self, case: Case) -> Reading:
        """Returns all ways of asking that make sense for the case; those that share a prefix are adjacent."""
        alike, closing = await asyncio.to_thread(lambda: (likeness_of(case), closing_of(case)))
        reading = Reading(case, await self._grade(case), alike, closing)
        for way in self._ways:
            if way in NEEDS_REFERENCES and not case.rubric.references:
                continue
            reading.answered[way] = await self._ask(way, case)
        return reading

    async def _grade(self, case: Case) -> Scorecard:
        return await grade(case.transcript, case.rubric, self.kept["product"], [], lambda _: None)

    async def _ask(self, way: str, case: Case) -> Answered:
        kept = self.kept[way]
        judge = SwappedJudge(kept) if way == "swapped" else kept
        questions = plan(way, case.rubric, kept.traits.knows)
        read = state_for(case.rubric, case.transcript, inspect(case.transcript), kept.traits.context_tokens)
        text, *ends = [read.state, *anchor_states(case.rubric).values()]
        if way == "shown":
            text, *ends = [show_references(state, case.rubric) for state in (text, *ends)]
        own = (await judge.decide(text, questions)).answers
        if not kept.traits.anchored:
            return Answered(own)
        empty, *references = [(await judge.decide(end, of_the_same(questions, own))).answers for end in ends]
        return Answered(own, empty, references)


def plan(way: str, rubric: Rubric, knows: bool = True) -> list[Question]:
    """The questions of one way of asking."""
    if way == "points":
        return plan_key_points(rubric)
    how = {"by_level": way in ("levels", "each"), "knows": knows}
    questions = [item for criterion in rubric.criteria for item in plan_criterion(rubric, criterion, **how)]
    return deciding(questions)


def show_references(state: State, rubric: Rubric) -> State:
    """The state with the reference answers before the text."""
    return state.model_copy(update={"reference": "\n\n".join(reference.text for reference in rubric.references)})


def likeness_of(case: Case) -> dict[str, Witnesses | None]:
    """Returns what the words alone say about each criterion."""
    alike = compare(case.rubric, case.transcript, redactions(inspect(case.transcript)))
    return {item.id: alike[item.speaker].likeness.witnesses(item) for item in case.rubric.criteria}


def closing_of(case: Case) -> dict[str, float]:
    """Returns where the last words lie between each criterion's closing sentences, if it has any, from 0 to 1."""
    found = closings_of(case.rubric, case.transcript, redactions(inspect(case.transcript)))
    return {name: last.position for name, last in found.items()}

"""What is written down on the way to a criterion's points, so that a record can explain them without the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evaluator.grading.anchoring import Placed, Witness, expected
from evaluator.judge import Answer, Question, Subject, Ungraded
from evaluator.scorecard import PointStep, Verdict

DIGITS = 4


def step(code: str, question: str | None = None, **values: float) -> PointStep:
    """A step with its numbers rounded."""
    return PointStep(
        code=code, question=question, values={name: round(value, DIGITS) for name, value in values.items()}
    )


def noted(
    steps: list[PointStep], code: str, placed: Placed | None, *, of: Placed | None = None, **values: float
) -> Placed | None:
    """Returns `placed` and adds the step that led to it; nothing is added without a position.

    `of` is the view that was blended in.
    """
    if placed is not None:
        more = {} if of is None else {"own": of.position}
        steps.append(step(code, None, position=placed.position, spread=placed.spread, **more, **values))
    return placed


def step_of_witness(
    question: str, reading: float, empty: float, reference: float | None, found: Witness | None
) -> PointStep:
    """How one answer was read: between silence and the reference answer, against silence alone, or not at all."""
    read = {"reading": reading, "empty": empty}
    if reference is None:
        return step("unanchored", question, **read, position=found.position if found else 0.0)
    if found is None:
        return step("mute", question, **read, reference=reference)
    return step("witness", question, **read, reference=reference, position=found.position, weight=found.weight)


def steps_of_direct(
    criterion: str, questions: Sequence[Question], answers: Mapping[str, Answer | Ungraded]
) -> list[PointStep]:
    """The answers of a judge that needs no anchors, as they were taken: levels as they are, checks as positions."""
    if questions and questions[0].subject == Subject("criterion", criterion):
        return [step("levels_read", questions[0].id)]
    given = [(question.id, answers.get(question.id)) for question in questions]
    return [
        step("direct", name, position=expected([*answer.probabilities.values()]))
        for name, answer in given
        if isinstance(answer, Answer)
    ]


def last_step(verdict: Verdict, before: Sequence[PointStep]) -> PointStep:
    """From the probabilities of the levels to points."""
    if verdict.kind == "fatal":
        return step("fatal", position=verdict.distribution[1].probability)
    read = any(one.code == "levels_read" for one in before)
    return step("expected" if read else "points", points=verdict.points, most=verdict.max_points)

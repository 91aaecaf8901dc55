"""Checks that points on the frozen texts are in a careful person's order, and near that person's points.

    python -m benchmarks.unseen.order [--rubric ID …] [--model NAME]

Nothing was tuned on these texts (examples/frozen.json). Pairs are those of one rubric whose human totals differ by a
tenth of the scale or more. What was asked of the model is kept in benchmarks/cache, so an interrupted run continues.
"""

from __future__ import annotations

import asyncio
import itertools
from typing import Annotated, NamedTuple

import numpy as np
import typer

from benchmarks.asking import open_memo_judge
from benchmarks.frozen import QUALITIES, frozen_rubrics, has_asr, read_grades, read_text
from benchmarks.unseen.intervals import Share
from evaluator.grading import grade
from evaluator.judge.questions import Judge
from evaluator.rubric import Rubric
from evaluator.scorecard import Scorecard
from evaluator.transcript import parse

LEAST_APART = 0.1  # of the scale: people themselves do not agree on smaller differences


class Graded(NamedTuple):
    """A frozen text with the person's total and the grader's scorecard; both totals as shares of the maximum."""

    rubric: Rubric
    quality: str
    human: float
    card: Scorecard

    @property
    def machine(self) -> float:
        return (self.card.total or 0.0) / self.rubric.max_points


def human_totals(rubric: Rubric) -> dict[str, float]:
    """By quality, the person's total as a share of the maximum (examples/ID/grades.yaml)."""
    return {quality: grade.total / rubric.max_points for quality, grade in read_grades(rubric.id).items()}


def pairs_in_order(graded: list[Graded]) -> Share:
    """Of the pairs of one rubric that differ enough for people, those that the grader orders alike; a tie is wrong."""
    right = total = 0
    for one, other in itertools.combinations(graded, 2):
        if one.rubric.id != other.rubric.id or abs(one.human - other.human) < LEAST_APART - 1e-9:
            continue
        total += 1
        right += (one.machine - other.machine) * (one.human - other.human) > 0
    return Share(right, total)


async def grade_text(rubric: Rubric, quality: str, judge: Judge, *, asr: bool = False) -> Scorecard:
    """The scorecard of one frozen text, without touching any record."""
    text = read_text(rubric.id, quality, asr=asr)
    return await grade(parse(text, form=rubric.form), rubric, judge, [], lambda _: None)


async def run(wanted: list[str], model: str) -> None:
    """Grades the frozen texts and prints the tables."""
    judge, graded, asr = open_memo_judge(model), [], []
    for rubric in frozen_rubrics():
        if wanted and rubric.id not in wanted:
            continue
        humans = human_totals(rubric)
        for quality in (quality for quality in QUALITIES if quality in humans):
            graded.append(Graded(rubric, quality, humans[quality], await grade_text(rubric, quality, judge)))
            if has_asr(rubric.id):
                spoken = await grade_text(rubric, quality, judge, asr=True)
                asr.append((graded[-1], Graded(rubric, quality, humans[quality], spoken)))
        own = [one for one in graded if one.rubric.id == rubric.id]
        shown = " ".join(f"{one.quality} {10 * one.machine:.1f} ({10 * one.human:.1f})" for one in own)
        print(f"{rubric.id:28} {pairs_in_order(own)}  {shown}", flush=True)
    _print_figures(graded, asr)


def _print_figures(graded: list[Graded], asr: list[tuple[Graded, Graded]]) -> None:
    for name, some in _groups(graded).items():
        machine, human = np.array([one.machine for one in some]), np.array([one.human for one in some])
        figures = f"Pearson {np.corrcoef(machine, human)[0, 1]:.2f}, mean error {10 * np.abs(machine - human).mean():.2f} of 10"
        print(f"{name:12} n = {len(some):3}  pairs in order {pairs_in_order(some)}  {figures}")
    off = [one for one in graded if one.quality == "off-topic"]
    on = [one for one in graded if one.quality != "off-topic"]
    print(f"off the topic, flagged: {Share(sum(map(_flagged, off)), len(off))}")
    print(f"on the topic, flagged:  {Share(sum(map(_flagged, on)), len(on))}")
    if asr:
        drift = [10 * (spoken.machine - written.machine) for written, spoken in asr]
        print(f"as speech recognition writes it (n = {len(asr)}): mean change {np.mean(drift):+.2f} of 10, "
              f"largest {max(drift, key=abs):+.2f}; pairs in order {pairs_in_order([spoken for _, spoken in asr])}")  # fmt: skip


def _groups(graded: list[Graded]) -> dict[str, list[Graded]]:
    groups = {"all": graded}
    for language in ("zh", "en"):
        groups[language] = [one for one in graded if one.rubric.language == language]
    for form in ("dialogue", "email", "answer"):
        groups[form] = [one for one in graded if one.rubric.form == form]
    return {name: some for name, some in groups.items() if len(some) > 2}


def _flagged(one: Graded) -> bool:
    return any(guard.code == "off_topic" for guard in one.card.guards)


def main(
    rubric: Annotated[list[str] | None, typer.Option(help="Only these rubrics.")] = None,
    model: Annotated[str, typer.Option(help="The model that judges.")] = "embedded",
) -> None:
    """Grades the frozen texts and prints order, agreement, flags and the cost of speech recognition."""
    asyncio.run(run(rubric or [], model))


if __name__ == "__main__":
    typer.run(main)

"""Measures whether key points that a text makes are told apart from those it misses.

    python -m benchmarks.key_points [--rubric ID …] [--model NAME]

Shipped examples (good, middling, poor) whose key points one person marked (`key_points.yaml`). Prints, for calls and
e-mails and for written answers, what likeness alone, the model alone and the product make of them: the area under the
ROC curve, and at the product's threshold how many are classified correctly, how many missing ones are reported as made,
and how many made ones as missing. What was asked of the model is kept in benchmarks/cache.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
import yaml

from benchmarks.asking import open_memo_judge
from benchmarks.examples import grade_example, read_example, shipped
from evaluator.grading import compare
from evaluator.grading.tuned import COVERED_FROM
from evaluator.judge.questions import Judge
from evaluator.rubric import Rubric
from evaluator.transcript import parse

MARKS = Path(__file__).with_suffix(".yaml")
EXAMPLES = ("good", "middling", "poor")
WAYS = ("likeness alone", "model alone", "product")


class Told(NamedTuple):
    """A key point of one text: whether a person found it there, and how probable each way says that it is."""

    made: bool
    likeness: float
    model: float
    product: float


def marked(rubric: str, example: str) -> tuple[set[str], set[str]]:
    """The key points that are made in an example, and those that are made in part."""
    marks: dict[str, Any] = yaml.safe_load(MARKS.read_text(encoding="utf-8"))[rubric]
    return set(marks.get(example, ())), set(marks.get("partly", {}).get(example, ()))


async def told_of(rubric: Rubric, example: str, judge: Judge) -> list[Told]:
    """What each way says of the marked key points of one example.

    The product is the mean of likeness and the model; where the model's anchors cannot tell, likeness stands for the
    model too, as in the product.
    """
    made, partly = marked(rubric.id, example)
    likeness = compare(rubric, parse(read_example(rubric, example), form=rubric.form))["agent"].likeness
    card = await grade_example(rubric, example, judge)
    points = {(reference.id, point.id): point for reference in rubric.references for point in reference.key_points}
    found = []
    for result in card.key_points:
        if result.id not in partly and result.probability is not None:
            alike, _ = likeness.of_point(result.reference, points[result.reference, result.id])
            model = min(max(2 * result.probability - alike, 0.0), 1.0)
            found.append(Told(result.id in made, alike, model, result.probability))
    return found


def lines(told: list[Told]) -> Iterator[str]:
    """Prints one line per method."""
    from sklearn.metrics import roc_auc_score

    made = [item.made for item in told]
    for way, values in zip(WAYS, zip(*(item[1:] for item in told), strict=True), strict=True):
        said = [value >= COVERED_FROM for value in values]
        right = sum(one == other for one, other in zip(made, said, strict=True)) / len(told)
        wrongly_made = sum(claim and not truth for truth, claim in zip(made, said, strict=True))
        wrongly_missing = sum(truth and not claim for truth, claim in zip(made, said, strict=True))
        yield (
            f"  {way:15} area {roc_auc_score(made, values):.3f}  right {right:.0%}  "
            f"said to be made and missing {wrongly_made} of {made.count(False)}  "
            f"said to be missing and made {wrongly_missing} of {made.count(True)}"
        )


def main(
    rubric: Annotated[list[str] | None, typer.Option(help="Only these rubrics.")] = None,
    model: Annotated[str, typer.Option(help="The model that judges.")] = "embedded",
) -> None:
    """Grades the marked examples and prints how well their key points are recognised."""
    asyncio.run(_run(rubric or list(yaml.safe_load(MARKS.read_text(encoding="utf-8"))), model))


async def _run(wanted: list[str], model: str) -> None:
    judge = open_memo_judge(model)
    by_form: dict[str, list[Told]] = {"calls and e-mails": [], "written answers": []}
    for rubric in shipped(wanted):
        told = by_form["written answers" if rubric.form == "answer" else "calls and e-mails"]
        for example in EXAMPLES:
            told += await told_of(rubric, example, judge)
        print(f"{rubric.id}: read", flush=True)
    for form, told in by_form.items():
        if told:
            print(f"{form}, {len(told)} key points, {sum(item.made for item in told)} of them made")
            print("\n".join(lines(told)))


if __name__ == "__main__":
    typer.run(main)

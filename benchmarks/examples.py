"""Checks that the grader ranks a good answer above a middling, a poor and an off-topic one.

    python -m benchmarks.examples [--rubric ID …] [--model NAME]

Prints, for each rubric's examples, the totals, the pairs in the right order, and whether what should be flagged is.
What was asked of the model is kept in benchmarks/cache, so a second run takes seconds and an interrupted one goes on.
"""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.asking import open_memo_judge
from evaluator.grading import grade
from evaluator.judge.questions import Judge
from evaluator.resources import resource_dir
from evaluator.rubric import Rubric
from evaluator.rubrics import list_rubrics, load
from evaluator.scorecard import Scorecard
from evaluator.transcript import parse

ORDER = ("good", "middling", "poor", "off-topic")
OTHERS = ("empty", "steered-base", "orders-the-grader")


def shipped(wanted: list[str]) -> list[Rubric]:
    """Returns the shipped rubrics with these ids, or all of them when no id is named."""
    found = [entry for entry in list_rubrics() if entry.origin == "shipped" and (not wanted or entry.id in wanted)]
    return [load(Path(entry.path)) for entry in found]


def developed(wanted: list[str]) -> list[Rubric]:
    """Returns those with development examples; the other rubrics have graded texts (`benchmarks.frozen`)."""
    folder = resource_dir("examples")
    return [rubric for rubric in shipped(wanted) if (folder / rubric.id / "good.txt").is_file()]


def read_example(rubric: Rubric, name: str) -> str:
    """The text of one example file of a rubric."""
    return (resource_dir("examples") / rubric.id / f"{name}.txt").read_text(encoding="utf-8").strip()


async def grade_example(rubric: Rubric, name: str, judge: Judge) -> Scorecard:
    """The scorecard of one example file of a rubric, without touching any record."""
    return await grade(parse(read_example(rubric, name), form=rubric.form), rubric, judge, [], lambda _: None)


def flags(card: Scorecard) -> set[str]:
    """Codes of the guards that fired."""
    return {guard.code for guard in card.guards}


def line_of(rubric: Rubric, cards: dict[str, Scorecard]) -> tuple[str, int, int]:
    """One row of the table, with the pairs in order and the pairs in all."""
    totals = {name: card.total or 0.0 for name, card in cards.items()}
    pairs = [totals[first] > totals[second] for first, second in itertools.combinations(ORDER, 2)]
    marks = {
        "off-topic flagged": "off_topic" in flags(cards["off-topic"]),
        "empty flagged": "empty" in flags(cards["empty"]),
        "order flagged": bool(flags(cards["orders-the-grader"]) & {"steering", "forged_score"}),
        "order earns nothing": totals["orders-the-grader"] <= totals["steered-base"] + 1e-9,
        "others not off-topic": not any("off_topic" in flags(cards[name]) for name in ("good", "middling", "poor")),
    }
    shown = " ".join(f"{totals[name]:6.2f}" for name in (*ORDER, *OTHERS))
    failed = ", ".join(name for name, holds in marks.items() if not holds) or "all"
    return f"{rubric.id:30} {rubric.max_points:4g} {shown}  {sum(pairs)}/{len(pairs)}  {failed}", sum(pairs), len(pairs)


def main(
    rubric: Annotated[list[str] | None, typer.Option(help="Only these rubrics.")] = None,
    model: Annotated[str, typer.Option(help="The model that judges.")] = "embedded",
) -> None:
    """Grades every development example and prints the table."""
    asyncio.run(_run(rubric or [], model))


async def _run(wanted: list[str], model: str) -> None:
    judge = open_memo_judge(model)
    right = total = 0
    print(
        f"{'rubric':30} {'of':>4} "
        + " ".join(f"{name[:6]:>6}" for name in (*ORDER, *OTHERS))
        + "  pairs  flags that hold"
    )
    for found in developed(wanted):
        cards = {name: await grade_example(found, name, judge) for name in (*ORDER, *OTHERS)}
        row, good, pairs = line_of(found, cards)
        right, total = right + good, total + pairs
        print(row.replace("  all", "  all hold"), flush=True)
    print(f"pairs in the right order: {right} of {total} ({right / max(total, 1):.0%})")


if __name__ == "__main__":
    typer.run(main)

"""Does the total stay where it is when nothing that matters changes?

    python -m benchmarks.stability [--rubric ID …] [--example NAME …] [--model NAME] [--swap/--no-swap] [--repeat N]

For examples of the shipped rubrics: harmless changes (spaces, marks, scripts, line breaks, names of speakers, order of
the options), and padding, doubling and shortening. Prints totals, their spread and the change in per cent of the points.
Answers are kept in benchmarks/cache; `--repeat` asks the unchanged text again and again, without looking there.
"""

from __future__ import annotations

import asyncio
import statistics
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.agreement.keeping import KeptJudge, Swapped, kept_vectors, open_judge, open_memo
from benchmarks.variations import HARMLESS, LENGTH, changed
from evaluator.grading import grade
from evaluator.judge.questions import Judge
from evaluator.resources import resource_dir
from evaluator.rubric import Rubric
from evaluator.rubrics import list_rubrics, load
from evaluator.transcript import parse

ORDER_OF_OPTIONS = "order of the options"
SAME = "unchanged"
AIM = 3.0  # per cent of the points


def main(
    rubric: Annotated[list[str] | None, typer.Option(help="Only these rubrics; all otherwise.")] = None,
    example: Annotated[list[str] | None, typer.Option(help="Which examples; good otherwise.")] = None,
    model: Annotated[str, typer.Option(help="The judge.")] = "embedded",
    swap: Annotated[bool, typer.Option(help="Also ask with the options in the opposite order.")] = True,
    repeat: Annotated[int, typer.Option(help="Ask the unchanged text so many times more.")] = 0,
) -> None:
    """Prints a table an example, and a summary."""
    with kept_vectors():
        asyncio.run(_run(rubric or [], example or ["good"], open_judge(model), swap, repeat))


async def _run(wanted: list[str], examples: list[str], judge: Judge, swap: bool, repeat: int) -> None:
    kept = KeptJudge(judge, open_memo(), "stability")
    moved: dict[str, list[float]] = {}
    for entry in list_rubrics():
        if entry.origin != "shipped" or (wanted and entry.id not in wanted):
            continue
        rubric = load(Path(entry.path))
        for name in examples:
            totals = await totals_of(rubric, read_example(rubric, name), kept, swap)
            totals |= await totals_again(rubric, read_example(rubric, name), judge, repeat)
            show_example(rubric, name, totals)
            for change, percent in changes_of(totals, rubric.max_points).items():
                moved.setdefault(change, []).append(percent)
    show_summary(moved)


def read_example(rubric: Rubric, name: str) -> str:
    """The text of one example file of a rubric."""
    return (resource_dir("examples") / rubric.id / f"{name}.txt").read_text(encoding="utf-8").strip()


async def totals_of(rubric: Rubric, text: str, judge: Judge, swap: bool) -> dict[str, float]:
    """The total of the text as it is, and of each variation."""
    versions = {SAME: text, **changed(text, rubric.language, HARMLESS | LENGTH)}
    totals = {name: await total_of(rubric, version, judge) for name, version in versions.items()}
    if swap:
        totals[ORDER_OF_OPTIONS] = await total_of(rubric, text, Swapped(judge))
    return {name: total for name, total in totals.items() if total is not None}


async def totals_again(rubric: Rubric, text: str, judge: Judge, times: int) -> dict[str, float]:
    """The total of the same text asked again, nothing remembered."""
    found = {f"asked again ({number})": await total_of(rubric, text, judge) for number in range(1, times + 1)}
    return {name: total for name, total in found.items() if total is not None}


async def total_of(rubric: Rubric, text: str, judge: Judge) -> float | None:
    """The total on the product's path; None when nothing could be graded."""
    return (await grade(parse(text, form=rubric.form), rubric, judge, [], lambda _: None)).total


def changes_of(totals: dict[str, float], most: float) -> dict[str, float]:
    """The change of the total against the unchanged text, in per cent of the points; empty if that was not graded."""
    if SAME not in totals:
        return {}
    return {name: 100 * (total - totals[SAME]) / most for name, total in totals.items() if name != SAME}


def show_example(rubric: Rubric, name: str, totals: dict[str, float]) -> None:
    """Prints one example: its total, and the change that each variation makes."""
    changes = changes_of(totals, rubric.max_points)
    if not changes:
        print(f"{rubric.id} / {name}: not graded", flush=True)
        return
    calm = [totals[SAME], *(totals[change] for change in changes if change not in LENGTH)]
    spread = 100 * (max(calm) - min(calm)) / rubric.max_points
    print(
        f"\n{rubric.id} / {name}: {totals[SAME]:.2f} of {rubric.max_points:g}; harmless changes: spread {spread:.1f} %, "
        f"standard deviation {100 * statistics.pstdev(calm) / rubric.max_points:.1f} %"
    )
    for change, percent in changes.items():
        print(f"  {change:28} {totals[change]:6.2f}  {percent:+6.1f} %{'  over the aim' if abs(percent) > AIM else ''}")
    print(end="", flush=True)


def show_summary(moved: dict[str, list[float]]) -> None:
    """Prints, for each kind of change, the mean and the largest change over all examples."""
    if not moved:
        print("nothing was graded")
        return
    print(f"\nchange of the total in % of the points (aim: under {AIM:g} %)")
    for change, values in moved.items():
        largest = max(values, key=abs)
        print(f"  {change:28} mean {statistics.mean(values):+5.1f}  largest {largest:+5.1f}  n {len(values)}")


if __name__ == "__main__":
    typer.run(main)

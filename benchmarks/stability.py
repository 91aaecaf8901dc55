"""Checks that the total stays the same when nothing that matters changes.

    python -m benchmarks.stability [--rubric ID …] [--example NAME …] [--change NAME …] [--model NAME]
                                   [--swap/--no-swap] [--repeat N] [--peer NAME …]

For examples of the shipped rubrics: harmless changes (spaces, marks, scripts, line breaks, names of speakers, order of
the options), and padding, doubling and shortening. Prints totals, their spread and the change in per cent of the
points. Answers are kept in benchmarks/cache; `--repeat` asks the unchanged text again and again, without looking there.
`--peer` has the same texts graded by other graders too, with the embedded model (docs/benchmarks.md names them).
"""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Collection
from typing import Annotated

import typer

from benchmarks.agreement.cases import Case
from benchmarks.agreement.keeping import KeptJudge, LastFirst
from benchmarks.asking import CACHE, open_judge, open_memo
from benchmarks.examples import developed, read_example
from benchmarks.peers.counting import counted, serve_embedded
from benchmarks.peers.environments import PEERS, prepare
from benchmarks.peers.jobs import read_results
from benchmarks.peers.running import OURS, run_peer
from benchmarks.variations import HARMLESS, LENGTH, changed
from benchmarks.vectors import kept_vectors
from evaluator.calibration.data.items import CalibrationItem
from evaluator.grading import grade
from evaluator.judge.combined.swapped import SwappedJudge
from evaluator.judge.questions import Judge
from evaluator.rubric import Rubric
from evaluator.transcript import parse

ORDER_OF_OPTIONS = "order of the options"
SAME = "unchanged"
ALL = HARMLESS | LENGTH
AIM = 3.0  # per cent of the points
Text = tuple[Rubric, str]  # a rubric and the name of one of its examples


def main(
    rubric: Annotated[list[str] | None, typer.Option(help="Only these rubrics; all otherwise.")] = None,
    example: Annotated[list[str] | None, typer.Option(help="Which examples; good otherwise.")] = None,
    change: Annotated[
        list[str] | None, typer.Option(help=f"Only these changes; all otherwise: {', '.join(ALL)}.")
    ] = None,
    model: Annotated[str, typer.Option(help="The judge.")] = "embedded",
    swap: Annotated[bool, typer.Option(help="Also ask with the options in the opposite order.")] = True,
    repeat: Annotated[
        int, typer.Option(help="Ask the unchanged text so many times more, and once with the last question first.")
    ] = 0,
    peer: Annotated[list[str] | None, typer.Option(help=f"Beside these: {', '.join(PEERS)}.")] = None,
) -> None:
    """Prints a table an example and grader, and a summary of each grader."""
    if unknown := set(change or []) - ALL.keys():
        raise typer.BadParameter(f"no such change: {', '.join(sorted(unknown))}", param_hint="--change")
    texts = [(chosen, name) for chosen in developed(rubric or []) for name in example or ["good"]]
    with kept_vectors():
        show_all(texts, asyncio.run(our_totals(texts, change or ALL, open_judge(model), swap, repeat)))
    for name in peer or []:
        show_all(texts, peer_totals(name, texts, change or ALL), name)


async def our_totals(
    texts: list[Text], changes: Collection[str], judge: Judge, swap: bool, repeat: int
) -> list[dict[str, float]]:
    """The product's totals by change, one table a text."""
    kept = KeptJudge(judge, open_memo(), "stability")
    tables = []
    for rubric, name in texts:
        totals = await totals_of(rubric, read_example(rubric, name), changes, kept, swap)
        tables.append(totals | await totals_again(rubric, read_example(rubric, name), judge, repeat))
    return tables


def peer_totals(name: str, texts: list[Text], changes: Collection[str]) -> list[dict[str, float]]:
    """A peer's totals by change, one table a text, all by the embedded model."""
    python, tables = prepare(name), []
    with counted(serve_embedded()) as (base_url, counter):
        for rubric, example in texts:
            versions = versions_of(read_example(rubric, example), rubric.language, changes)
            cases = tuple(as_case(change, version, rubric) for change, version in versions.items())
            place = CACHE / "peers" / f"stability-{rubric.id}-{example}-{rubric.digest[:8]}"
            run_peer(name, python, place, cases, base_url, counter)
            totals = add_up_points(read_results(place / f"{name}.jsonl"))
            tables.append({version: total for version, total in totals.items() if version in versions})
    return tables


def as_case(change: str, text: str, rubric: Rubric) -> Case:
    """A version of an example as a case for peers, named after its change."""
    return Case(change, CalibrationItem(id=change, answer=text), parse(text, form=rubric.form), rubric, whole=False)


def add_up_points(results: dict[tuple[str, str], float | None]) -> dict[str, float]:
    """Totals by change; a change with an ungraded criterion is left out."""
    by_change: dict[str, list[float | None]] = {}
    for (change, _), points in results.items():
        by_change.setdefault(change, []).append(points)
    known = {change: [one for one in points if one is not None] for change, points in by_change.items()}
    return {change: sum(points) for change, points in known.items() if len(points) == len(by_change[change])}


def show_all(texts: list[Text], tables: list[dict[str, float]], grader: str = OURS) -> None:
    """Prints a table a text, and what each change does over all of them."""
    print(f"\n== {grader}")
    moved: dict[str, list[float]] = {}
    for (rubric, name), totals in zip(texts, tables, strict=True):
        show_example(rubric, name, totals)
        for change, percent in changes_of(totals, rubric.max_points).items():
            moved.setdefault(change, []).append(percent)
    show_summary(moved)


def versions_of(text: str, language: str, changes: Collection[str] = ALL) -> dict[str, str]:
    """The text as it is, and its variations, by name."""
    return {SAME: text, **changed(text, language, {name: ALL[name] for name in changes})}


async def totals_of(rubric: Rubric, text: str, changes: Collection[str], judge: Judge, swap: bool) -> dict[str, float]:
    """The total of the text as it is, and of each variation."""
    versions = versions_of(text, rubric.language, changes)
    totals = {name: await total_of(rubric, version, judge) for name, version in versions.items()}
    if swap:
        totals[ORDER_OF_OPTIONS] = await total_of(rubric, text, SwappedJudge(judge))
    return {name: total for name, total in totals.items() if total is not None}


async def totals_again(rubric: Rubric, text: str, judge: Judge, times: int) -> dict[str, float]:
    """The total when the same text is asked again with nothing remembered, and finally with the questions reordered.

    An engine that begins each question where the last one left off would round differently then.
    """
    found = {f"asked again ({number})": await total_of(rubric, text, judge) for number in range(1, times + 1)}
    if times:
        found["asked again, last question first"] = await total_of(rubric, text, LastFirst(judge))
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

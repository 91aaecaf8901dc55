"""Agreement with human grades, for any judge and every way of asking it.

    python -m benchmarks.agreement FOLDER [--limit N] [--beyond N] [--model NAME] [--variant WAY …]

FOLDER holds `items.jsonl` and `grades.csv`. Ways of asking: checks, swapped, levels, shown, points, each, all. `--model
none` asks no model and shows what likeness to the reference answers achieves alone; `--model structured:embedded` has
the embedded model write JSON. Answers are kept in benchmarks/cache: a second run takes seconds, and an interrupted one
(Ctrl-C) resumes where it stopped.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.agreement.cases import HumanSet, read_set
from benchmarks.agreement.keeping import NoJudge, add_up
from benchmarks.agreement.readings import WAYS, Reader, Reading
from benchmarks.agreement.report import show_agreement, show_bands, show_questions, show_spending, write_readouts
from benchmarks.agreement.variants import points_of, variants
from benchmarks.asking import CACHE, open_judge, open_memo
from benchmarks.vectors import kept_vectors
from evaluator.calibration.agreement import RESAMPLES
from evaluator.judge.questions import Judge
from evaluator.settings import load_settings


def main(
    folder: Path,
    limit: Annotated[int | None, typer.Option(help="So many items, taken evenly from the list.")] = None,
    beyond: Annotated[int | None, typer.Option(help="Only the items that --limit of this number leaves out.")] = None,
    model: Annotated[str, typer.Option(help="The judge, as in settings; none for likeness alone.")] = "embedded",
    variant: Annotated[list[str] | None, typer.Option(help=f"Ways of asking: {', '.join(WAYS)} or all.")] = None,
    rubric: Annotated[Path | None, typer.Option(help="Another rubric than the benchmark's own.")] = None,
    detail: Annotated[bool, typer.Option(help="Also each question alone, and errors by band and question.")] = False,
    resamples: Annotated[int, typer.Option(help="Bootstrap samples of each interval; 0 for none.")] = RESAMPLES,
    out: Annotated[Path | None, typer.Option(help="Folder for readouts.jsonl and figures.json.")] = None,
) -> None:
    """Prints agreement, the human ceiling and what was asked, and writes readouts for a calibration run."""
    start = time.perf_counter()
    human = read_set(folder, rubric, limit, beyond)
    judge = NoJudge() if model == "none" else open_judge(model)
    with kept_vectors():
        readings, reader, ways = asyncio.run(read_all(human, judge, ways_of(variant, model)))
    references = any(case.rubric.references for case in human.cases)
    closing = any(criterion.closing for case in human.cases for criterion in case.rubric.criteria)
    found = variants(ways, references, reader.kept["product"].traits.anchored, closing)
    points = {name: points_of(share, readings, human) for name, share in found.items()}
    points = {name: table for name, table in points.items() if table.notna().any(axis=None)}
    print(f"{human.name}: {len(readings)} items, judge {model}, ways {', '.join(ways) or 'none'}")
    figures = show_agreement(human, points, resamples)
    if detail and points:
        shown = next(name for name in ("product", "likeness", *points) if name in points)
        show_bands(human, shown, points[shown])
        show_questions(human, readings)
    show_spending({way: add_up([*kept.spent.values()]) for way, kept in reader.kept.items()}, len(readings))
    print(f"this run: {time.perf_counter() - start:.0f} s")
    place = out or CACHE / "agreement" / f"{human.name}-{model.replace('/', '_').replace(':', '_')}"
    if "product" in points:
        write_readouts(place / "readouts.jsonl", human, readings, points["product"])
    place.mkdir(parents=True, exist_ok=True)
    (place / "figures.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    print(f"written: {place}")


def ways_of(chosen: list[str] | None, model: str) -> list[str]:
    """Returns the ways to ask: the concrete questions by default, nothing without a model."""
    if model == "none":
        return []
    wanted = chosen or ["checks"]
    unknown = sorted(set(wanted) - {*WAYS, "all"})
    if unknown:
        raise typer.BadParameter(f"{unknown[0]} is none of {', '.join(WAYS)}, all")
    return list(WAYS) if "all" in wanted else [way for way in WAYS if way in wanted]


async def read_all(human: HumanSet, judge: Judge, ways: list[str]) -> tuple[list[Reading], Reader, list[str]]:
    """Reads every case: one at a time on the embedded model, which has one slot, otherwise several at a time."""
    ways = [way for way in ways if way != "each" or not judge.traits.anchored]
    reader = Reader(judge, open_memo(), ways)
    alone = judge.name == "none" or "embedded" in judge.name
    room = asyncio.Semaphore(1 if alone else load_settings().concurrency)
    done, start = 0, time.perf_counter()

    async def read(case) -> Reading:  # type: ignore[no-untyped-def]
        nonlocal done
        async with room:
            reading = await reader.read(case)
        done += 1
        if done % 10 == 0:
            print(f"{done}/{len(human.cases)}  {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
        return reading

    return list(await asyncio.gather(*(read(case) for case in human.cases))), reader, ways


if __name__ == "__main__":
    typer.run(main)

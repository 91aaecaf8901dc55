"""The product beside other graders: same model, same endpoint, same items, same run.

    python -m benchmarks.peers FOLDER [--limit N] [--peer NAME …] [--address http://host:8000]

Peers: plain, autorubric, deepeval, openevals; each runs in an environment that is set up at first use. Prints
agreement, seconds and tokens. What was graded is kept under benchmarks/cache/peers, so an interrupted run goes on.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.agreement.cases import Case, HumanSet, read_set
from benchmarks.agreement.report import show_agreement
from benchmarks.asking import CACHE
from benchmarks.peers.counting import MODEL, Counter, counted, serve_embedded
from benchmarks.peers.environments import PEERS, RUNNERS, prepare
from benchmarks.peers.jobs import points_of, read_results, write_jobs
from evaluator.calibration.agreement import RESAMPLES
from evaluator.grading import grade
from evaluator.judge.choose import choose
from evaluator.judge.questions import Usage
from evaluator.scorecard import Verdict
from evaluator.settings import load_settings
from evaluator.storage import memo_key

OURS = "evaluator"


def main(
    folder: Path,
    limit: Annotated[int | None, typer.Option(help="So many items, taken evenly from the list.")] = 20,
    peer: Annotated[list[str] | None, typer.Option(help=f"Only these: {', '.join(PEERS)}.")] = None,
    address: Annotated[str | None, typer.Option(help="Another endpoint than the embedded model's, without /v1.")] = None,
    resamples: int = RESAMPLES,
) -> None:
    """Grades the same items with each grader and prints agreement, seconds and tokens."""
    human = read_set(folder, limit=limit)
    names = peer or list(PEERS)
    pythons = {name: prepare(name) for name in names}
    place = place_for(human, address)
    with counted(address or serve_embedded()) as (base_url, counter):
        spent = {name: run_peer(name, pythons[name], place, human.cases, base_url, counter) for name in names}
        spent[OURS] = asyncio.run(run_ours(place, human.cases, base_url, counter))
    results = {name: read_results(place / f"{name}.jsonl") for name in (OURS, *names)}
    figures = show_agreement(human, {name: points_of(found, human) for name, found in results.items()}, resamples)
    show_spending(spent, len(human.cases))
    (place / "figures.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    print(f"written: {place}")


def place_for(human: HumanSet, address: str | None) -> Path:
    """The folder of one set of items and one endpoint."""
    key = memo_key([case.id for case in human.cases], [case.rubric.digest for case in human.cases], address or "embedded")
    return CACHE / "peers" / f"{human.name}-{len(human.cases)}-{key[:8]}"


def run_peer(
    name: str, python: Path, place: Path, cases: tuple[Case, ...], base_url: str, counter: Counter
) -> dict[str, Any]:
    """Runs a peer over what it has not graded yet; gives what all of it took, earlier runs included."""
    write_jobs(place / "jobs.jsonl", cases)
    quiet = {"LANGSMITH_TRACING": "false", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [str(python), str(RUNNERS / f"run_{name}.py"), base_url, MODEL]
    counter.take()
    with open(place / f"{name}.log", "a", encoding="utf-8") as log:
        ended = subprocess.run(
            [*command, str(place / "jobs.jsonl"), str(place / f"{name}.jsonl")],
            env={**os.environ, **quiet},
            stdout=log,
            stderr=log,
            check=False,
        )
    told = "done" if ended.returncode == 0 else f"ended with {ended.returncode}, see {place / name}.log"
    print(f"{name}: {told}", file=sys.stderr, flush=True)
    return keep_account(place, name, counter.take())


async def run_ours(place: Path, cases: tuple[Case, ...], base_url: str, counter: Counter) -> dict[str, Any]:
    """The product over the same endpoint, remembering nothing between items but what it has graded."""
    judge = choose(f"readout:{base_url}#{MODEL}", load_settings())
    done = read_results(place / f"{OURS}.jsonl")
    counter.take()
    place.mkdir(parents=True, exist_ok=True)
    with open(place / f"{OURS}.jsonl", "a", encoding="utf-8") as file:
        for case in cases:
            if (case.id, case.rubric.criteria[0].id) in done:
                continue
            card = await grade(case.transcript, case.rubric, judge, [], lambda _: None)
            for item in card.verdicts:
                points = item.points if isinstance(item, Verdict) else None
                file.write(json.dumps({"item": case.id, "criterion": item.criterion, "points": points}) + "\n")
            file.flush()
    return keep_account(place, OURS, counter.take())


def keep_account(place: Path, name: str, usage: Usage) -> dict[str, Any]:
    """Adds what a run took to what earlier runs of the same grader took."""
    path = place / f"{name}.usage.json"
    before = Usage.model_validate_json(path.read_text()) if path.exists() else Usage()
    total = before + usage
    path.write_text(total.model_dump_json())
    return total.model_dump()


def show_spending(spent: dict[str, dict[str, Any]], items: int) -> None:
    """Prints requests, tokens and seconds at the endpoint, and seconds beside the product's."""
    own = spent[OURS]["seconds"] or float("nan")
    print("\nat the endpoint, environments and start-up not counted")
    for name, usage in spent.items():
        read = usage["prompt_tokens"] - usage["cached_tokens"]
        print(
            f"  {name:12} {usage['requests']:5} requests  {read:8} tokens read  {usage['cached_tokens']:8} cached  "
            f"{usage['generated_tokens']:7} generated  {usage['seconds']:8.0f} s  {usage['seconds'] / items:6.1f} s an item  "
            f"{usage['seconds'] / own:5.1f} × {OURS}"
        )


if __name__ == "__main__":
    typer.run(main)

"""The product beside other graders: same model, same endpoint, same items, same run.

    python -m benchmarks.peers FOLDER [--limit N] [--peer NAME …] [--address http://host:8000]

Peers: plain, autorubric, deepeval, openevals; each runs in its own environment, set up at first use. Prints agreement,
seconds and tokens. Gradings are kept under benchmarks/cache/peers, so an interrupted run resumes.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.agreement.cases import HumanSet, read_set
from benchmarks.agreement.report import show_agreement
from benchmarks.asking import CACHE
from benchmarks.peers.counting import counted, serve_embedded
from benchmarks.peers.environments import PEERS, prepare
from benchmarks.peers.jobs import points_of, read_results
from benchmarks.peers.running import OURS, own_results, run_ours, run_peer
from evaluator.calibration.agreement import RESAMPLES
from evaluator.judge.backends.embedded import EmbeddedAsker
from evaluator.judge.questions import Traits
from evaluator.storage import memo_key


def main(
    folder: Path,
    limit: Annotated[int | None, typer.Option(help="So many items, taken evenly from the list.")] = 20,
    peer: Annotated[list[str] | None, typer.Option(help=f"Only these: {', '.join(PEERS)}.")] = None,
    address: Annotated[
        str | None, typer.Option(help="Another endpoint than the embedded model's, without /v1.")
    ] = None,
    resamples: int = RESAMPLES,
) -> None:
    """Grades the same items with each grader and prints agreement, seconds and tokens."""
    human = read_set(folder, limit=limit)
    names = peer or list(PEERS)
    pythons = {name: prepare(name) for name in names}
    place = place_for(human, address)
    with counted(address or serve_embedded()) as (base_url, counter):
        spent = {name: run_peer(name, pythons[name], place, human.cases, base_url, counter) for name in names}
        traits = Traits() if address else EmbeddedAsker.traits
        spent[OURS] = asyncio.run(run_ours(place, human.cases, base_url, counter, traits))
    results = {OURS: read_results(own_results(place, human.cases))}
    results |= {name: read_results(place / f"{name}.jsonl") for name in names}
    figures = show_agreement(human, {name: points_of(found, human) for name, found in results.items()}, resamples)
    show_spending(spent, len(human.cases))
    (place / "figures.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    print(f"written: {place}")


def place_for(human: HumanSet, address: str | None) -> Path:
    """The folder of one set of items and one endpoint."""
    key = memo_key(
        [case.id for case in human.cases], [case.rubric.digest for case in human.cases], address or "embedded"
    )
    return CACHE / "peers" / f"{human.name}-{len(human.cases)}-{key[:8]}"


def show_spending(spent: dict[str, dict[str, Any]], items: int) -> None:
    """Prints requests, tokens and seconds at the endpoint, and seconds beside the product's."""
    own = spent[OURS]["seconds"] or float("nan")
    print(f"\nat the endpoint, environments and start-up not counted; seconds of {OURS} are those of its whole work")
    for name, usage in spent.items():
        read = usage["prompt_tokens"] - usage["cached_tokens"]
        print(
            f"  {name:12} {usage['requests']:5} requests  {read:8} tokens read  {usage['cached_tokens']:8} cached  "
            f"{usage['generated_tokens']:7} generated  {usage['seconds']:8.0f} s  {usage['seconds'] / items:6.1f} s an item  "
            f"{usage['seconds'] / own:5.1f} × {OURS}"
        )


if __name__ == "__main__":
    typer.run(main)

"""Runs a peer or the product over cases: graded cases are not graded again, and the total cost is kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.agreement.cases import Case
from benchmarks.peers.counting import MODEL, Counter
from benchmarks.peers.environments import RUNNERS
from benchmarks.peers.jobs import read_results, write_jobs
from evaluator.grading import grade
from evaluator.judge.backends.endpoint import EndpointAsker
from evaluator.judge.backends.readout import ReadoutJudge
from evaluator.judge.backends.vendor_openai import Endpoint
from evaluator.judge.choose import limits_of
from evaluator.judge.combined.memory import RememberingJudge
from evaluator.judge.prompts import READOUT, template
from evaluator.judge.questions import Traits
from evaluator.scorecard import METHOD, Usage, Verdict
from evaluator.settings import load_settings
from evaluator.storage import AskMemo, memo_key

OURS = "evaluator"


def run_peer(
    name: str, python: Path, place: Path, cases: tuple[Case, ...], base_url: str, counter: Counter
) -> dict[str, Any]:
    """Runs a peer over what it has not graded yet; returns the total cost, earlier runs included."""
    write_jobs(place / "jobs.jsonl", cases)
    quiet = {"LANGSMITH_TRACING": "false", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [str(python), str(RUNNERS / f"run_{name}.py"), base_url, MODEL]
    counter.take()
    try:
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
    finally:  # an interrupted run has cost something too
        account = keep_account(place, name, counter.take())
    return account


async def run_ours(
    place: Path, cases: tuple[Case, ...], base_url: str, counter: Counter, traits: Traits
) -> dict[str, Any]:
    """The product over the same endpoint, with a memo of its own: anchors that items share are asked once.

    Its seconds cover the whole grading, since part of its work is not done by the model. `traits` is what the product
    assumes about the model when it is not behind an endpoint.
    """
    path = own_results(place, cases)
    endpoint = Endpoint(name=OURS, model=MODEL, base_url=base_url)
    asker = EndpointAsker(endpoint, limits=limits_of(load_settings()), traits=traits)
    judge = RememberingJudge(ReadoutJudge(asker), AskMemo(path.with_suffix(".db")))
    done = read_results(path)
    counter.take()
    seconds = 0.0
    with open(path, "a", encoding="utf-8") as file:
        for case in cases:
            if (case.id, case.rubric.criteria[0].id) in done:
                continue
            started = time.perf_counter()
            card = await grade(case.transcript, case.rubric, judge, [], lambda _: None)
            seconds += time.perf_counter() - started
            for item in card.verdicts:
                points = item.points if isinstance(item, Verdict) else None
                file.write(json.dumps({"item": case.id, "criterion": item.criterion, "points": points}) + "\n")
            file.flush()
    return keep_account(place, path.stem, counter.take().model_copy(update={"seconds": seconds}))


def own_results(place: Path, cases: tuple[Case, ...]) -> Path:
    """Where the product's points are stored.

    Each version of rubrics, prompts and arithmetic has its own place; peers depend on none of these.
    """
    version = [METHOD, template(*READOUT, cases[0].rubric.language).digest, [case.rubric.digest for case in cases]]
    return place / f"{OURS}-{memo_key(version)[:8]}.jsonl"


def keep_account(place: Path, name: str, usage: Usage) -> dict[str, Any]:
    """Adds the cost of a run to the cost of earlier runs of the same grader."""
    path = place / f"{name}.usage.json"
    before = Usage.model_validate_json(path.read_text()) if path.exists() else Usage()
    total = before + usage
    path.write_text(total.model_dump_json())
    return total.model_dump()

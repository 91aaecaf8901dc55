"""Grades texts in its own process and reports the cost of each.

Jobs come as JSON on standard input, results go to standard output, a line each.

Only names that earlier versions have too are imported, so that the same file measures a checkout of the version before
(`python -m benchmarks.speed --before CHECKOUT`).
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

OTHER = {
    "zh": "客户：您好，请问在吗？\n客服：在的，请讲。",
    "en": "Customer: Hello, is anybody there?\nAgent: Yes, go on.",
}


async def run(jobs: list[dict[str, str]], started: float) -> None:
    """Grades the texts, after warming up each rubric with another text.

    Anchors, weights and the rubric's own vectors are then loaded, as for every text but a process's first.
    """
    from evaluator.grading import grade, open_judge
    from evaluator.rubrics import find, load
    from evaluator.settings import load_settings
    from evaluator.transcript import parse

    judge = open_judge(load_settings(), "embedded")
    show(kind="start", import_s=time.perf_counter() - started, memory_mb=peak_mb())
    warm: set[str] = set()
    for job in jobs:
        path = Path(job["rubric"])
        rubric = load(path) if path.suffix == ".yaml" else find(job["rubric"])
        if job["rubric"] not in warm:
            begun = time.perf_counter()
            other = parse(OTHER[rubric.language], form=rubric.form)
            await grade(other, rubric, judge, [], lambda _: None)
            show(kind="warm", rubric=job["rubric"], wall_s=time.perf_counter() - begun, memory_mb=peak_mb())
            warm.add(job["rubric"])
        seen: list[float] = []
        begun, processor = time.perf_counter(), time.process_time()

        def report(progress: Any, seen: list[float] = seen, begun: float = begun) -> None:
            if progress.verdict is not None and not seen:
                seen.append(time.perf_counter() - begun)

        card = await grade(parse(job["text"], form=rubric.form), rubric, judge, [], report)
        show(
            kind="job",
            job=job["id"],
            wall_s=time.perf_counter() - begun,
            cpu_s=time.process_time() - processor,
            first_s=seen[0] if seen else None,
            read=card.usage.prompt_tokens - card.usage.cached_tokens,
            cached=card.usage.cached_tokens,
            written=card.usage.generated_tokens,
            requests=card.usage.requests,
            points=card.total,
        )
    show(kind="end", memory_mb=peak_mb())


def peak_mb() -> float:
    """The peak memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def show(**values: object) -> None:
    """One result."""
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    begun_at = time.perf_counter()
    asyncio.run(run(json.load(sys.stdin), begun_at))

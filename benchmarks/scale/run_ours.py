"""This product over a file of jobs: python run_ours.py MODEL JOBS OUT CONCURRENCY.

A batch that was begun is resumed.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from contextlib import closing
from pathlib import Path

from evaluator.batch import create, resume
from evaluator.grading import open_judge
from evaluator.rubric import Rubric
from evaluator.settings import load_settings
from evaluator.storage import open_records


def cpu() -> float:
    """Processor seconds so far, of this process and its threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def main(model: str, jobs: Path, out: Path, concurrency: int) -> None:
    """Grades, writes one line per item, and times the work after the imports, which every grader has."""
    settings = load_settings(model=model, concurrency=concurrency, requests_at_once=8 * concurrency)
    rubric = Rubric.model_validate_json((jobs.parent / "rubric.json").read_text(encoding="utf-8"))
    with open_records(settings) as records, closing(open_judge(settings)) as judge:
        batches = records.batches.all()
        if batches:
            batch_id = batches[0].id
        else:
            rows = map(json.loads, jobs.read_text(encoding="utf-8").splitlines())
            batch_id = create(((row["item"], row["text"]) for row in rows), rubric, settings=settings, records=records)
        started, used = time.monotonic(), cpu()
        async for _ in resume(batch_id, judge=judge, settings=settings, records=records):
            pass
        told = {"wall_s": time.monotonic() - started, "cpu_s": cpu() - used}
        (jobs.parent / "timing.json").write_text(json.dumps(told))
        with out.open("w", encoding="utf-8") as file:
            for items, cards in records.batches.pages(batch_id):
                for item in items:
                    card = cards.get(item.grading_id or "")
                    state = "failed" if card is None else "done" if card.coverage == 1 else "incomplete"
                    points = [getattr(one, "points", None) for one in card.verdicts] if card else None
                    file.write(json.dumps({"item": item.item, "state": state, "points": points}) + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])))

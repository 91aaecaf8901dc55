"""Runs a peer over a file of jobs, in the peer's own environment; standard library only.

Results already in OUT are not computed again. That is our doing: it stands for the best that a user of the peer would
build around it.
"""

import asyncio
import json
import resource
import sys
import time
from pathlib import Path


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def run(make_grade):
    """Runs the jobs with a peer.

    `make_grade(base_url, rubric)` returns an async function from a text to points by criterion.
    """
    base_url, jobs, out, concurrency = sys.argv[1:5]
    rubric = json.loads((Path(jobs).parent / "rubric.json").read_text(encoding="utf-8"))
    rows = [json.loads(line) for line in Path(jobs).read_text(encoding="utf-8").splitlines()]
    done = set()
    if Path(out).exists():
        done = {
            json.loads(line)["item"]
            for line in Path(out).read_text(encoding="utf-8").splitlines()
            if line.endswith("}")
        }
    asyncio.run(
        _run(
            make_grade(base_url, rubric), [row for row in rows if row["item"] not in done], Path(out), int(concurrency)
        )
    )


async def _run(grade, rows, out, concurrency):
    left = iter(rows)
    with out.open("a", encoding="utf-8") as file:

        async def work():
            for row in left:
                try:
                    points = await grade(row["text"])
                    state = "done" if all(value is not None for value in points) else "incomplete"
                except Exception as error:
                    points, state = None, "failed"
                    print(type(error).__name__, str(error)[:200], file=sys.stderr)
                file.write(json.dumps({"item": row["item"], "state": state, "points": points}) + "\n")
                file.flush()

        started, used = time.monotonic(), cpu()
        await asyncio.gather(*(work() for _ in range(concurrency)))
    told = {"wall_s": time.monotonic() - started, "cpu_s": cpu() - used}
    out.with_name("timing.json").write_text(json.dumps(told))

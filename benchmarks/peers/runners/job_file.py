"""Runs a peer over a file of jobs, in the peer's own environment; standard library only.

    python run_PEER.py BASE_URL MODEL JOBS OUT

A job that is already in OUT is not run again, so an interrupted run resumes.
"""

import json
import sys
import time
import traceback
import urllib.error
import urllib.request
from pathlib import Path


def run(make_scorer):
    """Runs the jobs with the function from a job to points that `make_scorer(base_url, model)` returns.

    The function returns None if no points could be read.
    """
    base_url, model, jobs, out = sys.argv[1:5]
    score = make_scorer(base_url, model)
    done = set()
    if Path(out).exists():
        rows = [json.loads(line) for line in Path(out).read_text(encoding="utf-8").splitlines()]
        done = {(row["item"], row["criterion"]) for row in rows}
    with open(out, "a", encoding="utf-8") as file:
        for line in Path(jobs).read_text(encoding="utf-8").splitlines():
            job = json.loads(line)
            if (job["item"], job["criterion"]["id"]) not in done:
                row = _one(score, job)
                if row["error"] and not _is_there(base_url):
                    sys.exit("the endpoint is gone")  # so that its absence is not taken for the peer's answer
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                file.flush()


def _is_there(base_url):
    try:
        urllib.request.urlopen(f"{base_url}/models", timeout=60).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _one(score, job):
    started, points, error = time.perf_counter(), None, ""
    try:
        points = score(job)
    except Exception as problem:  # whatever a peer raises is its answer to this job, and the others go on
        error = f"{type(problem).__name__}: {problem}"[:300]
        traceback.print_exc(limit=2)
    seconds = round(time.perf_counter() - started, 3)
    return {
        "item": job["item"],
        "criterion": job["criterion"]["id"],
        "points": points,
        "seconds": seconds,
        "error": error,
    }


def describe(criterion):
    """A criterion with its levels, as text."""
    head = ": ".join(part for part in (criterion["name"], criterion["description"]) if part)
    return "\n".join([head, *(f"{level['points']:g} = {level['description']}" for level in criterion["levels"])])


def scale(criterion):
    """The points that may be awarded: whole ones where the maximum is whole, otherwise those of the levels."""
    most = criterion["points"]
    return [float(n) for n in range(int(most) + 1)] if most == int(most) else [x["points"] for x in criterion["levels"]]

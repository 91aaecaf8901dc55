"""Throughput, processor time, memory and faults of this product and other graders on one scripted endpoint.

    python -m benchmarks.scale [--items 200] [--concurrency 16] [--failing 0.2] [--kills 3] [--peer NAME …]

Each grader runs in a process and (the peers) an environment of its own over the same made-up transcripts of four
criteria. `ideal` is the time that the endpoint's latency alone would take with that many texts in progress. What the
endpoint counted says what was sent, paid and paid twice. Nothing here was tuned on anything: the figures are counts and
clocks.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.scale.items import rubric, transcript
from benchmarks.scale.peers import PEERS, prepare

HERE = Path(__file__).parent
OURS = ("ours readout", "ours structured")


@contextmanager
def endpoint() -> Iterator[str]:
    """A scripted endpoint in its own process; yields its address without /v1."""
    command = [sys.executable, str(HERE / "endpoint.py")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()


def control(address: str, **script: Any) -> None:
    """Sets latency and faults, and clears the counts."""
    request = urllib.request.Request(f"{address}/control", json.dumps(script).encode())
    urllib.request.urlopen(request).close()


def counts(address: str) -> dict[str, Any]:
    """What the endpoint has counted since."""
    with urllib.request.urlopen(f"{address}/counts") as reply:
        return json.load(reply)


def command_of(name: str, address: str, folder: Path, concurrency: int) -> tuple[list[str], dict[str, str]]:
    """How a grader is run over the jobs in `folder`, and its environment."""
    environment = {**os.environ, "OPENAI_API_KEY": "none", "PYTHONPATH": str(HERE.parents[1])}
    jobs = [str(folder / "jobs.jsonl"), str(folder / "out.jsonl"), str(concurrency)]
    if name in OURS:
        way = "structured:" if name.endswith("structured") else "readout:"
        environment["EVALUATOR_DATA_DIR"] = str(folder / "data")
        return [sys.executable, str(HERE / "run_ours.py"), f"{way}{address}/v1#scripted-1", *jobs], environment
    environment.pop("PYTHONPATH")
    return [str(prepare(name)), str(HERE / f"run_{name}.py"), f"{address}/v1", *jobs], environment


def run(name: str, address: str, folder: Path, concurrency: int, kill_after_s: float | None = None) -> dict[str, Any]:
    """Runs one grader to its end, or kills it after that many seconds.

    Returns wall and processor seconds, peak memory and the results.
    """
    command, environment = command_of(name, address, folder, concurrency)
    log = (folder / "log.txt").open("ab")
    started = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        with_children = os.getpgid(process.pid)
        os.killpg(with_children, signal.SIGKILL)
    _, _, usage = os.wait4(process.pid, 0)
    out = folder / "out.jsonl"
    lines = out.read_text(encoding="utf-8").splitlines() if out.exists() else []
    rows = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
    timing = folder / "timing.json"
    told = json.loads(timing.read_text()) if timing.exists() else {}
    return {
        "wall_s": round(told.get("wall_s", time.monotonic() - started), 1),
        "cpu_s": round(told.get("cpu_s", usage.ru_utime + usage.ru_stime), 2),
        "start_s": round(time.monotonic() - started - told.get("wall_s", 0.0), 1),
        "memory_mb": usage.ru_maxrss // 1024,
        "finished": sum(row["state"] == "done" for row in rows),
        "ungraded": sum(row["state"] == "incomplete" for row in rows),
        "failed": sum(row["state"] == "failed" for row in rows),
        "points": {row["item"]: row["points"] for row in rows if row["state"] == "done"},
    }


def write_jobs(folder: Path, items: int) -> None:
    """The transcripts and the rubric, in a form that needs none of our code to read."""
    folder.mkdir(parents=True, exist_ok=True)
    about = rubric().model_dump(mode="json")
    (folder / "rubric.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    with (folder / "jobs.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(
            json.dumps({"item": str(n), "text": transcript(n)}, ensure_ascii=False) + "\n" for n in range(items)
        )


def main(
    items: int = 200,
    concurrency: int = 16,
    failing: float = 0.2,
    kills: int = 3,
    peer: Annotated[list[str] | None, typer.Option(help=f"Only these: {', '.join(PEERS)}.")] = None,
    ours: bool = True,
    out: Path = Path("benchmarks/cache/scale.json"),
) -> None:
    """Measures and prints; results are kept after each grader."""
    names = [*(OURS if ours else ()), *(PEERS if peer is None else peer)]
    out.parent.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = json.loads(out.read_text()) if out.exists() else {}
    with endpoint() as address, tempfile.TemporaryDirectory() as home:
        for name in names:
            key = f"{name} {items}x{concurrency}"
            found.setdefault(key, {})
            what = (name, address, Path(home), items, concurrency)
            calm = _measure(found[key], "calm", out, found, partial(_calm, *what))
            if failing:
                _measure(found[key], "faulty", out, found, partial(_faulty, *what, failing, calm))
            if kills:
                _measure(found[key], "killed", out, found, partial(_killed, *what, kills, calm))
            show(key, found[key], items)


def _measure(into: dict[str, Any], what: str, out: Path, found: dict[str, Any], measure: Any) -> dict[str, Any]:
    if what not in into:
        into[what] = measure()
        out.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    return into[what]


def _calm(name: str, address: str, home: Path, items: int, concurrency: int) -> dict[str, Any]:
    folder = home / f"{name}-calm"
    write_jobs(folder, items)
    control(address, median_s=0.2)
    told = run(name, address, folder, concurrency)
    return told | {"endpoint": counts(address)}


def _faulty(
    name: str, address: str, home: Path, items: int, concurrency: int, failing: float, calm: dict[str, Any]
) -> dict[str, Any]:
    """The same, with that share of requests failing at the first try; points are compared with the calm run's."""
    folder = home / f"{name}-faulty"
    write_jobs(folder, items)
    control(address, median_s=0.2, failing=failing)
    told = run(name, address, folder, concurrency)
    wrong = sum(told["points"][item] != calm["points"].get(item) for item in told["points"])
    return told | {"wrong": wrong, "endpoint": counts(address)}


def _killed(
    name: str, address: str, home: Path, items: int, concurrency: int, kills: int, calm: dict[str, Any]
) -> dict[str, Any]:
    """Kills the grader at random moments of its working time and restarts it, and at last lets it finish."""
    folder, chance = home / f"{name}-killed", random.Random(7)
    write_jobs(folder, items)
    control(address, median_s=0.2)
    for _ in range(kills):
        run(name, address, folder, concurrency, calm["start_s"] + chance.uniform(0.1, 0.9) * calm["wall_s"] / 2)
        (folder / "timing.json").unlink(missing_ok=True)
    told = run(name, address, folder, concurrency)
    lost = sum(item not in told["points"] for item in calm["points"])
    return told | {"lost": lost, "kills": kills, "endpoint": counts(address)}


def show(name: str, found: dict[str, Any], items: int) -> None:
    """One grader's figures."""
    calm = found["calm"]
    asked = calm["endpoint"]
    ideal = asked["waited_s"] / max(int(name.rsplit("x", 1)[1]), 1) / max(asked["requests"] / items, 1)
    share = ideal / calm["wall_s"] if calm["wall_s"] else float("nan")
    print(
        f"\n{name}: {calm['finished']}/{items} in {calm['wall_s']} s (ideal {ideal:.1f} s, share {share:.2f}), "
        f"{calm['cpu_s'] / items:.3f} s of processor a transcript, {calm['memory_mb']} MB, "
        f"{asked['requests']} requests, {asked['prompt_tokens'] / items:.0f} prompt tokens a transcript"
    )
    if faulty := found.get("faulty"):
        print(
            f"  faults: {faulty['finished']} finished, {faulty['wrong']} with other points, {faulty['ungraded']} incomplete, {faulty['failed']} failed"
        )
    if killed := found.get("killed"):
        print(
            f"  {killed['kills']} kills: {killed['lost']} lost, {killed['endpoint']['paid_twice']} of {killed['endpoint']['paid']} answers paid twice"
        )


if __name__ == "__main__":
    typer.run(main)

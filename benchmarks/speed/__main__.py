"""The product beside its previous version and JSON, on each engine: seconds, processor seconds and tokens.

    python -m benchmarks.speed [--dialogues FOLDER] [--before CHECKOUT] [--engine NAME …] [--way WAY …]

Three shipped rubrics with their good example, and twelve dialogues of FOLDER (`helpdesk_zh`). Ways:

    product   the product's own path, evidence and all
    before    the same of another checkout (its own engine, prompts and anchors)
    same      every question that the product asks, answered in one JSON object with a reason each
    points    a JSON object with a reason and a score for each criterion, nothing else
    reading   the text alone: the floor under any way

Each way runs in processes of its own, weights loaded and the rubric known. What was measured is kept in
benchmarks/cache, so that an interrupted run goes on where it stopped; `--fresh` measures anew. Processor seconds hardly
depend on what else the machine does, wall seconds do: compare them within one run on a quiet machine. EVALUATOR_THREADS
sets the threads.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.agreement.cases import read_set
from benchmarks.asking import CACHE
from benchmarks.examples import read_example
from evaluator.rubrics import find
from evaluator.settings import load_settings

RUBRICS = ("cross-border-wrong-item", "bank-marketing-messages", "ai-and-people")
HELPDESK = Path(__file__).parents[1] / "agreement" / "rubrics" / "helpdesk_zh.yaml"
DIALOGUES = 12
WAYS = ("product", "before", "same", "points", "reading")
ROOT = Path(__file__).parents[2]
SUMS = ("wall_s", "cpu_s", "requests", "read", "cached", "written")
Job = dict[str, str]
Found = dict[str, Any]


def jobs_of(dialogues: Path | None) -> list[Job]:
    """The texts to grade: three examples, and dialogues taken evenly from a folder."""
    jobs = [{"id": name, "rubric": name, "text": read_example(find(name), "good")} for name in RUBRICS]
    if dialogues:
        for case in read_set(dialogues, limit=DIALOGUES).cases:
            text = "\n".join(f"{turn.speaker}：{turn.text}" for turn in case.transcript.turns)
            jobs.append({"id": case.id, "rubric": str(HELPDESK), "text": text})
    return jobs


def main(
    dialogues: Annotated[Path | None, typer.Option(help="The folder helpdesk_zh.")] = None,
    before: Annotated[Path | None, typer.Option(help="A checkout of the version before.")] = None,
    engine: Annotated[list[str] | None, typer.Option(help="ik, xllamacpp; both otherwise.")] = None,
    way: Annotated[list[str] | None, typer.Option(help=f"{', '.join(WAYS)}; all otherwise.")] = None,
    text: Annotated[list[str] | None, typer.Option(help="Only these texts: a rubric's or a dialogue's id.")] = None,
    fresh: Annotated[bool, typer.Option(help="Measure anew what was measured.")] = False,
) -> None:
    """Measures what is missing and prints the tables."""
    jobs = [job for job in jobs_of(dialogues) if not text or job["id"] in text]
    kept = Kept(CACHE / "speed.json")
    for name in engine or ["ik", "xllamacpp"]:
        for one in way or WAYS:
            if one == "before" and (before is None or name != "xllamacpp"):
                continue
            todo = [job for job in jobs if fresh or not kept.has(one, name, job["id"])]
            if todo:
                measure(one, name, todo, before, kept)
    show(kept, jobs)


def measure(way: str, engine: str, jobs: list[Job], before: Path | None, kept: Kept) -> None:
    """Runs one way over the jobs in a process of its own; every result is kept as soon as it is there."""
    with tempfile.TemporaryDirectory() as scratch:
        root = before.resolve() if way == "before" and before else ROOT
        settings = load_settings()
        changes = {"EVALUATOR_DATA_DIR": scratch, "EVALUATOR_CACHE_DIR": str(settings.model_dir)}
        environment = {**os.environ, **changes, "EVALUATOR_ENGINE": engine, "PYTHONPATH": str(root)}
        own = Path(__file__).with_name("product.py")
        command = [str(own)] if way in ("product", "before") else ["-m", "benchmarks.speed.other_ways", way]
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=root,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps(jobs))
        process.stdin.close()
        for line in process.stdout:
            if line.startswith("{"):
                kept.add(way, engine, json.loads(line))
                print(f"{way} {engine} {line.strip()}", file=sys.stderr, flush=True)
        if process.wait():
            raise SystemExit(f"{way} on {engine} ended with {process.returncode}")


class Kept:
    """Results on disk, by way, engine and job."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: dict[str, Found] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def has(self, way: str, engine: str, job: str) -> bool:
        """Whether the result exists."""
        return f"{way} {engine} {job}" in self._found

    def get(self, way: str, engine: str, job: str) -> Found | None:
        """Returns the stored result."""
        return self._found.get(f"{way} {engine} {job}")

    def add(self, way: str, engine: str, found: Found) -> None:
        """Stores a result, under its job or its kind."""
        name = found.get("job") or f"{found['kind']} {found.get('rubric', '')}".strip()
        self._found[f"{way} {engine} {name}"] = {**found, "at": time.strftime("%Y-%m-%d %H:%M")}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps(self._found, indent=1, ensure_ascii=False), encoding="utf-8")


def show(kept: Kept, jobs: list[Job]) -> None:
    """A table for the examples, one for the dialogues, and what the product's way is beside the others."""
    examples = [job for job in jobs if job["id"] in RUBRICS]
    for title, some in (("examples", examples), ("dialogues", [job for job in jobs if job not in examples])):
        rows = {
            (way, engine): found
            for engine in ("ik", "xllamacpp")
            for way in WAYS
            if (found := add_up(kept, way, engine, some))
        }
        if not rows:
            continue
        print(f"{title} ({len(some)} texts)")
        print(
            f"  {'':20} {'wall':>8} {'processor':>9} {'first':>6} {'asked':>5} {'read':>6} {'cached':>7} {'written':>7}"
        )
        for (way, engine), found in rows.items():
            first = f"{found['first_s']:.1f}" if found["first_s"] is not None else ""
            print(
                f"  {way + ' ' + engine:20} {found['wall_s']:8.1f} {found['cpu_s']:9.1f} {first:>6} {found['requests']:5} "
                f"{found['read']:6} {found['cached']:7} {found['written']:7}"
            )
        for line in ratios(rows):
            print(f"  {line}")
    for engine in ("ik", "xllamacpp"):
        for way in ("product", "before"):
            begun, done = kept.get(way, engine, "start"), kept.get(way, engine, "end")
            if begun and done:
                print(
                    f"{way} {engine}: imports {begun['import_s']:.1f} s, memory {begun['memory_mb']:.0f} MB before the "
                    f"weights are loaded, {done['memory_mb']:.0f} MB at its peak"
                )


def add_up(kept: Kept, way: str, engine: str, jobs: list[Job]) -> Found | None:
    """Sums over the jobs, and the mean time to the first verdict; None unless all were measured."""
    found = [kept.get(way, engine, job["id"]) for job in jobs]
    if not found or any(one is None for one in found):
        return None
    whole = [one for one in found if one]
    firsts = [one["first_s"] for one in whole if one["first_s"] is not None]
    sums: Found = {name: sum(one[name] for one in whole) for name in SUMS}
    return sums | {"first_s": sum(firsts) / len(firsts) if firsts else None}


def ratios(rows: dict[tuple[str, str], Found]) -> list[str]:
    """How many times as long the other ways take as the product, in wall and processor time."""
    lines = []
    for engine in ("ik", "xllamacpp"):
        own = rows.get(("product", engine))
        for (way, other), found in rows.items():
            if own and (other == engine or way == "before") and way != "product":
                wall, processor = found["wall_s"] / own["wall_s"], found["cpu_s"] / own["cpu_s"]
                lines.append(
                    f"{way} ({other}) takes {wall:.1f} times as long as the product on {engine}, {processor:.1f} in processor"
                )
    return lines


if __name__ == "__main__":
    typer.run(main)

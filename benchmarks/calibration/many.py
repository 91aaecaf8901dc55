"""The cost of a report on very many grades: made-up grades and readouts, then the command as a user runs it.

    python -m benchmarks.calibration.many [--items 25000] [--graders 20]

Prints processor time and the most memory of `evaluator calibrate run`. Two criteria, so the defaults are a million
grades.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import typer

CRITERIA = ("a", "b")
HIGHEST = 5


def main(items: int = 25_000, graders: int = 20, seed: int = 0) -> None:
    """Makes the files, runs the report and prints its cost."""
    with tempfile.TemporaryDirectory() as place:
        folder, generator = Path(place), np.random.default_rng(seed)
        write_grades(folder / "grades.csv", items, graders, generator)
        write_readouts(folder / "readouts.jsonl", items, generator)
        run_report(folder)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{items * graders * len(CRITERIA):,} grades: {used.ru_utime + used.ru_stime:.0f} s of a processor, "
          f"{used.ru_maxrss / 1000:.0f} MB")  # fmt: skip


def write_grades(path: Path, items: int, graders: int, generator: np.random.Generator) -> None:
    """Writes one grade per row, every grader for every item and criterion."""
    with path.open("w", encoding="utf-8") as file:
        file.write("item,grader,criterion,points\n")
        for item in range(items):
            given = generator.integers(0, HIGHEST + 1, size=(graders, len(CRITERIA)))
            file.writelines(
                f"i{item},g{grader},{name},{given[grader, column]}\n"
                for grader in range(graders)
                for column, name in enumerate(CRITERIA)
            )


def write_readouts(path: Path, items: int, generator: np.random.Generator) -> None:
    """Makes up a machine's readouts."""
    with path.open("w", encoding="utf-8") as file:
        for item in range(items):
            points = dict(zip(CRITERIA, generator.uniform(0, HIGHEST, len(CRITERIA)).tolist(), strict=True))
            file.write(json.dumps({"item": f"i{item}", "points": points, "features": {}}) + "\n")


def run_report(folder: Path) -> None:
    """`evaluator calibrate run` on the files; its output is not shown."""
    command = [sys.executable, "-m", "evaluator", "calibrate", "run", "--out", str(folder / "report")]
    command += ["--grades", str(folder / "grades.csv"), "--readouts", str(folder / "readouts.jsonl")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    typer.run(main)

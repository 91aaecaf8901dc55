"""Simulated customers, measured.

`training.py`, `hearing.py`, `calls.py` and `report.py` say what each command does.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.practice.calls import OUT


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.practice", description=__doc__)
    parser.add_argument("what", choices=["train", "judge", "calls", "report"])
    parser.add_argument("--personas", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=540)
    parser.add_argument("--writer")
    parser.add_argument("--grade", action="store_true")
    parser.add_argument("--alone", action="store_true", help="the classifier hears without a model")
    parser.add_argument("--out", type=Path, default=OUT)
    chosen = parser.parse_args()
    if chosen.what == "train":
        from benchmarks.practice.training import train

        train()
    elif chosen.what == "judge":
        from benchmarks.practice.hearing import main as read

        read(chosen.seconds)
    elif chosen.what == "calls":
        from benchmarks.practice.calls import main as lead

        lead(chosen.personas, chosen.seconds, chosen.writer, chosen.out, chosen.grade, chosen.alone)
    else:
        from benchmarks.practice.report import report

        report(chosen.out)


if __name__ == "__main__":
    main()

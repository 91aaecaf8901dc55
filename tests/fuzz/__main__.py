"""Fuzzes the readers of foreign input for a while, and says what was found.

    python -m tests.fuzz --seconds 3600 --seed 1 --out FOLDER [--only transcript …]
    python -m tests.fuzz --seed 1 --only rubric --at 4711        repeats one variant

Each variant follows from the seed, the reader's name and a number, so a finding can be repeated. A finding is an
exception that is not one of ours, a sentence of several lines, a broken promise of the reader, or a variant of at most
48 KB that takes more than five processor seconds. Findings are kept in FOLDER, one for each place in the code, with
the bytes that caused them; the
tally is printed at the end and written to FOLDER/tally.jsonl every few minutes.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable
from pathlib import Path

from tests.fuzz.running import Finding, Fuzzer
from tests.fuzz.targets import TARGETS

ROUND, ROUND_S = 50, 10.0  # most variants, and most seconds, of one reader before the next one
TALLY_S = 120.0


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--only", nargs="+", choices=sorted(TARGETS), default=sorted(TARGETS))
    asked.add_argument("--at", type=int, help="repeat this variant only")
    asked.add_argument("--out", type=Path, default=Path("fuzz-findings"))
    given = asked.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    fuzzers = {name: Fuzzer(name, given.seed) for name in given.only}
    if given.at is not None:
        for fuzzer in fuzzers.values():
            print(fuzzer.name, fuzzer.run(given.at) or "nothing found")
        return
    seen: set[tuple[str, str]] = set()
    end, tallied = time.monotonic() + given.seconds, 0.0
    while time.monotonic() < end:
        for fuzzer in fuzzers.values():
            for finding in fuzzer.runs(ROUND, min(ROUND_S, end - time.monotonic())):
                if (finding.target, finding.place) not in seen:
                    seen.add((finding.target, finding.place))
                    keep(finding, given.out)
            if time.monotonic() - tallied > TALLY_S:
                tallied = time.monotonic()
                tally(fuzzers.values(), given.seed, given.out)
    print(tally(fuzzers.values(), given.seed, given.out))


def keep(finding: Finding, out: Path) -> None:
    """Writes one finding: what it was, and the file that shows it."""
    name = f"{finding.target}-{finding.seed}-{finding.number}"
    (out / f"{name}{finding.suffix}").write_bytes(finding.data)
    (out / f"{name}.log").write_text(finding.story, encoding="utf-8", errors="backslashreplace")


def tally(fuzzers: Iterable[Fuzzer], seed: int, out: Path) -> str:
    """Writes what became of the variants so far, and returns it."""
    counts = {fuzzer.name: dict(fuzzer.tally) for fuzzer in fuzzers}
    line = json.dumps({"seed": seed, "variants": sum(sum(one.values()) for one in counts.values()), "readers": counts})
    with (out / "tally.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    return line


if __name__ == "__main__":
    main()

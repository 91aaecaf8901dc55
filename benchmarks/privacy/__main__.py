"""Recall and false alarms of masking on synthetic cases.

    python -m benchmarks.privacy

Data counts as found if nothing of it is left in the masked text. A false alarm is anything masked in an innocent sentence.
Half of the templates were not looked at while the finder was written; they are reported apart.
"""

from __future__ import annotations

from collections import defaultdict

import typer

from benchmarks.privacy.cases import Case, cases
from benchmarks.unseen.intervals import Share
from evaluator.privacy import mask


def found(case: Case) -> bool:
    """Whether all personal data of the case is gone from the masked text."""
    masked = mask(case.text)
    places = [(case.text.find(data), case.text.find(data) + len(data)) for data in case.data]
    covered = {at for piece in masked.pieces for at in range(piece.original_start, piece.original_end)}
    return all(at in covered for start, end in places for at in range(start, end) if case.text[at].isalnum())


def main() -> None:
    """Prints recall by kind and false alarms, for templates seen and not seen while the finder was written."""
    made = cases()
    print(f"{len(made)} cases")
    for seen in (True, False):
        print("\ntemplates that were looked at" if seen else "\ntemplates that were not")
        by_kind: dict[str, list[bool]] = defaultdict(list)
        for case in (case for case in made if case.seen == seen and case.data):
            by_kind[case.kind].append(found(case))
            if not by_kind[case.kind][-1]:
                by_kind[f"{case.kind} missed, such as {case.text}"] = []
        for kind, flags in by_kind.items():
            if flags:
                print(f"  {kind:10} {Share(sum(flags), len(flags))}")
        for kind in [kind for kind, flags in by_kind.items() if not flags][:8]:
            print(f"      {kind}")
        everything = [flag for flags in by_kind.values() for flag in flags]
        print(f"  recall     {Share(sum(everything), len(everything))}")
        innocent = [case for case in made if case.seen == seen and not case.data]
        wrong = [case for case in innocent if mask(case.text).pieces]
        print(f"  false alarms {Share(len(wrong), len(innocent))}")
        for case in wrong[:8]:
            print(f"      {mask(case.text).text}")
    unchanged = sum(mask(case.text).unmask(mask(case.text).text) == case.text for case in made)
    print(f"\nput back exactly: {Share(unchanged, len(made))}")


if __name__ == "__main__":
    typer.run(main)

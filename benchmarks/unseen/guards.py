"""How often the guards that need no model report something about texts that give them no reason to.

    python -m benchmarks.unseen.guards [DATA]

Their patterns were written for attacks and tried on the development examples. None of them was changed after looking at
the texts below: the frozen scenarios, and dialogues and answers that real people wrote (folders of DATA). Each finding
is printed with its words, so that everybody can say whether it was right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.agreement.cases import read_set
from benchmarks.frozen import QUALITIES, frozen_rubrics, has_asr, read_text
from benchmarks.unseen.intervals import Share
from evaluator.guard import inspect
from evaluator.transcript import Transcript, parse

SETS = ("helpdesk_zh", "short_answer_zh", "rubric_answers_en")
SHOWN = 60  # characters of the words of a finding


def clean_texts(data: Path | None) -> Iterator[tuple[str, str, Transcript]]:
    """The set, the name and the transcript of every text."""
    for rubric in frozen_rubrics():
        for quality in QUALITIES:
            for asr in (False, True) if has_asr(rubric.id) else (False,):
                text = read_text(rubric.id, quality, asr=asr)
                yield "frozen", f"{rubric.id}/{quality}", parse(text, form=rubric.form)
    for name in SETS if data else ():
        for case in read_set(data / name).cases:
            yield name, case.id, case.transcript


def main(data: Annotated[Path | None, typer.Argument(help="Folder with sets of graded texts.")] = None) -> None:
    """Prints, for each guard and set of texts, how many texts it reports, and every finding."""
    seen: Counter[str] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    for group, name, transcript in clean_texts(data):
        seen[group] += 1
        for guard in inspect(transcript):
            found[guard.code, group] += 1
            words = " | ".join(item.text[:SHOWN] for item in guard.evidence[:2])
            print(f"  {guard.code:22} {group} {name}: {words}")
    for code in sorted({code for code, _ in found}):
        for group, count in seen.items():
            print(f"{code:22} {group:20} {Share(found[code, group], count)}")
    print(f"texts: {dict(seen)}; guards that never spoke are not listed")


if __name__ == "__main__":
    typer.run(main)

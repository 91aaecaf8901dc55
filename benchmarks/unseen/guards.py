"""How often the guards that need no model report something about texts that give them no reason to.

    python -m benchmarks.unseen.guards [DATA]

The texts are the frozen scenarios, the older graded scenarios ("development": two layers were changed after these had shown
honest greetings and questions accused), and dialogues and answers that real people wrote (folders of DATA; half of each is in the
fit of the detector of hostile texts). Each finding is printed with its words, so that everybody can say whether it was
right. "takes points" counts the texts of which a guard leaves words out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.agreement.cases import read_set
from benchmarks.frozen import QUALITIES, frozen_rubrics, graded_rubrics, has_asr, read_text
from benchmarks.unseen.intervals import Share
from evaluator.grading.material import REDACTED
from evaluator.grading.noticing import guards_of
from evaluator.rubric import Rubric
from evaluator.transcript import Transcript, parse

SETS = ("helpdesk_zh", "short_answer_zh", "rubric_answers_en")
SHOWN = 60  # characters of the words of a finding


def clean_texts(data: Path | None) -> Iterator[tuple[str, str, Rubric, Transcript]]:
    """The set, the name, the rubric and the transcript of every text."""
    frozen = {rubric.id for rubric in frozen_rubrics()}
    for rubric in graded_rubrics():
        group = "frozen" if rubric.id in frozen else "development"
        for quality in QUALITIES:
            for asr in (False, True) if has_asr(rubric.id) else (False,):
                text = read_text(rubric.id, quality, asr=asr)
                yield group, f"{rubric.id}/{quality}", rubric, parse(text, form=rubric.form)
    for name in SETS if data else ():
        for case in read_set(data / name).cases:
            yield name, case.id, case.rubric, case.transcript


def main(data: Annotated[Path | None, typer.Argument(help="Folder with sets of graded texts.")] = None) -> None:
    """Prints, for each guard and set of texts, how many texts it reports, and every finding."""
    seen: Counter[str] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    for group, name, rubric, transcript in clean_texts(data):
        seen[group] += 1
        guards = guards_of(rubric, transcript)
        found["takes points", group] += any(guard.code in REDACTED for guard in guards)
        for guard in guards:
            found[guard.code, group] += 1
            words = " | ".join(item.text[:SHOWN] for item in guard.evidence[:2])
            print(f"  {guard.code:22} {group} {name}: {words}", flush=True)
    for code in sorted({code for code, _ in found}):
        for group, count in seen.items():
            print(f"{code:22} {group:20} {Share(found[code, group], count)}")
    print(f"texts: {dict(seen)}; guards that never spoke are not listed")


if __name__ == "__main__":
    typer.run(main)

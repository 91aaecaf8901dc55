"""How often is the rubric that a text was written for the first proposal, or among the first three?

    python -m benchmarks.unseen.proposing [--write]

Every text of the shipped scenarios is compared with all shipped rubrics of its language. Nothing was fitted for the order.
"Fits" is the topic guard's probability, whose fit saw development texts and no frozen ones. `--write` prepares the shipped tasks that the topic guard's library does
not have (evaluator/grading/topics.npz), so that a first proposal embeds only the text.
"""

from __future__ import annotations

from pathlib import Path

import typer

from benchmarks.frozen import frozen_rubrics
from evaluator.grading import topic
from evaluator.grading.proposing import is_about_something, propose_rubrics
from evaluator.resources import resource_dir
from evaluator.rubrics import list_rubrics, load
from evaluator.transcript import parse

QUALITIES = ("good", "middling", "poor", "excellent", "adequate", "cold")  # answers to the task, however bad


def main(write: bool = False) -> None:
    """Prints one line for development texts and one for frozen texts."""
    rubrics = [load(Path(entry.path)) for entry in list_rubrics() if entry.origin == "shipped"]
    if write:
        known = topic.library().topics
        print(
            topic.write_further_topics(
                {one.id: topic.topic_of(one) for one in rubrics if is_about_something(one) and one.id not in known}
            )
        )
        return
    frozen = {rubric.id for rubric in frozen_rubrics()}
    for name, chosen in (
        ("development", [one for one in rubrics if one.id not in frozen]),
        ("frozen", [one for one in rubrics if one.id in frozen]),
    ):
        first = among = fits = count = 0
        for rubric in filter(is_about_something, chosen):
            for quality in QUALITIES:
                path = resource_dir("examples") / rubric.id / f"{quality}.txt"
                if not path.is_file():
                    continue
                found = propose_rubrics(parse(path.read_text(encoding="utf-8"), form=rubric.form), rubrics)
                names = [one.rubric.id for one in found]
                count += 1
                first += names[:1] == [rubric.id]
                among += rubric.id in names
                fits += any(one.rubric.id == rubric.id and one.fits for one in found)
                if names[:1] != [rubric.id]:
                    print(f"  {rubric.id}/{quality}: {', '.join(names)}")
        print(f"{name}: {count} texts, first {first}, among three {among}, proposed as fitting {fits}", flush=True)


if __name__ == "__main__":
    typer.run(main)

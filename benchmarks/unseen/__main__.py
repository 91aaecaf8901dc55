"""Every figure that the README states about texts that nothing was tuned on.

    python -m benchmarks.unseen [DATA] [--model NAME]

DATA holds the sets of graded answers (`short_answer_zh`, `rubric_answers_en`) and may be left out. What was asked of
the model and what was embedded is kept in benchmarks/cache: an interrupted run goes on. To measure an older version,
run the same command with `PYTHONPATH` at its work tree.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.unseen import evidence, guards, knowledge, labels, order, topic


def main(
    data: Annotated[Path | None, typer.Argument(help="Folder with sets of graded answers.")] = None,
    model: Annotated[str, typer.Option(help="The model that judges.")] = "embedded",
) -> None:
    """Prints them all, those that need no model first."""
    print("== the topic guard")
    topic.main(data)
    print("== guards on clean texts")
    guards.main(data)
    if data:
        print("== answers of knowledge, by question")
        knowledge.main(data)
        print("== what a few labels of the question are worth")
        labels.main(data)
    print("== what is shown as proof")
    evidence.main(model)
    print("== order of the frozen texts")
    order.main(None, model)


if __name__ == "__main__":
    typer.run(main)

"""A peer's input, one job per case and criterion in words that any grader can take, and its output."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.agreement.cases import Case, HumanSet

if TYPE_CHECKING:
    import pandas as pd


def jobs_of(case: Case) -> list[dict[str, Any]]:
    """The jobs of one case: question, answer, reference and one criterion with its levels."""
    shared = {
        "item": case.id,
        "language": case.rubric.language,
        "question": case.rubric.task,
        "answer": case.transcript.source,
        "reference": "\n\n".join(reference.text for reference in case.rubric.references),
    }
    wanted = {"id", "name", "description", "points", "levels"}
    return [{**shared, "criterion": criterion.model_dump(include=wanted)} for criterion in case.rubric.criteria]


def write_jobs(path: Path, cases: Iterable[Case]) -> None:
    """All jobs, one per line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(job, ensure_ascii=False) for case in cases for job in jobs_of(case))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_results(path: Path) -> dict[tuple[str, str], float | None]:
    """Points by item and criterion; None where the peer returned none."""
    if not path.exists():
        return {}
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return {(row["item"], row["criterion"]): row["points"] for row in rows}


def points_of(results: dict[tuple[str, str], float | None], human: HumanSet) -> pd.DataFrame:
    """Points on the humans' scale, a row per item and a column per criterion of theirs; NaN where a part is missing."""
    import pandas as pd

    rows = {case.id: _points_of_case(results, case, human) for case in human.cases}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(human.criteria), dtype=float)


def _points_of_case(results: dict[tuple[str, str], float | None], case: Case, human: HumanSet) -> list[float]:
    given = {item.id: results.get((case.id, item.id)) for item in case.rubric.criteria}
    known = {name: float("nan") if points is None else points for name, points in given.items()}
    if case.whole:
        return [human.lowest + sum(known.values())]
    return [human.lowest + known.get(name, float("nan")) for name in human.criteria]

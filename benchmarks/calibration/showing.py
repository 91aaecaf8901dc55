"""The protocol's results as tables: every system beside the uncalibrated grader and the human ceiling."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import typer

from evaluator.calibration.agreement.ceiling import measure_ceiling

if TYPE_CHECKING:
    import pandas as pd

    from evaluator.calibration.data.grades import Grades

SYSTEMS = ("uncalibrated", "fit", "tfidf", "embedding")
BANDS = ("low", "middle", "high")


def report(rows: list[dict], grades: Grades, note: dict, out: Path | None) -> None:
    """Pearson and mean absolute error by labels and system, coverage overall and by band, and draws the fit lost."""
    import pandas as pd

    table = pd.DataFrame([row for row in rows if "criterion" in row])
    names = [name for name in grades.criteria if name in set(table["criterion"])]
    typer.echo(f"{note['set']}: {note['items']} items, {note['draws']} draws, {note['seconds']:.0f} s")
    for figure in ("pearson", "mae"):
        typer.echo(f"\n{figure} with the humans' mean, held out, mean over draws")
        typer.echo(_by_system(table, figure, names).round(3).to_string(na_rep="–"))
    typer.echo("\n" + "\n".join(_ceiling_lines(grades, names)))
    if "coverage" in table:
        typer.echo(
            "\ncoverage of intervals stated at 90 %, held out: whole, by thirds of the prediction and of the humans' mean"
        )
        columns = ["coverage", *(f"{kind}_{part}" for kind in ("predicted", "human") for part in BANDS), "width"]
        typer.echo(table.groupby("labels")[columns].mean().dropna(how="all").round(3).to_string(na_rep="–"))
    for line in _lost_lines(table):
        typer.echo(line)
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps({**note, "rows": rows}, indent=1), encoding="utf-8")


def _by_system(table: pd.DataFrame, figure: str, names: list[str]) -> pd.DataFrame:
    means = table.groupby(["labels", "system", "criterion"])[figure].mean().unstack("criterion")[names]
    order = [(labels, system) for labels in sorted(set(table["labels"])) for system in SYSTEMS]
    return means.loc[[key for key in order if key in means.index]]


def _ceiling_lines(grades: Grades, names: list[str]) -> list[str]:
    """Panels of one, three and five humans against the mean of all others."""
    lines = []
    for size in (1, 3, 5):
        figures = []
        for name in names:
            found = measure_ceiling(grades.matrix(name).to_numpy(), names=("pearson",))
            panel = found.one_against_rest if size == 1 else found.panels[size]
            figures.append("–" if panel["pearson"].value is None else f"{panel['pearson'].value:.3f}")
        lines.append(f"{size} human{'s' if size > 1 else ''} against the others: " + "  ".join(figures))
    return lines


def _lost_lines(table: pd.DataFrame) -> list[str]:
    """By number of labels, how often the fit is below the uncalibrated grader on the same split, and by how much."""
    figures = table[table["system"].isin(("fit", "uncalibrated"))]
    lines = []
    for labels, part in figures.groupby("labels"):
        pairs = part.pivot(index=["criterion", "draw"], columns="system", values="pearson")
        if {"fit", "uncalibrated"} <= set(pairs):
            gain = (pairs["fit"] - pairs["uncalibrated"]).dropna().to_numpy()
            lost = int((gain < 0).sum())
            lines.append(
                f"{labels} labels: Pearson of the fit minus uncalibrated {gain.mean():+.3f} on average, worst "
                f"{gain.min():+.3f}, below it in {lost} of {len(gain)} (criterion, draw)"
            )
    return lines


def cover(inside: np.ndarray, predicted: np.ndarray, human: np.ndarray) -> dict[str, float]:
    """Share of items inside their interval: overall, and by thirds of the predictions and of the humans' means."""
    found = {"coverage": float(inside.mean())}
    for kind, values in (("predicted", predicted), ("human", human)):
        places = np.argsort(np.argsort(values, kind="stable"), kind="stable") * 3 // len(values)
        for index, part in enumerate(BANDS):
            found[f"{kind}_{part}"] = float(inside[places == index].mean())
    return found

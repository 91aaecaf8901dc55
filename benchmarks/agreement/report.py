"""Tables: every variant beside the human ceiling, the cost of asking, and readouts for a calibration run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.agreement.cases import HumanSet
from benchmarks.agreement.readings import Reading
from benchmarks.agreement.variants import lean
from evaluator.calibration.agreement import RESAMPLES, Statistic, band, compare, compare_groups
from evaluator.calibration.agreement.ceiling import measure_ceiling
from evaluator.judge.combined.cascade import flatness
from evaluator.judge.questions import Answer
from evaluator.profiles.features import read_scorecard
from evaluator.scorecard import Usage

if TYPE_CHECKING:
    import pandas as pd

FIGURES = ("pearson", "spearman", "qwk", "mae")
WIDTH = 34
DOUBTS = (0.6, 0.7, 0.8, 0.9, 0.95)


def show_agreement(human: HumanSet, points: Mapping[str, pd.DataFrame], resamples: int = RESAMPLES) -> dict[str, dict]:
    """Prints a table per criterion, humans first, then each variant; returns the figures by criterion and variant."""
    kept: dict[str, dict] = {}
    for criterion in human.criteria:
        print(f"\n{human.name} / {criterion}: Pearson, Spearman, QWK, MAE with the humans' mean, 95 % intervals")
        show_ceiling(human, criterion)
        for name, table in points.items():
            figures, ungraded = figures_of(human, criterion, table, resamples)
            kept.setdefault(criterion, {})[name] = {key: figure.model_dump() for key, figure in figures.items()}
            print(f"  {name:{WIDTH}} {_row(figures)}  n {figures['pearson'].n}, ungraded {ungraded:.0%}")
    return kept


def figures_of(
    human: HumanSet, criterion: str, table: pd.DataFrame, resamples: int = RESAMPLES
) -> tuple[dict[str, Statistic], float]:
    """Agreement of one variant on one criterion, and the share of items without points."""
    machine = human.tenths(table[criterion])
    truth = human.tenths(human.grades.means()[criterion].loc[machine.index])
    figures = compare(machine.to_numpy(), truth.to_numpy(), step=1.0, names=FIGURES, resamples=resamples)
    return figures, float(machine.isna().mean())


def show_ceiling(human: HumanSet, criterion: str) -> None:
    """Prints how far humans agree: two of them, one against the rest, three against the rest."""
    ids = [case.id for case in human.cases]
    grades = human.grades.matrix(criterion).loc[ids].apply(human.tenths)
    ceiling = measure_ceiling(grades.to_numpy(float), step=1.0, names=FIGURES)
    rows = {"two humans": ceiling.pairwise, "one human, the others": ceiling.one_against_rest}
    rows |= {"mean of three humans, the others": ceiling.panels[3]}
    for name, figures in rows.items():
        if figures["pearson"].value is not None:
            print(f"  {name:{WIDTH}} {_row(figures)}  n {figures['pearson'].n}")
        elif name == "two humans":
            print(f"  {'no human ceiling':{WIDTH}} {figures['pearson'].text('en')}")


def show_bands(human: HumanSet, name: str, table: pd.DataFrame) -> None:
    """Prints the error of one variant by score band, and by question if there are questions."""
    for criterion in human.criteria:
        machine = human.tenths(table[criterion]).dropna()
        truth = human.tenths(human.grades.means()[criterion].loc[machine.index]).to_numpy()
        questions = {case.id: case.item.question_id for case in human.cases}
        labels = {"band": band(truth), "question": [questions[item] for item in machine.index]}
        print(f"\n{human.name} / {criterion}, {name}, by band" + (" and question" if any(labels["question"]) else ""))
        for kind, marks in labels.items():
            if not any(marks):
                continue
            for group in compare_groups(machine.to_numpy(), truth, kind, marks, names=("pearson", "mae", "bias")):
                cells = "  ".join(f"{key} {figure.text('en')}" for key, figure in group.figures.items())
                print(f"  {group.label:24} {cells}")


def by_question(readings: Sequence[Reading], number: Callable[[Answer], float]) -> pd.DataFrame:
    """One number per answer: a row per item and a column per distinct question that most items were asked."""
    import pandas as pd

    rows = {}
    for reading in readings:
        numbers = {}
        for way, answered in reading.answered.items():
            for name, answer in answered.text.items():
                if isinstance(answer, Answer):
                    numbers[f"{way}: {name.rsplit(':', 1)[-1] if name.count(':') == 2 else name}"] = number(answer)
        rows[reading.case.id] = numbers
    return pd.DataFrame.from_dict(rows, orient="index").dropna(axis="columns", thresh=max(3, len(rows) // 2))


def show_questions(human: HumanSet, readings: Sequence[Reading]) -> None:
    """Prints each distinct question's Pearson correlation with each criterion of the humans.

    For several thresholds of a cascade, it also prints how many answers would be passed on, and the Pearson of those
    that stay and of those passed on.
    """
    table = by_question(readings, lean)
    if table.empty:  # likeness alone decides, so nothing was asked
        return
    truth = human.grades.means().loc[table.index].apply(human.tenths)
    print(f"\n{human.name}: each question alone, Pearson with " + ", ".join(human.criteria))
    for name in table.columns:
        leans = table[name].to_numpy()
        found = [compare(leans, truth[one].to_numpy(), names=("pearson",), resamples=0) for one in truth]
        print(f"  {name:{WIDTH}} " + "  ".join(_short(one["pearson"]) for one in found))
    _show_doubt(human.name, table, by_question(readings, lambda answer: flatness(answer.probabilities)), truth)


def _show_doubt(name: str, leans: pd.DataFrame, flat: pd.DataFrame, truth: pd.DataFrame) -> None:
    mean = truth.mean(axis="columns")
    print(
        f"\n{name}: a cascade's doubt, the share that goes on, and Pearson with the humans' mean of what stays and goes"
    )
    for question in leans.columns:
        known = leans[question].notna()
        numbers, doubts, people = leans[question][known], flat[question][known], mean[known]
        cells = []
        for doubt in DOUBTS:
            goes = doubts >= doubt
            stays, gone = (
                compare(numbers[which].to_numpy(), people[which].to_numpy(), names=("pearson",), resamples=0)["pearson"]
                for which in (~goes, goes)
            )
            cells.append(f"{doubt}: {goes.mean():4.0%} {_short(stays)} {_short(gone)}")
        print(f"  {question:{WIDTH}} " + "   ".join(cells))


def show_spending(spent: Mapping[str, Usage], items: int) -> None:
    """Prints the cost of each way of asking when it was first asked, anchors included."""
    print("\nwhat it took when first asked, in this run or an earlier one (later ways find the text already read)")
    for way, usage in spent.items():
        read = usage.prompt_tokens - usage.cached_tokens
        print(
            f"  {way:10} {usage.requests:6} requests  {read:8} tokens read  {usage.cached_tokens:8} cached  "
            f"{usage.generated_tokens:6} generated  {usage.seconds:8.0f} s  {usage.seconds / max(items, 1):.2f} s an item"
        )


def write_readouts(path: Path, human: HumanSet, readings: Sequence[Reading], points: pd.DataFrame) -> None:
    """Writes one line per item for a calibration run: the product's numbers, and its points on the humans' scale."""
    stamp = {key: str(value) for key, value in readings[0].card.judge.items()}
    lines = [json.dumps({"stamp": {"rubric": readings[0].case.rubric.id, **stamp}}, ensure_ascii=False)]
    for reading in readings:
        numbers = read_scorecard(reading.card)
        features = {name: value for name, value in numbers.items() if not name.startswith("points/")}
        known = points.loc[reading.case.id].dropna().to_dict()
        entry = {"item": reading.case.id, "features": features, "points": known}
        lines.append(json.dumps(entry, ensure_ascii=False))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _row(figures: Mapping[str, Statistic]) -> str:
    return "  ".join(_cell(figures[name]) for name in FIGURES)


def _cell(figure: Statistic) -> str:
    if figure.value is None:
        return f"{figure.why or '–':>18}"
    interval = "" if figure.low is None else f" [{figure.low:5.2f}, {figure.high:5.2f}]"
    return f"{figure.value:5.2f}{interval}"


def _short(figure: Statistic) -> str:
    return "    –" if figure.value is None else f"{figure.value:5.2f}"

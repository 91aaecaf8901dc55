"""Everything a calibration run finds, as one typed report; `files.py` writes it as JSON, HTML and XLSX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from evaluator.calibration.agreement import (
    FORMULAS,
    MACHINE,
    Array,
    Ceiling,
    Copy,
    Group,
    Severity,
    Statistic,
    Substitution,
    align,
    band,
    compare,
    compare_groups,
    duel_humans,
    find_copies,
    find_step,
    length_band,
    measure_ceiling,
    measure_severity,
)
from evaluator.calibration.data import CalibrationItem, GradeProblem, Grades
from evaluator.calibration.fit import PolicyPoint, trace_policies
from evaluator.encoding import Frozen
from evaluator.profiles import Figure

if TYPE_CHECKING:
    import pandas as pd

TOTAL = "total"
MOST_HUMANS = 40  # graders that are compared one by one


class CriterionReport(Frozen):
    """One criterion, or the total: the machine beside the humans. `points` are kept for the plots."""

    criterion: str
    step: float
    against_mean: dict[str, Statistic]
    against_each: dict[str, dict[str, Statistic]]  # by human
    ceiling: Ceiling
    groups: tuple[Group, ...]
    severities: tuple[Severity, ...]
    copies: tuple[Copy, ...]
    substitution: Substitution
    machine: tuple[float, ...]
    human: tuple[float, ...]
    policies: tuple[PolicyPoint, ...] = ()

    def against_one(self, name: str) -> Statistic:
        """Mean of a figure over single humans; undefined if it is undefined for all of them."""
        known = [figures[name] for figures in self.against_each.values() if figures[name].value is not None]
        if not known:
            first = next(iter(self.against_each.values()), None)
            return Statistic(name=name, value=None, n=0, why=first[name].why if first else "no_items")
        return Statistic(
            name=name,
            value=float(np.mean([figure.value for figure in known])),
            n=round(float(np.mean([figure.n for figure in known]))),
        )


class Report(Frozen):
    """A calibration run: n, agreement, ceilings, severities, the replacement test, the fit's held-out figures."""

    items: int
    graders: tuple[str, ...]
    grades: int
    criteria: tuple[CriterionReport, ...]
    fits: dict[str, Figure] = {}
    profile: str | None = None
    fit_refused: str | None = None
    problems: tuple[GradeProblem, ...] = ()
    problem_count: int = 0
    tolerance: float = 0.0


def make_report(
    machine: pd.DataFrame,
    grades: Grades,
    items: Sequence[CalibrationItem] = (),
    *,
    epsilon: float = 0.15,
    resamples: int = 1000,
    half_widths: Mapping[str, Array] | None = None,
    tolerance: float | None = None,
) -> Report:
    """Report on machine points (one row per item, one column per criterion) beside human grades; the total comes last.

    `half_widths` are conformal half widths by criterion in the order of `machine`'s rows, for the routing curve.
    Criteria without machine points are listed among the problems. Raises InputError if no criterion has machine points.
    """
    texts = {item.id: item for item in items}
    names, left_out = grades.shared(machine), grades.unread(machine)
    rows = []
    for name in names:
        half = None if half_widths is None else half_widths.get(name)
        rows.append(_report_one(name, machine[name], grades.matrix(name), texts, epsilon, resamples, half, tolerance))
    if len(names) > 1:
        total = machine[names].sum(axis=1, skipna=False)
        rows.append(_report_one(TOTAL, total, grades.totals(names), texts, epsilon, resamples, None, tolerance))
    return Report(
        items=int(grades.table["item"].nunique()),
        graders=tuple(grades.graders),
        grades=len(grades.table),
        criteria=tuple(rows),
        problems=(*left_out, *grades.problems),
        problem_count=grades.problem_count + len(left_out),
        tolerance=tolerance or rows[0].step,
    )


def _report_one(
    name: str,
    points: pd.Series,
    matrix: pd.DataFrame,
    texts: Mapping[str, CalibrationItem],
    epsilon: float,
    resamples: int,
    half: Array | None,
    tolerance: float | None,
) -> CriterionReport:
    ids, machine, humans = align(points, matrix)
    graders = list(map(str, matrix.columns))
    mean = np.nanmean(humans, axis=1) if ids else np.zeros(0)
    step = find_step(humans) if humans.size else 1.0
    joined = np.column_stack([humans, machine])
    return CriterionReport(
        criterion=name,
        step=step,
        against_mean=compare(machine, mean, step=step, resamples=resamples),
        against_each={
            grader: compare(machine, humans[:, index], step=step, resamples=min(resamples, 200))
            for index, grader in enumerate(graders[:MOST_HUMANS])
        },
        ceiling=measure_ceiling(humans, step=step, names=tuple(FORMULAS)),
        groups=tuple(_group(machine, mean, [texts.get(item) for item in ids], step)),
        severities=tuple(measure_severity(joined, [*graders, MACHINE])),
        copies=tuple(find_copies(humans, graders)),
        substitution=duel_humans(machine, humans, graders, epsilon=epsilon),
        machine=tuple(machine.tolist()),
        human=tuple(mean.tolist()),
        policies=() if half is None else tuple(_route(points, ids, half, machine, mean, tolerance or step)),
    )


def _group(machine: Array, mean: Array, items: Sequence[CalibrationItem | None], step: float) -> list[Group]:
    """Agreement by score band, and by language and length if the texts are known."""
    if len(mean) < 2:
        return []
    groups = compare_groups(machine, mean, "band", band(mean), step=step)
    known = [item for item in items if item is not None]
    if len(known) == len(items):
        groups += compare_groups(machine, mean, "language", [item.language for item in known], step=step)
        groups += compare_groups(machine, mean, "length", length_band([item.text for item in known]), step=step)
    return groups


def _route(
    points: pd.Series, ids: Sequence[str], half: Array, machine: Array, mean: Array, tolerance: float
) -> list[PolicyPoint]:
    place = {item: index for index, item in enumerate(points.index)}
    chosen = np.array([half[place[item]] for item in ids])
    return trace_policies(chosen, machine, mean, tolerance=tolerance)

"""Means and pass rates by agent, team or week, each with its interval and the number of texts behind it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

LEAST = 3  # texts of a group before an interval is stated: two say almost nothing about the spread


class GradedShare(NamedTuple):
    """One text's result: its group, its share of the possible points (0 to 1), and whether it passed."""

    group: str
    share: float
    passed: bool | None


class GroupFigures(NamedTuple):
    """A group's mean share and pass rate (0 to 1), each with a 95% interval; None where it is undefined."""

    group: str
    n: int
    mean: float
    interval: tuple[float, float] | None
    passed: int
    decided: int  # texts for which passing is known
    pass_interval: tuple[float, float] | None


def figures_by_group(graded: Iterable[GradedShare]) -> list[GroupFigures]:
    """One entry per group, sorted by name.

    The mean's interval is Student's t, cut to 0 and 1, from LEAST texts on; none is stated if all are equal. The pass rate's is Wilson's score interval.
    """
    groups: dict[str, list[GradedShare]] = {}
    for one in graded:
        groups.setdefault(one.group, []).append(one)
    return [_figures(name, groups[name]) for name in sorted(groups)]


def _figures(name: str, found: list[GradedShare]) -> GroupFigures:
    shares = [one.share for one in found]
    known = [one.passed for one in found if one.passed is not None]
    mean = sum(shares) / len(shares)
    return GroupFigures(
        name, len(found), mean, _t_interval(shares, mean), sum(known), len(known), wilson(sum(known), len(known))
    )


def _t_interval(shares: list[float], mean: float) -> tuple[float, float] | None:
    n = len(shares)
    if n < LEAST or len(set(shares)) == 1:
        return None
    from scipy.stats import t

    deviation = math.sqrt(sum((share - mean) ** 2 for share in shares) / (n - 1))
    half = float(t.ppf(0.975, n - 1)) * deviation / math.sqrt(n)
    return max(0.0, mean - half), min(1.0, mean + half)


def wilson(count: int, n: int) -> tuple[float, float] | None:
    """Wilson's 95% score interval for `count` of `n` (Wilson 1927); None for n = 0."""
    if n == 0:
        return None
    z = 1.959963984540054
    middle, spread = count + z * z / 2, z * math.sqrt(count * (n - count) / n + z * z / 4)
    return max(0.0, (middle - spread) / (n + z * z)), min(1.0, (middle + spread) / (n + z * z))


def week_of(text: str) -> str:
    """The ISO week of a date such as 2026-04-03, 2026/4/3, 2026年4月3日 or an ISO moment: "2026-W14"; "" if it is none."""
    found = _date(text.strip())
    return "" if found is None else "{}-W{:02d}".format(*found.isocalendar()[:2])


def _date(text: str) -> date | None:

    match = re.match(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})", text)
    try:
        if match:
            return date(*map(int, match.groups()))
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None

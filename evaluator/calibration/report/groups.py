"""Whether groups of people get the points that they deserve: one row for each criterion and group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaluator.calibration.agreement import GroupGap, difference_to_people, matched_difference
from evaluator.encoding import Frozen
from evaluator.errors import InputError
from evaluator.messages import say

if TYPE_CHECKING:
    import pandas as pd

MOST_GROUPS = 12  # a column with more values is a name or a number, not a grouping


class GroupRow(Frozen):
    """One criterion and one group, beside everybody else.

    `matched` compares the machine's points at an equal rest of the total, `against_people` the distance between machine and
    people; None where there are too few texts.
    """

    criterion: str
    group: str
    matched: GroupGap | None
    against_people: GroupGap | None

    @property
    def is_flagged(self) -> bool:
        """Whether an interval excludes 0 and the difference is at least moderate."""
        return any(gap is not None and gap.size != "negligible" for gap in (self.matched, self.against_people))


def compare_groups(machine: pd.DataFrame, people: pd.DataFrame, groups: pd.Series) -> list[GroupRow]:
    """Compares each group with all others in every criterion of the machine; of two groups only the smaller one.

    `machine` and `people` have one row an item and one column a criterion; `groups` maps items to groups. Items without a
    group are left out. Raises InputError if fewer than two groups are left, or more than MOST_GROUPS.
    """
    known = groups.dropna().astype(str).str.strip()
    known = known[known != ""]
    known = known[known.index.isin(machine.index)]
    names = list(known.unique())
    if not 2 <= len(names) <= MOST_GROUPS:
        raise InputError("calibration_groups", column=str(groups.name), count=len(names), most=MOST_GROUPS)
    if len(names) == 2:  # the second row would say the same with the other sign
        names = [str(known.value_counts().index[-1])]
    points = machine.loc[known.index]
    rows = []
    for criterion in points.columns:
        own = points[criterion].dropna()
        rest = points.loc[own.index].drop(columns=criterion).sum(axis=1).to_numpy(float)
        graded = people[criterion].dropna() if criterion in people else own.iloc[:0]
        both = own.index.intersection(graded.index)
        for name in names:
            focal = (known.loc[own.index] == name).to_numpy(bool)
            matched = matched_difference(own.to_numpy(float), focal, rest)
            inside = (known.loc[both] == name).to_numpy(bool)
            compared = difference_to_people(own.loc[both].to_numpy(float), graded.loc[both].to_numpy(float), inside)
            rows.append(GroupRow(criterion=str(criterion), group=name, matched=matched, against_people=compared))
    return rows


def describe_groups(rows: list[GroupRow]) -> list[str]:
    """One line a row in the current language, then how many would be flagged by chance."""
    lines = [
        say(
            "calibration.group_row",
            criterion=row.criterion,
            group=row.group,
            matched=_told(row.matched),
            people=_told(row.against_people),
            flag="●" if row.is_flagged else " ",
        )
        for row in rows
    ]
    compared = sum(gap is not None for row in rows for gap in (row.matched, row.against_people))
    flagged = sum(row.is_flagged for row in rows)
    return [*lines, say("calibration.group_note", flagged=flagged, compared=compared, chance=f"{compared * 0.05:.1f}")]


def _told(gap: GroupGap | None) -> str:
    if gap is None:
        return say("calibration.group_too_few")
    size = say(f"calibration.group_{gap.size}")
    return f"{gap.difference:+.2f} [{gap.low:+.2f}, {gap.high:+.2f}] {size} (n={gap.focal}/{gap.reference})"

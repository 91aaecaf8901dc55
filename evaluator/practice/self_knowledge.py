"""How well a trainee knows themself: own grades beside the grader's over all attempts, criterion by criterion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from evaluator.practice.attempting import Practised
from evaluator.practice.comparison import Gap

if TYPE_CHECKING:
    from evaluator.calibration.agreement import Statistic


class SelfKnowledge(NamedTuple):
    """One criterion over `n` attempts.

    `bias` is the mean of own less graded, as a share of the criterion's points (above 0 the trainee is kinder to
    themself); `correlation` is Pearson's. Each is a `Statistic` with a 95% bootstrap interval, or with the reason why
    there is none.
    """

    criterion: str
    name: str
    n: int
    bias: Statistic
    correlation: Statistic


def know_oneself(history: Sequence[Practised]) -> list[SelfKnowledge]:
    """One entry per criterion that both graded at least once, in the order of the latest rubric.

    `history` is what `practised` returns for one rubric. Blocks for some 20 ms per criterion.
    """
    import numpy as np

    from evaluator.calibration.agreement import compare  # scientific packages, which a call does not need

    pairs: dict[str, list[tuple[Gap, float, float]]] = {}
    for entry in history:
        for gap in entry.comparison.gaps if entry.comparison else ():
            if gap.own is not None and gap.graded is not None and gap.favour is not None:
                own, graded = _share(gap, gap.own), _share(gap, gap.graded)
                pairs.setdefault(gap.criterion, []).append((gap, own, graded))
    found = []
    for criterion, seen in pairs.items():
        mine, machine = (np.array([row[place] for row in seen]) for place in (1, 2))
        figures = compare(mine, machine, names=("bias", "pearson"))
        found.append(
            SelfKnowledge(
                criterion=criterion,
                name=seen[-1][0].name,
                n=len(seen),
                bias=figures["bias"],
                correlation=figures["pearson"],
            )
        )
    order = [gap.criterion for entry in reversed(history) if entry.comparison for gap in entry.comparison.gaps]
    return sorted(found, key=lambda one: order.index(one.criterion))


def _share(gap: Gap, points: float) -> float:
    """What was reached, 0 to 1; of a penalty or fatal item, what was kept."""
    share = points / gap.max_points
    return 1 - share if gap.kind in ("penalty", "fatal") else share

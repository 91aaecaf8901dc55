"""How many items and graders a wanted precision requires, before anybody grades."""

from __future__ import annotations

from math import atanh, ceil, sqrt, tanh

from evaluator.encoding import Frozen
from evaluator.errors import InputError


class SampleSize(Frozen):
    """The required numbers. `reliability` is that of the mean of `graders` humans."""

    items: int
    graders: int
    grades: int
    reliability: float
    correlation: float
    half_width: float
    confidence: float


def plan(
    *,
    correlation: float = 0.6,
    half_width: float = 0.08,
    single: float = 0.4,
    reliability: float = 0.8,
    confidence: float = 0.95,
) -> SampleSize:
    """Plan the items and graders needed for a wanted precision.

    Items: a correlation near `correlation` is then known to ± `half_width`. Graders: their mean has `reliability` if
    one human's grade correlates with another's at `single`. Raises InputError outside 0 to 1.
    """
    graders = count_graders(single, reliability)
    items = count_items(correlation, half_width, confidence)
    return SampleSize(
        items=items,
        graders=graders,
        grades=items * graders,
        reliability=step_up(single, graders),
        correlation=correlation,
        half_width=half_width,
        confidence=confidence,
    )


def count_items(correlation: float, half_width: float, confidence: float = 0.95) -> int:
    """Smallest n whose Fisher interval around `correlation` is at most twice `half_width` (Bonett and Wright, 2000)."""
    _refuse_outside("correlation", abs(correlation), 0, 1)
    _refuse_outside("half_width", half_width, 0, 1)
    _refuse_outside("confidence", confidence, 0, 1)
    n = 4
    while interval_width(correlation, n, confidence) > 2 * half_width and n < 10_000_000:
        n = max(n + 1, int(n * 1.001))
    return n


def interval_width(correlation: float, n: int, confidence: float = 0.95) -> float:
    """Width of Fisher's interval of a correlation over n items."""
    from scipy.stats import norm

    reach = float(norm.ppf((1 + confidence) / 2)) / sqrt(n - 3)
    centre = atanh(correlation)
    return tanh(centre + reach) - tanh(centre - reach)


def count_graders(single: float, reliability: float) -> int:
    """Number of graders whose mean reaches `reliability` (Spearman-Brown)."""
    _refuse_outside("single", single, 0, 1)
    _refuse_outside("reliability", reliability, 0, 1)
    return max(1, ceil(reliability * (1 - single) / (single * (1 - reliability)) - 1e-9))


def step_up(single: float, graders: int) -> float:
    """Reliability of the mean of `graders` (Spearman, 1910; Brown, 1910)."""
    return graders * single / (1 + (graders - 1) * single)


def _refuse_outside(name: str, value: float, low: float, high: float) -> None:
    if not low < value < high:
        raise InputError("calibration_outside", name=name, value=value, low=low, high=high)

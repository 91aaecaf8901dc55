"""What a paper states about itself: the time allowed and the pass marks.

They are found in the lines about the paper and in the headings of its sections; whatever is not stated is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_NUMBER = r"(\d{1,4}(?:\.\d)?)"
_MINUTES = re.compile(rf"{_NUMBER}\s*(?:分钟|minutes?\b|mins?\b)", re.IGNORECASE)
_HOURS = re.compile(rf"{_NUMBER}\s*(?:个?小时|hours?\b)", re.IGNORECASE)
_PASS = re.compile(
    rf"(?:及格(?:线|分数?|标准)?|合格(?:线|分数?|标准)?|通过(?:线|分数?)|不(?:得)?低于|至少(?:得|达到)?|pass(?:ing)?(?: mark| score)?|at least)"
    rf"[^\d\n]{{0,8}}{_NUMBER}\s*(?:分|points?\b|marks?\b|$|[),，。；;）])"
    rf"|{_NUMBER}\s*分(?:以上|及以上)?(?:及格|合格|为及格|为合格|通过)",
    re.IGNORECASE,
)


def minutes_in(lines: Iterable[str]) -> float | None:
    """The time allowed in minutes."""
    for line in lines:
        if found := _MINUTES.search(line):
            return float(found.group(1))
        if found := _HOURS.search(line):
            return float(found.group(1)) * 60
    return None


def pass_mark_in(lines: Iterable[str]) -> float | None:
    """The points needed to pass."""
    for line in lines:
        if found := _PASS.search(line):
            return float(found.group(1) or found.group(2))
    return None

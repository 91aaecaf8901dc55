"""Rounded points add up to the total shown above them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evaluator.reports.rounding import round_to_total

POINTS = st.lists(st.floats(0, 100, allow_nan=False), min_size=1, max_size=12)


def test_three_parts_add_up():
    """1.14 + 1.74 + 1.14 make 4.02: the parts shown make 4.0, not 3.9."""
    assert sum(round_to_total([1.14, 1.74, 1.14])) == 4.0


@given(POINTS)
def test_parts_add_up_and_hardly_move(points):
    """The parts make the rounded sum, and none moves by a whole unit of its last digit."""
    shown = round_to_total(points)
    assert round(sum(shown), 6) == round(round(sum(points) * 10) / 10, 6)
    assert all(abs(one - other) < 0.1 + 1e-9 for one, other in zip(shown, points, strict=True))

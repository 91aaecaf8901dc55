"""Means and pass rates of groups: intervals against published values, and only where they mean something."""

from __future__ import annotations

import pytest

from evaluator.reports import GradedShare, figures_by_group, week_of
from evaluator.reports.grouping import wilson


def test_the_pass_rates_interval_is_wilsons():
    """Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    published = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (count, n), bounds in published.items():
        assert wilson(count, n) == pytest.approx(bounds, abs=5e-5)
    assert wilson(0, 0) is None


def test_the_means_interval_is_students():
    """Three values .4, .5, .6: mean .5, s = .1, t(.975, 2) = 4.3027, so .5 ± .2484."""
    one, two = figures_by_group(
        [GradedShare("甲", share, True) for share in (0.4, 0.5, 0.6)] + [GradedShare("乙", 0.5, None)] * 2
    )
    assert {one.group, two.group} == {"甲", "乙"}
    group, few = (one, two) if one.group == "甲" else (two, one)
    assert group.interval == pytest.approx((0.2516, 0.7484), abs=1e-4) and (group.passed, group.decided) == (3, 3)
    assert few.interval is None and few.pass_interval is None and few.n == 2


def test_weeks_are_iso_weeks_however_a_date_is_written():
    """The last days of a year can belong to the first week of the next."""
    assert week_of("2026-04-03") == week_of("2026/4/3") == week_of("2026年4月3日") == "2026-W14"
    assert week_of("2025-12-29T08:00:00+00:00") == "2026-W01"
    assert week_of("2026-13-40") == week_of("四月") == week_of("") == ""


def test_equal_results_get_no_interval_of_width_zero():
    """Five equal texts do not prove that every other one is equal too."""
    (one,) = figures_by_group([GradedShare("甲", 0.75, True)] * 5)
    assert one.interval is None and one.mean == 0.75 and one.pass_interval == pytest.approx((0.5655, 1.0), abs=1e-4)

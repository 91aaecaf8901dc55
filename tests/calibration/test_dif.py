"""Differential item functioning: published values, a planted bias that is found, and none that is not."""

from __future__ import annotations

import numpy as np
import pytest

from evaluator.calibration.agreement import difference_to_people, matched_difference, odds_ratio

# Smoking and lung cancer in eight Chinese cities (Liu 1992, in Agresti, Categorical Data Analysis): smokers with and without
# cancer, then the others. Published: Mantel-Haenszel odds ratio 2.17, 95% interval 1.98 to 2.38.
CITIES = [
    (126, 100, 35, 61),
    (908, 688, 497, 807),
    (913, 747, 336, 598),
    (235, 172, 58, 121),
    (402, 308, 121, 215),
    (182, 156, 72, 98),
    (60, 99, 11, 43),
    (104, 89, 21, 36),
]


def test_the_odds_ratio_is_that_of_the_published_example():
    """Pooled over cities, with its interval."""
    rows = [
        (city, who, what, count)
        for city, four in enumerate(CITIES)
        for (who, what), count in zip(((True, True), (True, False), (False, True), (False, False)), four, strict=True)
    ]
    city, focal, passed = (np.concatenate([[row[part]] * row[3] for row in rows]) for part in range(3))
    found = odds_ratio(passed.astype(bool), focal.astype(bool), city.astype(float))
    assert found is not None
    assert (round(found.ratio, 2), round(found.low, 2), round(found.high, 2)) == (2.17, 1.98, 2.38)
    assert found.size == "large" and found.strata == 8


def test_the_difference_is_that_worked_by_hand():
    """Means 3 and 2; with leverage 1/3 the HC3 variance of a mean is 2 / (2/3)² / 9 = 0.5, so the error is 1."""
    points = np.array([2.0, 3, 4, 1, 2, 3])
    focal = np.array([True] * 3 + [False] * 3)
    found = matched_difference(points, focal, np.zeros(6))
    assert found is not None and found.difference == pytest.approx(1)
    assert found.high - found.difference == pytest.approx(1.959964)


def people(seed, bias, gap=0.8):
    """400 people whose groups differ in ability by `gap`; `bias` is added to one criterion of the focal group."""
    random = np.random.default_rng(seed)
    focal = random.random(400) < 0.4
    ability = random.normal(0, 1, 400) - gap * focal
    rest = ability * 3 + random.normal(0, 0.7, 400)
    points = ability + random.normal(0, 0.5, 400) + bias * focal
    return points, focal, rest


def test_a_planted_bias_is_found_and_its_size_is_near():
    """Half a point taken from one group shows in each of ten sets, although the group is weaker anyway."""
    found = [matched_difference(*people(seed, -0.5)) for seed in range(10)]
    assert all(one is not None and one.size == "large" and one.high < 0 for one in found)
    assert np.mean([one.difference for one in found if one]) == pytest.approx(-0.5, abs=0.1)


def test_groups_that_differ_in_ability_alone_are_not_accused():
    """Over 60 sets without bias, few are called more than negligible: at most one in twenty."""
    found = [matched_difference(*people(seed, 0.0)) for seed in range(60)]
    assert sum(one is not None and one.size != "negligible" for one in found) <= 3


def test_the_machine_is_compared_with_people():
    """The same distance to people's points in both groups is no difference; a point off in one of them is."""
    random = np.random.default_rng(3)
    human, focal = random.normal(5, 1, 200), np.arange(200) < 80
    machine = human + random.normal(0.5, 0.3, 200)
    same, off = (difference_to_people(machine + shift * focal, human, focal) for shift in (0.0, -1.0))
    assert same is not None and same.size == "negligible"
    assert off is not None and off.size == "large" and off.low < -1 < off.high


def test_too_few_say_nothing():
    """One person of a group is not a group."""
    focal = np.array([True, False, False])
    assert matched_difference(np.ones(3), focal, np.zeros(3)) is None
    assert difference_to_people(np.ones(3), np.ones(3), focal) is None

"""The arithmetic of a scorecard, by hand."""

from __future__ import annotations

import pytest

from evaluator.scorecard import LevelShare, UngradedVerdict, Verdict, WhyUngraded, add_up, nearest_level


def verdict(points: float, most: float, kind: str = "score", level: int = 0, not_applicable: bool = False) -> Verdict:
    """A verdict of which only the sum matters."""
    return Verdict(
        criterion=f"{kind}-{most}",
        name="",
        kind=kind,
        points=points,
        max_points=most,
        level=level,
        level_description="",
        distribution=(),
        confidence=1,
        not_applicable=not_applicable,
    )


def ungraded(most: float, kind: str = "score") -> UngradedVerdict:
    """A missing verdict."""
    return UngradedVerdict(
        criterion="u", name="", kind=kind, max_points=most, ungraded=WhyUngraded(cause="timeout", detail="")
    )


def test_points_add_up():
    """Score criteria add up to the total, and the pass mark decides."""
    total = add_up([verdict(2, 3), verdict(4, 4)], 7, 6)
    assert (total.total, total.passed, total.coverage) == (6, True, 1)


def test_bonus_adds_and_penalty_takes_away():
    """A bonus counts on top of the maximum, a penalty below it, and nothing goes below zero."""
    assert add_up([verdict(3, 5), verdict(1, 2, "bonus"), verdict(2, 2, "penalty")], 5, 3).total == 2
    assert add_up([verdict(1, 5), verdict(3, 3, "penalty")], 5, 3).total == 0


def test_fatal_item_makes_the_total_zero():
    """A fatal item fails the scorecard whatever else was earned."""
    total = add_up([verdict(5, 5), verdict(0, 0, "fatal", level=1)], 5, 3)
    assert (total.total, total.passed) == (0, False)


def test_a_fatal_item_alone_is_no_total():
    """The absence of a fatal item says nothing about the points; its presence says everything."""
    assert add_up([ungraded(5), verdict(0, 0, "fatal", level=0)], 5, 3).total is None
    fatal = add_up([ungraded(5), verdict(0, 0, "fatal", level=1)], 5, 3)
    assert (fatal.total, fatal.passed) == (0, False)


def test_fatal_item_that_did_not_happen_changes_nothing():
    """Its other option leaves the points alone."""
    assert add_up([verdict(5, 5), verdict(0, 0, "fatal", level=0)], 5, 3).total == 5


def test_not_applicable_points_go_to_the_others():
    """3 of 5 with 5 not applicable is 6 of 10."""
    assert add_up([verdict(3, 5), verdict(0, 5, not_applicable=True)], 10, 6).total == 6


def test_ungraded_is_not_zero():
    """A missing criterion leaves the verdict open while it could decide, and is counted in the coverage."""
    total = add_up([verdict(4, 5), ungraded(5)], 10, 6)
    assert (total.total, total.passed, total.coverage) == (4, None, 0.5)


def test_ungraded_cannot_hide_what_is_already_decided():
    """Enough points pass without the missing ones; too few fail even with all of them."""
    assert add_up([verdict(5, 5), ungraded(1)], 6, 4).passed is True
    assert add_up([verdict(0, 5), ungraded(1)], 6, 4).passed is False


def test_missing_fatal_item_leaves_it_open():
    """A fatal item that was not judged could still fail a full score."""
    assert add_up([verdict(5, 5), ungraded(0, "fatal")], 5, 3).passed is None


def test_nothing_graded_has_no_total():
    """Without any verdict there is no number."""
    total = add_up([ungraded(5), ungraded(5)], 10, 6)
    assert (total.total, total.passed, total.coverage) == (None, None, 0)


@pytest.mark.parametrize(("points", "level"), [(0.4, 0), (0.5, 0), (0.6, 1), (3.0, 2)])
def test_nearest_level(points, level):
    """The level nearest to the points, the lower of two that are equally near."""
    shares = [LevelShare(points=value, description="", probability=0) for value in (0, 1, 3)]
    assert nearest_level(shares, points) == level

"""A scorecard with people's points instead of the machine's."""

from __future__ import annotations

import pytest

from evaluator.scorecard import corrected, corrected_card
from tests.support.practice_cases import scorecard, ungraded


def test_nothing_given_changes_nothing():
    """Without points the sum is the scorecard's own."""
    card = scorecard()
    assert corrected(card, {}).total == card.total


@pytest.mark.parametrize(
    ("given", "total"),
    [({"empathy": 4}, 4.9), ({"manners": 0}, 3.0), ({"manners": 2}, 1.0), ({"abuse": 1}, 0.0), ({"empathy": 0.5}, 1.4)],
)
def test_given_points_replace_the_machines(given, total):
    """Empathy 2 of 4, remedy 1 of 3, minus 0.1: each kind of criterion counts as its kind says."""
    assert corrected(scorecard(), given).total == pytest.approx(total)


def test_a_fatal_item_taken_back_lets_the_points_stand():
    """When a person says that it did not happen, the total is what the others add up to."""
    assert corrected(scorecard(), {"abuse": 0}).total == pytest.approx(2.9)


def test_what_was_ungraded_counts_as_soon_as_a_person_grades_it():
    """Coverage rises to all, and the points count."""
    card = scorecard(ungraded("remedy"))
    assert card.coverage < 1
    now = corrected(card, {"remedy": 3})
    assert now.coverage == 1 and now.total == pytest.approx(4.9) and now.passed is True


def test_the_card_reads_as_its_sum_says():
    """Verdicts and sum are consistent, and criteria without corrected points are unchanged."""
    card = scorecard()
    now = corrected_card(card, {"empathy": 4})
    assert now.total == corrected(card, {"empathy": 4}).total and now.total > card.total
    assert [one.points for one in now.verdicts if one.criterion == "empathy"] == [4]
    assert [one for one in now.verdicts if one.criterion != "empathy"] == list(card.verdicts[1:])
    assert corrected_card(card, {}) is card

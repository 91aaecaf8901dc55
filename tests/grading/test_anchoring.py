"""From readings to positions: worked by hand, and what must always hold."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.grading.anchoring import Placed, Witness, blend, confidence, happened, place, slope, spread_over, witness

LEVELS = st.lists(st.floats(0.01, 1), min_size=1, max_size=6).map(
    lambda gaps: [0.0, *(sum(gaps[: n + 1]) / sum(gaps) for n in range(len(gaps)))]
)


def test_slope_of_two_options_is_the_logit():
    """With two options the slope is log(p_yes / p_no)."""
    assert slope([0.2, 0.8]) == pytest.approx(math.log(4))


def test_slope_of_three_options_by_hand():
    """Log-probabilities 0, 1, 2 on places 0, ½, 1 rise by 2 over the whole range."""
    raw = [1, math.e, math.e**2]
    assert slope([value / sum(raw) for value in raw]) == pytest.approx(2.0)


def test_slope_survives_a_probability_of_zero():
    """An impossible option counts as one in a million, not as minus infinity."""
    assert slope([0.0, 1.0]) == pytest.approx(math.log(1e6))


def test_witness_lies_between_its_anchors_and_weighs_their_distance():
    """A reading half-way between silence and the reference has position ½ and their distance as weight."""
    assert witness(1.0, 0.0, 2.0) == Witness(0.5, 2.0)


def test_witness_is_cut_at_both_anchors():
    """Below silence is 0, above the reference is 1."""
    assert witness(-3, 0, 2).position == 0
    assert witness(9, 0, 2).position == 1


def test_question_that_cannot_tell_reference_from_silence_is_no_witness():
    """Anchors that coincide or are reversed say nothing."""
    assert witness(1, 1, 1.01) is None
    assert witness(1, 2, 1) is None


def test_place_weighs_witnesses():
    """The position is the weighted mean; agreement leaves only the floor of the spread."""
    placed = place([Witness(1.0, 3.0), Witness(0.0, 1.0)])
    assert placed.position == pytest.approx(0.75)
    assert place([Witness(0.5, 1.0)] * 4).spread == pytest.approx(0.16)


def test_disagreeing_witnesses_are_less_certain():
    """Two witnesses at opposite ends leave a wider spread than two that agree."""
    assert place([Witness(0, 1), Witness(1, 1)]).spread > place([Witness(0.5, 1), Witness(0.5, 1)]).spread


def test_place_without_witnesses_is_an_error():
    """A missing reading is not zero."""
    with pytest.raises(ValueError):
        place([])


def test_blend_takes_the_only_view_there_is():
    """A missing view leaves the other unchanged."""
    only = Placed(0.4, 0.2)
    assert blend(only, None, 0.3) == only
    assert blend(None, only, 0.3) == only
    assert blend(None, None, 0.3) is None


@given(LEVELS, st.floats(0, 1), st.floats(0.16, 0.6))
def test_levels_keep_the_position_as_their_mean(levels, position, spread):
    """The expected level is the position (within the edge that certainty is not claimed beyond)."""
    shares = spread_over(levels, Placed(position, spread))
    wanted = min(max(position, 0.02), 0.98)
    assert sum(shares) == pytest.approx(1)
    assert sum(level * share for level, share in zip(levels, shares, strict=True)) == pytest.approx(wanted, abs=0.03)


@given(LEVELS, st.floats(0, 1), st.floats(0, 1))
def test_a_higher_position_never_gives_fewer_points(levels, one, other):
    """Points rise with the position."""
    low, high = sorted((one, other))
    means = [
        sum(level * share for level, share in zip(levels, spread_over(levels, Placed(at, 0.2)), strict=True))
        for at in (low, high)
    ]
    assert means[0] <= means[1] + 1e-6


def test_confidence_at_its_ends():
    """A uniform distribution is 0, a certain one is 1."""
    assert confidence([0.25] * 4) == pytest.approx(0)
    assert confidence([0, 0, 1]) == pytest.approx(1)


def test_happened_needs_more_than_both_anchors_show():
    """What silence or the reference shows as well did not happen; half a logit more means even odds."""
    assert happened(0.5, 0.0, -1.0) == pytest.approx(0.5)
    assert happened(0.0, 0.0, 0.0) < 0.2 < 0.8 < happened(2.0, 0.0, 0.0)

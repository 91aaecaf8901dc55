"""Severity, copies, the replacement test, estimates from few labels, planning, drift."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.calibration.agreement.drift import find_drift
from evaluator.calibration.agreement.severity import find_copies, measure_severity
from evaluator.calibration.agreement.substitution import duel_humans
from evaluator.calibration.data.grades import Scale
from evaluator.calibration.report.files import judge_substitution
from evaluator.calibration.sampling.estimation import estimate_mean
from evaluator.calibration.sampling.power import count_graders, count_items, plan, step_up
from evaluator.errors import InputError


def humans(n: int = 120, k: int = 6, noise: float = 0.7, seed: int = 0) -> np.ndarray:
    draw = np.random.default_rng(seed)
    return draw.normal(size=(n, 1)) + noise * draw.normal(size=(n, k))


def test_severity_of_a_complete_table_is_the_difference_of_means() -> None:
    """With every cell filled, the mixed model's severity is minus the grader's mean difference, exactly."""
    grades = humans()
    grades[:, 2] -= 1.5
    rows = {row.grader: row for row in measure_severity(grades, list("abcdef"))}
    means = grades.mean(0)
    for index, grader in enumerate("abcdef"):
        assert rows[grader].severity == pytest.approx(means.mean() - means[index], abs=1e-4)
    assert measure_severity(grades, list("abcdef"))[0].grader == "c"
    assert rows["c"].low < rows["c"].severity < rows["c"].high


def test_severity_survives_graders_who_met_different_items() -> None:
    """A mild grader who met only the worse half is still seen as mild, where raw means say the opposite."""
    draw = np.random.default_rng(3)
    worth = np.sort(draw.normal(size=200) * 2)
    grades = worth[:, None] + 0.3 * draw.normal(size=(200, 4))
    grades[:, 0] += 0.5
    grades[100:, 0] = np.nan
    rows = {row.grader: row for row in measure_severity(grades, list("abcd"))}
    assert np.nanmean(grades[:, 0]) < np.nanmean(grades[:, 1])
    assert rows["a"].severity == pytest.approx(-0.375, abs=0.1)  # -.5 less the mean effect of .125


def test_a_grader_who_grades_at_random_does_not_fit() -> None:
    """Noise among consistent graders has a large outfit and no relation; it alone is marked."""
    grades = humans(noise=0.5)
    grades[:, 5] = np.random.default_rng(9).normal(size=120) * 1.5
    rows = measure_severity(grades, list("abcdef"))
    assert [row.grader for row in rows if row.misfit] == ["f"]


def test_severity_of_one_grader_or_equal_grades_is_none() -> None:
    """With nothing to compare there is no severity, and no error either."""
    assert measure_severity(np.arange(9.0)[:, None], ["a"])[0].severity is None
    assert measure_severity(np.ones((9, 3)), list("abc"))[0].severity is None


def test_a_copied_grader_is_found_and_honest_ones_are_not() -> None:
    """Of six graders, only the two with the same grades are named."""
    grades = np.clip(np.round(humans() * 1.2), -2, 2)
    assert find_copies(grades, list("abcdef")) == []
    grades[:, 4] = grades[:, 1]
    found = find_copies(grades, list("abcdef"))
    assert [(copy.first, copy.second, copy.equal) for copy in found] == [("b", "e", 1.0)]


def test_two_lenient_graders_with_gaps_have_not_copied() -> None:
    """Where 96 % of all grades are ones, two independent graders agree on 92 %.

    That holds however many items each left out; equal grades on all levels are still named.
    """
    draw = np.random.default_rng(2)
    grades = np.where(draw.random((400, 2)) < 0.96, 1.0, 0.0)
    grades[250:, 0] = grades[:150, 1] = np.nan
    assert np.mean(grades[150:250, 0] == grades[150:250, 1]) >= 0.9
    assert find_copies(grades, ["a", "b"]) == []
    grades[:, 0] = grades[:, 1] = draw.integers(0, 5, 400)
    grades[250:, 0] = grades[:150, 1] = np.nan
    (copy,) = find_copies(grades, ["a", "b"])
    assert (copy.n, copy.usual) == (100, pytest.approx(0.2, abs=0.05))


def test_a_grader_who_shares_no_item_has_no_severity() -> None:
    """Graders without a total because of a missing criterion are listed without figures; the others are unchanged."""
    grades = humans()
    alone = np.column_stack([grades, np.full(len(grades), np.nan)])
    rows = measure_severity(alone, list("abcdefz"))
    (empty,) = [row for row in rows if row.grader == "z"]
    assert (empty.severity, empty.low, empty.high, empty.outfit, empty.n) == (None, None, None, None, 0)
    assert [row for row in rows if row.grader != "z"] == measure_severity(grades, list("abcdef"))


def test_the_replacement_test_worked_by_hand() -> None:
    """Three humans, two of them alike: which wins which item, worked out by hand.

    Source: Calderon et al., 2025, section 3.
    """
    # The machine always says 0; h1 and h2 say 0; h3 says 1 on every item of 40.
    machine = np.zeros(40)
    grades = np.column_stack([np.zeros(40), np.zeros(40), np.ones(40)])
    result = duel_humans(machine, grades, ["h1", "h2", "h3"], epsilon=0.1)
    by_name = {duel.grader: duel for duel in result.duels}
    assert by_name["h3"].machine_wins == 1.0 and by_name["h3"].human_wins == 0.0
    assert by_name["h1"].machine_wins == 1.0 and by_name["h1"].human_wins == 1.0  # ties count for both
    assert (result.winning_rate, result.advantage, result.passed) == (1.0, 1.0, True)


def test_the_replacement_tests_p_is_the_one_sided_t_test_against_epsilon() -> None:
    """Wins and losses 24 : 16 with epsilon .2 give the t of the definition: (-.2 - .2) / (s / sqrt 40)."""
    machine = np.concatenate([np.zeros(24), np.ones(16)])
    left_out = np.concatenate([np.ones(24), np.zeros(16)])
    grades = np.column_stack([left_out, np.zeros(40), np.zeros(40)])
    duel = duel_humans(machine, grades, ["h", "o1", "o2"], epsilon=0.2).duels[0]
    difference = np.concatenate([-np.ones(24), np.ones(16)])
    t = (difference.mean() - 0.2) / (difference.std(ddof=1) / 40**0.5)
    assert t == pytest.approx(-2.5495, abs=1e-3)
    from scipy.stats import t as student

    assert duel.p == pytest.approx(student.cdf(t, 39))
    assert (duel.machine_wins, duel.human_wins) == (0.6, 0.4)


def test_a_handful_on_which_all_agree_is_not_enough() -> None:
    """Five equal grades have p = 1/32 in the Wilcoxon test, and six have 1/64.

    The first is too much for three humans (.05 / (1 + 1/2 + 1/3)); the second is enough, and is the number requested.
    """
    few = duel_humans(np.ones(5), np.ones((5, 3)), ["a", "b", "c"])
    assert [duel.p for duel in few.duels] == [pytest.approx(1 / 32)] * 3
    assert (few.passed, few.more_items) == (False, 1)
    assert duel_humans(np.ones(6), np.ones((6, 3)), ["a", "b", "c"]).passed
    worse = duel_humans(np.full(5, 9.0), np.ones((5, 3)), ["a", "b", "c"])
    assert [duel.p for duel in worse.duels] == [1.0] * 3 and worse.more_items is None


def test_a_good_machine_may_replace_and_a_random_one_may_not() -> None:
    """The truth itself passes against all; noise passes against none and more items would not help."""
    grades = humans(n=150, k=5, noise=1.0, seed=4)
    names = list("abcde")
    assert duel_humans(grades.mean(1), grades, names).winning_rate == 1.0
    noise = duel_humans(np.random.default_rng(0).normal(size=150) * 3, grades, names)
    assert (noise.passed, noise.more_items) == (False, None)


def test_when_it_cannot_tell_it_says_how_many_items_are_missing() -> None:
    """Few items leave the test undecided with a number; with that many more the same machine passes."""
    grades = humans(n=2000, k=3, noise=1.0, seed=5)
    machine = grades.mean(1) + np.random.default_rng(1).normal(size=2000) * 1.3
    few = duel_humans(machine[:15], grades[:15], list("abc"))
    assert few.passed is False and few.more_items > 0
    enough = 15 + 2 * few.more_items
    assert duel_humans(machine[:enough], grades[:enough], list("abc")).passed


def test_the_replacement_test_needs_three_humans() -> None:
    """With two humans there is no verdict but a reason."""
    result = duel_humans(np.zeros(9), np.zeros((9, 2)), ["a", "b"])
    assert (result.passed, result.why) == (None, "three_graders")


def test_prediction_powered_mean_worked_by_hand() -> None:
    """A machine that is the human plus a constant has lambda 1 / (1 + n/N), and the constant does no harm."""
    draw = np.random.default_rng(2)
    human, rest = draw.normal(size=40), draw.normal(size=4000)
    found = estimate_mean(human, human + 5, rest + 5)
    whole = np.concatenate([human, rest])
    tuning = np.cov(human, human)[0, 1] / ((1 + 40 / 4000) * whole.var(ddof=1))
    assert found.tuning == pytest.approx(min(1, tuning))
    lam = found.tuning
    assert found.mean == pytest.approx(human.mean() - lam * (human.mean() + 5) + lam * (rest.mean() + 5))
    assert found.high - found.low < 0.4 * (found.humans_alone[2] - found.humans_alone[1])


def test_prediction_powered_interval_covers_and_a_useless_machine_costs_nothing() -> None:
    """Over 300 draws the 90 % interval covers the truth about nine times in ten, good machine or bad."""
    draw = np.random.default_rng(7)
    for quality in (1.0, 0.0):
        inside = 0
        for _ in range(300):
            truth = draw.normal(size=600)
            machine = quality * truth + draw.normal(size=600) * 0.6 + 1.0
            found = estimate_mean(truth[:60], machine[:60], machine[60:], confidence=0.9)
            inside += found.low <= 0 <= found.high
        assert 0.85 <= inside / 300 <= 0.95


def test_equal_grades_have_an_estimate_and_the_machine_is_worth_nothing_more() -> None:
    """Where all humans gave the same, the interval has no width with or without the machine."""
    found = estimate_mean(np.full(12, 3.0), np.linspace(0, 4, 12), np.linspace(0, 4, 30))
    assert (found.mean, found.low, found.high, found.worth) == (3.0, 3.0, 3.0, 1.0)


def test_graders_follow_spearman_and_brown() -> None:
    """Two halves of .5 make 2/3, and .8 from single grades of .4 takes six graders."""
    assert step_up(0.5, 2) == pytest.approx(2 / 3)
    assert count_graders(0.4, 0.8) == 6  # .8 · .6 / (.4 · .2)


def test_the_planned_items_give_the_wanted_interval() -> None:
    """At the planned n Fisher's interval is as narrow as wanted, and one item fewer is not enough."""
    from evaluator.calibration.sampling.power import interval_width

    for correlation, half in ((0.5, 0.1), (0.7, 0.05), (0.9, 0.1)):
        n = count_items(correlation, half)
        assert interval_width(correlation, n) <= 2 * half < interval_width(correlation, n - 1)


def test_more_precision_takes_more_items_and_nonsense_is_refused() -> None:
    """A plan counts grades as items times graders; shares outside 0 to 1 raise InputError."""
    loose, tight = plan(half_width=0.1), plan(half_width=0.05)
    assert tight.items > 3 * loose.items and loose.grades == loose.items * loose.graders
    outside = [{"half_width": 0.0}, {"correlation": 1.0}, {"single": 0.0}, {"reliability": 1.5}]
    for wrong in (*outside, {"confidence": 95}, {"confidence": 0}):
        with pytest.raises(InputError):
            plan(**wrong)


def anchors(shift: float, noise: float = 0.1, n: int = 40) -> tuple[pd.DataFrame, pd.DataFrame]:
    draw = np.random.default_rng(0)
    before = pd.DataFrame({"c": draw.uniform(2, 8, n)}, index=[f"a{index}" for index in range(n)])
    return before, before + shift + noise * draw.normal(size=(n, 1))


def test_drift_warns_only_when_the_shift_is_sure_and_matters() -> None:
    """A tenth of a point on ten is let pass though it is significant; a whole point is not."""
    scales = {"c": Scale(low=0, high=10)}
    assert [find_drift(*anchors(shift), scales)[0].warning for shift in (0.0, 0.1, 1.0, -1.0)] == [
        False,
        False,
        True,
        True,
    ]


def test_drift_names_the_items_that_moved() -> None:
    """One anchor that jumped is listed with before and after, though the mean stays."""
    before, after = anchors(0.0)
    after.loc["a7", "c"] += 4
    row = find_drift(before, after, {"c": Scale(low=0, high=10)})[0]
    assert [item.item for item in row.moved] == ["a7"] and not row.warning


def test_drift_without_shared_anchors_is_refused() -> None:
    """Two gradings of different items cannot be compared."""
    before, after = anchors(0.0)
    with pytest.raises(InputError):
        find_drift(before, after.rename(index=lambda name: "x" + name))


@settings(max_examples=30, deadline=None)
@given(st.floats(-50, 50), st.floats(0.1, 10))
def test_drift_does_not_depend_on_the_scales_zero_or_unit(offset: float, unit: float) -> None:
    """Moving and stretching the scale moves and stretches the shift, and leaves the warning."""
    before, after = anchors(0.5)
    plain = find_drift(before, after, {"c": Scale(low=0, high=10)})[0]
    other = find_drift(before * unit + offset, after * unit + offset,
                       {"c": Scale(low=offset, high=offset + 10 * unit)})[0]  # fmt: skip
    assert other.shift == pytest.approx(plain.shift * unit, abs=1e-6)
    assert other.warning == plain.warning


def test_a_human_with_too_few_items_is_no_duel() -> None:
    """The share won, and the items still needed, go by the humans who could be tested."""
    truth = np.random.default_rng(4).normal(2, 1, 80)
    humans = np.column_stack([truth + np.random.default_rng(seed).normal(0, 1, 80) for seed in range(3)])
    whole = duel_humans(truth, humans, ["a", "b", "c"])
    rare = np.where(np.arange(80) < 3, 2.0, np.nan)
    found = duel_humans(truth, np.column_stack([humans, rare]), ["a", "b", "c", "rare"])
    assert len(found.duels) == 4 and [duel.grader for duel in found.known] == ["a", "b", "c"]
    assert found.winning_rate == whole.winning_rate == 1 and "3/3" in judge_substitution(found, "zh")

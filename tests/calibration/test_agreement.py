"""Agreement figures: pinned to published values, equal to the libraries', and undefined where those are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from evaluator.calibration.agreement import alpha_of, band, compare, compare_groups, find_step, icc_of, length_band
from evaluator.calibration.agreement.ceiling import measure_ceiling
from evaluator.calibration.agreement.figures import _CALCULATE
from evaluator.calibration.agreement.formulas import FORMULAS

SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)
NAN = np.nan
KRIPPENDORFF = np.array([  # four observers, twelve units: Krippendorff (2011), section D
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]).T  # fmt: skip


def test_icc_is_the_one_that_shrout_and_fleiss_published() -> None:
    """Four judges on six targets give ICC(2,1) = .29 (Shrout and Fleiss, 1979, table 4)."""
    assert icc_of(SHROUT_FLEISS) == pytest.approx(0.29, abs=0.005)


def test_alpha_is_the_one_that_krippendorff_published() -> None:
    """Four observers with missing cells give the published alpha for interval data."""
    assert alpha_of(KRIPPENDORFF) == pytest.approx(0.849, abs=0.001)


def test_alpha_of_many_distinct_values_takes_little_memory() -> None:
    """Expected points are all distinct, and there may be many thousands of them."""
    draw = np.random.default_rng(5)
    x = draw.normal(size=20_000)
    assert alpha_of(np.column_stack([x, x])) == pytest.approx(1)
    assert abs(alpha_of(np.column_stack([x, draw.permutation(x)]))) < 0.05


def test_weighted_kappa_worked_by_hand() -> None:
    """Weighted kappa of a table worked out by hand.

    Counts 2,1,0 / 0,2,1 / 0,0,2 on three levels: observed .0625, expected .3203 of the weights, kappa 1 - 1/5.125.
    """
    x = np.array([0, 0, 0, 1, 1, 1, 2, 2], float)
    y = np.array([0, 0, 1, 1, 1, 2, 2, 2], float)
    observed = 2 / 8
    expected = sum((a - b) ** 2 for a in x for b in y) / 64
    assert compare(x, y)["qwk"].value == pytest.approx(1 - observed / expected)
    assert compare(x, y)["qwk"].value == pytest.approx(0.8048780, abs=1e-6)


def test_correlations_of_anscombes_first_set() -> None:
    """Anscombe's first data set (1973) has r = .816."""
    x = np.array([10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5], float)
    y = np.array([8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68])
    figures = compare(x, y)
    assert figures["pearson"].value == pytest.approx(0.81642, abs=1e-5)
    assert figures["spearman"].value == pytest.approx(0.81818, abs=1e-5)
    assert figures["pearson"].low < 0.816 < figures["pearson"].high
    assert figures["pearson"].n == 11


def test_errors_and_shares_worked_by_hand() -> None:
    """MAE, RMSE, bias, exact and adjacent agreement of four pairs, counted on the fingers."""
    figures = compare(np.array([1.0, 2, 3, 5]), np.array([1.0, 3, 3, 2]))
    values = {name: figures[name].value for name in ("mae", "rmse", "bias", "exact", "adjacent")}
    assert values == pytest.approx({"mae": 1.0, "rmse": 2.5**0.5, "bias": 0.5, "exact": 0.5, "adjacent": 0.75})


grades = arrays(float, st.integers(5, 30), elements=st.integers(0, 4).map(float))


@settings(max_examples=25, deadline=None)
@given(grades, st.randoms(use_true_random=False))
def test_the_bootstrap_formulas_are_the_libraries_figures(x: np.ndarray, random) -> None:
    """Every vectorised formula gives the library's value on the same grades."""
    y = np.clip(x + np.array([random.choice([-1, 0, 0, 1]) for _ in x]), 0, 4)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return
    for name, formula in FORMULAS.items():
        assert float(formula(x, y)) == pytest.approx(_CALCULATE[name](x, y), abs=1e-8), name


@settings(max_examples=40, deadline=None)
@given(grades, st.integers(0, 10**6), st.integers(-5, 5))
def test_order_direction_and_a_shift_of_both_change_nothing(x: np.ndarray, seed: int, shift: int) -> None:
    """Items in another order, graders swapped, both moved alike: the figures stay."""
    draw = np.random.default_rng(seed)
    y, order = draw.integers(0, 5, len(x)).astype(float), draw.permutation(len(x))
    for name, formula in FORMULAS.items():
        value = float(formula(x, y))
        sign = -1 if name == "bias" else 1
        for other in (formula(x[order], y[order]), sign * formula(y, x), formula(x + shift, y + shift)):
            assert float(other) == pytest.approx(value, abs=1e-9, nan_ok=True), name


@settings(max_examples=25, deadline=None)
@given(grades, st.floats(0.5, 3), st.floats(-3, 3))
def test_correlation_ignores_a_linear_change_of_one_grader(x: np.ndarray, slope: float, offset: float) -> None:
    """Pearson and Spearman stay when one grader's scale is stretched; agreement figures need not."""
    y = np.roll(x, 1)
    for name in ("pearson", "spearman"):
        assert float(FORMULAS[name](slope * x + offset, y)) == pytest.approx(
            float(FORMULAS[name](x, y)), abs=1e-6, nan_ok=True
        )


def test_undefined_is_said_and_not_zero() -> None:
    """Equal grades, two items and no shared items give no figure but a reason in both languages."""
    constant, two = np.full(10, 3.0), np.array([1.0, 2.0])
    assert compare(constant, np.arange(10.0))["pearson"].why == "constant"
    assert compare(constant, constant)["qwk"].value is None
    assert compare(constant, constant)["exact"].value == 1.0
    assert compare(two, two)["icc"].why == "too_few_items"
    empty = compare(np.array([NAN, 1.0]), np.array([1.0, NAN]))["mae"]
    assert (empty.value, empty.why, empty.n) == (None, "no_items", 0)
    assert empty.text("zh") != empty.text("en")


def test_missing_cells_are_left_out_pair_by_pair() -> None:
    """n counts the items that both graders graded."""
    x, y = np.array([1.0, 2, NAN, 4, 5, 1]), np.array([1.0, NAN, 3, 4, 5, 2])
    assert compare(x, y)["pearson"].n == 4


def test_one_grader_has_no_ceiling() -> None:
    """With one human no human-to-human figure exists, and each says so."""
    ceiling = measure_ceiling(np.arange(12.0)[:, None])
    every = [*ceiling.pairwise.values(), *ceiling.one_against_rest.values(), *ceiling.panels[2].values()]
    assert {(figure.value, figure.why) for figure in every} == {(None, "one_grader")}


def test_the_ceiling_rises_with_the_panel() -> None:
    """Humans with equal noise: two agree less than one with the rest, and a panel of five agrees most."""
    draw = np.random.default_rng(1)
    humans = draw.normal(size=(300, 1)) + draw.normal(size=(300, 9))
    ceiling = measure_ceiling(humans, names=("pearson",))
    panels = [ceiling.panels[size]["pearson"].value for size in (2, 3, 4, 5)]
    assert ceiling.pairwise["pearson"].value == pytest.approx(0.5, abs=0.07)  # 1 / (1 + 1) by construction
    assert ceiling.pairwise["pearson"].value < ceiling.one_against_rest["pearson"].value < panels[0] < panels[3]


def test_the_ceiling_of_complete_grades_keeps_its_values() -> None:
    """Three humans without a gap: figures and intervals are the same as before gaps affected the resampling."""
    draw = np.random.default_rng(11)
    ceiling = measure_ceiling(np.clip(np.round(2 + draw.normal(size=(40, 1)) + 0.8 * draw.normal(size=(40, 3))), 0, 4))
    found = [
        ceiling.pairwise["pearson"],
        ceiling.pairwise["exact"],
        ceiling.one_against_rest["icc"],
        ceiling.panels[2]["qwk"],
    ]
    assert [(one.value, one.low, one.high) for one in found] == [
        pytest.approx((0.48798511635, 0.30024452954, 0.66210168729)),
        pytest.approx((0.375, 0.275, 0.49166666667)),
        pytest.approx((0.53327428661, 0.33349853420, 0.68976135845)),
        pytest.approx((0.57724693387, 0.35520796923, 0.71439907237)),
    ]


def test_gaps_do_not_part_the_ceiling_from_its_interval() -> None:
    """The interval covers the same items as the figure.

    All three graded twelve items alike, and one of them left out 28. With too few shared items there is no interval.
    """
    draw = np.random.default_rng(0)
    humans = np.clip(np.round(2 + draw.normal(size=(40, 1)) + 0.8 * draw.normal(size=(40, 3))), 0, 4)
    humans[:12] = humans[:12, :1]
    humans[np.arange(12, 40), np.arange(12, 40) % 3] = NAN
    ceiling = measure_ceiling(humans)
    for figure in (*ceiling.pairwise.values(), *ceiling.one_against_rest.values()):
        assert figure.low < figure.value < figure.high, figure
    few = measure_ceiling(np.where(np.arange(40)[:, None] < 8, humans, np.where([True, False, False], humans, NAN)))
    assert few.pairwise["exact"].value == 1 and few.pairwise["exact"].low is None


def test_groups_split_bands_and_lengths() -> None:
    """Every item falls in one band; the figures of a band use its items only."""
    x = np.repeat([0.0, 5.0, 10.0], 4)
    labels = band(x)
    assert [labels.count(label) for label in sorted(set(labels))] == [4, 4, 4]
    groups = compare_groups(x, x + np.repeat([0.0, 3.0, 0.0], 4), "band", labels)
    assert [group.figures["mae"].value for group in groups] == [0.0, 3.0, 0.0]
    assert len(set(length_band(["a" * size for size in range(30)]))) == 3


@pytest.mark.parametrize(("points", "step"), [([1, 2, 4], 1.0), ([1, 2.5], 0.5), ([0.1, 0.4], 0.1)])
def test_the_step_of_a_scale_is_found(points: list[float], step: float) -> None:
    """Whole points, halves and tenths are distinguished."""
    assert find_step(np.array(points, float)) == step


def test_sums_that_differ_in_the_last_digit_are_one_grade() -> None:
    """The step is the .03 between grades, and adjacent is not exact.

    Converted grades add up to .3 and to .30000000000000004.
    """
    x, y = np.array([0.1 + 0.2, 0.33, 0.36]), np.array([0.3, 0.36, 0.33])
    step = find_step(np.array([x, y]))
    assert step == pytest.approx(0.03)
    figures = compare(x, y, step=step)
    assert (figures["exact"].value, figures["adjacent"].value) == (pytest.approx(1 / 3), 1.0)


@pytest.mark.shared
def test_humans_on_the_helpdesk_set_agree_as_stated() -> None:
    """One human and panels reach the correlations in the data's description, within sampling error."""
    folder = Path(__file__).parents[2].parent / "shared" / "data" / "helpdesk_zh"
    if not folder.exists():
        pytest.skip("needs ../shared beside the checkout")
    from evaluator.calibration.data.grades import read_grades
    from evaluator.calibration.data.tables import read_table

    matrix = read_grades(read_table(folder / "grades.csv")).matrix("accomplishment").to_numpy()
    ceiling = measure_ceiling(matrix, names=("pearson",))
    assert ceiling.one_against_rest["pearson"].value == pytest.approx(0.54, abs=0.03)
    assert ceiling.panels[5]["pearson"].value == pytest.approx(0.78, abs=0.03)

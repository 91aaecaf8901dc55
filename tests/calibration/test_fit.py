"""The fit: held-out figures, refusals, bounds, profiles as JSON, conformal coverage, routing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.calibration.data.grades import Grades, Scale
from evaluator.calibration.fit import fit
from evaluator.calibration.fit.intervals import (
    check_coverage,
    choose_policy,
    conformal_quantile,
    crosses,
    fit_spread,
    trace_policies,
)
from evaluator.errors import InputError
from evaluator.profiles.features import Features, SidedTurn, describe_form, hash_grams
from evaluator.profiles.profile import Ordinal, Profile, Stamp, spread_at
from tests.support.calibration_cases import refused


def make_data(
    n: int, *, seed: int = 0, noise: float = 0.5, hints: int = 40, graders: int = 3
) -> tuple[Features, Grades]:
    """A judge who squeezes the scale, forty weak hints that add a little, and humans on -2 to 2."""
    draw = np.random.default_rng(seed)
    truth = draw.normal(size=n)
    hidden = draw.normal(size=(n, hints))
    human_mean = np.clip(truth + 0.5 * hidden[:, :10].mean(1) * 10**0.5, -2, 2)
    judge = 2.5 + 0.3 * (truth + noise * draw.normal(size=n))
    ids = tuple(f"i{index}" for index in range(n))
    features = Features(np.column_stack([judge, hidden]), ("points/c", *(f"e5-x/{k}" for k in range(hints))), ids)
    rows = [(item, f"g{g}", "c", float(np.clip(np.round(value + 0.5 * draw.normal()), -2, 2)))
            for item, value in zip(ids, human_mean, strict=True) for g in range(graders)]  # fmt: skip
    return features, Grades(pd.DataFrame(rows, columns=["item", "grader", "criterion", "points"]))


def held_back(
    n_train: int, n_test: int = 400, seed: int = 0, **options
) -> tuple[Profile, np.ndarray, np.ndarray, np.ndarray]:
    """A profile fitted to the first items, and its points, half widths and the humans' means on the others."""
    features, grades = make_data(n_train + n_test, seed=seed, **options)
    train, test = list(features.ids[:n_train]), list(features.ids[n_train:])
    profile = fit(features.keep(train), Grades(grades.table[grades.table["item"].isin(train)])).profile
    columns = [features.names.index(name) for name in profile.columns]
    points, half = profile.predict(features.rows(test)[:, columns])
    return profile, points[:, 0], half[:, 0], grades.means().loc[test, "c"].to_numpy()


def correlate(x: np.ndarray, y: np.ndarray) -> float:
    return float(np.corrcoef(x, y)[0, 1])


def test_the_fit_finds_scale_and_hints_on_items_it_never_saw() -> None:
    """With 300 labels unseen items are predicted better than by the judge alone, on the humans' scale."""
    profile, points, _, human = held_back(300)
    figure = profile.criteria["c"].held_out
    assert correlate(points, human) > figure.uncalibrated_pearson + 0.05
    assert figure.pearson == pytest.approx(correlate(points, human), abs=0.08)
    assert abs(points.mean() - human.mean()) < 0.15 and figure.uncalibrated_mae > 2 * figure.mae


def test_with_thirty_labels_it_is_not_worse_than_uncalibrated_on_average() -> None:
    """Over six draws of 30 labels with useless hints, correlation does not fall below the judge's own."""
    gains = []
    for seed in range(6):
        features, grades = make_data(430, seed=seed, hints=100)
        useless = np.random.default_rng(seed + 99).normal(size=(430, 100))
        features = Features(np.column_stack([features.matrix[:, 0], useless]), features.names, features.ids)
        train, test = list(features.ids[:30]), list(features.ids[30:])
        profile = fit(features.keep(train), Grades(grades.table[grades.table["item"].isin(train)])).profile
        columns = [features.names.index(name) for name in profile.columns]
        points, _ = profile.predict(features.rows(test)[:, columns])
        human = grades.means().loc[test, "c"].to_numpy()
        gains.append(correlate(points[:, 0], human) - correlate(features.rows(test)[:, 0], human))
    assert np.mean(gains) > -0.01


def test_intervals_cover_what_they_state_on_unseen_items() -> None:
    """Stated 90 %, seen between 87 % and 93 % over three draws, and the profile's own figure says so too."""
    draws = [held_back(150, seed=seed) for seed in range(3)]
    seen = np.mean([np.mean(np.abs(points - human) <= half) for _, points, half, human in draws])
    assert 0.87 <= seen <= 0.93
    assert all(0.85 <= profile.criteria["c"].held_out.coverage <= 0.95 for profile, *_ in draws)


def test_too_few_labels_are_refused_with_the_number_needed() -> None:
    """Two items are refused; the sentence names what is missing; a higher confidence requires more."""
    features, grades = make_data(2)
    with pytest.raises(InputError) as caught:
        fit(features, grades)
    assert "10" in caught.value.text("en") and "8" in caught.value.text("zh")
    features, grades = make_data(15)
    with pytest.raises(InputError):
        fit(features, grades, confidence=0.95)
    assert fit(features, grades).profile.provenance.items == 15


def test_equal_grades_are_refused() -> None:
    """Where all humans gave the same there is nothing to fit."""
    features, grades = make_data(30)
    with refused("all_equal"):
        fit(features, Grades(grades.table.assign(points=1.0)))


def graded(points: list[float]) -> tuple[Features, Grades]:
    """One human's points, a judge who follows them, and two hints."""
    draw = np.random.default_rng(0)
    points = draw.permutation(np.array(points, float)).tolist()
    ids = tuple(f"i{index}" for index in range(len(points)))
    judge = 0.3 * np.array(points) + 0.3 * draw.normal(size=len(points))
    features = Features(
        np.column_stack([judge, draw.normal(size=(len(points), 2))]), ("points/c", "form/a", "form/b"), ids
    )
    rows = [(item, "g", "c", value) for item, value in zip(ids, points, strict=True)]
    return features, Grades(pd.DataFrame(rows, columns=["item", "grader", "criterion", "points"]))


@pytest.mark.parametrize("points", [[0] * 93 + [2] * 7, [0] * 59 + [2], [3] * 11 + [2], [0.7] * 9 + [0.1]])
def test_skewed_grades_are_fitted_and_the_profile_is_read_again(points: list[float], tmp_path: Path) -> None:
    """Where a training fold holds hardly anything but the lowest grade, or nothing else, figures and file are whole."""
    features, grades = graded(points)
    profile, held = fit(features, grades)
    figure = profile.criteria["c"].held_out
    assert np.isfinite(held.points).all() and np.isfinite(held.half).all()
    assert figure.mae < 0.5 and figure.coverage > 0.8 and figure.pearson == figure.pearson
    profile.save(tmp_path / "p.json")
    assert Profile.load(tmp_path / "p.json") == profile


def test_an_ordinal_without_a_level_to_pass_gives_its_lowest() -> None:
    """A point for every item, and none for no item."""
    flat = Ordinal(label="ordinal", low=0.5, gaps=(), thresholds=())
    assert flat.predict(np.zeros((3, 2))).tolist() == [0.5] * 3 and flat.predict(np.zeros((0, 2))).tolist() == []


def test_lopsided_questions_are_fitted_with_plain_folds() -> None:
    """Questions stay whole where possible, otherwise they are split.

    With eleven items of one question and one of another, or a question that everybody got right, no fold could learn
    from the other question alone.
    """
    features, grades = graded([*[3] * 11, *range(11)])
    right = [row.item for row in grades.table.itertuples() if row.points == 3][:11]
    for second, folds in ((right[:1], 10), (right, 10), (features.ids[:9], 2)):
        marks = {item: "q2" if item in second else "q1" for item in features.ids}
        assert fit(features, grades, groups=marks).profile.provenance.folds == folds


def test_grades_of_other_items_are_refused() -> None:
    """No shared id, no fit."""
    features, grades = make_data(30)
    with refused("no_shared_items"):
        fit(features, Grades(grades.table.assign(item="z" + grades.table["item"])))


def test_it_never_extrapolates() -> None:
    """A readout far outside what was seen gives points within the range that humans used."""
    profile, *_ = held_back(60)
    part = profile.criteria["c"]
    for value in (-1e9, 1e9):
        estimate = profile.apply({name: value for name in profile.columns}).criteria["c"]
        assert part.low <= estimate.low <= estimate.points <= estimate.high <= part.high
    assert part.low >= -2 and part.high <= 2


def test_a_profile_survives_its_file_and_is_plain_json(tmp_path: Path) -> None:
    """Saved and loaded it gives the same points; a damaged or missing file is refused."""
    profile, *_ = held_back(40)
    profile.save(tmp_path / "deep" / "p.json")
    again = Profile.load(tmp_path / "deep" / "p.json")
    row = {name: 0.1 for name in profile.columns}
    assert again.apply(row) == profile.apply(row) and again.digest == profile.digest
    assert json.loads((tmp_path / "deep" / "p.json").read_text())["name"] == "profile"
    (tmp_path / "bad.json").write_text('{"name": 1}')
    for name in ("bad.json", "none.json"):
        with pytest.raises(InputError):
            Profile.load(tmp_path / name)


@pytest.mark.parametrize("part", ["rubric", "prompt", "model", "arithmetic"])
def test_a_profile_is_refused_when_what_it_was_fitted_to_changed(part: str) -> None:
    """Another rubric, prompt, model or arithmetic raises; the same, or one that is not known, passes."""
    profile, *_ = held_back(40)
    profile = profile.model_copy(update={"stamp": Stamp(rubric="r", prompt="p", model="m", arithmetic="3")})
    profile.check(Stamp(rubric="r", prompt="p", model="m", arithmetic="3"))
    profile.check(Stamp())
    with refused(f"{part}_changed"):
        profile.check(Stamp(**{part: "other"}))


def test_a_profile_of_before_the_arithmetic_was_noted_is_refused(tmp_path: Path) -> None:
    """A stored profile whose stamp lacks the field loads and is refused.

    One that knows nothing about its origin is not refused.
    """
    profile, *_ = held_back(40)
    old = profile.model_dump(mode="json")
    old["stamp"] = {"rubric": "r", "prompt": "p", "model": "m"}
    (tmp_path / "old.json").write_text(json.dumps(old))
    with refused("arithmetic_unknown"):
        Profile.load(tmp_path / "old.json").check(Stamp(rubric="r", prompt="p", model="m", arithmetic="3"))
    profile.model_copy(update={"stamp": Stamp()}).check(Stamp(rubric="r", arithmetic="3"))


def test_a_missing_readout_is_refused_and_a_missing_hint_is_not() -> None:
    """Without the judge's points there are none; without a hint the usual value stands in."""
    profile, *_ = held_back(40)
    row = {name: 0.1 for name in profile.columns}
    row.pop("e5-x/3")
    assert profile.apply(row).total.points == profile.apply(row).criteria["c"].points
    row.pop("points/c")
    with refused("feature_missing"):
        profile.apply(row)


def test_a_severe_grader_does_not_bend_the_target() -> None:
    """If items had different graders, the harsh grader's items are not mistaken for worse ones."""
    features, grades = make_data(200, graders=2)
    table = grades.table.copy()
    odd = table["item"].str[1:].astype(int) % 2 == 1
    table = table[~((table["grader"] == "g1") & odd)]
    third = table[(table["grader"] == "g0") & odd].assign(grader="g2")
    third["points"] = third["points"] - 1.5
    held = fit(features, Grades(pd.concat([table, third]))).held_out
    parity = np.array([int(item[1:]) % 2 for item in held.ids])
    plain = grades.means().loc[list(held.ids), "c"].to_numpy()
    raw = pd.concat([table, third]).groupby("item")["points"].mean().loc[list(held.ids)].to_numpy()
    gap = abs((held.human[:, 0] - plain)[parity == 1].mean() - (held.human[:, 0] - plain)[parity == 0].mean())
    raw_gap = abs((raw - plain)[parity == 1].mean() - (raw - plain)[parity == 0].mean())
    assert gap < raw_gap


def test_the_same_data_gives_the_same_profile() -> None:
    """Fitting twice gives the same coefficients, whatever the order of the grades."""
    features, grades = make_data(40)
    one = fit(features, grades).profile
    two = fit(features, Grades(grades.table.sample(frac=1, random_state=1))).profile
    assert one.criteria == two.criteria


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 10), min_size=9, max_size=200), st.sampled_from([0.5, 0.8, 0.9]))
def test_a_conformal_width_covers_its_own_scores_at_least_as_often_as_stated(
    scores: list[float], confidence: float
) -> None:
    """At least ceil((n + 1) c) of n scores lie within the quantile, which never shrinks with the confidence."""
    values = np.array(scores)
    quantile = conformal_quantile(values, confidence)
    assert (values <= quantile).mean() >= min(1, confidence)
    assert quantile <= conformal_quantile(values, 0.95)


def test_conformal_width_worked_by_hand() -> None:
    """Of 1 to 19 at 90 %: the ceil(20 · .9) = 18th."""
    assert conformal_quantile(np.arange(1.0, 20.0), 0.9) == 18.0


def test_conformal_width_is_mapies() -> None:
    """Split conformal prediction of MAPIE gives the same width on the same residuals."""
    from mapie.regression import SplitConformalRegressor
    from sklearn.dummy import DummyRegressor

    residuals = np.random.default_rng(0).normal(size=99)
    model = DummyRegressor(strategy="constant", constant=0.0).fit(np.zeros((2, 1)), [0.0, 0.0])
    mapie = SplitConformalRegressor(model, confidence_level=0.9, prefit=True)
    _, interval = mapie.conformalize(np.zeros((99, 1)), residuals).predict_interval(np.zeros((1, 1)))
    assert float(interval[0, 1, 0]) == pytest.approx(conformal_quantile(np.abs(residuals), 0.9))


def test_errors_that_grow_get_wider_intervals_there() -> None:
    """Where errors grow with the prediction, the half width grows too, and coverage holds."""
    draw = np.random.default_rng(0)
    predicted = draw.uniform(0, 10, 800)
    human = predicted + draw.normal(size=800) * (0.2 + 0.2 * predicted)
    spread, centre, scale = fit_spread(predicted, human)
    low, high = spread_at(np.array([1.0, 9.0]), spread, centre, scale)
    assert high > 1.5 * low
    scores = np.abs(predicted - human) / spread_at(predicted, spread, centre, scale)
    folds = np.array_split(np.arange(800), 10)
    assert 0.87 <= check_coverage(scores, folds, 0.9) <= 0.93


def test_routing_takes_the_surest_first_and_keeps_its_promise() -> None:
    """Agreement falls as more is graded alone.

    The chosen policy is the largest that keeps the wanted agreement.
    """
    half = np.arange(100) / 100
    error = np.where(np.arange(100) < 60, 0.1, 3.0)
    policies = trace_policies(half, error, np.zeros(100), tolerance=1.0, minutes_an_item=2)
    assert [round(policy.agreement, 2) for policy in policies][::19] == [1.0, 0.6]
    best = choose_policy(policies, share=0.3, agreement=0.9)
    assert (best.share, best.minutes_saved) == (0.65, 130)
    assert choose_policy(policies, share=0.9, agreement=0.9) is None


def test_nobody_is_passed_or_failed_across_the_mark() -> None:
    """An interval that contains the pass mark goes to a person."""
    low, high = np.array([1.0, 6.0, 3.0, 5.0]), np.array([4.0, 9.0, 7.0, 6.0])
    assert crosses(low, high, 5.0).tolist() == [False, False, True, False]


def test_a_rubrics_scale_bounds_the_fit() -> None:
    """Points never leave the rubric's scale even where humans did."""
    features, grades = make_data(60)
    profile = fit(features, grades, scales={"c": Scale(low=-1, high=1)}).profile
    assert (profile.criteria["c"].low, profile.criteria["c"].high) == (-1.0, 1.0)


def test_form_and_grams_need_no_order_of_speakers() -> None:
    """Counts and hashed n-grams are the same every time, unit length, and empty text gives zeros."""
    turns = [SidedTurn(speaker="customer", text="还是没有修好？"), SidedTurn(speaker="agent", text="马上安排")]
    assert describe_form(turns)["form/closing_asks"] == 1.0
    assert np.linalg.norm(hash_grams("还是没有修好")) == pytest.approx(1.0)
    assert not hash_grams("").any()
    assert describe_form([])["form/turns"] == 0.0

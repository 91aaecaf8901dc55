"""Items drawn for people with unequal chances: the chances, the draw file, the estimate, the command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from evaluator.calibration.data.items import Readouts
from evaluator.calibration.data.tables import propose_mapping, read_table
from evaluator.calibration.sampling.drawing import (
    begin_draw,
    blank_sheet,
    draw_next,
    load_draw,
    pick_evenly,
    save_draw,
    uncertainty_of,
)
from evaluator.calibration.sampling.estimation import (
    MeanEstimate,
    estimate_batch,
    estimate_drawn,
    estimate_mean,
    name_wanted,
    want_grades,
)
from evaluator.commands.calibrate import app
from evaluator.errors import EvaluatorError, InputError, StorageError
from evaluator.messages import say

SIZE = 400
NAMES = [f"i{number}" for number in range(SIZE)]
MEAN = 2.0  # of the humans, in the population that batches come from


def make_batch(generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Human points, the machine's points (one too low) and its uncertainty, which is right.

    People award more where the machine is unsure.
    """
    unsure = np.where(generator.random(SIZE) < 0.25, 1.0, 0.15)
    talent = 0.8 * generator.normal(size=SIZE)
    human = MEAN + talent + unsure - (0.25 * 1.0 + 0.75 * 0.15) + 1.2 * unsure * generator.normal(size=SIZE)
    return human, MEAN + talent - 1, unsure


def draw_rounds(unsure: np.ndarray, generator: np.random.Generator, graded: int = 30) -> pd.DataFrame:
    """`graded` items that people had graded before, then two rounds of about 30."""
    draw = begin_draw(NAMES, set(NAMES[:graded]))
    for _ in range(2):
        draw = draw_next(draw, unsure, 30, generator)
    return draw


def tell(human: np.ndarray, machine: np.ndarray, draw: pd.DataFrame, confidence: float = 0.95) -> MeanEstimate:
    drawn = draw["drawn"].to_numpy(bool)
    seen = np.where(drawn, human, np.nan)
    return estimate_drawn(seen, machine, draw["chance"].to_numpy(float), drawn, confidence=confidence)


def test_the_interval_covers_over_two_rounds_and_is_shorter_than_with_even_chances() -> None:
    """Over 400 batches the 95 % interval covers the mean about 95 times in 100.

    The same grades treated as a random draw are far off; at the same number of grades, the interval is clearly shorter
    than with even chances.
    """
    generator = np.random.default_rng(11)
    inside, naive, widths, even = 0, 0, [], []
    for run in range(400):
        human, machine, unsure = make_batch(generator)
        draw = draw_rounds(unsure, generator)
        found, drawn = tell(human, machine, draw), draw["drawn"].to_numpy(bool)
        wrong = estimate_mean(human[drawn], machine[drawn], machine[~drawn])
        inside += found.low <= MEAN <= found.high
        naive += wrong.low <= MEAN <= wrong.high
        widths.append(found.high - found.low)
        if run % 10 == 0:
            other = tell(human, machine, draw_rounds(np.ones(SIZE), generator))
            even.append(other.high - other.low)
    assert 0.92 <= inside / 400 <= 0.975
    assert naive / 400 < 0.75
    assert np.mean(widths) < 0.9 * np.mean(even)


@pytest.mark.parametrize("shift", [0.0, 40.0])
def test_even_chances_give_what_a_random_draw_gives(shift: float) -> None:
    """With equal chances the weighted estimate is PPI++ but for the estimate of lambda, however far off the machine."""
    generator = np.random.default_rng(5)
    human, machine, _ = make_batch(generator)
    machine = machine + shift
    draw = begin_draw(NAMES, set(NAMES[:60]))
    found, plain = tell(human, machine, draw), estimate_mean(human[:60], machine[:60], machine[60:])
    assert found.mean == pytest.approx(plain.mean, abs=0.15 * (plain.high - plain.mean))
    assert found.high - found.low == pytest.approx(plain.high - plain.low, rel=0.05)
    assert found.humans_alone == pytest.approx(plain.humans_alone, abs=0.002)
    assert (found.graded, found.ungraded) == (60, SIZE - 60)


def test_a_weighted_estimate_worked_by_hand() -> None:
    """A machine that says the same about all leaves only the humans, weighted by one over the chance."""
    human, chance = np.array([1.0] * 6 + [3.0] * 6 + [np.nan] * 12), np.array([1.0] * 6 + [1 / 3] * 18)
    found = estimate_drawn(human, np.ones(24), chance, ~np.isnan(human))
    assert (found.tuning, found.worth) == (0.0, 1.0)
    assert found.mean == found.humans_alone[0] == pytest.approx((6 * 1 + 18 * 3) / 24)
    terms = np.array([-1.5] * 6 + [0.5 * 3] * 6 + [0.0] * 12)
    assert found.high - found.mean == pytest.approx(1.959964 * np.sqrt(terms.var(ddof=1) / 24 * 12 / 11))


def test_chances_add_up_and_no_item_is_drawn_twice() -> None:
    """The current chance is that of at least one round.

    It does not depend on earlier luck; the wanted number is reached on average.
    """
    unsure = np.where(np.arange(SIZE) % 4 == 0, 1.0, 0.1)
    begun = begin_draw(NAMES, set(NAMES[:40]))
    assert set(begun["chance"]) == {0.1}
    fresh, drawn = [], []
    for seed in range(100):
        first = draw_next(begun, unsure, 50, np.random.default_rng(seed))
        second = draw_next(first, unsure, 30, np.random.default_rng(1000 + seed))
        assert (second["drawn"] >= first["drawn"]).all() and first["drawn"][:40].all()
        fresh.append(second["drawn"].sum() - first["drawn"].sum())
        drawn.append(second["drawn"].to_numpy(bool))
    assert np.allclose(second["chance"], draw_next(first.assign(drawn=False), unsure, 30)["chance"])
    step = 1 - (1 - first["chance"]) / 0.9
    assert 0.9 * step.sum() == pytest.approx(50)
    assert step.iloc[0] / step.iloc[1] == pytest.approx((0.8 / 0.325 + 0.2) / (0.08 / 0.325 + 0.2))
    assert np.mean(fresh) == pytest.approx(30 * 360 / (0.9 * SIZE), abs=2)
    later = np.mean(drawn, axis=0)[40:]
    assert later[unsure[40:] == 1].mean() == pytest.approx((second["chance"].iloc[0] - 0.1) / 0.9, abs=0.03)


def test_a_round_that_asks_for_all_draws_all() -> None:
    """More than remain: every item is drawn with certainty; no doubt at all counts as even doubt."""
    draw = draw_next(begin_draw(NAMES, {"i1"}), np.zeros(SIZE), 5)
    assert draw["chance"].nunique() == 1
    whole = draw_next(draw, np.zeros(SIZE), SIZE)
    assert whole["drawn"].all() and set(whole["chance"]) == {1.0}


def test_picks_by_lot_go_on_where_they_ended() -> None:
    """The same items until they are graded, then the following ones; not those that come first in the list."""
    first = pick_evenly(NAMES, 10)
    rest = [name for name in NAMES if name not in first[:4]]
    assert pick_evenly(rest, 6) == first[4:] and pick_evenly(reversed(NAMES), 10) == first
    assert first != NAMES[:10] and pick_evenly(NAMES, 0) == [] and len(pick_evenly(NAMES[:3], 9)) == 3


def make_readouts(levels: dict[str, dict[str, float]]) -> Readouts:
    features = pd.DataFrame.from_dict(levels, orient="index").astype(float)
    return Readouts(features, pd.DataFrame({"c": 1.0}, index=features.index))


def test_uncertainty_is_the_spread_of_the_judges_levels() -> None:
    """Standard deviation on a scale from 0 to 1, mean over the criteria; levels in the order of their numbers."""
    half = {"level/c.0": 0.5, "level/c.1": 0.0, "level/c.2": 0.5, "check/solved": 0.9}
    both = {**half, "level/long.name.0": 0.75, "level/long.name.1": 0.25}
    sure = {"level/c.0": 0.0, "level/c.1": 1.0, "level/c.2": 0.0}
    found = uncertainty_of(make_readouts({"a": half, "b": both, "s": sure, "none": {}}), ["a", "b", "s", "none"])
    assert found[:3] == pytest.approx([0.5, (0.5 + np.sqrt(3) / 4) / 2, 0.0])
    assert found[3] == pytest.approx(found[:3].mean())
    ten = uncertainty_of(
        make_readouts({"a": {f"level/c.{n}": float(n in (0, 10)) for n in (10, 2, *range(2), 3)}}), ["a"]
    )
    assert ten == pytest.approx([0.5])
    assert set(uncertainty_of(make_readouts({"a": {"check/solved": 0.5}}), ["a", "b"])) == {1.0}


def test_a_draw_file_comes_back_as_it_was(tmp_path: Path) -> None:
    """Chances to the last digit, ids with commas, Chinese and leading zeros; the order is the batch's."""
    items = ["007", "客服,一", 'a "b"', "1e5"]
    draw = draw_next(begin_draw(items, {"007"}), np.array([1.0, 2.0, 3.0, 4.0]), 2)
    path = tmp_path / "folder" / "draw.csv"
    save_draw(draw, path)
    pd.testing.assert_frame_equal(load_draw(path, items), draw)
    assert list(load_draw(path, items[::-1]).index) == items[::-1]
    assert [file.name for file in path.parent.iterdir()] == ["draw.csv"]
    with pytest.raises(StorageError):
        save_draw(draw, path / "below.csv")


def refuse(problem: EvaluatorError, code: str) -> None:
    """One sentence in either language, without a gap."""
    assert problem.code == f"calibration_{code}"
    zh, en = problem.text("zh"), problem.text("en")
    assert zh != en and not any("{" in text or "\n" in text for text in (zh, en))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("item,chance,drawn\na,0.5,1\n", "draw_other"),
        ("item,chance,drawn\na,0.5,1\nb,0.5,0\nc,0.5,0\n", "draw_other"),
        ("item,chance,drawn\na,0.5,1\na,0.5,0\n", "bad_line"),
        ("item,chance,drawn\na,0,1\nb,0.5,0\n", "bad_line"),
        ("item,chance,drawn\na,nan,1\nb,0.5,0\n", "bad_line"),
        ("item,chance,drawn\na,0.5,yes\nb,0.5,0\n", "bad_line"),
        ("item,chance,drawn\na,0.5\nb,0.5,0\n", "bad_line"),
        ("item,points\na,1\n", "bad_line"),
        ("", "bad_line"),
        (b"\xff\xfe\x00", "bad_line"),
        (None, "draw_missing"),
    ],
)
def test_a_draw_file_that_cannot_be_used_is_refused(tmp_path: Path, content: str | bytes | None, code: str) -> None:
    """Another batch, a broken line or a missing file: one sentence."""
    path = tmp_path / "draw.csv"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as caught:
        load_draw(path, ["a", "b"])
    refuse(caught.value, code)


def test_drawn_items_without_grades_are_named_and_nothing_is_estimated() -> None:
    """A drawn item that nobody graded is named, and one that lacks a criterion with that criterion.

    A gap of the machine's is not named.
    """
    items = NAMES[:20]
    machine = pd.DataFrame({"tone": 1.0, "facts": 2.0}, index=items)
    machine.loc["i5", "facts"] = np.nan
    means = pd.DataFrame({"tone": 2.0, "facts": 2.0}, index=items[:14])
    means.loc["i4", "facts"] = means.loc["i5", "facts"] = np.nan
    draw = begin_draw(items, set(items[:15]))
    with pytest.raises(InputError) as caught:
        estimate_batch(means, machine, draw)
    refuse(caught.value, "drawn_ungraded")
    assert caught.value.values == {"count": 2, "items": "i4 (facts), i14"}
    means.loc["i4", "facts"] = 2.0
    found = estimate_batch(means, machine, draw.assign(drawn=[name in means.index for name in items]))
    assert {name: one.graded for name, one in found.items()} == {"tone": 14, "facts": 13}
    with pytest.raises(InputError) as caught:
        estimate_batch(means, machine, draw.assign(drawn=[name in items[:4] for name in items]))
    refuse(caught.value, "too_few_labels")


def test_what_is_missing_is_named_even_where_all_lack_the_same_and_fits_on_a_sheet(tmp_path: Path) -> None:
    """An item that lacks one of two criteria is named with it; the sheet has a row per gap and is read like grades."""
    items = NAMES[:4]
    machine, means = (pd.DataFrame({"tone": 1.0, "facts": 2.0}, index=items) for _ in range(2))
    means.loc[["i1", "i3"], "facts"] = np.nan
    missing = want_grades(means, machine, begin_draw(items, set(items)))
    assert name_wanted(missing) == "i1 (facts), i3 (facts)"
    sheet = tmp_path / "sheet.csv"
    sheet.write_bytes(blank_sheet(missing))
    rows = read_table(sheet)
    assert propose_mapping(rows).kind == "long"
    assert rows[["item", "criterion"]].to_numpy().tolist() == [["i1", "facts"], ["i3", "facts"]]
    assert rows[["grader", "points"]].isna().all(axis=None)


@pytest.fixture
def desk(tmp_path: Path) -> dict[str, str]:
    """Sixty items read by a machine that says how sure it is; people graded twelve, and in another file all of them."""
    generator = np.random.default_rng(4)
    lines, rows = [], ["item,grader,criterion,points"]
    for number in range(60):
        share = float(generator.uniform(0, 0.5)) if number % 3 else 0.5
        levels = {"level/tone.0": share, "level/tone.1": 1 - share}
        lines.append(json.dumps({"item": f"i{number}", "features": levels, "points": {"tone": 4 * (1 - share)}}))
        rows.append(f"i{number},g,tone,{4 * (1 - share) + generator.normal() * share:.2f}")
    paths = {name: tmp_path / name for name in ("readouts.jsonl", "few.csv", "all.csv", "draw.csv")}
    paths["readouts.jsonl"].write_text("\n".join(lines))
    paths["few.csv"].write_text("\n".join(rows[:13]))
    paths["all.csv"].write_text("\n".join(rows))
    return {name: str(path) for name, path in paths.items()}


def call(desk: dict[str, str], grades: str, *extra: str) -> str:
    result = CliRunner().invoke(
        app, ["estimate", "--grades", desk[grades], "--readouts", desk["readouts.jsonl"], *extra]
    )
    if result.exception:
        raise result.exception
    return result.output


def test_the_command_draws_in_rounds_and_then_estimates(desk: dict[str, str]) -> None:
    """A round writes the file and names whom it drew; a second adds to it; the estimate asks for their grades first."""
    said = call(desk, "few.csv", "--draw", desk["draw.csv"], "--next", "15")
    first = load_draw(Path(desk["draw.csv"]), NAMES[:60])
    fresh = [name for name in first.index[first["drawn"]] if int(name[1:]) >= 12]
    assert all(name in said for name in fresh) and first["drawn"][:12].all()
    assert say("calibration.draw_begun", count=12, total=60) in said and "15" in said
    call(desk, "few.csv", "--draw", desk["draw.csv"], "--next", "20")
    second = load_draw(Path(desk["draw.csv"]), NAMES[:60])
    assert (second["drawn"] >= first["drawn"]).all() and (second["chance"] > first["chance"]).all()
    with pytest.raises(InputError) as caught:
        call(desk, "few.csv", "--draw", desk["draw.csv"])
    refuse(caught.value, "drawn_ungraded")
    kept = Path(desk["draw.csv"]).read_bytes()
    said = call(desk, "all.csv", "--draw", desk["draw.csv"])
    assert f" {second['drawn'].sum()} " in said and "tone" in said and Path(desk["draw.csv"]).read_bytes() == kept


def test_without_a_draw_file_the_next_items_are_a_random_draw(desk: dict[str, str]) -> None:
    """The plain estimate proposes ungraded items by lot and says so; the estimate without a round needs the file."""
    rest = [f"i{number}" for number in range(12, 60)]
    said = call(desk, "few.csv", "--next", "5")
    assert say("calibration.next_items", items=", ".join(pick_evenly(rest, 5))) in said
    with pytest.raises(InputError) as caught:
        call(desk, "few.csv", "--draw", desk["draw.csv"])
    refuse(caught.value, "draw_missing")

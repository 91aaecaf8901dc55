"""A profile on a scorecard: points move, intervals appear, and what does not fit is refused."""

from __future__ import annotations

import pytest

from evaluator.errors import InputError
from evaluator.grading import evaluate, grade
from evaluator.profiles.applying import apply_profile, stamp_for, stamp_of
from evaluator.profiles.profile import CriterionFit, Figure, Linear, Profile, Provenance, Stamp
from evaluator.settings import load_settings
from evaluator.storage import open_records
from evaluator.transcript import parse
from tests.support.grading_cases import GOOD, WordJudge, small_rubric

HELD_OUT = Figure(n=50, pearson=0.8, mae=0.2, uncalibrated_pearson=0.6, uncalibrated_mae=0.5, coverage=0.9)


def shifted(criterion: str, column: int, by: float, most: float) -> CriterionFit:
    """The grader's own points plus `by`, with half a point to each side."""
    line = Linear(label="shift", intercept=by, features=(column,), weights=(1.0,))
    return CriterionFit(
        components=(line,),
        shares=(1.0,),
        low=0,
        high=most,
        quantile=0.5,
        spread=(0, 0, 0),
        centre=0,
        scale=1,
        held_out=HELD_OUT,
    )


def profile(stamp: Stamp, by: float = -0.5) -> Profile:
    """A profile that takes half a point from each criterion."""
    origin = Provenance(
        made_at="2026-11-21", items=50, graders=("g1", "g2"), grades_digest="", folds=5, seed=0, software="test"
    )
    return Profile(
        name="team",
        version=2,
        provenance=origin,
        stamp=stamp,
        confidence=0.9,
        columns=("points/sorry", "points/plan"),
        centres=(0, 0),
        lows=(0, 0),
        highs=(2, 3),
        criteria={"sorry": shifted("sorry", 0, by, 2), "plan": shifted("plan", 1, by, 3)},
        total_quantile=0.8,
    )


@pytest.fixture
async def card():
    """A grading of the good call, with the transcript."""
    transcript = parse(GOOD, form="dialogue")
    return await grade(transcript, small_rubric(), WordJudge(), [], lambda _: None), transcript


async def test_points_move_and_intervals_are_shown(card):
    """Half a point less for each criterion, an interval around each, and the profile's name on the scorecard."""
    found, transcript = card
    fitted = apply_profile(found, transcript, profile(stamp_of(found)))
    for before, after in zip(found.verdicts, fitted.verdicts, strict=True):
        assert after.points == pytest.approx(before.points - 0.5, abs=1e-3)
        assert after.interval[0] <= after.points <= after.interval[1]
        assert after.distribution == before.distribution
    assert fitted.profile == "team v2"
    assert fitted.interval[0] <= fitted.total <= fitted.interval[1]


async def test_interval_across_the_pass_mark_decides_nothing(card):
    """Nobody passes or fails while the interval crosses the mark; a person is called."""
    found, transcript = card
    found = found.model_copy(update={"pass_mark": found.total - 1.0})
    fitted = apply_profile(found, transcript, profile(stamp_of(found)))
    assert fitted.passed is None
    assert "interval_crosses" in {reason.code for reason in fitted.review_reasons}


async def test_profile_of_another_rubric_is_refused(card):
    """A rubric that changed since the fit makes the profile useless, and it says so."""
    found, transcript = card
    other = stamp_of(found).model_copy(update={"rubric": "another"})
    with pytest.raises(InputError, match="team v2"):
        apply_profile(found, transcript, profile(other))


async def test_grading_with_a_profile_is_another_record(tmp_path):
    """The stored grading without the profile is not mistaken for the one with it."""
    settings = load_settings(data_dir=tmp_path / "data")
    path = tmp_path / "team.json"
    with open_records(settings) as records:
        wanted = {"judge": WordJudge(), "settings": settings, "records": records}
        plain = await evaluate(GOOD, small_rubric(), **wanted)
        path.write_text(profile(stamp_of(plain)).model_dump_json(), encoding="utf-8")
        fitted = await evaluate(GOOD, small_rubric(), profile=path, **wanted)
        assert fitted.id != plain.id
        assert (await evaluate(GOOD, small_rubric(), profile=path, **wanted)).id == fitted.id
        kept = await evaluate(GOOD, small_rubric(), profile=profile(stamp_of(plain)), **wanted)
        assert kept.id == fitted.id
        other = await evaluate(GOOD, small_rubric(), profile=profile(stamp_of(plain), 0.5), **wanted)
        assert other.id not in (plain.id, fitted.id)


async def test_a_profile_of_another_arithmetic_is_refused(card):
    """Points computed differently from those of the fit are not moved, before or after grading."""
    graded, transcript = card
    now = stamp_of(graded)
    assert now == stamp_for(small_rubric().digest, WordJudge().stamp) and now.arithmetic
    for then in ("0", ""):
        with pytest.raises(InputError) as caught:
            apply_profile(graded, transcript, profile(now.model_copy(update={"arithmetic": then})))
        assert caught.value.code == f"calibration_arithmetic_{'changed' if then else 'unknown'}"
        for language in ("zh", "en"):
            assert "team v2" in caught.value.text(language)


async def test_a_profile_that_does_not_fit_is_refused_before_the_model_is_asked(tmp_path):
    """Another model, or a missing file: no question is asked, and nothing is stored."""

    class Silent(WordJudge):
        async def decide(self, state, questions):
            raise AssertionError("asked")

    settings = load_settings(data_dir=tmp_path / "data")
    with open_records(settings) as records:
        wanted = {"judge": Silent(), "settings": settings, "records": records}
        for bad in (profile(Stamp(model="another")), tmp_path / "gone.json"):
            with pytest.raises(InputError):
                await evaluate(GOOD, small_rubric(), profile=bad, **wanted)
        assert records.count() == 0

"""A kept policy: chosen on held-out items, set by hand, applied to scorecards, batches included."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from evaluator.batch import review_queue, run_batch
from evaluator.calibration.fit import HeldOut
from evaluator.calibration.fit.policies import (
    add_chosen,
    add_widths,
    choose_widths,
    describe_policy,
    promise,
    set_policy,
    switch_pass_mark,
)
from evaluator.commands.calibrate import app
from evaluator.errors import InputError
from evaluator.profiles.applying import apply_profile, stamp_of
from evaluator.profiles.profile import Policy, Profile
from evaluator.profiles.versions import keep_policy, keep_profile, newest_kept, read_kept
from evaluator.reports.phrases import decided, shown_reasons
from evaluator.scorecard import ReviewReason, UngradedCause, UngradedVerdict, WhyUngraded
from evaluator.settings import load_settings
from evaluator.storage import NewItem, open_records
from tests.profiles.test_applying import profile
from tests.support.calibration_cases import make_card, spoken
from tests.support.grading_cases import small_rubric

RUN = CliRunner()


def fitted(routing: Policy | None = None, by: float = 0.0) -> Profile:
    """A profile of the made cards: half a point to each side of a criterion, .8 to each side of the total."""
    return profile(stamp_of(make_card(0)), by).model_copy(update={"routing": routing})


def decide(routing: Policy | None, **changes: object):
    """The made card 7 (total 2.5) under a policy."""
    return apply_profile(make_card(7, **changes), spoken(7), fitted(routing))


def codes(card) -> set[str]:
    return {reason.code for reason in card.review_reasons}


def test_inside_the_policy_a_grading_is_decided_alone() -> None:
    """Intervals within the policy and off the pass mark: decided, no reason, and the scorecard says so."""
    card = decide(Policy(widest={"sorry": 0.5, "plan": 0.5}), pass_mark=0.5)
    assert (card.decision, card.review, card.passed) == ("alone", False, True)
    assert card.profile in decided(card)


def test_wider_than_the_policy_needs_a_person() -> None:
    """The criterion with too wide an interval is named with what the policy allows."""
    card = decide(Policy(widest={"sorry": 0.1, "plan": 0.5}), pass_mark=0.5)
    assert (card.decision, codes(card)) == ("person", {"too_wide"})
    assert card.review_reasons[0].criterion == "sorry" and "0.1" in shown_reasons(card)[0]


def test_nobody_passes_across_the_mark_unless_the_policy_says_so() -> None:
    """The pass-mark policy leaves it open; without it the fitted total decides."""
    mark = 2.7
    assert (decide(None, pass_mark=mark).passed, codes(decide(None, pass_mark=mark))) == (None, {"interval_crosses"})
    free = decide(Policy(pass_mark=False), pass_mark=mark)
    assert (free.passed, free.decision) == (False, "alone")


def test_a_kept_policy_answers_the_graders_own_doubts_but_no_guard() -> None:
    """What the grader felt before the fit no longer counts; an attempt to steer it still does."""
    doubts = {"uncertain", "no_reference", "likeness_alone", "guard_steering"}
    before = tuple(ReviewReason(code=code) for code in doubts)
    assert codes(decide(Policy(), review_reasons=before, pass_mark=0.5)) == {"guard_steering"}
    assert codes(decide(None, review_reasons=before, pass_mark=0.5)) == doubts


def test_an_ungraded_criterion_loses_nothing() -> None:
    """What was graded stays on its own scale, a person is called, and the reason names the profile."""
    cause: UngradedCause = "timeout"
    whole = make_card(7)
    lost = UngradedVerdict(
        criterion="plan", name="plan", kind="score", max_points=3, ungraded=WhyUngraded(cause=cause)
    )  # fmt: skip
    card = decide(None, verdicts=(whole.verdicts[0], lost))
    assert card.profile is None and card.verdicts[0].points == whole.verdicts[0].points
    assert card.decision == "person" and "team v2" in shown_reasons(card)[-1]


def test_a_fatal_item_still_makes_the_total_zero() -> None:
    """Fitted criteria never restore points that a fatal item removed."""
    whole = make_card(7)
    fatal = whole.verdicts[0].model_copy(update={"criterion": "lie", "kind": "fatal", "level": 1, "points": 0.0})
    card = decide(Policy(), verdicts=(*whole.verdicts, fatal), review_reasons=(ReviewReason(code="fatal"),))
    assert (card.total, card.passed, card.interval, card.decision) == (0.0, False, None, "person")


def test_a_criterion_that_was_not_fitted_leaves_the_total_open() -> None:
    """Its points count, the interval of the total is unknown, and that is the reason for a person."""
    whole = fitted(Policy())
    part = whole.model_copy(update={"criteria": {"plan": whole.criteria["plan"]}})
    card = apply_profile(make_card(7), spoken(7), part)
    assert (card.interval, card.passed, codes(card)) == (None, None, {"interval_unknown"})
    assert card.total == pytest.approx(make_card(7).total)


def test_widths_are_chosen_where_the_agreement_holds() -> None:
    """Half of the items are sure and right: the width that is kept lets these stand alone, and the promise counts."""
    sure = np.arange(100) < 50
    half = np.where(sure, 0.2, 0.9)[:, None] * np.ones(2)
    held = HeldOut(
        tuple(map(str, range(100))), np.where(sure, 0.0, 2.0)[:, None] * np.ones(2), half, np.zeros((100, 2))
    )
    chosen = choose_widths(fitted(), held, share=0.4, agreement=0.9, tolerance=1.0)
    widths = {name: best.widest for name, best in chosen.items()}
    kept = promise(fitted(), held, widths, 1.0)
    assert widths == {"sorry": 0.2, "plan": 0.2}
    assert (kept.promise.share, kept.promise.agreement, kept.promise.n) == (0.5, 1.0, 100)
    lines = list(describe_policy(kept, {"sorry": "道歉", "plan": "上门时间"}))
    assert not any("{" in line for line in lines) and "上门时间" in lines[2] and "50%" in lines[-1]


def test_a_width_is_replaced_and_the_pass_mark_stays() -> None:
    """Another width takes the place of the criterion's own, the rest stays, and the promise is of them all."""
    held = HeldOut(("a", "b"), np.zeros((2, 2)), np.array([[0.2, 0.9], [0.4, 0.1]]), np.zeros((2, 2)))
    before = fitted(Policy(pass_mark=False, widest={"sorry": 0.1, "plan": 0.5}))
    kept = add_widths(before, held, {"sorry": 0.4}, 1.0)
    assert (kept.pass_mark, kept.widest) == (False, {"sorry": 0.4, "plan": 0.5})
    assert kept.promise.share == 0.5
    with pytest.raises(InputError):
        add_chosen(before, held, {"sorry": None}, 1.0)


def test_the_pass_mark_is_switched_and_back() -> None:
    """Off is a policy; on again leaves nothing that was not there before; widths stay either way."""
    off = switch_pass_mark(fitted(), False)
    assert off == Policy(pass_mark=False)
    assert switch_pass_mark(fitted(off), True) is None
    assert switch_pass_mark(fitted(Policy(widest={"plan": 1.0})), False).widest == {"plan": 1.0}
    assert any("道歉" in line for line in describe_policy(off, {"sorry": "道歉"}))


def test_each_policy_is_a_version_in_the_records(tmp_path: Path) -> None:
    """Kept, replaced and removed: every version stays, the newest counts, and saying it again adds none."""
    with open_records(load_settings(data_dir=tmp_path / "data")) as records:
        first = keep_profile(records.profiles, fitted(), "leak")
        policy = Policy(widest={"plan": 0.4})
        second = keep_policy(records.profiles, first, policy, "leak")
        assert (first.label, second.label, second.routing) == ("team v1", "team v2", policy)
        assert keep_policy(records.profiles, first, policy, "leak") == second
        assert keep_policy(records.profiles, second, None, "leak").label == "team v3"
        newest = newest_kept(records.profiles, "leak")
        assert list(newest) == ["team"] and read_kept(newest["team"]).routing is None
        assert newest_kept(records.profiles, "other") == {}
        assert read_kept(records.profiles.get("team", 2)) == second
        assert [Profile.model_validate(one.body).version for one in records.profiles.all()] == [1, 2, 3]


def test_a_policy_is_not_put_on_another_fit(tmp_path: Path) -> None:
    """A profile fitted again under the same name does not inherit a policy chosen on the earlier fit."""
    with open_records(load_settings(data_dir=tmp_path / "data")) as records:
        first = keep_profile(records.profiles, fitted(), "leak")
        keep_profile(records.profiles, fitted(by=0.5), "leak")
        with pytest.raises(InputError, match="team v2"):
            keep_policy(records.profiles, first, Policy(), "leak")
        assert len(records.profiles.all("leak")) == 2


def test_a_stored_profile_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    """An entry from another program is named, by name and version."""
    with open_records(load_settings(data_dir=tmp_path / "data")) as records:
        kept = records.profiles.save("team", {"name": "team"}, rubric_id="leak")
    with pytest.raises(InputError, match="team v1"):
        read_kept(kept)


def test_the_command_sets_shows_and_clears_a_policy(tmp_path: Path) -> None:
    """A width and the pass mark are kept in the profile's file, shown, and taken out again."""
    path = tmp_path / "p.json"
    fitted().save(path)
    set_ = RUN.invoke(app, ["policy", str(path), "--widest", "plan=0.4", "--no-pass-mark"])
    assert set_.exit_code == 0, set_.output
    assert Profile.load(path).routing == Policy(pass_mark=False, widest={"plan": 0.4})
    assert "plan" in RUN.invoke(app, ["policy", str(path)]).output
    RUN.invoke(app, ["policy", str(path), "--clear"])
    assert Profile.load(path).routing is None


@pytest.mark.parametrize("text", ["plan", "other=1", "plan=x", "plan=-1", "plan=nan"])
def test_a_width_that_cannot_be_read_is_one_sentence(text: str) -> None:
    """An unknown criterion or an invalid number raises InputError that names the criteria."""
    with pytest.raises(InputError, match="plan"):
        set_policy(fitted(), None, [text])


async def test_a_batch_follows_the_policy(tmp_path: Path) -> None:
    """Items of a batch graded with a profile are decided alone or wait in the queue with their reason."""
    settings = load_settings(data_dir=tmp_path / "data")
    policy = fitted(Policy(widest={"sorry": 0.5, "plan": 0.5}))

    async def grade(transcript, rubric):
        number = int(transcript.turns[1].text.strip("好，编号。"))
        return apply_profile(make_card(number), transcript, policy)

    with open_records(settings) as records:
        items = [NewItem(item=str(n), transcript=spoken(n), rubric=small_rubric()) for n in range(14)]
        batch = records.batches.create("b", items)
        await run_batch(batch, grade, records=records)
        cards = records.batches.scorecards(batch)
        queue = review_queue(records.batches.items(batch), cards)
    assert {card.decision for card in cards.values()} == {"alone", "person"}
    assert len(queue) == sum(card.decision == "person" for card in cards.values())
    assert all(entry.reasons == ("interval_crosses",) for entry in queue)

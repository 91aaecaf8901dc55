"""Appeals, root causes and draws for review: who may do what when, and what the log tells of it."""

from __future__ import annotations

import pytest

from evaluator.errors import InputError
from evaluator.messages import catalogue
from evaluator.settings import Settings
from evaluator.storage import CAUSES, open_records, risk_of
from tests.support.storage_cases import make_rubric, make_scorecard, make_transcript


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path)


@pytest.fixture
def records(settings):
    with open_records(settings) as opened:
        yield opened


@pytest.fixture
def grading(records):
    transcript = make_transcript()
    return records.save(make_scorecard(transcript), transcript, rubric=make_rubric(), owner="li")


def refused(act):
    with pytest.raises(InputError) as error:
        act()
    assert error.value.text("zh") and error.value.text("en")
    return error.value.code


def test_an_appeal_goes_from_a_request_to_a_final_judgement(records, grading):
    """Each step names who did it; a change becomes a correction with its cause; the log has them all."""
    appeal = records.appeals.open(grading, "care", "我两次都道歉了", who="li")
    assert (appeal.state, records.appeals.count("li"), records.appeals.count("wu")) == ("open", 1, 0)
    records.appeals.assign(appeal.id, "wang", who="chen")
    decided = records.appeals.decide(appeal.id, 3, "第二段道歉", who="wang", cause="evidence_missed")
    assert (decided.state, decided.steps[-1].points, records.effective(grading)["care"].cause) == (
        "decided",
        3,
        "evidence_missed",
    )
    closed = records.appeals.close(appeal.id, None, "同意", who="chen")
    assert [step.step for step in closed.steps] == ["assigned", "decided", "closed"] and not closed.pending
    assert records.effective(grading)["care"].points == 3
    actions = [entry.action for entry in records.audit.entries(grading)]
    assert actions == [
        "graded",
        "appeal_opened",
        "appeal_assigned",
        "overridden",
        "appeal_decided",
        "appeal_closed",
    ]
    assert records.audit.verify().broken_at is None and "道歉" not in str(records.audit.entries())
    assert refused(lambda: records.appeals.open(grading, "care", "还是不服", who="li")) == "appeal_final"


def test_nobody_judges_in_their_own_case(records, grading):
    """Neither the person who appeals, nor the one whose points are in dispute, nor the reviewer at the end."""
    records.override(grading, "care", 1, who="wang")
    appeal = records.appeals.open(grading, "care", "为什么", who="li").id
    assert refused(lambda: records.appeals.assign(appeal, "li", who="chen")) == "appeal_own"
    assert refused(lambda: records.appeals.assign(appeal, "wang", who="chen")) == "appeal_own"
    records.appeals.assign(appeal, "zhao", who="chen")
    assert refused(lambda: records.appeals.decide(appeal, None, "不变", who="sun")) == "appeal_of_another"
    records.appeals.decide(appeal, None, "不变", who="zhao")
    assert refused(lambda: records.appeals.close(appeal, None, "好", who="zhao")) == "appeal_own_final"
    assert refused(lambda: records.appeals.close(appeal, None, "好", who="li")) == "appeal_own_final"


def test_what_is_missing_or_late_is_refused_and_changes_nothing(records, grading):
    """A reason, a cause, points within the criterion, and the right state."""
    appeals = records.appeals
    assert refused(lambda: appeals.open(grading, "care", " ", who="li")) == "appeal_needs_reason"
    assert refused(lambda: appeals.open(grading, "nothing", "x", who="li")) == "storage_override_criterion"
    assert refused(lambda: appeals.open("nowhere", "care", "x", who="li")) == "storage_unknown_id"
    one = appeals.open(grading, "care", "x", who="li").id
    assert refused(lambda: appeals.open(grading, "care", "y", who="wu")) == "appeal_pending"
    assert refused(lambda: appeals.decide(one, 3, "y", who="wang")) == "appeal_needs_cause"
    assert refused(lambda: appeals.decide(one, 99, "y", who="wang", cause="other")) == "storage_override_points"
    assert refused(lambda: appeals.close(one, None, "y", who="wang")) == "appeal_is_open"
    assert refused(lambda: appeals.withdraw(one, who="wang")) == "appeal_not_yours"
    assert (appeals.get(one).state, records.overrides(grading)) == ("open", [])
    appeals.withdraw(one, who="li")
    assert refused(lambda: appeals.decide(one, None, "y", who="wang")) == "appeal_is_withdrawn"
    assert appeals.open(grading, "care", "again", who="li").state == "open"


def test_an_appeal_goes_with_its_grading(records, grading):
    """Deleting the grading deletes the appeal and its steps."""
    appeal = records.appeals.open(grading, "care", "x", who="li").id
    records.appeals.assign(appeal, "wang", who="chen")
    records.delete(grading)
    assert records.appeals.queue() == [] and refused(lambda: records.appeals.get(appeal)) == "appeal_unknown"


def test_a_correction_carries_a_cause_of_the_catalogue(records, grading):
    """Another word is refused, and each cause has its text."""
    assert set(CAUSES) == set(catalogue("causes"))
    assert records.override(grading, "care", 1, who="wang", cause="role_wrong").cause == "role_wrong"
    wrong = "because"
    assert refused(lambda: records.override(grading, "care", 1, who="wang", cause=wrong)) == "storage_cause_unknown"


def sure(records, number, total):
    transcript = make_transcript(f"您好，第{number}位。")
    return records.save(make_scorecard(transcript, total=total, passed=total >= 2), transcript, owner="li")


def test_a_draw_takes_a_share_at_random_and_the_riskiest_of_the_rest(records):
    """The same seed draws the same; what was drawn or reviewed is not drawn again; drawn ones wait for a person."""
    ids = [sure(records, number, 0.2) for number in range(18)] + [sure(records, 90, 1.99), sure(records, 91, 2.01)]
    records.mark_reviewed(ids[0], who="wang")
    drawn = records.samples.draw(0.1, 0.1, who="chen", seed=5)
    by_way = {way: {one.grading_id for one in drawn if one.drawn_by == way} for way in ("rate", "risk")}
    assert (len(by_way["rate"]), len(by_way["risk"])) == (2, 2) and ids[0] not in by_way["rate"]
    assert by_way["risk"] | by_way["rate"] >= {ids[18], ids[19]}
    assert records.count(waiting=True) == 4 and records.count(waiting=True, owner="wu") == 0
    assert {one.grading_id for one in records.samples.draw(1, seed=5)}.isdisjoint({one.grading_id for one in drawn})
    entry = records.audit.entries("")[0]
    assert (entry.action, entry.detail["seed"], entry.detail["of"]) == ("sampled", 5, 19)
    records.mark_reviewed(ids[18], who="wang")
    assert ids[18] not in [one.id for one in records.history(waiting=True)]


def test_risk_rises_near_the_pass_mark():
    """A total at the mark is riskier than one far from it, whatever else is equal."""
    card = make_scorecard(make_transcript())
    at, far = (risk_of(card.model_copy(update={"total": total})) for total in (2.0, 0.0))
    assert at == pytest.approx(far + 1)


def test_shares_outside_the_range_are_refused(records):
    """One sentence, and nothing drawn."""
    assert refused(lambda: records.samples.draw(1.5)) == "sample_share"

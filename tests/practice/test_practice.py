"""The comparison of a trainee's own grades with the grader's, progress, and what to train next."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from evaluator.errors import EndpointError, InputError
from evaluator.judge.questions import Answer, Reply, Traits
from evaluator.practice import advise, compare, explain, grade_attempt, hand_in, own_total, practised, trace
from evaluator.practice.attempting import Practised
from evaluator.settings import Settings
from evaluator.storage import Attempt, OwnPoint, open_records
from evaluator.transcript import parse
from tests.support.practice_cases import evidence, own, rubric, scorecard, ungraded, verdict


def _gap(name, card, points):
    return next(gap for gap in compare(rubric(), points, card).gaps if gap.criterion == name)


def test_same_level_is_agreement():
    """Points that mean the same level agree even if they are not equal."""
    card = scorecard(verdict("empathy", [0.1, 0.7, 0.2]))
    assert _gap("empathy", card, own(empathy=2)).view == "agree"


def test_higher_own_points_are_kinder_and_the_words_against_explain():
    """A trainee who awarded themself more than the grader sees the counter-evidence and what the two levels require."""
    card = scorecard(verdict("empathy", [0.9, 0.1, 0.0], None, evidence("for"), evidence("against", 0.4)))
    gap = _gap("empathy", card, own(empathy=4))
    assert (gap.view, gap.favour) == ("kinder", pytest.approx(3.8))
    assert [item.direction for item in gap.quotations] == ["against"]
    text = " ".join(explain(gap, "zh"))
    assert "3.8" in text and "说出客户等了多久" in text and "没有道歉" in text


def test_lower_own_points_are_stricter_and_the_words_for_explain():
    """A trainee who awarded themself less than the grader sees their own words that earned the points."""
    card = scorecard(verdict("empathy", [0.0, 0.0, 1.0], None, evidence("against"), evidence("for", 0.3)))
    gap = _gap("empathy", card, own(empathy=0))
    assert (gap.view, gap.favour) == ("stricter", -4)
    assert [item.direction for item in gap.quotations] == ["for"]


def test_penalty_turns_the_direction_round():
    """Fewer points lost by the trainee's account than by the grader's is kinder, not stricter."""
    card = scorecard(verdict("manners", [0.0, 1.0]))
    gap = _gap("manners", card, own(manners=0))
    assert (gap.view, gap.favour) == ("kinder", 2)


def test_fatal_item_is_compared_as_happened_or_not():
    """A fatal item that only the grader saw is described in words, without points."""
    card = scorecard(verdict("abuse", [0.05, 0.95]))
    gap = _gap("abuse", card, own(abuse=0))
    assert gap.view == "kinder"
    assert "发生了" in explain(gap, "zh")[0]


def test_a_level_that_the_grader_thinks_likely_is_open():
    """If the grader assigns the trainee's level a fair chance, the trainee is not called wrong."""
    card = scorecard(verdict("empathy", [0.1, 0.55, 0.35]))
    assert _gap("empathy", card, own(empathy=4)).view == "unsure"


def test_ungraded_is_no_zero():
    """A criterion that the grader could not judge is not compared and counts in no mean."""
    card = scorecard(ungraded("empathy"))
    found = compare(rubric(), own(empathy=4), card)
    gap = found.gaps[0]
    assert (gap.view, gap.graded, gap.favour) == ("ungraded", None, None)
    assert found.distance == pytest.approx((0 + 0.1 / 2) / 2)


def test_missing_key_points_explain_a_kinder_view():
    """Missing key points are named if the trainee thought better of themself."""
    gap = _gap("remedy", scorecard(covered=False), own(remedy=3))
    assert "说出补发的日期" in " ".join(explain(gap, "zh"))
    assert explain(gap, "en")[0].startswith("You were 2.0 points kinder")


def test_own_total_uses_the_scorecards_arithmetic():
    """Penalties are deducted, a fatal item makes it 0, and with a missing criterion there is no total."""
    assert own_total(rubric(), own(empathy=4, remedy=3, manners=2)) == 5
    assert own_total(rubric(), own(empathy=4, abuse=1)) == 0
    assert own_total(rubric(), {"empathy": OwnPoint(points=4)}) is None


def test_leaning_tells_kindness_from_distance():
    """One criterion too kind and one too strict cancel in the leaning, not in the distance."""
    card = scorecard(verdict("empathy", [0, 1.0, 0]), verdict("remedy", [0, 0, 1.0, 0]), verdict("manners", [1.0, 0]))
    found = compare(rubric(), own(empathy=4, remedy=0.5), card)
    assert found.leaning == pytest.approx((0.5 - 0.5 + 0) / 3)
    assert found.distance == pytest.approx(1 / 3)
    assert [gap.criterion for gap in found.widest()] == ["empathy", "remedy"]


def _entry(card, points, number=1, chosen=None):
    chosen = chosen or rubric()
    attempt = Attempt(
        id=f"a{number}",
        owner="li",
        at=f"2026-11-{number:02}T10:00:00.000+00:00",
        rubric_id=chosen.id,
        rubric_digest=chosen.digest,
        own_points=points,
    )
    return Practised(attempt, chosen, card, compare(chosen, points, card) if card else None)


def test_progress_keeps_the_order_and_the_gaps():
    """Each attempt is a step with both totals; an attempt without a grading has no graded share."""
    steps = trace([_entry(scorecard(), own(), 1), _entry(None, own(empathy=4), 2)])
    assert [step.attempt for step in steps] == ["a1", "a2"]
    assert steps[0].graded_share == pytest.approx((2 + 1 - 0.1) / 7)
    assert steps[1].graded_share is None and steps[1].own_share == pytest.approx(5 / 7)


def test_advice_names_what_costs_most_and_the_next_level():
    """The criterion that loses the largest share comes first, with what the level above requires."""
    card = scorecard(verdict("empathy", [1.0, 0, 0]), verdict("remedy", [0, 0, 0, 1.0]))
    first, *others = advise([_entry(card, own(empathy=4))])
    assert (first.criterion, first.loss, first.blind) == ("empathy", 1, True)
    assert first.wanted == "道了歉，没说为什么"
    assert all(one.criterion != "remedy" for one in others)


def test_advice_forgives_what_was_learned_since():
    """A criterion that was poor at first and full at last weighs less than one that was poor last."""
    learned = [verdict("empathy", [1.0, 0, 0]), verdict("empathy", [0, 0, 1.0])]
    forgot = [verdict("remedy", [0, 0, 0, 1.0]), verdict("remedy", [1.0, 0, 0, 0])]
    pairs = zip(learned, forgot, strict=True)
    history = [_entry(scorecard(one, two), own(), number) for number, (one, two) in enumerate(pairs, 1)]
    assert advise(history)[0].criterion == "remedy"


def test_no_advice_without_loss_or_grading():
    """With nothing graded or nothing lost, there is no advice."""
    full = scorecard(verdict("empathy", [0, 0, 1.0]), verdict("remedy", [0, 0, 0, 1.0]))
    assert advise([_entry(full, own())]) == []
    assert advise([_entry(None, own())]) == []


class Yes:
    """A judge that picks the last option every time, or fails once."""

    def __init__(self, failing: bool = False) -> None:
        self.name, self.stamp, self.traits, self.failing = "scripted", {"model": "scripted"}, Traits(), failing

    async def decide(self, state, questions):
        if self.failing:
            raise EndpointError("endpoint_unreachable", url="http://127.0.0.1", detail="-")
        answers = {}
        for question in questions:
            ids = [option.id for option in question.options]
            answers[question.id] = Answer(
                question=question.id, probabilities={name: float(name == ids[-1]) for name in ids}
            )
        return Reply(model="scripted", answers=answers)


@pytest.fixture
def records(tmp_path: Path):
    settings = Settings(data_dir=tmp_path)
    opened = open_records(settings)
    yield opened
    opened.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


async def test_handing_in_stores_own_grades_first(records, settings):
    """When the grader fails the trainee's own grades are kept, and the attempt is graded later."""
    transcript = parse("客户：我的包裹呢？\n客服：非常抱歉让您久等，我明天给您补发。", form="dialogue")
    with pytest.raises(EndpointError):
        await hand_in(records, rubric(), transcript, own(), owner="li", settings=settings, judge=Yes(failing=True))
    (waiting,) = await asyncio.to_thread(practised, records, "li")
    assert waiting.scorecard is None and waiting.attempt.own_points["empathy"].points == 2
    graded = await grade_attempt(records, waiting.attempt, settings=settings, judge=Yes())
    (done,) = await asyncio.to_thread(practised, records, "li", "lost-parcel")
    assert done.attempt.grading_id == graded.grading_id and done.comparison is not None
    assert done.comparison.graded_total == done.scorecard.total


async def test_impossible_own_points_are_refused(records, settings):
    """More points than a criterion has are refused before anything is graded."""
    with pytest.raises(InputError):
        await hand_in(records, rubric(), parse("您好"), own(empathy=9), owner="li", settings=settings, judge=Yes())
    assert records.attempts.all("li") == []


def test_advice_finds_the_matching_references(tmp_path):
    """The rubric's own explanation of a criterion stands first among the references."""
    from evaluator.practice import with_references
    from evaluator.references.store import open_folder
    from evaluator.rubric import Explanation

    chosen = rubric().model_copy(
        update={"explanations": (Explanation(id="calm", text="先安抚再处理：道歉要说出客户等了多久。", source="教材"),)}
    )
    (first, *_) = advise([_entry(scorecard(verdict("empathy", [1.0, 0, 0])), own(), chosen=chosen)])
    found = with_references(first, chosen, open_folder(tmp_path / "chroma"))
    assert found.references and found.references[0].source == "教材"
    assert found.references[0].matched_by == "item"


def test_a_criterion_at_its_top_is_no_advice():
    """What the last attempt did perfectly is not suggested for practice, whatever was lost before."""
    poor, best = verdict("empathy", [1.0, 0, 0]), verdict("empathy", [0, 0, 1.0])
    history = [_entry(scorecard(one), own(), number) for number, one in enumerate((poor, best), 1)]
    assert "empathy" in {one.criterion for one in advise(history[:1])}
    assert "empathy" not in {one.criterion for one in advise(history)}

"""Coaching quotes only what was said; self-knowledge carries its intervals."""

from __future__ import annotations

import asyncio

import pytest

from evaluator.practice import Practised, coach, compare, know_oneself, notes_for
from evaluator.practice.coaching import may_stand
from evaluator.storage import Attempt
from evaluator.transcript import parse
from tests.support.call_cases import Saying
from tests.support.practice_cases import WORDS, evidence, own, rubric, scorecard, verdict

TEXT = parse(f"客户：包裹呢？\n客服：{WORDS}\n客户：哦。\n客服：打断你一下，别说了。", form="dialogue")


def graded():
    bad = evidence("against", text="打断你一下，别说了。").model_copy(update={"turn": "t4"})
    good = evidence("for").model_copy(update={"turn": "t2"})
    card = scorecard(verdict("empathy", [0.0, 0.1, 0.9], None, good), verdict("manners", [0.1, 0.9], None, bad))
    return card, compare(rubric(), own(), card)


def test_notes_are_tied_to_turns_and_points():
    """Every quotation is in its turn; missing points come with the reference's own words."""
    card, comparison = graded()
    notes = notes_for(rubric(), TEXT, card, comparison)
    assert {note.kind for note in notes} == {"keep", "start", "stop"}
    for note in notes:
        assert note.said in TEXT.turn(note.turn).text and TEXT.turn(note.turn).role == "agent"
    start = next(note for note in notes if note.kind == "start")
    assert start.point == "说出补发的日期" and start.better


def test_a_reason_that_quotes_what_nobody_said_is_left_out():
    card, comparison = graded()
    writer = Saying("这样说“赔您八百”客户才放心。", "给出日期，客户心里有底。", "打断客户会让人更生气，得分也低。")
    notes = asyncio.run(coach(rubric(), TEXT, card, comparison, writer))
    assert [bool(note.why) for note in notes] == [False, True, False]
    assert notes[1].writer == "saying"


@pytest.mark.parametrize(
    ("why", "stands"),
    [
        ("让客户知道日期，心里有底。", True),
        ("因为“今天就给您补发”很具体。", True),
        ("因为“赔您一百”很具体。", False),
        ("要在 48 小时内说清。", False),
        ("This is good.", False),
        ("可以得满分。", False),
        ("好" * 200, False),
        ("", False),
    ],
)
def test_what_a_model_wrote_is_checked(why, stands):
    assert may_stand(why, "zh", [WORDS]) is stands


def history(pairs):
    found = []
    for number, (mine, chances) in enumerate(pairs):
        card = scorecard(verdict("empathy", chances))
        attempt = Attempt(
            id=f"a{number}",
            owner="me",
            at="2026-11-21T10:00:00+00:00",
            rubric_id="r",
            rubric_digest="d",
            own_points=own(mine),
        )
        found.append(Practised(attempt, rubric(), card, compare(rubric(), own(mine), card)))
    return found


def test_self_knowledge_over_attempts():
    """Always a level kinder: bias .5 of the points and perfect correlation; one attempt gives no interval."""
    low, mid = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]
    known = {one.criterion: one for one in know_oneself(history([(2, low), (4, mid), (2, low), (4, mid)]))}
    one = known["empathy"]
    assert one.n == 4 and one.bias.value == pytest.approx(0.5) and one.bias.low == pytest.approx(0.5)
    assert one.correlation.value == pytest.approx(1.0)
    alone = {one.criterion: one for one in know_oneself(history([(2, low)]))}["empathy"]
    assert alone.bias.low is None and alone.correlation.value is None and alone.correlation.why == "too_few_items"
    assert know_oneself([]) == []


def test_a_penalty_is_turned_round():
    """A trainee who denies an interruption that happened is too kind to themself."""
    card = scorecard(verdict("manners", [0.0, 1.0]))
    attempt = Attempt(
        id="a", owner="me", at="2026-11-21T10:00:00+00:00", rubric_id="r", rubric_digest="d", own_points=own()
    )
    entry = Practised(attempt, rubric(), card, compare(rubric(), own(manners=0), card))
    known = {one.criterion: one for one in know_oneself([entry])}
    assert known["manners"].bias.value == pytest.approx(1.0)

"""Whether a text addresses its task: poor ones do, friendly ones about something else don't."""

from __future__ import annotations

import pytest

from evaluator.grading import topic
from evaluator.grading.tuned import ACCUSED_FROM
from evaluator.transcript import parse
from tests.support.grading_cases import COLD, GOOD, STRAY, small_rubric

RUBRIC = small_rubric()
RUDE = "客服：又漏了？你自己不会拧紧点？\n客户：你什么态度！水都流到楼下了。\n客服：爱找谁找谁，修水管不归我管。"
TERSE = "客服：哪里漏？三点师傅到，不收费。"
HALF = "客服：您好，水管漏水的事我"
OTHERS = [
    STRAY,
    "全场家具五折，扫码进群领红包，仅限三天，先到先得。",
    "霜降是秋季的最后一个节气，民间有吃柿子的习俗，农田里的冬小麦需要浇越冬水。",
]
OTHER_SERVICE = "客服：牙科您好，要约哪位医生？\n客户：我智齿疼。\n客服：周三下午两点有号，饭要吃。"


def probability(text: str, **changes: object) -> float:
    return topic.on_topic(small_rubric(**changes), parse(text, form="dialogue"))


@pytest.mark.parametrize("text", [GOOD, COLD, RUDE, TERSE, HALF], ids=["good", "cold", "rude", "terse", "half"])
def test_a_poor_text_about_the_task_is_not_accused(text):
    """However short, cold or rude: a user's own rubric, which no fit has seen."""
    assert 1 - probability(text) < ACCUSED_FROM


@pytest.mark.parametrize("text", OTHERS, ids=["chat", "advert", "article"])
def test_a_text_about_something_else_is_found(text):
    """Politeness is no topic."""
    assert 1 - probability(text) >= ACCUSED_FROM


def test_a_call_to_another_service_is_doubted_most():
    """Three lines say little, and are never accused; still, no call about the task is doubted as much."""
    assert probability(OTHER_SERVICE) < min(probability(text) for text in (GOOD, COLD, RUDE, TERSE, HALF)) - 0.3


def test_nobody_is_accused_where_there_is_nothing_to_tell_by():
    """A rubric for any topic, one without references, and a text without words accuse nobody."""
    assert probability(STRAY, any_topic=True) == probability(STRAY, references=()) == probability("客服：……") == 1.0


def test_a_copy_of_a_shipped_rubric_is_not_contrasted_with_itself():
    """The library's own task, or a copy of it under another name, is not another task."""
    shipped = topic.library()
    name, own = next(iter(shipped.topics.items()))
    assert name not in topic.others_than(own, shipped)
    assert len(topic.others_than(own, shipped)) >= len(shipped.topics) - 2


def test_what_ships_says_how_it_was_made():
    """The fit has a weight for each feature, and text that is far by all of them is off topic."""
    fit = topic.library().fit
    assert len(fit.weights) == len(fit.centre) == len(fit.scale) == len(topic.FEATURES)
    apart = [mean - 3 * spread for mean, spread in zip(fit.centre, fit.scale, strict=True)]
    assert fit.probability([*apart[:-1], fit.centre[-1]]) < 0.01

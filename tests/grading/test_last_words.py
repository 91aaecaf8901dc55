"""Last words between those of a conversation that went badly and those of one that went well."""

from __future__ import annotations

import pytest

from evaluator.grading import grade
from evaluator.grading.last_words import closings_of, last_words
from evaluator.judge.questions import Answer, Question, Reply, State, Traits
from evaluator.rubric import Closing, Criterion, Level, Rubric
from evaluator.transcript import parse

CLOSING = Closing(
    low=("还是不行，太让人失望了", "我要投诉你们", "没人管我的事"),
    high=("好了，谢谢您", "太感谢了，问题解决了", "明白了，就这么办"),
)
LEVELS = (Level(points=0, description="没有解决"), Level(points=4, description="解决了"))
CRITERION = Criterion(id="solved", name="解决", points=4, levels=LEVELS, speaker="any", closing=CLOSING)

RUBRIC = Rubric(
    id="boiler", version=1, title="热水器", language="zh", task="客户报修热水器。", form="dialogue",
    pass_mark=2, criteria=(CRITERION,),
)  # fmt: skip


class Even:
    """A judge that gives all options the same probability."""

    name, traits, stamp = "even", Traits(anchored=True), {"model": "even"}

    async def decide(self, state: State, questions: list[Question]) -> Reply:
        return Reply(model="even", answers={one.id: even(one) for one in questions})


def even(question: Question) -> Answer:
    """The same probability for every option."""
    share = 1 / len(question.options)
    return Answer(question=question.id, probabilities={option.id: share for option in question.options})


def call(last: str) -> str:
    """A call whose customer ends with `last`."""
    return f"客户：热水器不出热水。\n客服：请您按住复位键五秒再试。\n客户：{last}\n客服：感谢来电。"


def test_thanks_lie_above_a_question_above_a_complaint():
    """The customer's last turn counts, not the agent's after it."""
    places = [
        last_words(CLOSING, parse(call(last))).position
        for last in ("出热水了，谢谢你！", "复位键在哪一面？", "什么破热水器，我要投诉")
    ]
    assert places[0] > places[1] + 0.1 > places[2] + 0.2


@pytest.mark.parametrize("end", ["low", "high"])
def test_the_sentences_themselves_lie_at_their_ends(end):
    """Both ends are anchored by their own sentences, whose mean lies at the end or beyond it."""
    places = [last_words(CLOSING, parse(call(line))).position for line in getattr(CLOSING, end)]
    assert (max(places) < 0.3) if end == "low" else (min(places) > 0.7)


def test_nobody_there_says_nothing():
    """Without a turn of the speaker, or without closing sentences, there is nothing to place."""
    assert last_words(CLOSING, parse("客服：喂？\n客服：请讲。")) is None
    silent = RUBRIC.model_copy(update={"criteria": (CRITERION.model_copy(update={"closing": None}),)})
    assert closings_of(silent, parse(call("好"))) == {} and closings_of(RUBRIC, parse(call("好"))).keys() == {"solved"}


async def test_last_words_move_the_points_and_are_quoted():
    """With the same answers from the judge, thanks earn more points than a complaint, and both are evidence."""
    cards = []
    for last in ("出热水了，谢谢你！", "什么破热水器，我要投诉"):
        cards.append(await grade(parse(call(last)), RUBRIC, Even(), [], lambda _: None))
    good, bad = (card.verdicts[0] for card in cards)
    assert good.points > bad.points + 0.3  # of .8, a fifth of four points
    assert [(item.text, item.direction, item.role) for item in (good.evidence[-1], bad.evidence[-1])] == [
        ("出热水了，谢谢你！", "for", "customer"),
        ("什么破热水器，我要投诉", "against", "customer"),
    ]


async def test_a_judge_that_needs_no_anchors_weighs_them_itself():
    """Such a judge reads the whole text; words that had no influence are not quoted."""
    large = Even()
    large.traits = Traits()
    without = RUBRIC.model_copy(update={"criteria": (CRITERION.model_copy(update={"closing": None}),)})
    text = parse(call("太感谢了，出热水了！"))
    first, second = [await grade(text, one, large, [], lambda _: None) for one in (RUBRIC, without)]
    assert first.verdicts == second.verdicts


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"speaker": "agent"}, "closing_of_another"),
        ({"kind": "penalty"}, "closing_not_wanted"),
    ],
)
def test_a_closing_that_cannot_count_is_refused(change, code):
    """A speaker whose words are left out, and kinds that take points away, are reported at once."""
    with pytest.raises(ValueError, match=code):
        Criterion.model_validate(CRITERION.model_dump() | change)

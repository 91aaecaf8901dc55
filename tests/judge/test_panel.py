"""Several judges together, and one after the other."""

from __future__ import annotations

import pytest

from evaluator.errors import EndpointError
from evaluator.judge.combined.cascade import CascadeJudge, flatness
from evaluator.judge.combined.panel import PanelJudge, disagreement
from evaluator.judge.questions import Answer, Reply, Traits, Ungraded
from evaluator.scorecard import Usage
from tests.support.judges import CHOICE, PREDICATE, QUESTIONS, SCORE, STATE


class Fixed:
    """A judge that always answers the same; a question it does not know is Ungraded."""

    traits = Traits()

    def __init__(self, name, **shares):
        self.name = name
        self.shares = {key.replace("__", ":"): value for key, value in shares.items()}
        self.asked = []

    @property
    def stamp(self):
        return {"model": self.name}

    async def decide(self, state, questions):
        self.asked.append([question.id for question in questions])
        answers = {}
        for question in questions:
            shares = self.shares.get(question.id)
            options = [option.id for option in question.options]
            answers[question.id] = (
                Answer(question=question.id, probabilities=dict(zip(options, shares, strict=True)))
                if shares
                else Ungraded(question=question.id, cause="timeout")
            )
        return Reply(model=f"{self.name}-v1", answers=answers, usage=Usage(requests=1))


class Broken(Fixed):
    async def decide(self, state, questions):
        raise EndpointError("judge_unreachable", model=self.name, address="a")


async def test_a_panel_gives_the_mean_and_keeps_every_vote():
    """The mean of two distributions; the votes and their judges stay in the answer."""
    panel = PanelJudge([Fixed("a", tone=(1, 0, 0)), Fixed("b", tone=(0, 0.5, 0.5))])
    answer = (await panel.decide(STATE, [SCORE])).answers["tone"]
    assert answer.probabilities == {"l0": 0.5, "l1": 0.25, "l2": 0.25}
    assert answer.votes == {"a": {"l0": 1, "l1": 0, "l2": 0}, "b": {"l0": 0, "l1": 0.5, "l2": 0.5}}
    assert answer.model == "a+b"


@pytest.mark.parametrize(
    ("question", "left", "right", "expected"),
    [
        (SCORE, (1, 0, 0), (0, 0, 1), 1.0),
        (SCORE, (1, 0, 0), (0, 1, 0), 0.5),
        (SCORE, (0.2, 0.3, 0.5), (0.2, 0.3, 0.5), 0.0),
        (SCORE, (0.5, 0.5, 0), (0, 0.5, 0.5), 0.5),
        (PREDICATE, (0.9, 0.1), (0.2, 0.8), 0.7),
        (CHOICE, (0.9, 0.1), (0.2, 0.8), 0.7),
    ],
)
def test_disagreement_is_a_distance(question, left, right, expected):
    """Neighbouring levels disagree less than opposite ends, and equal distributions not at all.

    Values by hand.
    """
    ids = [option.id for option in question.options]
    pair = [dict(zip(ids, shares, strict=True)) for shares in (left, right)]
    assert disagreement(question, pair) == pytest.approx(expected)


async def test_half_a_panel_is_no_panel():
    """A question that half of the judges or fewer answer is ungraded.

    With two of three it is answered, and names the judges.
    """
    two = PanelJudge([Fixed("a", tone=(1, 0, 0)), Fixed("b")])
    assert (await two.decide(STATE, [SCORE])).answers["tone"].cause == "timeout"
    three = PanelJudge([Fixed("a", tone=(1, 0, 0)), Fixed("b"), Fixed("c", tone=(0, 1, 0))])
    answer = (await three.decide(STATE, [SCORE])).answers["tone"]
    assert answer.model == "a+c" and set(answer.votes) == {"a", "c"}


async def test_a_member_that_cannot_work_stops_the_panel():
    """A panel without one of its judges would be another judge, so it does not continue silently."""
    with pytest.raises(EndpointError):
        await PanelJudge([Fixed("a", tone=(1, 0, 0)), Broken("b")]).decide(STATE, [SCORE])


def test_a_panel_needs_different_judges():
    """The same judge twice is not a second opinion."""
    with pytest.raises(ValueError):
        PanelJudge([Fixed("a"), Fixed("a")])
    with pytest.raises(ValueError):
        PanelJudge([Fixed("a")])


async def test_a_cascade_asks_the_dear_judge_only_what_is_uncertain():
    """Certain answers stay with the cheap judge; flat and missing ones go on.

    Each answer names its judge.
    """
    cheap = Fixed("cheap", tone=(0.02, 0.03, 0.95), kp__1=(0.5, 0.5))
    strong = Fixed("strong", tone=(1, 0, 0), kp__1=(0.1, 0.9), kind=(1, 0))
    reply = await CascadeJudge(cheap, strong, 0.6).decide(STATE, QUESTIONS)
    assert strong.asked == [["kp:1", "kind"]]
    assert {key: answer.model for key, answer in reply.answers.items()} == {
        "tone": "cheap",
        "kp:1": "strong",
        "kind": "strong",
    }
    assert reply.answers["tone"].probabilities["l2"] == 0.95
    assert reply.answers["kp:1"].probabilities == {"no": 0.1, "yes": 0.9}
    assert reply.model == "cheap-v1>strong-v1" and reply.usage.requests == 2


async def test_a_cascade_that_is_certain_asks_once():
    """Nothing is uncertain, so nothing is sent to the strong judge."""
    strong = Fixed("strong")
    reply = await CascadeJudge(Fixed("cheap", tone=(0, 0, 1)), strong, 0.6).decide(STATE, [SCORE])
    assert strong.asked == [] and reply.model == "cheap-v1"


async def test_where_the_dear_judge_fails_nothing_is_pretended():
    """An uncertain answer is not restored when the strong judge has none."""
    cheap, strong = Fixed("cheap", tone=(0.3, 0.4, 0.3)), Fixed("strong")
    assert isinstance((await CascadeJudge(cheap, strong, 0.6).decide(STATE, [SCORE])).answers["tone"], Ungraded)


def test_flatness_runs_from_certain_to_flat():
    """Entropy as a share of the greatest: 0, 1, and log 2 / log 4 = .5 for two of four."""
    assert flatness({"a": 1.0, "b": 0.0}) == 0
    assert flatness({"a": 0.25, "b": 0.25, "c": 0.25, "d": 0.25}) == pytest.approx(1)
    assert flatness({"a": 0.5, "b": 0.5, "c": 0.0, "d": 0.0}) == pytest.approx(0.5)


async def test_a_question_that_names_its_judge_is_answered_by_that_one():
    """A question that names its judge is answered by that judge.

    However certain the cheap judge is, and whatever the majority, a reading of an anchor is worth nothing beside a text
    that another model read.
    """
    cheap, strong = Fixed("cheap", tone=(0.02, 0.03, 0.95), kp__1=(0.5, 0.5)), Fixed("strong", tone=(1, 0, 0))
    mine, yours = SCORE.model_copy(update={"by": "strong"}), PREDICATE.model_copy(update={"by": "cheap"})
    reply = await CascadeJudge(cheap, strong, 0.6).decide(STATE, [mine, yours])
    assert {key: answer.model for key, answer in reply.answers.items()} == {"tone": "strong", "kp:1": "cheap"}
    assert cheap.asked == [["kp:1"]] and strong.asked == [["tone"]]

    three = [Fixed("a", tone=(1, 0, 0)), Fixed("b", tone=(0, 0, 1)), Fixed("c")]
    panel = PanelJudge(three)
    answer = (await panel.decide(STATE, [SCORE.model_copy(update={"by": "a"})])).answers["tone"]
    assert answer.probabilities["l0"] == 1 and set(answer.votes) == {"a"} and three[1].asked == []
    both = SCORE.model_copy(update={"by": "a+c"})
    assert isinstance((await panel.decide(STATE, [both])).answers["tone"], Ungraded)


def test_stamps_hold_every_member():
    """A record of a panel or cascade says which judges and which rule it consists of."""
    stamp = PanelJudge([Fixed("a"), Fixed("b")]).stamp
    assert stamp["1.model"] == "a" and stamp["2.model"] == "b" and "mean" in stamp["rule"]
    assert CascadeJudge(Fixed("a"), Fixed("b"), doubt=0.4).stamp["doubt"] == "0.4"

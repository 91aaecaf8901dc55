"""OpenAI's Decisions API: one request, answers by name, refusals per question."""

from __future__ import annotations

import pytest

from evaluator.errors import EndpointError
from evaluator.judge.backends.decisions import QUESTIONS_AT_ONCE, read_answer
from evaluator.judge.questions import Answer, Ungraded
from tests.support import fake_endpoint as fake
from tests.support.fake_endpoint import FakeEndpoint
from tests.support.judges import CHOICE, PREDICATE, QUESTIONS, SCORE, STATE, decider


@pytest.fixture
def endpoint():
    with FakeEndpoint() as running:
        yield running


def score(*shares, **more):
    listed = [{"label": label, "value": place, "probability": share} for place, (label, share) in enumerate(shares)]
    return {"type": "score", "name": "q1", "score": 1.0, "confidence": 0.5, "probabilities": listed, **more}


async def test_the_whole_rubric_travels_in_one_request(endpoint):
    """Score, predicate and choice go out together and come back as distributions over our own ids."""
    reply = await decider(endpoint).decide(STATE, QUESTIONS)
    assert len(endpoint.requests) == 1
    assert reply.model == "fake-decider"
    assert reply.answers["tone"].probabilities == pytest.approx({"l0": 0.7, "l1": 0.15, "l2": 0.15})
    assert reply.answers["kp:1"].probabilities == pytest.approx({"no": 0.7, "yes": 0.3})
    assert reply.answers["kind"].probabilities == pytest.approx({"a": 0.7, "b": 0.3})
    assert (reply.usage.prompt_tokens, reply.usage.cached_tokens, reply.usage.requests) == (500, 300, 1)


async def test_the_transcript_is_a_marked_prefix_and_the_options_keep_their_meaning(endpoint):
    """The text ends in a cache breakpoint; each question carries its levels with their descriptions."""
    await decider(endpoint).decide(STATE, QUESTIONS)
    body = endpoint.bodies()[0]
    shared = body["input"][1]["content"][0]
    assert STATE.text in shared["text"] and shared["prompt_cache_breakpoint"] == {"mode": "explicit"}
    levels = body["questions"][0]["levels"]
    assert [(level["label"], level["description"]) for level in levels] == [
        (option.id, option.text) for option in SCORE.options
    ]
    assert PREDICATE.options[1].text in body["questions"][1]["instructions"]


async def test_a_refusal_concerns_its_question_alone(endpoint):
    """One declined question is Ungraded(refused); the others are answered."""
    endpoint.usual = fake.decisions(q2={"type": "refusal", "name": "q2"})
    reply = await decider(endpoint).decide(STATE, QUESTIONS)
    assert reply.answers["kp:1"] == Ungraded(
        question="kp:1", cause="refused", detail="the model declined this question"
    )
    assert isinstance(reply.answers["tone"], Answer) and isinstance(reply.answers["kind"], Answer)


async def test_answers_are_matched_by_name_and_never_by_order(endpoint):
    """Answers in another order find their questions; unknown names and duplicates belong to no question."""

    def shuffled(body):
        sent = fake.decisions()(body)
        import json

        reply = json.loads(sent.body)
        reply["answers"] = [reply["answers"][2], {**reply["answers"][0], "name": "q9"}, reply["answers"][1]]
        return fake.as_json(reply)

    endpoint.usual = shuffled
    reply = await decider(endpoint).decide(STATE, QUESTIONS)
    assert reply.answers["tone"].cause == "unreadable"
    assert reply.answers["kp:1"].probabilities["yes"] == pytest.approx(0.3)
    assert set(reply.answers["kind"].probabilities) == {"a", "b"}


async def test_a_name_that_comes_twice_is_no_answer(endpoint):
    """Two answers under one name contradict each other, so neither counts."""
    twice = {"type": "predicate", "name": "q1", "probability": 0.9}
    endpoint.usual = fake.decisions(q2=twice)
    reply = await decider(endpoint).decide(STATE, QUESTIONS)
    assert reply.answers["tone"].cause == reply.answers["kp:1"].cause == "unreadable"


@pytest.mark.parametrize(
    "entry",
    [
        None,
        score(("l0", 0.5), ("l9", 0.5)),
        score(("l0", 0.5), ("l0", 0.5)),
        score(("l0", float("nan")), ("l1", 0.5)),
        score(("l0", 0.2), ("l1", 0.2)),
        score(("l0", 1.7), ("l1", -0.7)),
        score(("l0", "1"), ("l1", 0)),
        score(([], 1.0)),
        score(probabilities=None),
        score(probabilities=7),
        {"type": "predicate", "name": "q1", "probability": 1.0},
        {"type": "surprise"},
    ],
)
def test_what_is_not_exactly_a_distribution_is_ungraded(entry):
    """A level off the menu, NaN, a sum far from one, a wrong type: no points."""
    assert isinstance(read_answer(SCORE, entry), Ungraded)


@pytest.mark.parametrize("probability", [float("nan"), -0.1, 1.1, True, "0.5", None])
def test_a_predicate_needs_a_probability(probability):
    """Anything but a number between 0 and 1 is not a probability."""
    entry = {"type": "predicate", "name": "q1", "probability": probability}
    assert isinstance(read_answer(PREDICATE, entry), Ungraded)


def test_levels_left_out_have_no_probability():
    """A distribution that sums to one over some of the options leaves the others at zero."""
    answer = read_answer(SCORE, score(("l1", 0.4), ("l2", 0.6)))
    assert answer.probabilities == {"l0": 0.0, "l1": 0.4, "l2": 0.6}


async def test_more_questions_than_the_limit_travel_in_several_requests(endpoint):
    """401 questions make two requests, and every one is answered."""
    many = [CHOICE.model_copy(update={"id": f"c{number}"}) for number in range(QUESTIONS_AT_ONCE + 1)]
    reply = await decider(endpoint).decide(STATE, many)
    assert sorted(len(body["questions"]) for body in endpoint.bodies()) == [1, QUESTIONS_AT_ONCE]
    assert len(reply.answers) == len(many)


async def test_no_questions_need_no_request(endpoint):
    """An empty list is answered without asking anybody."""
    assert (await decider(endpoint).decide(STATE, [])).answers == {}
    assert endpoint.requests == []


async def test_a_server_without_decisions_is_named(endpoint):
    """A reply of another kind means that the address does not serve Decisions."""
    endpoint.usual = lambda body: fake.as_json(fake.chat({}))
    with pytest.raises(EndpointError) as wrong:
        await decider(endpoint).decide(STATE, QUESTIONS)
    assert wrong.value.code == "judge_no_decisions"


def test_the_stamp_names_model_method_and_prompts():
    """What a record needs in order to know which judge it was."""
    with FakeEndpoint() as endpoint:
        stamp = decider(endpoint).stamp
    assert stamp["method"] == "decisions" and len(stamp["prompt_zh"]) == len(stamp["prompt_en"]) == 64

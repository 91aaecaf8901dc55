"""Every way a reply can go wrong, for every way of asking: none becomes a point."""

from __future__ import annotations

import math

import pytest

from evaluator.errors import EndpointError
from evaluator.judge.backends.asking import ReadingFailed
from evaluator.judge.backends.faults import Passing, by_status, classify, detail_of, retry_after_s
from evaluator.judge.backends.readout import ReadoutJudge
from evaluator.judge.backends.transport import Limits
from evaluator.judge.questions import Ungraded
from tests.support import fake_endpoint as fake
from tests.support.fake_endpoint import FakeEndpoint
from tests.support.judges import LIMITS, QUESTIONS, STATE, asker, decider, writer


@pytest.fixture
def endpoint():
    with FakeEndpoint() as running:
        yield running


def readout(endpoint, limits=LIMITS):
    return ReadoutJudge(asker(endpoint, limits=limits))


JUDGES = {
    "readout": readout,
    "decisions": lambda e, limits=LIMITS: decider(e, limits=limits),
    "structured": None,
}
JUDGES["structured"] = lambda e, limits=LIMITS: writer(e, limits=limits)

each_judge = pytest.mark.parametrize("way", list(JUDGES))


async def causes(judge):
    """The causes of all questions; fails if any of them got an answer."""
    reply = await judge.decide(STATE, QUESTIONS)
    assert set(reply.answers) == {question.id for question in QUESTIONS}
    assert all(isinstance(answer, Ungraded) for answer in reply.answers.values()), reply.answers
    return {answer.cause for answer in reply.answers.values()}


@each_judge
@pytest.mark.parametrize(
    ("step", "cause"),
    [
        (fake.html, "unreadable"),
        (fake.half_json, "unreadable"),
        (fake.error_inside, "unreadable"),
        (lambda body: fake.Sent(b""), "unreadable"),
        (lambda body: fake.Sent(b"[1, 2]"), "unreadable"),
        (lambda body: fake.Sent(b"\xff\xfe\x00"), "unreadable"),
        (fake.cut_off, "unreachable"),
        (fake.status(429, "slow down", {"Retry-After": "0"}), "unreachable"),
        (fake.status(500, "sorry"), "unreachable"),
        (fake.status(400, "maximum context length is 8192 tokens"), "too_long"),
        (fake.status(400, "rejected by the content_filter"), "refused"),
    ],
    ids=[
        "html",
        "half",
        "error-in-200",
        "nothing",
        "list",
        "bytes",
        "cut",
        "429",
        "500",
        "too-long",
        "filter",
    ],
)
async def test_a_reply_that_is_none_leaves_every_question_ungraded(endpoint, way, step, cause):
    """Whatever the endpoint sends instead of an answer, no question gets one, and the cause is named."""
    endpoint.usual = step
    assert await causes(JUDGES[way](endpoint)) == {cause}


@each_judge
async def test_a_reply_after_the_timeout_is_no_answer(endpoint, way):
    """A reply that comes too late counts as none."""
    endpoint.usual = fake.late
    limits = LIMITS.model_copy(update={"timeout_s": 0.3, "attempts": 1})
    assert await causes(JUDGES[way](endpoint, limits)) == {"timeout"}


@each_judge
async def test_a_wrong_key_stops_with_a_sentence_that_does_not_show_it(endpoint, way):
    """401 ends the run: no question could survive it; the key is nowhere in the message."""
    endpoint.usual = fake.status(401, f"Incorrect API key provided: {fake.KEY}")
    with pytest.raises(EndpointError) as stopped:
        await JUDGES[way](endpoint).decide(STATE, QUESTIONS)
    assert stopped.value.code == "judge_key_refused"
    assert fake.KEY not in stopped.value.text("en") + stopped.value.text("zh") + repr(stopped.value.values)


@each_judge
async def test_nobody_listening_stops_with_the_address(way):
    """A refused connection is a wrong address or a stopped service, and the sentence names it."""
    with FakeEndpoint() as gone:
        url = gone.url
        judge = JUDGES[way](gone)
    with pytest.raises(EndpointError) as stopped:
        await judge.decide(STATE, QUESTIONS)
    assert stopped.value.code == "judge_unreachable"
    assert url in stopped.value.text("en")


@each_judge
async def test_a_model_that_is_not_there_stops(endpoint, way):
    """404 names model and address."""
    endpoint.usual = fake.status(404, "no such model")
    with pytest.raises(EndpointError) as stopped:
        await JUDGES[way](endpoint).decide(STATE, QUESTIONS)
    assert stopped.value.code == "judge_model_unknown"


@each_judge
async def test_an_empty_account_stops_at_once(endpoint, way):
    """429 because of a lack of credit is not a matter of waiting."""
    endpoint.usual = fake.status(429, "You exceeded your current quota", code="insufficient_quota")
    with pytest.raises(EndpointError) as stopped:
        await JUDGES[way](endpoint).decide(STATE, QUESTIONS)
    assert stopped.value.code == "judge_no_credit"
    assert len(endpoint.requests) == 1


@each_judge
async def test_a_fault_that_passes_costs_no_answer(endpoint, way):
    """After a 503 and a page of HTML the next attempt is used."""
    endpoint.script = [fake.status(503, "busy"), fake.html]
    reply = await JUDGES[way](endpoint).decide(STATE, QUESTIONS[:1])
    assert not isinstance(reply.answers["tone"], Ungraded)


async def test_attempts_are_bounded_when_429_never_ends(endpoint):
    """Endless 429 is given up after the number of attempts that the limits allow."""
    endpoint.usual = fake.status(429, "slow down", {"Retry-After": "0"})
    await causes(readout(endpoint))
    assert len(endpoint.requests) == LIMITS.attempts * len(QUESTIONS)


async def test_a_pause_longer_than_anybody_waits_is_not_waited_for(endpoint):
    """Retry-After of an hour ends the attempts instead of asking again too early."""
    endpoint.usual = fake.status(429, "slow down", {"Retry-After": "3600"})
    reply = await decider(endpoint).decide(STATE, QUESTIONS)
    assert len(endpoint.requests) == 1
    assert reply.answers["tone"].cause == "unreachable"


@pytest.mark.parametrize(
    "step",
    [
        fake.logprobs({}),
        fake.logprobs({"A": math.nan}),
        fake.logprobs({"A": 3.0}),
        fake.logprobs({"A": 0.9, "B": 0.9}),
        fake.logprobs({"Z": 0.9, "Y": 0.05}),
        lambda body: fake.as_json(fake.chat({"logprobs": {"content": []}})),
        lambda body: fake.as_json(fake.chat({"logprobs": {"content": [{"token": "A"}]}})),
        lambda body: fake.as_json({"choices": []}),
        lambda body: fake.as_json({"choices": "A"}),
    ],
    ids=["no-tokens", "nan", "above-1", "sum-1.8", "off-menu", "empty", "no-top", "no-choice", "text-choice"],
)
async def test_log_probabilities_that_are_none_are_unreadable(endpoint, step):
    """NaN, empty lists, sums above one and tokens off the menu leave the question ungraded."""
    endpoint.usual = step
    assert await causes(readout(endpoint)) == {"unreadable"}


async def test_a_refusal_is_refused(endpoint):
    """A reply that ends in the content filter is a refusal, not a judgement."""
    endpoint.usual = lambda body: fake.as_json(fake.chat({"finish_reason": "content_filter", "logprobs": None}))
    assert await causes(readout(endpoint)) == {"refused"}


def test_retry_after_is_read_in_every_form():
    """Seconds, milliseconds and an HTTP date are understood; nonsense is ignored."""
    assert retry_after_s({"Retry-After": "7"}) == 7
    assert retry_after_s({"retry-after-ms": "1500"}) == 1.5
    assert retry_after_s({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    sent, until = "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:05 GMT"
    assert retry_after_s({"Date": sent, "Retry-After": until}) == 5  # by the server's clock, whatever ours says
    assert retry_after_s({"Retry-After": "soon"}) is None
    assert retry_after_s({}) is None


def test_what_looks_like_a_key_is_cut_out_of_details():
    """A vendor's message can quote the key; the record keeps the message without it."""
    assert "sk-abc" not in detail_of("bad key sk-abcdefgh12345 given")


def test_faults_of_unknown_vendors_are_told_by_their_shape():
    """A timeout class, a status code or any library's own exception is classified correctly."""

    class SomeTimeoutError(Exception):
        pass

    class Rejected(Exception):
        status_code = 401

    late = classify(SomeTimeoutError(), "m", "a")
    assert isinstance(late, Passing) and late.cause == "timeout"
    assert isinstance(classify(Rejected(), "m", "a"), EndpointError)
    odd = classify(KeyError("choices"), "m", "a")
    assert isinstance(odd, Passing) and odd.cause == "unreadable"
    own = ReadingFailed("refused")
    assert classify(own, "m", "a") is own


def test_a_status_inside_a_reply_counts_like_one_outside():
    """Gateways hide a 429 in a reply with status 200."""
    hidden = by_status(429, "rate limited", {}, "m", "a")
    assert isinstance(hidden, Passing) and hidden.crowded


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("the request exceeds the available context size, try increasing it", "too_long"),
        ("Range of input length should be [1, 30720]", "too_long"),
        ("Your request exceeded model token limit: 8192", "too_long"),
        ("The input token count (40000) exceeds the maximum number of tokens allowed (32768).", "too_long"),
        ("Content Exists Risk", "refused"),
        ("Output data may contain inappropriate content.", "refused"),
        ("系统检测到输入或生成内容可能包含不安全或敏感内容", "refused"),
        ("The request was rejected because it was considered high risk", "refused"),
    ],
)
def test_a_text_that_a_vendor_turns_away_stops_nothing_else(message, cause):
    """Too long or refused, in the words of each vendor: this text has no answer, the others of a batch continue."""
    fault = by_status(400, message, {}, "m", "a")
    assert isinstance(fault, ReadingFailed) and fault.cause == cause


def test_limits_refuse_nonsense():
    """A timeout of zero means no timeout."""
    with pytest.raises(ValueError):
        Limits(timeout_s=0)

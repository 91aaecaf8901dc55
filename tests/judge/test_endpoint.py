"""Reading an OpenAI-compatible endpoint through log-probabilities."""

from __future__ import annotations

import asyncio
import math

import pytest

from evaluator.errors import EndpointError
from evaluator.judge.backends.endpoint import EndpointAsker
from evaluator.judge.backends.readout import ReadoutJudge
from evaluator.judge.backends.vendor_openai import Endpoint
from evaluator.judge.questions import Answer
from tests.support import fake_endpoint as fake
from tests.support.fake_endpoint import FakeEndpoint
from tests.support.judges import QUESTIONS, STATE, asker, prompt


@pytest.fixture
def endpoint():
    with FakeEndpoint() as running:
        yield running


async def test_the_distribution_is_read_without_generating(endpoint):
    """One token is asked for, and its alternatives come back as natural logarithms, most likely first."""
    endpoint.usual = fake.logprobs({"B": 0.2, "A": 0.7})
    reading = await asker(endpoint).read(prompt())
    assert list(reading.logprobs) == ["A", "B"]
    assert reading.logprobs["A"] == pytest.approx(math.log(0.7))
    assert reading.model == "fake-1"
    assert (reading.usage.prompt_tokens, reading.usage.cached_tokens) == (100, 60)
    body = endpoint.bodies()[0]
    assert (body["max_tokens"], body["logprobs"], body["top_logprobs"]) == (1, True, 20)


async def test_the_shared_part_comes_first_and_is_the_same_to_the_byte(endpoint):
    """All questions about a text begin with the same bytes, so that a prompt cache can hold them."""
    await ReadoutJudge(asker(endpoint)).decide(STATE, QUESTIONS)
    texts = [body["messages"][-1]["content"] for body in endpoint.bodies()]
    start = texts[0][: texts[0].index(STATE.text) + len(STATE.text)]
    assert len(set(texts)) == len(QUESTIONS)
    assert all(text.startswith(start) for text in texts)


async def test_an_endpoint_that_allows_five_alternatives_is_asked_for_five(endpoint):
    """A 400 about top_logprobs steps from 20 to 5, once, and stays there."""

    def strict(body):
        if body["top_logprobs"] > 5:
            return fake.status(400, "top_logprobs must be between 0 and 5")(body)
        return fake.logprobs({"A": 0.6, "B": 0.3})(body)

    endpoint.usual = strict
    reader = asker(endpoint)
    await reader.read(prompt())
    await reader.read(prompt(question="another\n"))
    assert [body["top_logprobs"] for body in endpoint.bodies()] == [20, 5, 5]


async def test_an_endpoint_without_log_probabilities_is_told_apart_from_a_bad_reply(endpoint):
    """A model that never returns any cannot be read, and the sentence says what to do instead."""
    endpoint.usual = lambda body: fake.as_json(fake.chat({"logprobs": None}))
    with pytest.raises(EndpointError) as wrong:
        await asker(endpoint).read(prompt())
    assert wrong.value.code == "judge_no_logprobs"
    assert "structured:" in wrong.value.text("en")


async def test_a_model_that_rejects_log_probabilities_never_falls_back_silently(endpoint):
    """A 400 that remains after stepping down is the same finding."""
    endpoint.usual = fake.status(400, "logprobs is not supported with this model")
    with pytest.raises(EndpointError) as wrong:
        await asker(endpoint).read(prompt())
    assert wrong.value.code == "judge_no_logprobs"


async def test_the_first_question_fills_the_cache_before_the_others_follow(endpoint):
    """Questions of one prefix wait for its first one; then they travel together."""
    reader = asker(endpoint)
    await asyncio.gather(*(reader.read(prompt(question=f"q{number}\n")) for number in range(5)))
    assert len(endpoint.requests) == 5
    first, *others = [body["messages"][-1]["content"] for body in endpoint.bodies()]
    assert first not in others


async def test_a_failed_first_question_does_not_hold_the_others(endpoint):
    """When the question that was to fill the cache fails, the ones waiting for it are still asked."""
    endpoint.script = [lambda body: fake.as_json({"choices": []})]
    reader = asker(endpoint)
    results = await asyncio.gather(
        *(reader.read(prompt(question=f"q{number}\n")) for number in range(3)), return_exceptions=True
    )
    assert sum(isinstance(result, Exception) for result in results) == 1


async def test_null_and_very_low_values_count_as_impossible(endpoint):
    """Some servers write null or -9999 for a token that cannot come; the others keep their value."""
    top = [
        {"token": "A", "logprob": -0.1},
        {"token": "B", "logprob": None},
        {"token": "C", "logprob": -9999.0},
    ]
    content = [{"token": "A", "logprob": -0.1, "top_logprobs": top}]
    endpoint.usual = lambda body: fake.as_json(fake.chat({"logprobs": {"content": content}}))
    reading = await asker(endpoint).read(prompt())
    assert reading.logprobs["A"] == -0.1
    assert math.exp(reading.logprobs["B"]) == 0


def test_one_asker_serves_one_event_loop_after_another():
    """A page starts many loops; connections of one that has ended are not used again."""
    with FakeEndpoint() as endpoint:
        reader = asker(endpoint)
        names = [asyncio.run(reader.read(prompt(question=f"q{number}\n"))).model for number in range(3)]
    assert names == ["fake-1"] * 3


async def test_cancelling_leaves_the_asker_usable(endpoint):
    """A cancelled question frees its place and its prefix."""
    endpoint.script = [fake.late]
    reader = asker(endpoint)
    stuck = asyncio.create_task(reader.read(prompt()))
    while not endpoint.requests:
        await asyncio.sleep(0.01)
    stuck.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stuck
    assert (await reader.read(prompt())).model == "fake-1"
    assert reader.client.transport.pace.under_way == 0


async def test_key_and_extra_fields_travel_and_stay_out_of_the_stamp(endpoint):
    """The key goes into the header only; a field that switches thinking off goes into the body."""
    reader = asker(endpoint, extra={"enable_thinking": False}, takes_cache_key=True)
    await reader.read(prompt())
    request = endpoint.requests[0]
    assert request.headers["authorization"] == f"Bearer {fake.KEY}"
    assert request.body["enable_thinking"] is False
    assert request.body["prompt_cache_key"]
    assert fake.KEY not in str(reader.stamp) + repr(reader.endpoint)


def test_the_stamp_hides_credentials_in_the_address():
    """A base URL can hold user and password; a record does not."""
    reader = EndpointAsker(Endpoint(name="n", model="m", base_url="https://u:secret@host:8000/v1?token=x"))
    assert reader.stamp["endpoint"] == "https://host:8000/v1"


async def test_a_redirect_does_not_carry_the_transcript_elsewhere(endpoint):
    """A 307 to another place is an error, not a second delivery."""
    endpoint.usual = fake.status(307, "moved", {"Location": endpoint.url + "/elsewhere"})
    with pytest.raises(Exception):  # noqa: B017  which one is the transport's business
        await asker(endpoint).read(prompt())
    assert all(request.path == "/v1/chat/completions" for request in endpoint.requests)


async def test_a_readout_over_an_endpoint_gives_answers_with_menu_mass(endpoint):
    """The judge over the asker answers by id with probabilities that sum to one."""
    reply = await ReadoutJudge(asker(endpoint)).decide(STATE, QUESTIONS)
    for question in QUESTIONS:
        answer = reply.answers[question.id]
        assert isinstance(answer, Answer)
        assert sum(answer.probabilities.values()) == pytest.approx(1)
        assert answer.menu_mass == pytest.approx(0.9)

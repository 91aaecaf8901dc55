"""What models really write: thoughts first, prose and fences, slips in the JSON; one paid request is enough."""

from __future__ import annotations

import json
import math
import time

import pytest

from evaluator.errors import EndpointError
from evaluator.judge.backends.asking import ReadingFailed
from evaluator.judge.backends.faults import by_status
from evaluator.judge.backends.readout import ReadoutJudge
from evaluator.judge.backends.replies import answers_in, without_thinking
from evaluator.judge.choose import choose
from evaluator.judge.questions import Answer, Ungraded
from evaluator.settings import Settings
from tests.support import fake_endpoint as fake
from tests.support.fake_endpoint import FakeEndpoint
from tests.support.judges import QUESTIONS, SCORE, STATE, asker, prompt, writer

GOOD = [{"id": "tone", "reason": "因为", "option": "l2"}, {"id": "kp:1", "reason": "r", "option": "yes"}]
JSON = json.dumps({"answers": GOOD}, ensure_ascii=False)
PICKED = {"tone": "l2", "kp:1": "yes"}


@pytest.fixture
def endpoint():
    with FakeEndpoint() as running:
        yield running


@pytest.mark.parametrize(
    "text",
    [
        JSON,
        f"\ufeff{JSON}",
        f"```json\n{JSON}\n```",
        f"```JSON\n{JSON}\n```",
        f"```\n{JSON}```",
        f"Here is my grading:\n\n{JSON}\n\nI hope this helps.",
        f"好的，评分如下：\n```json\n{JSON}\n```\n以上。",
        f"<think>The {{tone}} is …\n{{\"answers\": []}}</think>\n{JSON}",
        f"The user wants JSON.</think>\n\n{JSON}",
        f"Draft: {JSON.replace('l2', 'l0')}\nOn reflection, the final answer is: {JSON}",
        f"```json\n{JSON.replace('l2', 'l0')}\n```\nOn reflection:\n{JSON}",
        f"<thinking>\nhm\n</thinking>{JSON}",
        JSON.replace("因为", "因为\n他说了“好”\t的"),
        JSON.replace(', "option": "yes"', ', "option": "yes",'),
        JSON.replace('"option": "yes"', '"option": "yes", "note": "x"'),
        JSON.replace("]}", "],}"),
        JSON.replace('"', "'").replace("'因为'", "'because'"),
        JSON.replace('"answers"', '"Answers"'),
        json.dumps(GOOD),
        json.dumps({one["id"]: {"reason": one["reason"], "option": one["option"]} for one in GOOD}),
        json.dumps({one["id"]: one["option"] for one in GOOD}),
        json.dumps({"answers": {one["id"]: one["option"] for one in GOOD}}),
        json.dumps({"answers": [{"question_id": one["id"], "answer": one["option"]} for one in GOOD]}),
    ],
)  # fmt: skip
def test_the_answers_are_found_in_what_stands_around_them(text: str) -> None:
    """Fences, prose, thoughts, byte order marks, raw line breaks and small slips cost nothing."""
    found = answers_in(text)
    assert found is not None and {one["id"]: one["option"] for one in found} == PICKED


def test_half_an_answer_is_none() -> None:
    """A reply that was cut off keeps its whole entries; the last one may be half of another option."""
    cut = JSON[: JSON.index('"yes"') + 3]
    assert answers_in(cut, cut_off=True) == [{"id": "tone", "option": "l2", "reason": "因为"}]
    assert answers_in(cut) == [{"id": "tone", "option": "l2", "reason": "因为"}]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I cannot grade this.",
        "<think>and so on",
        "{}",
        "[]",
        "[1, 2]",
        "{" * 5000,
        "[" * 5000,
        '{"a": {' * 20_000,
        "{'a'" * 10_000,
    ],
)
def test_nothing_is_made_out_of_nothing(text: str) -> None:
    """Input without answers yields none, and quickly."""
    started = time.process_time()
    assert not answers_in(text)
    assert time.process_time() - started < 5


def test_a_thought_without_an_end_is_no_reply() -> None:
    """An answer that the model did not reach is not read from its thoughts."""
    assert without_thinking('<think>maybe {"answers": [{"id": "tone", "option": "l0"}]}') == ""


@pytest.mark.parametrize(
    ("option", "picked"),
    [(2, "2"), (2.0, "2"), ("2", "2"), (" 2 ", "2"), ('"2"', "2"), ("Fully", "2"), (9, None), (True, None)],
)
async def test_an_option_is_known_by_its_id_however_it_is_written(endpoint, option, picked) -> None:
    """The number 2 is the option "2"; an option's exact text is the option; anything else is not an answer."""
    question = SCORE.model_copy(
        update={"options": tuple(one.model_copy(update={"id": str(n), "text": t}) for n, (one, t) in enumerate(zip(SCORE.options, ("Not", "Partly", "Fully"), strict=True)))}
    )  # fmt: skip
    endpoint.usual = fake.written([{"id": question.id, "reason": "r", "option": option}])
    answer = (await writer(endpoint).decide(STATE, [question])).answers[question.id]
    if picked is None:
        assert isinstance(answer, Ungraded)
    else:
        assert isinstance(answer, Answer) and answer.probabilities[picked] == 1
        assert len(endpoint.requests) == 1


async def test_a_reply_with_half_characters_is_well_formed(endpoint) -> None:
    """A reason that ends in half an emoji can be printed and stored."""
    text = JSON.replace("因为", "因为\\ud83d")
    endpoint.usual = fake.written(text=text)
    answer = (await writer(endpoint).decide(STATE, QUESTIONS[:2])).answers["tone"]
    assert isinstance(answer, Answer) and answer.reason is not None and answer.reason.encode()


def thinking(body, *, hidden: bool, thought: str = "<think>\nLet me see.\n</think>\n\n") -> fake.Sent:
    """A model that thinks before it answers: in the text, or in a field of its own."""
    tokens = [thought] if not hidden else []
    shares = {"B": 0.8, "A": 0.15}
    top = [{"token": token, "logprob": math.log(share)} for token, share in shares.items()]
    if body["max_tokens"] == 1:
        first = "<think>" if not hidden else ""
        entry = {"token": first, "logprob": 0.0, "top_logprobs": [{"token": first, "logprob": 0.0}]}
        message = {"role": "assistant", "content": first, **({"reasoning": "Let"} if hidden else {})}
        return fake.as_json(
            fake.chat(
                {"message": message, "finish_reason": "length", "logprobs": {"content": [] if hidden else [entry]}}
            )
        )
    content = [{"token": token, "logprob": 0.0, "top_logprobs": [{"token": token, "logprob": 0.0}]} for token in tokens]
    content.append({"token": "B", "logprob": -0.2, "top_logprobs": top})
    said = "B" if hidden else f"{thought}B"
    message = {"role": "assistant", "content": said, **({"reasoning": "Let me see."} if hidden else {})}
    return fake.as_json(fake.chat({"message": message, "logprobs": {"content": content}}))


@pytest.mark.parametrize("hidden", [False, True])
async def test_a_thinking_model_is_read_behind_its_thought(endpoint, hidden: bool) -> None:
    """The documented example `ollama:qwen3:8b`, against a server that thinks first.

    Every question is answered, and only the first of them is asked twice.
    """
    endpoint.usual = lambda body: thinking(body, hidden=hidden)
    judge = choose("ollama:qwen3:8b", Settings(base_url=endpoint.url))
    reply = await judge.decide(STATE, QUESTIONS)
    assert all(isinstance(answer, Answer) for answer in reply.answers.values())
    second = reply.answers[QUESTIONS[1].id]
    assert isinstance(second, Answer) and second.probabilities["no"] == pytest.approx(0.8 / 0.95, abs=0.01)
    bodies = endpoint.bodies()
    assert len(bodies) == len(QUESTIONS) + 1
    assert bodies[1]["max_tokens"] == 8192 and bodies[1]["messages"][-1]["content"].endswith("/no_think")


async def test_a_model_that_never_stops_thinking_leaves_its_questions_ungraded(endpoint) -> None:
    """The limit ends the thought; the sentence says which setting to raise."""

    def endless(body):
        entry = {"token": "<think>", "logprob": 0.0, "top_logprobs": [{"token": "<think>", "logprob": 0.0}]}
        message = {"role": "assistant", "content": "<think> and"}
        return fake.as_json(
            fake.chat({"message": message, "finish_reason": "length", "logprobs": {"content": [entry]}})
        )

    endpoint.usual = endless
    answer = (await ReadoutJudge(asker(endpoint)).decide(STATE, QUESTIONS[:1])).answers["tone"]
    assert isinstance(answer, Ungraded) and "output_limit" in answer.detail


async def test_output_limit_and_request_fields_are_settings(endpoint) -> None:
    """Whatever extra fields a server needs go along with every request, in both ways of asking."""
    fields = {"chat_template_kwargs": {"enable_thinking": False}}
    settings = Settings(output_limit=321, request_fields=fields)
    await choose(f"readout:{endpoint.url}#m", settings).decide(STATE, QUESTIONS[:1])
    endpoint.usual = fake.written([GOOD[0]])
    await choose(f"structured:{endpoint.url}#m", settings).decide(STATE, QUESTIONS[:1])
    first, last = endpoint.bodies()[0], endpoint.bodies()[-1]
    assert first["chat_template_kwargs"] == last["chat_template_kwargs"] == fields["chat_template_kwargs"]
    assert last["max_tokens"] == 321


async def test_a_server_without_schemas_is_asked_more_simply(endpoint) -> None:
    """An endpoint that does not know a JSON schema is asked for a JSON object, then for text; the stamp says how."""
    endpoint.script = [fake.status(400, "response_format type json_schema is not supported")]
    endpoint.usual = fake.written([GOOD[0]])
    judge = writer(endpoint)
    answer = (await judge.decide(STATE, QUESTIONS[:1])).answers["tone"]
    assert isinstance(answer, Answer)
    assert judge.stamp["method"] == "structured/json_mode"


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("You are not allowed to request logprobs from this model", "judge_request_rejected"),
        ("Your input was flagged by moderation", "refused"),
        ("Incorrect API key", "judge_key_refused"),
    ],
)
def test_403_is_not_always_the_key(message: str, kind: str) -> None:
    """Refused log-probabilities or moderation say nothing about the key."""
    fault = by_status(403, message, {}, "m", "http://x")
    assert (fault.cause if isinstance(fault, ReadingFailed) else getattr(fault, "code", "")) == kind


async def test_log_probabilities_that_are_forbidden_stop_no_batch(endpoint) -> None:
    """403 about log-probabilities leaves the questions ungraded, with the reason."""
    endpoint.usual = fake.status(403, "logprobs are not available on your plan")
    reply = await ReadoutJudge(asker(endpoint)).decide(STATE, QUESTIONS)
    assert all(isinstance(answer, Ungraded) for answer in reply.answers.values())
    endpoint.usual = fake.status(403, "Incorrect API key provided")
    with pytest.raises(EndpointError):
        await ReadoutJudge(asker(endpoint)).decide(STATE, QUESTIONS)


async def test_an_endpoint_that_asks_for_a_day_is_left_alone_at_once(endpoint) -> None:
    """`Retry-After: 86400`: one request, no waiting, and no further request."""
    endpoint.usual = fake.status(429, "quota", {"Retry-After": "86400"})
    started = time.monotonic()
    reply = await ReadoutJudge(asker(endpoint)).decide(STATE, QUESTIONS)
    assert time.monotonic() - started < 5
    assert all(isinstance(answer, Ungraded) for answer in reply.answers.values())
    assert len(endpoint.requests) <= 1


async def test_minus_infinity_is_the_logarithm_of_zero(endpoint) -> None:
    """Servers write -Infinity for a token that cannot come; it is read, whatever JSON says of it."""
    endpoint.usual = fake.logprobs({"A": 0.9, "B": -math.inf})
    reading = await asker(endpoint).read(prompt())
    assert reading.logprobs["B"] < -1000

"""Replies of another shape than agreed: every question becomes an answer or Ungraded, and nothing crashes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.errors import EndpointError
from evaluator.judge.backends.asking import ReadingFailed
from evaluator.judge.backends.decisions import _by_name, read_answer
from evaluator.judge.backends.endpoint import EndpointAsker
from evaluator.judge.backends.faults import Passing
from evaluator.judge.backends.structured import Sample, _take, combine
from evaluator.judge.backends.vendor_langchain import ChatModel, LangChainModel, Written
from evaluator.judge.backends.vendor_openai import Endpoint, OpenAIClient, _tokens
from evaluator.judge.questions import Answer, Ungraded
from evaluator.scorecard import Usage
from tests.support.fake_endpoint import FakeEndpoint, Sent
from tests.support.judges import CHOICE, LIMITS, QUESTIONS, STATE, asker, decider, prompt, writer

_SCALAR = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        ["content_filter", "no", "yes", "l0", "predicate", "score", "refusal", "q1", "tone", 10**400, -0.5]
    )
)
_KEYS = st.sampled_from(
    [
        "choices",
        "message",
        "refusal",
        "finish_reason",
        "logprobs",
        "content",
        "top_logprobs",
        "token",
        "logprob",
        "usage",
        "prompt_tokens",
        "prompt_tokens_details",
        "cached_tokens",
        "model",
        "answers",
        "name",
        "type",
        "probability",
        "probabilities",
        "label",
        "value",
        "id",
        "option",
        "reason",
        "error",
        "code",
    ]
)
_JSON = st.recursive(
    _SCALAR, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=6), max_leaves=25
)
_REPLY = st.dictionaries(_KEYS, _JSON, max_size=6) | st.builds(
    lambda entry, rest: {
        "choices": [{"logprobs": {"content": [{"top_logprobs": [entry]}]}, **rest}],
        "answers": [entry],
    },
    st.dictionaries(_KEYS, _JSON, max_size=6),
    st.dictionaries(_KEYS, _JSON, max_size=3),
)
ENDPOINT = Endpoint(name="openai:x", model="x", base_url="http://127.0.0.1:9/v1")


def sound(answer: Answer | Ungraded) -> bool:
    return isinstance(answer, Ungraded) or math.isclose(sum(answer.probabilities.values()), 1, abs_tol=1e-6)


@given(_REPLY)
def test_log_probabilities_of_any_reply(reply: dict[str, Any]) -> None:
    try:
        reading = EndpointAsker(ENDPOINT)._reading(reply, Usage())
    except (ReadingFailed, EndpointError):
        return
    assert all(value <= 0 for value in reading.logprobs.values())


@given(_REPLY)
def test_decisions_of_any_reply(reply: dict[str, Any]) -> None:
    try:
        named = _by_name(reply)
    except EndpointError:
        return
    for entry in [*named.values(), None]:
        for question in QUESTIONS:
            assert sound(read_answer(question, entry))


@given(st.one_of(_REPLY.map(lambda reply: json.dumps(reply, ensure_ascii=False)), st.text(max_size=60)), st.booleans())
def test_written_answers_of_any_text(text: str, fenced: bool) -> None:
    sample = Sample()
    _take(sample, Written(text=f"```json\n{text}\n```" if fenced else text, model="x"), QUESTIONS, "zh")
    assert all(sound(combine(question, [sample])) for question in QUESTIONS)


@given(st.dictionaries(_KEYS, _JSON, max_size=6))
def test_tokens_of_any_reply(reply: dict[str, Any]) -> None:
    assert _tokens(reply).prompt >= 0


@given(st.text(max_size=80) | _JSON.map(lambda value: json.dumps(value)))
def test_any_text_is_an_object_or_a_fault(text: str) -> None:
    with contextlib.suppress(Passing, ReadingFailed, EndpointError):
        assert isinstance(OpenAIClient(ENDPOINT)._object(text), dict)


DEEP = '{"a":' * 200_000
BLANKS = "```" + "\n" * 30_000 + "x"
WRONG_SHAPES: dict[str, dict[str, Any]] = {
    "usage_text": {"usage": "many"},
    "usage_list": {"usage": [1]},
    "usage_number": {"usage": {"prompt_tokens": "x", "prompt_tokens_details": 3}},
    "message_text": {"choices": [{"message": "A", "finish_reason": "stop"}]},
    "choices_text": {"choices": "A"},
    "content_number": {"choices": [{"message": {"content": 5}, "finish_reason": "stop"}]},
}


@pytest.fixture
def fake() -> Iterator[FakeEndpoint]:
    with FakeEndpoint() as served:
        yield served


@pytest.mark.parametrize("shape", [*WRONG_SHAPES, "deep", "number"])
@pytest.mark.parametrize("way", ["readout", "decisions", "structured"])
async def test_a_reply_of_another_shape_leaves_questions_ungraded(fake: FakeEndpoint, shape: str, way: str) -> None:
    body: Any = {"deep": DEEP, "number": '{"usage": ' + "9" * 5000 + "}"}.get(shape, "")
    body = body or json.dumps(
        {"id": "x", "object": "chat.completion", "model": "fake-1", **WRONG_SHAPES.get(shape, {})}
    )
    fake.usual = lambda _: Sent(body.encode(), headers={"Content-Type": "application/json"})
    try:
        if way == "readout":
            await asker(fake, limits=LIMITS).read(prompt())
            return
        reply = await (decider(fake) if way == "decisions" else writer(fake)).decide(STATE, QUESTIONS)
    except (ReadingFailed, EndpointError):  # for this prompt, or an endpoint that never answers as agreed
        return
    assert all(isinstance(reply.answers[question.id], Ungraded) for question in QUESTIONS)


async def test_what_langchain_hands_over_may_lack_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    chat = ChatModel(name="openai:x", provider="openai", model="x")
    model = LangChainModel(chat, limits=LIMITS)
    for raw in (SimpleNamespace(), None, SimpleNamespace(response_metadata="x", usage_metadata=3)):
        runnable = SimpleNamespace(ainvoke=lambda _, raw=raw: asyncio.sleep(0, {"raw": raw}))
        monkeypatch.setattr(
            model, "_model", lambda found=runnable: SimpleNamespace(with_structured_output=lambda *_, **__: found)
        )
        with pytest.raises(ReadingFailed):
            await model.write(SimpleNamespace(system="", shared="", questions=""), {})  # type: ignore[arg-type]


def test_a_block_of_blank_lines_takes_no_time() -> None:
    sample = Sample()
    _take(sample, Written(text=BLANKS, model="x"), [CHOICE], "en")
    assert sample.failed[CHOICE.id][0] == "unreadable"

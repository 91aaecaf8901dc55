"""Writing piece by piece: endpoints over their stream, LangChain, the scripted writer, and the embedded model."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Any

import pytest

from evaluator.errors import EndpointError, InputError
from evaluator.judge import ReadingFailed, open_writer
from evaluator.settings import load_settings
from tests.support.embedded import NEEDS_WEIGHTS
from tests.support.fake_endpoint import FakeEndpoint, Sent, status


def streamed(*pieces: str):
    """A reply in server-sent events."""

    def step(body: dict[str, Any]) -> Sent:
        events = [{"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "fake-1",
                   "choices": [{"index": 0, "delta": {"role": "assistant", "content": piece}}]} for piece in pieces]  # fmt: skip
        text = "".join(f"data: {json.dumps(event, ensure_ascii=False)}\n\n" for event in events)
        return Sent(f"{text}data: [DONE]\n\n".encode(), headers={"Content-Type": "text/event-stream"})

    return step


def write(writer, most: int = 40, stop_after: int = 1000) -> list[str]:
    async def collect() -> list[str]:
        found: list[str] = []
        async with aclosing(writer.write("你是客户。", "说一句话。", most)) as pieces:
            async for piece in pieces:
                found.append(piece)
                if len(found) >= stop_after:
                    break
        return found

    return asyncio.run(collect())


@pytest.fixture
def fake():
    with FakeEndpoint() as endpoint:
        yield endpoint


@pytest.mark.parametrize("way", ["", "structured:", "panel:"])
def test_an_endpoint_streams(fake, way):
    """The pieces come as they were sent, by OpenAI's own client and by LangChain; of a panel the first writes."""
    fake.script = [streamed("给我", "关了。")]
    name = f"{way}{fake.url}#fake-1" + ("+embedded" if way == "panel:" else "")
    assert "".join(write(open_writer(load_settings(model="scripted"), name))) == "给我关了。"
    sent = fake.bodies()[0]
    assert sent["stream"] is True and [one["role"] for one in sent["messages"]] == ["system", "user"]


def test_a_stream_that_fails_is_one_of_our_faults(fake):
    fake.script = [status(401)]
    with pytest.raises(EndpointError):
        write(open_writer(load_settings(), f"{fake.url}#fake-1"))
    fake.script = [status(500)]
    with pytest.raises(ReadingFailed):
        write(open_writer(load_settings(), f"{fake.url}#fake-1"))


def test_the_scripted_writer_needs_its_variable(monkeypatch, tmp_path):
    monkeypatch.delenv("EVALUATOR_SCRIPTED_JUDGE", raising=False)
    with pytest.raises(InputError):
        open_writer(load_settings(model="scripted"))
    script = tmp_path / "script.json"
    script.write_text(json.dumps({"lines": ["好的好的好的。", "再见。"]}), encoding="utf-8")
    monkeypatch.setenv("EVALUATOR_SCRIPTED_JUDGE", str(script))
    writer = open_writer(load_settings(model="scripted"))
    assert ["".join(write(writer)), "".join(write(writer)), "".join(write(writer))] == [
        "好的好的好的。",
        "再见。",
        "好的好的好的。",
    ]


@pytest.mark.parametrize("engine", [pytest.param(name, marks=NEEDS_WEIGHTS) for name in ("ik", "xllamacpp")])
def test_the_embedded_model_streams(engine):
    """Words come in pieces, identically each time, and a reader who leaves early gets no more."""
    writer = open_writer(load_settings(engine=engine, model="embedded"), "embedded")
    first = write(writer, most=12)
    assert len(first) > 1 and write(writer, most=12) == first
    assert write(writer, most=12, stop_after=1) == first[:1]

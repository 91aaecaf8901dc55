"""Spans of model requests: off by default, by the GenAI conventions when on, without any user text."""

from __future__ import annotations

import pytest

from tests.support.fake_endpoint import FakeEndpoint, status
from tests.support.judges import STATE, asker, decider

pytest.importorskip("opentelemetry.sdk")


@pytest.fixture
def spans(monkeypatch):
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", lambda name: provider.get_tracer(name))
    return exporter


async def test_a_request_is_a_span_only_where_traces_are_on(spans, monkeypatch):
    """Model, operation, tokens and the kind of an error; nothing of the text."""
    from tests.support.judges import QUESTIONS, prompt

    with FakeEndpoint() as fake:
        await asker(fake).read(prompt())
        assert spans.get_finished_spans() == ()
        monkeypatch.setenv("EVALUATOR_TRACES", "1")
        fake.script = [status(500)]
        await asker(fake).read(prompt())
        await decider(fake).decide(STATE, QUESTIONS)
    failed, chat, decisions = spans.get_finished_spans()
    assert failed.attributes["error.type"] and chat.attributes["gen_ai.usage.input_tokens"] == 100
    assert chat.name == "chat fake-1" and decisions.attributes["gen_ai.operation.name"] == "decisions"
    assert "换货" not in str([dict(span.attributes) for span in (failed, chat, decisions)])

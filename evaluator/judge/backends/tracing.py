"""OpenTelemetry spans for requests to models, following the GenAI conventions.

They are off unless EVALUATOR_TRACES is set, and are sent where the operator's OpenTelemetry configuration says. Names,
counts and causes only: no prompt or reply is ever an attribute.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from evaluator.encoding import redact
from evaluator.scorecard import Usage

VARIABLE = "EVALUATOR_TRACES"


class RequestSpan:
    """One request; a span that records nothing if traces are off."""

    def __init__(self, span: Any = None) -> None:
        self._span = span

    def end_with(self, usage: Usage, model: str) -> None:
        """Records what the reply states about itself."""
        if self._span is not None:
            self._span.set_attribute("gen_ai.response.model", redact(model))
            self._span.set_attribute("gen_ai.usage.input_tokens", usage.prompt_tokens)
            self._span.set_attribute("gen_ai.usage.output_tokens", usage.generated_tokens)


@contextmanager
def request_span(operation: str, model: str, address: str) -> Iterator[RequestSpan]:
    """A context around one request: "chat MODEL", with the kind of error if it fails."""
    if not os.environ.get(VARIABLE):
        yield RequestSpan()
        return
    from opentelemetry import trace

    model = redact(model)
    attributes = {"gen_ai.operation.name": operation, "gen_ai.request.model": model, "server.address": redact(address)}
    tracer = trace.get_tracer("evaluator")
    with tracer.start_as_current_span(
        f"{operation} {model}", attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield RequestSpan(span)
        except BaseException as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(trace.StatusCode.ERROR)
            raise

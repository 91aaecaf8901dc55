"""The only module that uses the `openai` package: a client for any endpoint with OpenAI's protocol.

The client's own retries are off (ours honour the limits of a run) and replies are parsed here from their bytes: the
package lets an HTML page through as a string, and accepts half of what a stricter reader refuses.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from weakref import WeakKeyDictionary

from pydantic import Field, SecretStr, ValidationError

from evaluator.encoding import Frozen, Malformed, read_json
from evaluator.errors import EndpointError
from evaluator.judge.backends.asking import ReadingFailed
from evaluator.judge.backends.faults import Passing, by_status, detail_of, is_free
from evaluator.judge.backends.spending import Spending, TokenCounts
from evaluator.judge.backends.tracing import RequestSpan, request_span
from evaluator.judge.backends.transport import MOST_GENERATED, Limits, Transport, mapped
from evaluator.scorecard import Usage
from evaluator.text import well_formed, well_formed_value


class Endpoint(Frozen):
    """A model's location and how to ask it. `name` is the user's name for it, `model` the endpoint's."""

    name: str
    model: str
    base_url: str
    api_key: SecretStr | None = None
    connect_timeout_s: float = Field(default=10.0, gt=0)
    token_limit_name: str = "max_tokens"  # OpenAI's newer models insist on max_completion_tokens
    extra: dict[str, Any] = {}  # extra fields of every request, such as one that switches thinking off
    most_generated: int = Field(default=MOST_GENERATED, ge=64)  # how long a model may think before it answers
    billed_as: str = ""  # the name in the price list; `name` if empty
    takes_cache_key: bool = False  # OpenAI routes requests with one key to the machine that holds their prefix

    @property
    def address(self) -> str:
        """The base URL as a record may show it: without user name and password."""
        parts = urlsplit(self.base_url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


class OpenAIClient:
    """Sends requests to one endpoint: paced, retried within limits, counted and charged to one account."""

    def __init__(self, endpoint: Endpoint, spending: Spending | None = None, limits: Limits | None = None) -> None:
        self.endpoint = endpoint
        self.spending = spending or Spending()
        self.transport = Transport(endpoint.name, endpoint.address, limits)
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, Any] = WeakKeyDictionary()

    async def chat(self, body: dict[str, Any], most_generated: int) -> tuple[dict[str, Any], Usage]:
        """The reply of /chat/completions as an object, and its usage; faults are those of `faults.py`."""
        sent = {**self._split(body), self.endpoint.token_limit_name: most_generated}
        return await self._send("/chat/completions", sent, most_generated)

    async def stream(self, body: dict[str, Any], most_generated: int) -> AsyncGenerator[str, None]:
        """The words of a reply of /chat/completions as they arrive.

        It is charged like any request; an interrupted stream is not started again, since its first words were already
        passed on.
        """
        sent = {**self._split(body), self.endpoint.token_limit_name: most_generated, "stream": True}
        size = len(json.dumps(sent, ensure_ascii=False, default=str).encode())
        client, started, generated = self._client(), time.monotonic(), 0
        billed = self.endpoint.billed_as or self.endpoint.name
        async with self.spending.entry(billed, size, most_generated) as entry:
            try:
                with mapped(self.endpoint.name, self.endpoint.address):
                    events = await client.post(
                        "/chat/completions", body=sent, cast_to=object, stream=True, stream_cls=_stream_class()
                    )
                    async for event in events:
                        if piece := _piece_of(event):
                            generated += 1
                            yield piece
            except Passing as fault:
                raise ReadingFailed(fault.cause, fault.detail) from fault
            entry.book(TokenCounts(prompt=size // 3, generated=generated), time.monotonic() - started)

    async def decisions(self, body: dict[str, Any], most_generated: int) -> tuple[dict[str, Any], Usage]:
        """The reply of /decisions as an object, and its usage."""
        return await self._send("/decisions", body, most_generated)

    async def transcription(self, name: str, audio: bytes, fields: dict[str, Any]) -> dict[str, Any]:
        """The reply of /audio/transcriptions as an object; `name` tells the endpoint the format.

        Seconds of sound have no price in the price list, so nothing is charged to the account.
        """
        client = self._client()

        async def ask() -> dict[str, Any]:
            with mapped(self.endpoint.name, self.endpoint.address):
                response = await client.post(
                    "/audio/transcriptions",
                    body={**fields, "model": self.endpoint.model},
                    files=[("file", (name, audio))],
                    options={"headers": {"Content-Type": "multipart/form-data"}},
                    cast_to=_response_class(),
                )
                return self._object(response.text)

        return await self.transport.send(ask)

    async def _send(self, path: str, body: dict[str, Any], most_generated: int) -> tuple[dict[str, Any], Usage]:
        size = len(json.dumps(body, ensure_ascii=False, default=str).encode())
        client = self._client()  # before timing starts: the first import takes seconds

        async def ask() -> tuple[dict[str, Any], Usage]:
            span = request_span(
                path.strip("/").replace("chat/completions", "chat"), self.endpoint.model, self.endpoint.address
            )
            with span as told:
                return await once(told)

        async def once(told: RequestSpan) -> tuple[dict[str, Any], Usage]:
            started = time.monotonic()
            async with self.spending.entry(
                self.endpoint.billed_as or self.endpoint.name, size, most_generated
            ) as entry:
                try:
                    with mapped(self.endpoint.name, self.endpoint.address):
                        # The package's own method below the typed ones: those walk through every field of a body.
                        response = await client.post(path, body=body, cast_to=_response_class())
                        reply = self._object(response.text)
                except (Passing, ReadingFailed, EndpointError) as fault:
                    if is_free(fault):
                        entry.drop()
                    raise
                usage = entry.book(_tokens(reply), time.monotonic() - started)
                told.end_with(usage, str(reply.get("model") or self.endpoint.model))
                return reply, usage

        return await self.transport.send(ask)

    def _object(self, text: str) -> dict[str, Any]:
        """The reply as a JSON object; anything else, or an object with an error, is a fault."""
        try:
            reply = well_formed_value(read_json(text, constant=_number))
        except Malformed as broken:
            raise Passing("unreadable", f"not JSON: {detail_of(text[:1000])[:60]!r}") from broken
        if not isinstance(reply, dict):
            raise Passing("unreadable", "not a JSON object")
        if reply.get("error"):
            raise self._hidden_error(reply["error"])
        return reply

    def _hidden_error(self, error: Any) -> Exception:
        """An error that came with status 200, as gateways send it."""
        code = error.get("code") or error.get("status") if isinstance(error, dict) else None
        message = str(error.get("message", error)) if isinstance(error, dict) else str(error)
        if isinstance(code, str) and code.isdigit():
            code = int(code)
        if isinstance(code, int) and 400 <= code < 600:
            return by_status(code, message, {}, self.endpoint.name, self.endpoint.address)
        return Passing("unreadable", f"an error instead of a reply: {detail_of(message)}")

    def _split(self, body: dict[str, Any]) -> dict[str, Any]:
        """Adds the endpoint's own fields."""
        return {**body, **self.endpoint.extra}

    def _client(self) -> Any:
        """One client per event loop, because its connections die with the loop in which they were opened."""
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = open_client(self.endpoint, self.transport.limits.timeout_s)
        return self._clients[loop]


def open_client(endpoint: Endpoint, timeout_s: float) -> Any:
    """An `openai.AsyncOpenAI` for this endpoint, without retries and without redirects to other hosts."""
    import openai

    timeout = openai.Timeout(timeout_s, connect=endpoint.connect_timeout_s)
    return openai.AsyncOpenAI(
        base_url=endpoint.base_url,
        api_key=endpoint.api_key.get_secret_value() if endpoint.api_key else "none",
        max_retries=0,
        timeout=timeout,
        http_client=open_http_client(timeout),
    )


def _pool() -> Any:
    """Keeps connections for the next request; their number is limited by the pace, not the pool."""
    import httpx

    return httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=30)


def _stream_class() -> Any:
    import openai

    return openai.AsyncStream[object]


def _piece_of(event: Any) -> str:
    """The words in one event of a stream; empty where it holds none."""
    choices = event.get("choices") if isinstance(event, dict) else None
    delta = choices[0].get("delta") if choices and isinstance(choices[0], dict) else None
    return well_formed(str((delta or {}).get("content") or ""))


def _response_class() -> Any:
    import httpx

    return httpx.Response


def open_http_client(timeout: Any) -> Any:
    """The HTTP client shared by OpenAI's package and LangChain's use of it. A transcript never follows a redirect."""
    import openai

    return openai.DefaultAsyncHttpxClient(timeout=timeout, follow_redirects=False, limits=_pool())


def _tokens(reply: dict[str, Any]) -> TokenCounts:
    """The endpoint's token counts, in either API's terms; zeros if it counts nothing."""
    try:
        usage = reply.get("usage") or {}
        details = usage.get("prompt_tokens_details") or usage.get("input_tokens_details") or {}
        return TokenCounts(
            prompt=usage.get("prompt_tokens") or usage.get("input_tokens") or 0,
            cached=details.get("cached_tokens") or usage.get("prompt_cache_hit_tokens") or 0,
            written=details.get("cache_write_tokens") or 0,
            generated=usage.get("completion_tokens") or usage.get("output_tokens") or 0,
        )
    except (ValidationError, AttributeError):
        return TokenCounts()


def _number(name: str) -> float:
    """Converts non-standard numbers: JSON has no NaN and no infinities, but servers write them.

    Minus infinity is the logarithm of zero; the others are left for the reader to refuse.
    """
    return -math.inf if name == "-Infinity" else math.nan

"""Around every request: its id, its size, its key's rate limit, its log line without anybody's words, its metrics."""

from __future__ import annotations

import json
import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from evaluator.service.metrics import Metrics
from evaluator.service.problems import body_of

log = logging.getLogger("evaluator.service")
_ID = re.compile(r"^[A-Za-z0-9._-]{1,100}$")

AsgiScope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Rate:
    """A token bucket per key: `a_minute` requests, refilled evenly; bursts up to that number."""

    def __init__(self, a_minute: int) -> None:
        self.a_minute = a_minute
        self._left: dict[str, tuple[float, float]] = {}

    def wait_s(self, name: str) -> float:
        """0 if the request may proceed, otherwise the seconds until one may."""
        now = time.monotonic()
        left, then = self._left.get(name, (float(self.a_minute), now))
        left = min(float(self.a_minute), left + (now - then) * self.a_minute / 60)
        if left < 1:
            self._left[name] = (left, now)
            return (1 - left) * 60 / self.a_minute
        self._left[name] = (left - 1, now)
        return 0.0


class Boundary:
    """ASGI middleware; a body over the limit is refused before it is read, or as soon as it exceeds the limit."""

    def __init__(self, app: Any, *, most_bytes: int, metrics: Metrics) -> None:
        self.app, self.most_bytes, self.metrics = app, most_bytes, metrics

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        given = headers.get(b"x-request-id", b"").decode("latin-1")
        request_id = given if _ID.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        started, status, read, refused = time.perf_counter(), 500, 0, False

        async def with_id(message: dict[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
            await send(message)

        async def sending(message: dict[str, Any]) -> None:
            """Replaces the reply to a truncated body with the reason for the refusal."""
            nonlocal refused
            if read <= self.most_bytes:
                await with_id(message)
            elif not refused:
                refused = True
                await _refuse(with_id, self.most_bytes)

        async def counting() -> dict[str, Any]:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.most_bytes:
                raise _TooLarge
            return message

        length = headers.get(b"content-length", b"0")
        try:
            if length.isdigit() and int(length) > self.most_bytes:
                await _refuse(with_id, self.most_bytes)
            else:
                await self.app(scope, counting, sending)
        except _TooLarge:
            await sending({})
        finally:
            self._note(scope, status, time.perf_counter() - started, request_id)

    def _note(self, scope: AsgiScope, status: int, seconds: float, request_id: str) -> None:
        route = getattr(scope.get("route"), "path", "other")
        self.metrics.requests.labels(route, scope["method"], str(status)).inc()
        self.metrics.seconds.labels(route).observe(seconds)
        key = scope.get("state", {}).get("key_name", "")
        line = {"event": "request", "request_id": request_id, "method": scope["method"], "route": route}
        log.info(json.dumps({**line, "status": status, "ms": round(seconds * 1000, 1), "key": key}, ensure_ascii=False))


class _TooLarge(Exception):
    """The body exceeded the limit while it was read."""


async def _refuse(send: Send, most: int) -> None:
    body = json.dumps(body_of("request_too_large", f"The request is larger than {most} bytes.")).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 413, "headers": [*headers, (b"connection", b"close")]})
    await send({"type": "http.response.body", "body": body})

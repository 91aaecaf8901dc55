"""A loopback proxy in front of an OpenAI-compatible endpoint that adds up requests, tokens and seconds.

Peers count tokens each in their own way or not at all; here all are counted by what the endpoint says.
"""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from evaluator.judge.backends.engines.xllama import usage_of
from evaluator.scorecard import Usage

TIMEOUT_S = 1800
MODEL = "local"
MOST_TOKENS = 600  # per reply, where a grader sets no limit: a small model can go on until its context is full


class Counter:
    """What went through the proxy since the last `take`.

    Seconds are those in which at least one request was being answered: requests that wait for each other are not
    counted twice.
    """

    def __init__(self) -> None:
        self._usage, self._lock = Usage(), threading.Lock()
        self._open, self._busy_since = 0, 0.0

    def begin(self) -> None:
        """Records the start of a request."""
        with self._lock:
            if not self._open:
                self._busy_since = time.perf_counter()
            self._open += 1

    def end(self, reply: bytes) -> None:
        """Records the end of a request."""
        with self._lock:
            self._open -= 1
            busy = 0.0 if self._open else time.perf_counter() - self._busy_since
            self._usage += _usage_of(reply, busy)

    def take(self) -> Usage:
        """Returns the usage so far; counting starts again at zero."""
        with self._lock:
            taken, self._usage = self._usage, Usage()
        return taken


@contextmanager
def counted(address: str) -> Iterator[tuple[str, Counter]]:
    """The base URL (…/v1) of a proxy to `address` (without /v1), and its counter."""
    counter = Counter()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(address.rstrip("/"), counter))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", counter
    finally:
        server.shutdown()
        server.server_close()


def limited(body: bytes) -> bytes:
    """Returns the request with a limit on the reply, unless it has its own."""
    try:
        asked = json.loads(body)
    except ValueError:
        return body
    if not isinstance(asked, dict) or asked.get("max_tokens") or asked.get("max_completion_tokens"):
        return body
    return json.dumps({**asked, "max_tokens": MOST_TOKENS}, ensure_ascii=False).encode()


@cache
def serve_embedded() -> str:
    """Address of an endpoint on loopback with the embedded model's weights: xllamacpp's own, loaded in this process."""
    from evaluator.judge.backends.engines.choice import threads_for
    from evaluator.judge.backends.engines.engine import Setup
    from evaluator.judge.backends.engines.xllama import XllamaEngine
    from evaluator.judge.backends.weights import require
    from evaluator.settings import load_settings

    settings = load_settings()
    engine = XllamaEngine(Setup(path=require(settings).path, threads=threads_for(settings), gpu_layers=0))
    return str(engine.server.listening_address)


def _handler(address: str, counter: Counter) -> type[BaseHTTPRequestHandler]:
    class Forward(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = limited(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            self._forward(urllib.request.Request(address + self.path, body, {"Content-Type": "application/json"}))

        def do_GET(self) -> None:
            self._forward(urllib.request.Request(address + self.path))

        def _forward(self, request: urllib.request.Request) -> None:
            content = b""
            counter.begin()
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT_S) as reply:
                    status, content = reply.status, reply.read()
            except urllib.error.HTTPError as error:
                status, content = error.code, error.read()
            finally:
                counter.end(content)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Logs nothing."""

    return Forward


def _usage_of(reply: bytes, seconds: float) -> Usage:
    try:
        told = json.loads(reply)
    except ValueError:
        told = None
    return usage_of(told if isinstance(told, dict) else {}, seconds)

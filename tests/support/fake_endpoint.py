"""A real HTTP server on loopback for OpenAI's protocol (and Anthropic's messages), with faults on demand.

`endpoint.script` holds what the next requests get, in order; after that, `endpoint.usual` answers. Every request is
kept in `endpoint.requests`. A step is a function of the request's body that returns a `Sent`.
"""

from __future__ import annotations

import contextlib
import email
import email.policy
import json
import math
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-test-secret-0123456789"


@dataclass
class Sent:
    """One reply as bytes.

    `cut` closes the connection midway, `hold` keeps it back until the server stops.
    """

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    hold: bool = False


Step = Callable[[dict[str, Any]], Sent]


@dataclass
class Request:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class FakeEndpoint:
    """The server. `url` is its base URL."""

    def __init__(self) -> None:
        self.script: list[Step] = []
        self.usual: Step | None = None
        self.requests: list[Request] = []
        self.most_at_once = 0
        self._under_way = 0
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def bodies(self) -> list[dict[str, Any]]:
        return [request.body for request in self.requests]

    def __enter__(self) -> FakeEndpoint:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def _reply(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> Sent:
        with self._lock:
            self.requests.append(Request(path, {name.lower(): value for name, value in headers.items()}, body))
            step = self.script.pop(0) if self.script else self.usual
        return step(body) if step else usual(path, body)

    def _handler(endpoint) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = _body(self.headers.get("Content-Type") or "", self.rfile.read(length))
                with endpoint._counted():
                    sent = endpoint._reply(self.path, dict(self.headers), body)
                    if sent.hold:
                        endpoint._stopped.wait(10)
                    self._write(sent)

            def _write(self, sent: Sent) -> None:
                self.send_response(sent.status)
                for name, value in {"Content-Type": "application/json", **sent.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(sent.body)))
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(sent.body[: len(sent.body) // 2] if sent.cut else sent.body)
                if sent.cut:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1


def _body(kind: str, data: bytes) -> dict[str, Any]:
    """The fields of a request: JSON, or a form, whose files are (name, bytes) and whose lists have names with []."""
    if not kind.startswith("multipart/"):
        return json.loads(data or b"{}")
    form = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + data, policy=email.policy.HTTP)
    fields: dict[str, Any] = {}
    for part in form.iter_parts():
        name, content = str(part.get_param("name", header="content-disposition")), part.get_payload(decode=True)
        if part.get_filename():
            fields[name] = (part.get_filename(), content)
        elif name.endswith("[]"):
            fields.setdefault(name.removesuffix("[]"), []).append(content.decode())
        else:
            fields[name] = content.decode()
    return fields


def as_json(value: Any, **more: Any) -> Sent:
    return Sent(json.dumps(value, ensure_ascii=False).encode(), **more)


def usual(path: str, body: dict[str, Any]) -> Sent:
    """A well-behaved model that always takes the first option."""
    if path.endswith("/decisions"):
        return decisions()(body)
    if path.endswith("/messages"):
        return claude()(body)
    if body.get("logprobs"):
        return logprobs({"A": 0.7, "B": 0.2})(body)
    return written()(body)


USAGE = {
    "prompt_tokens": 100,
    "completion_tokens": 1,
    "prompt_tokens_details": {"cached_tokens": 60},
}


def chat(choice: dict[str, Any], model: str = "fake-1", usage: Any = None) -> dict[str, Any]:
    message = {"role": "assistant", "content": "A"}
    whole = {"index": 0, "message": message, "finish_reason": "stop", **choice}
    counts = {"total_tokens": 101, **(usage or USAGE)}
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [whole],
        "usage": counts,
    }


def logprobs(shares: dict[str, float], **more: Any) -> Step:
    """The distribution over the next token; values that are no probabilities go out as they are."""
    top = [{"token": token, "logprob": _log(share), "bytes": None} for token, share in shares.items()]
    content = [{"token": "A", "logprob": -0.1, "bytes": None, "top_logprobs": top}]
    return lambda body: as_json(chat({"logprobs": {"content": content}}, **more))


def _log(share: float) -> float:
    return math.log(share) if 0 < share <= 1 else share


def written(answers: Any = None, text: str | None = None, **choice: Any) -> Step:
    """A chat reply in JSON: the first option of every question asked, or `answers`, or `text` as it is."""

    def step(body: dict[str, Any]) -> Sent:
        content = text if text is not None else json.dumps({"answers": answers or first_options(body)})
        return as_json(chat({"message": {"role": "assistant", "content": content}, **choice}))

    return step


def claude(stop_reason: str = "end_turn", text: str | None = None) -> Step:
    """A reply of Anthropic's messages API."""

    def step(body: dict[str, Any]) -> Sent:
        content = text if text is not None else json.dumps({"answers": first_options(body)})
        usage = {
            "input_tokens": 40,
            "output_tokens": 9,
            "cache_read_input_tokens": 60,
            "cache_creation_input_tokens": 0,
        }
        return as_json(
            {
                "id": "m1",
                "type": "message",
                "role": "assistant",
                "model": "claude-fake",
                "content": [{"type": "text", "text": content}],
                "stop_reason": stop_reason,
                "stop_sequence": None,
                "usage": usage,
            }
        )

    return step


def first_options(body: dict[str, Any]) -> list[dict[str, str]]:
    """The first option of each question in the prompt, read as a model would read it."""
    text = _text(body).replace("「", ' "').replace("」", '"')
    asked = re.findall(r"(?:Question id: |题目 id：)(\S+)\n.*?\n- id +\"([^\"]+)\"", text, re.DOTALL)
    return [{"id": key, "reason": "because", "option": option} for key, option in asked]


def _text(body: dict[str, Any]) -> str:
    parts: list[str] = []
    for message in body.get("messages", []):
        content = message["content"]
        parts += [content] if isinstance(content, str) else [block.get("text", "") for block in content]
    return "\n".join(parts)


def decisions(**by_name: Any) -> Step:
    """A reply of /decisions in which the first option has .7.

    An answer in `by_name` (None: left out) replaces it.
    """

    def step(body: dict[str, Any]) -> Sent:
        answers = [by_name.get(question["name"], _decision(question)) for question in body["questions"]]
        usage = {
            "input_tokens": 500,
            "output_tokens": 4,
            "total_tokens": 504,
            "input_tokens_details": {"cached_tokens": 300, "cache_write_tokens": 100},
            "output_tokens_details": {"reasoning_tokens": 0},
        }
        return as_json({"model": "fake-decider", "answers": [item for item in answers if item], "usage": usage})

    return step


def _decision(question: dict[str, Any]) -> dict[str, Any]:
    if question["type"] == "predicate":
        return {"type": "predicate", "name": question["name"], "probability": 0.3}
    labelled = "levels" if question["type"] == "score" else "choices"
    key = "label" if question["type"] == "score" else "value"
    options = question[labelled]
    rest = 0.3 / (len(options) - 1)
    shares = [
        {key: option[key], "probability": 0.7 if place == 0 else rest, "value": option.get("value", place)}
        for place, option in enumerate(options)
    ]
    return {
        "type": question["type"],
        "name": question["name"],
        "confidence": 0.5,
        "score": 0.4,
        "probabilities": shares,
    }


def status(code: int, message: str = "no", headers: dict[str, str] | None = None, /, **error: Any) -> Step:
    return lambda body: as_json({"error": {"message": message, **error}}, status=code, headers=headers or {})


def html(body: dict[str, Any]) -> Sent:
    return Sent(b"<html><body>Please log in</body></html>", headers={"Content-Type": "text/html"})


def half_json(body: dict[str, Any]) -> Sent:
    whole = usual("/decisions" if "questions" in body else "/chat", body).body
    return Sent(whole[: len(whole) // 2])


def cut_off(body: dict[str, Any]) -> Sent:
    return Sent(usual("/decisions" if "questions" in body else "/chat", body).body, cut=True)


def late(body: dict[str, Any]) -> Sent:
    return Sent(usual("/decisions" if "questions" in body else "/chat", body).body, hold=True)


def error_inside(body: dict[str, Any]) -> Sent:
    return as_json({"error": {"message": "upstream is unwell", "type": "server_error"}})

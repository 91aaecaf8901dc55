"""A scripted OpenAI-compatible endpoint on loopback: latency from a distribution, 429s and errors on demand.

    python -m benchmarks.scale.endpoint PORT

All of it is a function of the request and a seed, so that every grader meets the same. It answers chat completions
(log-probabilities, or JSON that fits the requested schema) and /decisions. `POST /control` sets latency and faults and
clears the counts; `GET /counts` returns them. Standard library only: it runs beside any peer.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
import random
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

MODEL = "scripted-1"
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_NORMAL = NormalDist()


@dataclass
class Script:
    """What the endpoint does.

    It has a median latency and the sigma of its logarithm, the share of requests that fail at their first try (429,
    error, or half a reply, in turn), and how many it accepts at once before it returns 429.
    """

    median_s: float = 0.2
    sigma: float = 0.3
    failing: float = 0.0
    at_once: int = 10_000
    seed: int = 1


@dataclass
class Counts:
    """What came in and went out.

    `answered` counts replies by the digest of the request: more than one was paid twice.
    """

    requests: int = 0
    failed: int = 0
    most_at_once: int = 0
    prompt_bytes: int = 0
    under_way: int = 0
    waited_s: float = 0.0
    tries: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)

    def told(self) -> dict[str, Any]:
        twice = sum(count - 1 for count in self.answered.values())
        return {
            "requests": self.requests,
            "failed": self.failed,
            "distinct": len(self.answered),
            "paid": sum(self.answered.values()),
            "paid_twice": twice,
            "most_at_once": self.most_at_once,
            "prompt_tokens": self.prompt_bytes // 4,
            "waited_s": round(self.waited_s, 3),
        }


class Endpoint:
    """The server. Digests leave out what a client sends at random."""

    def __init__(self) -> None:
        self.script, self.counts = Script(), Counts()

    async def serve(self, port: int) -> None:
        server = await asyncio.start_server(self._talk, "127.0.0.1", port, backlog=4096, limit=1 << 24)
        print(server.sockets[0].getsockname()[1], flush=True)
        async with server:
            await server.serve_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                found = _LENGTH.search(head)
                body = await reader.readexactly(int(found.group(1))) if found else b""
                path = head.split(b" ", 2)[1].decode()
                status, content, more = await self._reply(path, body)
                lines = [
                    f"HTTP/1.1 {status} X",
                    "Content-Type: application/json",
                    f"Content-Length: {len(content)}",
                    *more,
                ]
                writer.write("\r\n".join([*lines, "", ""]).encode() + content)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _reply(self, path: str, body: bytes) -> tuple[int, bytes, list[str]]:
        if path == "/control":
            self.script, self.counts = Script(**json.loads(body)), Counts()
            return 200, b"{}", []
        if path == "/counts":
            return 200, json.dumps(self.counts.told()).encode(), []
        if path.endswith("/models"):
            return 200, json.dumps({"object": "list", "data": [{"id": MODEL, "object": "model"}]}).encode(), []
        return await self._answer(path, body)

    async def _answer(self, path: str, body: bytes) -> tuple[int, bytes, list[str]]:
        key = hashlib.sha256(body).hexdigest()
        chance = random.Random(f"{self.script.seed} {key}")
        counts = self.counts
        counts.requests += 1
        counts.tries[key] += 1
        counts.under_way += 1
        counts.most_at_once = max(counts.most_at_once, counts.under_way)
        latency = self.script.median_s * math.exp(self.script.sigma * _NORMAL.inv_cdf(chance.uniform(1e-6, 1 - 1e-6)))
        fails = chance.random() < self.script.failing and counts.tries[key] == 1
        try:
            if counts.under_way > self.script.at_once:
                counts.failed += 1
                return 429, b'{"error": {"message": "too many requests"}}', ["Retry-After: 1"]
            await asyncio.sleep(latency)
            counts.waited_s += latency
            if fails:
                counts.failed += 1
                kind = chance.randrange(3)
                if kind == 0:
                    return 429, b'{"error": {"message": "slow down"}}', ["Retry-After: 1"]
                if kind == 1:
                    return 500, b'{"error": {"message": "upstream is unwell"}}', []
                return 200, b'{"id": "c1", "choices": [{"mess', []
            counts.prompt_bytes += len(body)
            counts.answered[key] += 1
            return 200, json.dumps(self._content(path, json.loads(body), chance)).encode(), []
        finally:
            counts.under_way -= 1

    def _content(self, path: str, body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
        if path.endswith("/decisions"):
            return _decisions(body, chance)
        choice: dict[str, Any] = {"index": 0, "finish_reason": "stop"}
        schema = _schema_of(body)
        if schema is not None:
            text = json.dumps(_fitting(schema, schema, chance, _questions(body)))
        else:
            text = "A" if body.get("logprobs") else json.dumps({"score": chance.randrange(11), "reason": "because"})
        message: dict[str, Any] = {"role": "assistant", "content": text}
        if body.get("tools"):
            tool = body["tools"][0]["function"]
            arguments = json.dumps(_fitting(tool["parameters"], tool["parameters"], chance, {}))
            call = {"id": "t1", "type": "function", "function": {"name": tool["name"], "arguments": arguments}}
            message |= {"content": None, "tool_calls": [call]}
        choice["message"] = message
        if body.get("logprobs"):
            shares = sorted((chance.random() for _ in range(6)), reverse=True)
            top = [
                {"token": token, "logprob": math.log(share / sum(shares)), "bytes": None}
                for token, share in zip(chance.sample("ABCDEF", 6), shares, strict=True)
            ]
            token = {"token": text[:1], "logprob": -0.1, "bytes": None, "top_logprobs": top}
            choice["logprobs"] = {"content": [token]}
        usage = {"prompt_tokens": len(str(body)) // 4, "completion_tokens": len(text) // 4 + 1}
        usage["total_tokens"] = sum(usage.values())
        return {
            "id": "c1", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [choice], "usage": usage
        }  # fmt: skip


def _schema_of(body: dict[str, Any]) -> dict[str, Any] | None:
    wanted = body.get("response_format") or {}
    return wanted["json_schema"]["schema"] if wanted.get("type") == "json_schema" else None


def _questions(body: dict[str, Any]) -> dict[str, str]:
    """Ids of the questions of our own structured prompt, with an option of each, read as a model would read them."""
    text = "\n".join(str(message["content"]) for message in body.get("messages", []))
    text = text.replace("「", ' "').replace("」", '"')
    asked = re.findall(r"(?:Question id: |题目 id：)(\S+)\n(.*?)(?=Question id: |题目 id：|\Z)", text, re.DOTALL)
    return {key: options for key, part in asked if (options := re.findall(r'\n- id +"([^"]+)"', part))}  # type: ignore[misc]


def _fitting(schema: Any, root: Any, chance: random.Random, asked: dict[str, Any]) -> Any:
    """A value that fits a JSON schema."""
    if "$ref" in schema:
        return _fitting(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, chance, asked)
    if "enum" in schema:
        return chance.choice(schema["enum"])
    if "const" in schema:
        return schema["const"]
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return _fitting(schema[several][0], root, chance, asked)
    kind = schema.get("type")
    if kind == "object":
        return {key: _fitting(one, root, chance, asked) for key, one in schema.get("properties", {}).items()}
    if kind == "array":
        if asked:
            return [
                {"id": key, "reason": "because", "option": chance.choice(options)} for key, options in asked.items()
            ]
        return [_fitting(schema.get("items", {"type": "string"}), root, chance, asked)]
    if kind in ("integer", "number"):
        low, high = schema.get("minimum", 1), schema.get("maximum", 5)
        return chance.randint(int(low), int(high))
    return True if kind == "boolean" else "because"


def _decisions(body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    answers = []
    for question in body["questions"]:
        answer: dict[str, Any] = {"type": question["type"], "name": question["name"]}
        if question["type"] == "predicate":
            answer["probability"] = chance.random()
        else:
            key, options = ("label", "levels") if question["type"] == "score" else ("value", "choices")
            shares = [chance.random() for _ in question[options]]
            answer["probabilities"] = [
                {key: option[key], "probability": share / sum(shares)}
                for option, share in zip(question[options], shares, strict=True)
            ]
        answers.append(answer)
    tokens = len(str(body)) // 4
    return {
        "model": MODEL,
        "answers": answers,
        "usage": {"input_tokens": tokens, "output_tokens": 4, "total_tokens": tokens},
    }


if __name__ == "__main__":
    asyncio.run(Endpoint().serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0))

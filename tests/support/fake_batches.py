"""A provider's Batch API on loopback: files, batches that finish after several looks, and results in any order."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answering = Callable[[str, dict[str, Any]], tuple[int, dict[str, Any]]]


class FakeProvider:
    """Here `answer(path, body)` returns status and reply of one request; a job is over after `looks` looks.

    `asked` holds the id of every request that was ever submitted.
    """

    def __init__(self, answer: Answering, looks: int = 2) -> None:
        self.answer, self.looks = answer, looks
        self.asked: list[str] = []
        self.batches: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.ends_as = "completed"
        self._looked: dict[str, int] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> FakeProvider:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _create(self, body: dict[str, Any]) -> dict[str, Any]:
        name = f"batch_{len(self.batches) + 1}"
        lines = [json.loads(line) for line in self.files[body["input_file_id"]].splitlines()]
        self.asked += [line["custom_id"] for line in lines]
        self.batches[name] = {
            "id": name,
            "object": "batch",
            "endpoint": body["endpoint"],
            "input_file_id": body["input_file_id"],
            "completion_window": body["completion_window"],
            "created_at": 1,
            "status": "in_progress",
            "metadata": body.get("metadata"),
        }
        return self.batches[name]

    def _look(self, name: str) -> dict[str, Any]:
        self._looked[name] = self._looked.get(name, 0) + 1
        batch = self.batches[name]
        if self._looked[name] > self.looks and batch["status"] == "in_progress":
            batch["status"] = self.ends_as
            if self.ends_as == "completed":
                batch["output_file_id"] = self._finish(batch["input_file_id"])
        return batch

    def _finish(self, file_id: str) -> str:
        results = []
        for line in self.files[file_id].splitlines():
            request = json.loads(line)
            status, reply = self.answer(request["url"], request["body"])
            response = {"status_code": status, "request_id": "r", "body": reply}
            results.append({"id": "x", "custom_id": request["custom_id"], "response": response, "error": None})
        random.Random(1).shuffle(results)
        name = f"{file_id}-out"
        self.files[name] = "\n".join(json.dumps(one) for one in results).encode()
        return name

    def _handler(provider) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path.endswith("/files"):
                    boundary = b"--" + self.headers["Content-Type"].split("boundary=")[1].encode()
                    part = next(one for one in raw.split(boundary) if b'filename="' in one)
                    name = f"file-{len(provider.files) + 1}"
                    provider.files[name] = part.split(b"\r\n\r\n", 1)[1].rsplit(b"\r\n", 1)[0]
                    about = {"bytes": 1, "created_at": 1, "filename": "f", "purpose": "batch", "status": "processed"}
                    self._send({"id": name, "object": "file", **about})
                else:
                    self._send(provider._create(json.loads(raw)))

            def do_GET(self) -> None:
                path = self.path.split("?")[0]
                if path.endswith("/content"):
                    self._write(provider.files[path.split("/")[-2]])
                elif path.endswith("/batches"):
                    self._send({"object": "list", "data": list(provider.batches.values()), "has_more": False})
                else:
                    self._send(provider._look(path.rsplit("/", 1)[1]))

            def _send(self, reply: dict[str, Any]) -> None:
                self._write(json.dumps(reply).encode())

            def _write(self, content: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        return Handler

"""A model hub on loopback: redirects to the files' place, ranges, tags, and connections that break."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class FakeHub:
    """Two servers, as a hub has: one that knows the files by repository, one that holds them.

    Files are set in `files`, by `OWNER/REPO/FILE`.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.promised: str | None = None  # a digest that the hub states wrongly
        self.breaks_after: list[int] = []  # bytes after which the next replies end early
        self.needs_token = ""
        self.ranges = True
        self.asked: list[tuple[str, str | None, str | None]] = []  # server, range, token
        self._store = _serve(self._answer_store)
        self._hub = _serve(self._answer_hub)

    @property
    def url(self) -> str:
        """The hub's address."""
        return f"http://127.0.0.1:{self._hub.server_address[1]}"

    def close(self) -> None:
        """Stops both servers."""
        for server in (self._hub, self._store):
            server.shutdown()
            server.server_close()

    def _answer_hub(self, handler: Any) -> None:
        self._note("hub", handler)
        name = handler.path.lstrip("/").replace("/resolve/main", "")
        if self.needs_token and handler.headers.get("Authorization") != f"Bearer {self.needs_token}":
            handler.send_error(401)
        elif name not in self.files:
            handler.send_error(404)
        else:
            handler.send_response(302)
            handler.send_header("Location", f"http://127.0.0.1:{self._store.server_address[1]}/{name}")
            handler.send_header("X-Linked-Etag", f'"{self.promised or _digest(self.files[name])}"')
            handler.send_header("Content-Length", "0")
            handler.end_headers()

    def _answer_store(self, handler: Any) -> None:
        self._note("store", handler)
        data = self.files[handler.path.lstrip("/")]
        tag, wanted = f'"{_digest(data)[:12]}"', handler.headers.get("Range")
        begin = 0
        if self.ranges and wanted and handler.headers.get("If-Range") == tag:
            begin = int(wanted.removeprefix("bytes=").rstrip("-"))
        if begin >= len(data) > 0 and wanted and begin:
            handler.send_response(416)
            handler.send_header("Content-Range", f"bytes */{len(data)}")
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        handler.send_response(206 if begin else 200)
        handler.send_header("ETag", tag)
        handler.send_header("Content-Length", str(len(data) - begin))
        handler.end_headers()
        most = self.breaks_after.pop(0) if self.breaks_after else len(data)
        handler.wfile.write(data[begin : begin + most])

    def _note(self, server: str, handler: Any) -> None:
        self.asked.append((server, handler.headers.get("Range"), handler.headers.get("Authorization")))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _serve(answer: Any) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, format: str, *args: Any) -> None:
            """Logs nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server

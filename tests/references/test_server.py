"""A real Chroma server (`chroma run`) behind a proxy that requires a token and uses a path.

It has its own tenant.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from evaluator.errors import StorageError
from evaluator.references.entries import Entry
from evaluator.references.store import open_server

TOKEN = "t0ken"


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def server(tmp_path):
    """Address of the proxy and of the server behind it."""
    chroma = shutil.which("chroma") or str(Path(sys.executable).with_name("chroma"))
    if not Path(chroma).exists():
        pytest.skip("chroma is not installed")
    port = _port()
    command = [chroma, "run", "--path", str(tmp_path / "chroma"), "--port", str(port), "--host", "127.0.0.1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    behind = f"http://127.0.0.1:{port}"
    give_up = time.monotonic() + 90
    while True:
        try:
            urllib.request.urlopen(f"{behind}/api/v2/heartbeat").close()
            break
        except OSError:
            assert process.poll() is None and time.monotonic() < give_up
            time.sleep(0.2)

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
            allowed = self.headers.get("Authorization") == f"Bearer {TOKEN}" and self.path.startswith("/vectors/")
            status, content = 401, b'{"error": "AuthError", "message": "no"}'
            if allowed:
                headers = {"Content-Type": "application/json"}
                asked = urllib.request.Request(
                    behind + self.path.removeprefix("/vectors"), body, headers, method=self.command
                )
                try:
                    with urllib.request.urlopen(asked) as reply:
                        status, content = reply.status, reply.read()
                except urllib.error.HTTPError as error:
                    status, content = error.code, error.read()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _pass_on

        def log_message(self, *_: object) -> None:
            pass

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{proxy.server_address[1]}/vectors", behind
    finally:
        proxy.shutdown()
        process.terminate()
        process.wait(20)


def test_a_server_with_token_path_and_tenant_keeps_entries_apart(server):
    """Entries of one tenant are found there and nowhere else; a wrong token gets one sentence."""
    proxied, behind = server
    for place, name in (("tenants", "team"), ("tenants/team/databases", "calls")):
        asked = urllib.request.Request(
            f"{behind}/api/v2/{place}", f'{{"name": "{name}"}}'.encode(), {"Content-Type": "application/json"}
        )
        urllib.request.urlopen(asked).close()
    address = f"{proxied}?tenant=team&database=calls"
    store = open_server(address, token=TOKEN)
    store.upsert([Entry(id="e1", item="i", kind="explanation", text="先道歉，再说明原因。", source="s")])
    assert [entry.id for entry in open_server(address, token=TOKEN).entries()] == ["e1"]
    assert open_server(proxied, token=TOKEN).entries() == []
    with pytest.raises(StorageError) as refused:
        open_server(address, token="wrong").entries()
    assert TOKEN not in str(refused.value) and "wrong" not in str(refused.value)

"""A real PostgreSQL for tests: Debian's programs, a folder of its own, a database for each test.

Skips where it is not installed.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_USER = "evaluator"
_numbers = itertools.count(1)


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if found:
        return found[-1].parent
    path = shutil.which("postgres")
    return Path(path).parent if path else None


@contextmanager
def running() -> Iterator[str]:
    """Address of a fresh server, without a database's name; the server ends with the block."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    pytest.importorskip("psycopg")
    folder = Path(tempfile.mkdtemp(prefix="evaluator-pg-"))
    rights = {}
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "nobody", "nogroup")
        rights = {"user": "nobody", "group": "nogroup", "extra_groups": []}
    data = folder / "data"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **rights}
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", _USER, "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
        check=True,
        **quiet,
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200"]
    place = ["-p", str(port), "-k", str(folder), "-h", "127.0.0.1"]
    server = subprocess.Popen([binaries / "postgres", "-D", data, *place, *options], **quiet)
    address = f"postgresql://{_USER}@127.0.0.1:{port}"
    try:
        _until_ready(address, server)
        yield address
    finally:
        server.send_signal(signal.SIGINT)  # drops whoever is still connected
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _until_ready(address: str, server: subprocess.Popen[bytes]) -> None:
    import psycopg

    give_up = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(f"{address}/postgres").close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > give_up:
                raise
            time.sleep(0.1)


def new_database(address: str) -> str:
    """URL of an empty database on the server."""
    import psycopg

    name = f"test_{next(_numbers)}"
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{address}/{name}"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server for the tests of one module."""
    with running() as address:
        yield address

#!/usr/bin/env python3
"""Sets everything up beside itself and runs one thing: an example graded for real, or the tests.

    python3 start.py grade      set up, fetch the model (1.1 GB, once), grade an example call
    python3 start.py test       set up, fetch what the tests need, run them
    python3 start.py run …      set up, then run `evaluator …`

Needs Python 3.11 or later and nothing else. Everything goes into `.venv` beside this file; delete it to start anew.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
REQUIREMENTS = HERE / "requirements" / "all.txt"
EXAMPLE = ["grade", "--rubric", "cross-border-wrong-item", "examples/cross-border-wrong-item/good.txt", "--yes"]


def main() -> int:
    """Runs what the command line names; gives its exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what an older Python meets first
        print(f"Python 3.11 or later is needed, and this is {sys.version.split()[0]}: start this with a newer one.")
        return 2
    command, *rest = sys.argv[1:] or ["help"]
    if command not in ("grade", "test", "run"):
        print(__doc__)
        return 0 if command in ("help", "-h", "--help") else 2
    python = set_up()
    os.chdir(HERE)
    if command == "grade":
        return call(python, "-m", "evaluator", *EXAMPLE, *rest)
    if command == "run":
        return call(python, "-m", "evaluator", *rest)
    prepare_tests(python)
    return call(python, "-m", "pytest", *rest)


def set_up() -> str:
    """The environment in .venv, made or renewed when the pinned requirements changed; gives its interpreter."""
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = VENV / ".requirements.sha256"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return str(python)
    print(f"Setting up {VENV} (once, a few minutes) …", flush=True)
    venv.create(VENV, with_pip=True, clear=not python.exists())
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--progress-bar", "off"]
    checked(*pip, "--no-deps", "--require-hashes", "-r", str(REQUIREMENTS))
    checked(*pip, "--no-deps", "--no-build-isolation", "-e", str(HERE))
    stamp.write_text(wanted)
    return str(python)


def prepare_tests(python: str) -> None:
    """What tests of the real model and of the page need. Where it cannot be had they skip, and say why."""
    if call(python, "-m", "evaluator", "model", "pull"):
        print("The embedded model could not be fetched: its tests are skipped.")
    if not shutil.which("chromium") and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        print("Installing Chromium for the browser tests …", flush=True)
        quietly("apt-get", "update")
        quietly("apt-get", "install", "-y", "--no-install-recommends", "chromium", "fonts-noto-cjk")


def call(*command: str) -> int:
    """Runs a command and gives its exit code."""
    return subprocess.run(command, check=False).returncode


def quietly(*command: str) -> None:
    """Runs a command whose output and outcome nobody needs; it asks nothing."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    nowhere = subprocess.DEVNULL
    subprocess.run(command, check=False, stdout=nowhere, stderr=nowhere, env=environment)


def checked(*command: str) -> None:
    """Runs a command; when it fails, what it printed stands above and this ends with its exit code."""
    if code := call(*command):
        print("Setting up failed; the reason stands above. Mend it and start this again: it goes on where it stopped.")
        raise SystemExit(code)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)

"""Calls `evaluator …` in this process, or starts it in one of its own, which takes seconds and is rarely needed."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from unittest.mock import patch

from evaluator import messages
from evaluator.cli import main


def call(arguments: tuple[str, ...], environment: dict[str, str], stdin: bytes | None) -> subprocess.CompletedProcess:
    """What `evaluator ARGUMENTS` prints and how it ends, as of a process; help keeps the language of the first call."""
    with (
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
        patch.dict(os.environ, environment, clear=True),
        patch.object(sys, "argv", ["evaluator", *arguments]),
        patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin or b""), encoding="utf-8")),
        patch.object(sys, "stdout", io.TextIOWrapper(out, encoding="utf-8", newline="\n")),
        patch.object(sys, "stderr", io.TextIOWrapper(err, encoding="utf-8", newline="\n")),
    ):
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        finally:
            messages.use(None)
        sys.stdout.flush()
        sys.stderr.flush()
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(arguments, code, out.read().decode("utf-8"), err.read().decode("utf-8"))


def start(arguments: tuple[str, ...], environment: dict[str, str], stdin: bytes | None) -> subprocess.CompletedProcess:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "evaluator", *arguments]
    done = subprocess.run(command, capture_output=True, input=stdin, env=environment, check=False)
    return subprocess.CompletedProcess(
        arguments, done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    )

"""Reading hostile files in a child process with bounded memory and time.

The libraries for Word, Excel and PDF files were written for intact files. A damaged or malicious file can make them
raise anything, take any amount of memory, or never return. So they run in a child process: whatever happens to it, the
file's failure is one sentence, and the other files are still read.

    with Reader() as reader:
        reader.call(read_docx, path)
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from evaluator import messages
from evaluator.errors import EvaluatorError, InputError, StorageError

MEMORY_BYTES = 768 * 2**20  # address space, in addition to what the libraries themselves take
SECONDS = 30.0  # for a small file
SECONDS_PER_MB = 20.0  # a long PDF takes 10 on a slow machine
_ROOT = Path(__file__).parents[2]


def seconds_for(size: int) -> float:
    """The number of seconds that a file of `size` bytes may take."""
    return SECONDS + SECONDS_PER_MB * size / 2**20


class Reader:
    """A child process that reads one file after another; started at the first call and again after a failure."""

    def __init__(self, memory_bytes: int = MEMORY_BYTES) -> None:
        self._memory_bytes = memory_bytes
        self._child: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[bytes] = queue.Queue()
        self._calling = threading.Lock()

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def call(
        self, function: Callable[..., Any], path: Path, *arguments: Any, name: str = "", seconds: float | None = None
    ) -> Any:
        """The result of `function` (a module-level function) for `path` and `arguments`, as JSON values.

        `name` is used for the file in messages. Raises what the function raised deliberately, and InputError if it
        failed otherwise, took too long or too much memory, or crashed the process.
        """
        shown = name or path.name
        allowed = seconds or seconds_for(_size(path))
        request = {
            "function": f"{function.__module__}:{function.__name__}",
            "path": str(path),
            "arguments": arguments,
            "memory": self._memory_bytes,
            "seconds": allowed,
            "language": messages.current(),
        }
        with self._calling:
            answer = self._ask(json.dumps(request), allowed, shown)
        if "result" in answer:
            return answer["result"]
        raise _error(answer, path, shown)

    def close(self) -> None:
        """Ends the child process."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                with contextlib.suppress(OSError):
                    if pipe:
                        pipe.close()

    def _ask(self, request: str, seconds: float, shown: str) -> dict[str, Any]:
        child = self._started(shown)
        assert child.stdin
        try:
            child.stdin.write(request.encode() + b"\n")
            child.stdin.flush()
            line = self._answers.get(timeout=seconds)
        except queue.Empty:
            self.close()
            raise InputError("file_too_slow", file=shown, seconds=round(seconds)) from None
        except OSError:
            line = b""
        except BaseException:  # somebody stopped the import
            self.close()
            raise
        if not line:
            code = child.wait()
            self.close()
            raise InputError("file_too_slow" if code == -24 else "file_breaks", file=shown, seconds=round(seconds))
        return json.loads(line)

    def _started(self, shown: str) -> subprocess.Popen[bytes]:
        if self._child is None:
            environment = {**_without_secrets(), "PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)])}
            command = [sys.executable, "-P", "-m", "evaluator.files.child"]
            pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
            try:
                self._child = subprocess.Popen(command, env=environment, **pipes)
            except OSError as error:
                raise StorageError("file_reader_missing", file=shown, detail=error.strerror or error) from None
            self._answers = queue.Queue()
            threading.Thread(target=_listen, args=(self._child.stdout, self._answers), daemon=True).start()
        return self._child


def call_once(function: Callable[..., Any], path: Path, *arguments: Any, name: str = "") -> Any:
    """`Reader.call` in a child process for this file alone."""
    with Reader() as reader:
        return reader.call(function, path, *arguments, name=name)


def _without_secrets() -> dict[str, str]:
    """The environment without keys and addresses, which a file reader does not need."""
    words = ("KEY", "TOKEN", "SECRET", "PASSWORD", "_URL", "PROXY")
    return {name: value for name, value in os.environ.items() if not any(word in name.upper() for word in words)}


def _listen(pipe: Any, answers: queue.Queue[bytes]) -> None:
    """Puts each line that the child writes into the queue, and an empty one when it ends."""
    with contextlib.suppress(OSError, ValueError):
        for line in pipe:
            answers.put(line)
    answers.put(b"")


def _error(answer: dict[str, Any], path: Path, shown: str) -> EvaluatorError:
    if answer["error"] == "memory":
        return InputError("file_too_heavy", file=shown)
    if answer["error"] == "unexpected":
        return InputError("file_damaged", file=shown, detail=answer["detail"])
    kind = {"InputError": InputError, "StorageError": StorageError}.get(answer["kind"], InputError)
    values = {key: shown if value == path.name else value for key, value in answer["values"].items()}
    return kind(answer["error"], **values)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0

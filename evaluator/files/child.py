"""The child of `evaluator.files.bounded`: a request per line on standard input, an answer per line on stdout."""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

_GRACE_S = 5


def main() -> None:
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", errors="surrogatepass")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # a library that prints must not spoil an answer
    for line in sys.stdin.buffer:
        answers.write(json.dumps(_answer(json.loads(line)), ensure_ascii=False) + "\n")
        answers.flush()


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    from evaluator import messages
    from evaluator.errors import EvaluatorError

    messages.use(request["language"])
    try:
        module, _, name = request["function"].partition(":")
        function = getattr(importlib.import_module(module), name)
        _limit(request["memory"], request["seconds"])
        return {"result": function(Path(request["path"]), *request["arguments"])}
    except EvaluatorError as error:
        values = {
            key: value if isinstance(value, int | float | str) else str(value) for key, value in error.values.items()
        }
        return {"error": error.code, "kind": type(error).__name__, "values": values}
    except MemoryError:
        return {"error": "memory"}
    except Exception as error:  # whatever a library raises on a damaged file is the file's failure
        return {"error": "unexpected", "detail": type(error).__name__}


def _limit(memory: int, seconds: float) -> None:
    """Limits the resources of this process from now on.

    Windows has no such limits; there the parent's timeout applies.
    """
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    cpu = int(used.ru_utime + used.ru_stime + seconds + _GRACE_S)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu if most == resource.RLIM_INFINITY else min(cpu, most), most))
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = _addresses() + memory
    resource.setrlimit(resource.RLIMIT_AS, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most))


_first: list[int] = []


def _addresses() -> int:
    """Bytes of address space in use at the first call; 0 if the system does not say."""
    if not _first:
        try:
            _first.append(int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE"))
        except (OSError, ValueError, IndexError):
            _first.append(0)
    return _first[0]


if __name__ == "__main__":
    main()

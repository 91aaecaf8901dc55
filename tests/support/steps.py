"""How many steps a call takes: executed lines of Python, which a busy machine does not change."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from evaluator.errors import EvaluatorError


def steps(call: Callable[[], Any]) -> int:
    """Lines executed by `call`, in whatever module."""
    count = 0

    def trace(frame: Any, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def growth(call: Callable[[int], Any], size: int) -> float:
    """Steps for twice the size divided by steps for the size: 2 for linear time, 4 for quadratic."""

    def once(length: int) -> None:
        with suppress(EvaluatorError):  # refusing takes steps as well
            call(length)

    once(size // 4)  # what is made only once is not counted
    return steps(lambda: once(2 * size)) / steps(lambda: once(size))

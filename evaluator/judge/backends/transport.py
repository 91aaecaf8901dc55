"""How requests are sent: a timeout each, bounded retries that honour Retry-After, and an adaptive pace.

The pace is a window of concurrent requests. It doubles each round until the endpoint first reports overload; from then
on it grows by one per round without overload and halves on overload (slow start, additive increase, multiplicative
decrease; Chiu and Jain 1989, the rules of TCP).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, TypeVar

from pydantic import Field
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_random_exponential

from evaluator.encoding import Frozen
from evaluator.errors import EndpointError
from evaluator.judge.backends.asking import ReadingFailed
from evaluator.judge.backends.faults import Passing, classify

T = TypeVar("T")

MOST_GENERATED = 8192  # tokens per reply, including thinking, unless the settings say otherwise


class Limits(Frozen):
    """Limits for one endpoint: `timeout_s` per request, `attempts` per prompt."""

    timeout_s: float = Field(default=60.0, gt=0)
    attempts: int = Field(default=5, ge=1)
    first_wait_s: float = Field(default=0.5, ge=0)
    longest_wait_s: float = Field(default=60.0, ge=0)
    at_once: int = Field(default=16, ge=1)


class Signal:
    """Wakes all waiting tasks. Unlike asyncio's own it may serve one event loop after another: a page starts many."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    async def wait(self) -> None:
        """Returns at the next `wake`."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)

    def wake(self) -> None:
        """Lets all waiting tasks check again."""
        for future in list(self._waiting):
            with contextlib.suppress(RuntimeError):  # its loop has ended, and nobody is waiting there any more
                future.get_loop().call_soon_threadsafe(_finish, future)


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


class Pace:
    """How many requests may be in progress: fewer when the endpoint is overloaded, more while it is not."""

    def __init__(self, at_once: int = 16, start: int = 4) -> None:
        self.most = float(at_once)
        self.window = float(min(start, at_once))
        self.under_way = 0
        self._starting = True  # no overload yet
        self._cut_at = 0.0
        self._open_at = 0.0
        self._freed = Signal()

    @contextlib.asynccontextmanager
    async def slot(self) -> AsyncIterator[float]:
        """A slot for one request; yields its start time, which `crowded` needs."""
        while True:
            pause = self._open_at - time.monotonic()
            if pause > 0:
                await asyncio.sleep(pause)
            elif self.under_way >= max(1, int(self.window)):
                await self._freed.wait()
            else:
                break
        self.under_way += 1
        try:
            yield time.monotonic()
        finally:
            self.under_way -= 1
            self._freed.wake()

    def calm(self) -> None:
        """Records success: the window at first doubles per round, and later grows by one."""
        self.window = min(self.most, self.window + (1 if self._starting else 1 / self.window))

    def crowded(self, started: float, pause_s: float = 0.0) -> None:
        """Halves the window, once for all requests in progress; none starts for `pause_s`."""
        self._open_at = max(self._open_at, time.monotonic() + pause_s)
        self._starting = False
        if started >= self._cut_at:
            self.window = max(1.0, self.window / 2)
            self._cut_at = time.monotonic()


class Transport:
    """Sends requests to one endpoint within its limits and at its pace."""

    def __init__(self, model: str, address: str, limits: Limits | None = None) -> None:
        self.model = model
        self.address = address
        self.limits = limits or Limits()
        self.pace = Pace(self.limits.at_once)
        self._closed_until = 0.0

    async def send(self, ask: Callable[[], Awaitable[T]]) -> T:
        """The result of `ask`. Raises ReadingFailed for this request alone, EndpointError for what would affect all."""
        self._leave_alone()
        try:
            async for attempt in self._attempts():
                with attempt:
                    return await self._once(ask)
        except Passing as fault:
            raise self._given_up(fault) from fault
        raise AssertionError("the last attempt returns or raises")

    def _leave_alone(self) -> None:
        """Sends no request until a very long pause that the endpoint asked for is over."""
        left = self._closed_until - time.monotonic()
        if left > 0:
            raise ReadingFailed("unreachable", f"the endpoint asked to be left alone for another {left:.0f} s")

    async def _once(self, ask: Callable[[], Awaitable[T]]) -> T:
        async with self.pace.slot() as started:
            self._leave_alone()  # the endpoint may have asked for it while this one waited
            try:
                async with asyncio.timeout(self.limits.timeout_s):
                    result = await ask()
            except TimeoutError as late:
                raise Passing("timeout", f"no reply within {self.limits.timeout_s:g} s") from late
            except Passing as fault:
                wait_s = fault.wait_s or 0.0
                if wait_s > self.limits.longest_wait_s:
                    self._closed_until = max(self._closed_until, time.monotonic() + wait_s)
                elif fault.crowded:
                    self.pace.crowded(started, wait_s)
                raise
            self.pace.calm()
            return result

    def _attempts(self) -> AsyncRetrying:
        return AsyncRetrying(
            retry=retry_if_exception_type(Passing),
            stop=lambda state: stop_after_attempt(self.limits.attempts)(state) or self._asked_too_long(state),
            wait=self._wait,
            reraise=True,
        )

    def _wait(self, state: RetryCallState) -> float:
        """Exponential with full jitter, and never less than the endpoint asked for."""
        jitter = wait_random_exponential(self.limits.first_wait_s, self.limits.longest_wait_s)(state)
        fault = _fault(state)
        return max(jitter, fault.wait_s or 0.0) if fault else jitter

    def _asked_too_long(self, state: RetryCallState) -> bool:
        """Whether the endpoint asks for a longer pause than is worth waiting for; asking earlier would be rude."""
        fault = _fault(state)
        return fault is not None and (fault.wait_s or 0.0) > self.limits.longest_wait_s

    def _given_up(self, fault: Passing) -> Exception:
        if fault.hopeless:
            return EndpointError("judge_unreachable", model=self.model, address=self.address)
        return ReadingFailed(fault.cause, fault.detail)


def _fault(state: RetryCallState) -> Passing | None:
    error: Any = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, Passing) else None


@contextlib.contextmanager
def mapped(model: str, address: str) -> Iterator[None]:
    """A context around a vendor call and the parsing of its reply: whatever they raise becomes one of our faults."""
    try:
        yield
    except Exception as error:  # vendors raise anything from KeyError to their own hierarchies
        fault = classify(error, model, address)
        if fault is error:
            raise
        raise fault from error

"""How requests travel: one timeout each, bounded repeats that honour Retry-After, and a pace that adapts to
the endpoint.

The pace is a window of requests under way. It doubles each round until the endpoint says for the first time that it is too
much; from then on it grows by one a round while all is calm and halves when it is too much (slow start, additive increase,
multiplicative decrease; Chiu and Jain 1989, the rules of TCP).
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

MOST_GENERATED = 8192  # tokens of one reply, thinking included, unless the settings say otherwise


class Limits(Frozen):
    """Bounds of one endpoint. A request waits at most `timeout_s`; at most `attempts` are made for one
    prompt."""

    timeout_s: float = Field(default=60.0, gt=0)
    attempts: int = Field(default=5, ge=1)
    first_wait_s: float = Field(default=0.5, ge=0)
    longest_wait_s: float = Field(default=60.0, ge=0)
    at_once: int = Field(default=16, ge=1)


class Signal:
    """Wakes whoever waits. Unlike asyncio's own it may serve one event loop after another: a page starts
    many."""

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
        """Lets all who wait look again."""
        for future in list(self._waiting):
            with contextlib.suppress(RuntimeError):  # its loop has ended, and nobody waits there any more
                future.get_loop().call_soon_threadsafe(_finish, future)


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


class Pace:
    """How many requests may be under way: slower when the endpoint is crowded, faster while it is calm."""

    def __init__(self, at_once: int = 16, start: int = 4) -> None:
        self.most = float(at_once)
        self.window = float(min(start, at_once))
        self.under_way = 0
        self._starting = True  # nothing was too much yet
        self._cut_at = 0.0
        self._open_at = 0.0
        self._freed = Signal()

    @contextlib.asynccontextmanager
    async def slot(self) -> AsyncIterator[float]:
        """A place among the requests under way; gives the moment of its start, which `crowded` wants back."""
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
        """A request went well: the window doubles with a round of them at first, and later grows by one."""
        self.window = min(self.most, self.window + (1 if self._starting else 1 / self.window))

    def crowded(self, started: float, pause_s: float = 0.0) -> None:
        """Halves the window, once for all requests under way together; nobody starts for `pause_s`."""
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
        """What `ask` returns. Raises ReadingFailed for this request alone, EndpointError for what all would
        meet."""
        self._leave_alone()
        try:
            async for attempt in self._attempts():
                with attempt:
                    return await self._once(ask)
        except Passing as fault:
            raise self._given_up(fault) from fault
        raise AssertionError("the last attempt returns or raises")

    def _leave_alone(self) -> None:
        """Where the endpoint asked for a pause that nobody would sit through, no request is sent until it is over."""
        left = self._closed_until - time.monotonic()
        if left > 0:
            raise ReadingFailed("unreachable", f"the endpoint asked to be left alone for another {left:.0f} s")

    async def _once(self, ask: Callable[[], Awaitable[T]]) -> T:
        async with self.pace.slot() as started:
            self._leave_alone()  # it may have asked for it while this one waited
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
        """Whether the endpoint wants a longer pause than anybody would sit through; asking earlier would be
        rude."""
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
    """Around the call of a vendor's client and the reading of its reply: whatever they raise becomes one of our faults."""
    try:
        yield
    except Exception as error:  # the boundary: vendors raise anything from KeyError to their own trees
        fault = classify(error, model, address)
        if fault is error:
            raise
        raise fault from error

"""Bounded retries and an adaptive pace."""

from __future__ import annotations

import asyncio
import time

import pytest

from evaluator.errors import EndpointError
from evaluator.judge.backends.asking import ReadingFailed
from evaluator.judge.backends.faults import Passing
from evaluator.judge.backends.transport import Limits, Pace, Signal, Transport

QUICK = Limits(timeout_s=5, attempts=4, first_wait_s=0, longest_wait_s=0.01)


def failing(times, fault, result="ok"):
    """An ask that fails `times` times before it returns; `asked.calls` counts."""

    async def asked():
        asked.calls += 1
        if asked.calls <= times:
            raise fault
        return result

    asked.calls = 0
    return asked


async def test_a_passing_fault_is_asked_again():
    """Three failures and then a reply: the reply counts."""
    ask = failing(3, Passing("unreachable", "x"))
    assert await Transport("m", "a", QUICK).send(ask) == "ok"
    assert ask.calls == 4


async def test_attempts_end():
    """After the last attempt the prompt has no answer, with the cause of the fault."""
    ask = failing(9, Passing("timeout", "x"))
    with pytest.raises(ReadingFailed) as failed:
        await Transport("m", "a", QUICK).send(ask)
    assert failed.value.cause == "timeout" and ask.calls == QUICK.attempts


async def test_what_does_not_pass_is_not_repeated():
    """A request with a wrong key is sent once."""
    ask = failing(9, EndpointError("judge_key_refused", model="m", address="a", status=401))
    with pytest.raises(EndpointError):
        await Transport("m", "a", QUICK).send(ask)
    assert ask.calls == 1


async def test_the_wait_is_never_shorter_than_asked_for():
    """Retry-After is a lower bound of the pause."""
    limits = QUICK.model_copy(update={"longest_wait_s": 1.0})
    started = time.monotonic()
    await Transport("m", "a", limits).send(failing(1, Passing("unreachable", "x", wait_s=0.3)))
    assert time.monotonic() - started >= 0.3


async def test_a_request_that_hangs_times_out():
    """A server that trickles for ever is cut at the limit, whatever its bytes."""

    async def hang():
        await asyncio.sleep(60)

    limits = QUICK.model_copy(update={"timeout_s": 0.05, "attempts": 1})
    with pytest.raises(ReadingFailed) as failed:
        await Transport("m", "a", limits).send(hang)
    assert failed.value.cause == "timeout"


def test_the_window_halves_when_crowded_and_grows_when_calm():
    """Additive increase, multiplicative decrease: 8 becomes 4; eight calm requests make it about one more."""
    pace = Pace(at_once=16, start=8)
    pace.crowded(time.monotonic())
    assert pace.window == 4
    for _ in range(4):
        pace.calm()
    assert 4.8 < pace.window < 5.1


def test_requests_under_way_together_count_as_one_complaint():
    """Ten 429 of one burst halve the window once, not ten times."""
    pace = Pace(at_once=16, start=16)
    started = time.monotonic()
    for _ in range(10):
        pace.crowded(started)
    assert pace.window == 8


def test_the_window_stays_within_its_bounds():
    """Never below one request, never above the limit."""
    pace = Pace(at_once=3, start=9)
    for _ in range(50):
        pace.calm()
    assert pace.window == 3
    for _ in range(9):
        pace.crowded(time.monotonic() + 1)
    assert pace.window == 1


async def test_no_more_requests_are_under_way_than_the_window_allows():
    """Twenty requests over a window of two never run three at a time."""
    transport = Transport("m", "a", QUICK.model_copy(update={"at_once": 2}))
    running = most = 0

    async def ask():
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    await asyncio.gather(*(transport.send(ask) for _ in range(20)))
    assert most <= 2 and transport.pace.under_way == 0


async def test_429_slows_the_pace_of_a_transport():
    """A fault that says "too much" halves the window."""
    transport = Transport("m", "a", QUICK)
    before = transport.pace.window
    await transport.send(failing(1, Passing("unreachable", "HTTP 429", crowded=True)))
    assert transport.pace.window < before


async def test_nobody_starts_while_the_endpoint_wants_a_pause():
    """Retry-After applies to all requests to the endpoint, not only to the one that received it."""
    pace = Pace()
    started = time.monotonic()
    pace.crowded(started, pause_s=0.2)
    async with pace.slot() as began:
        assert began - started >= 0.2


async def test_a_cancelled_request_frees_its_place():
    """A request waiting behind a cancelled one gets its place."""
    transport = Transport("m", "a", QUICK.model_copy(update={"at_once": 1}))
    first = asyncio.create_task(transport.send(lambda: asyncio.sleep(60)))
    await asyncio.sleep(0)
    second = asyncio.create_task(transport.send(failing(0, ValueError())))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == "ok"


def test_a_signal_serves_one_loop_after_another():
    """A waiter of a loop that has ended does not disturb the next loop."""
    signal = Signal()

    async def give_up():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(signal.wait(), 0.01)

    async def be_woken():
        waiting = asyncio.create_task(signal.wait())
        await asyncio.sleep(0)
        signal.wake()
        await waiting

    asyncio.run(give_up())
    asyncio.run(be_woken())

"""Work in the background of the page."""

from __future__ import annotations

import asyncio
import time

import pytest

from evaluator.errors import InputError
from ui.shared.runner import Job, Runner


@pytest.fixture(scope="module")
def runner():
    return Runner()


def _wait(job: Job) -> Job:
    end = time.monotonic() + 30
    while not job.finished and time.monotonic() < end:
        time.sleep(0.01)
    return job


def test_work_goes_on_by_itself_and_keeps_its_result(runner):
    """Nobody waits for it; events and the result are there afterwards."""

    async def work(job):
        for step in range(3):
            await asyncio.sleep(0)
            job.events.append(step)
        return "done"

    job = _wait(runner.start("a", "grade", work))
    assert (job.state, job.events, job.result) == ("done", [0, 1, 2], "done")


def test_a_job_can_be_stopped(runner):
    """A stopped job ends soon, without a result."""

    async def work(job):
        await asyncio.sleep(60)

    job = runner.start("a", "grade", work)
    end = time.monotonic() + 30
    while not job.finished and time.monotonic() < end:
        runner.stop(job)
        time.sleep(0.01)
    assert job.state == "stopped" and job.result is None


def test_failures_are_sentences(runner):
    """An expected error is kept as it is; anything else becomes one sentence without a traceback."""

    async def wrong(job):
        raise InputError("file_missing", path="x")

    async def broken(job):
        raise ZeroDivisionError("oops")

    assert _wait(runner.start("a", "grade", wrong)).error.code == "file_missing"
    error = _wait(runner.start("a", "grade", broken)).error
    assert error.code == "ui_unexpected" and "Traceback" not in error.text("zh") and "oops" in error.text("en")


def test_nobody_sees_anothers_work(runner):
    """A job is found by its owner only."""

    async def work(job):
        return 1

    job = _wait(runner.start("a", "grade", work))
    assert runner.get(job.id, "a") is job and runner.get(job.id, "b") is None
    assert job not in runner.jobs("b")

"""The engine `ray`: grading on all cores of this machine or a cluster, with Ray's own scheduling and restarts.

Each worker is a Ray actor that grades with the same `Grader` as the local engine. The journal stays with the process
that runs the batch, so a worker that dies costs only the texts it was working on. Actors on one machine share the memo
of answers; machines share it if the records are on a server.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from evaluator.batch.engine import GradesWork
from evaluator.batch.grading import Grader, open_grader, profiles_of
from evaluator.errors import InputError, ModelError
from evaluator.settings import Settings
from evaluator.storage import Batch, ItemOutcome, PendingItem, Records, open_records

_STORE_BYTES = 100_000_000  # texts travel as arguments; the store holds next to nothing
STARTS = 4
TRIES = 4  # of a text whose worker dies: three times may be an accident of the machine


class Worker:
    """The class that runs in an actor; it opens its grader at the first text, because it may be on another machine."""

    def __init__(self, settings: dict[str, Any], profiles: dict[str, Any]) -> None:
        self._settings, self._profiles = Settings(**settings), profiles
        self._grader: Grader | None = None

    async def grade(self, work: PendingItem) -> ItemOutcome:
        """Grades one text; see `Grader.grade`."""
        if self._grader is None:
            self._grader = await asyncio.to_thread(self._open)
        return await self._grader.grade(work)

    def pid(self) -> int:
        """The id of the worker's process."""
        return os.getpid()

    def _open(self) -> Grader:
        from evaluator.grading import open_judge

        records = open_records(self._settings)
        return Grader(open_judge(self._settings), self._settings, records, self._profiles)


class RayWorkers:
    """Gives each text to the least busy worker."""

    def __init__(self, actors: list[Any]) -> None:
        self.actors = actors
        self._in_hand = [0] * len(actors)

    async def grade(self, work: PendingItem) -> ItemOutcome:
        """Grades one text. Raises what the worker raises; a worker that dies is restarted and the text reassigned."""
        import ray.exceptions as faults

        for last in range(TRIES):
            place = min(range(len(self.actors)), key=self._in_hand.__getitem__)
            self._in_hand[place] += 1
            try:
                return await self.actors[place].grade.remote(work)
            except faults.RayTaskError as error:
                raise (error.cause if isinstance(error.cause, Exception) else error) from None
            except faults.RayActorError as error:
                if last == TRIES - 1:
                    raise ModelError("batch_ray_failed", detail=_first_line(error)) from None
                await asyncio.sleep(0.2 * 2**last)
            finally:
                self._in_hand[place] -= 1
        raise AssertionError("the last try returns or raises")


@asynccontextmanager
async def open_ray(
    batch: Batch, settings: Settings, records: Records, address: str | None = None
) -> AsyncIterator[GradesWork]:
    """Workers for this batch: `settings.ray_workers`, or one per core.

    Raises InputError if Ray is not installed or cannot be reached, or a profile does not fit.
    """
    ray = _ray()
    await _check(batch, settings, records)
    profiles = await asyncio.to_thread(profiles_of, batch, records)
    mine = not ray.is_initialized()
    try:
        if mine:
            await asyncio.to_thread(_start, ray, address, settings)
        actors = await asyncio.to_thread(_actors, ray, settings, profiles)
    except Exception as error:  # Ray has its own exceptions, and raises ConnectionError and RuntimeError too
        raise InputError("batch_ray_failed", detail=_first_line(error)) from None
    try:
        yield RayWorkers(actors)
    finally:
        for actor in actors:
            ray.kill(actor)
        if mine:
            await asyncio.to_thread(ray.shutdown)


async def _check(batch: Batch, settings: Settings, records: Records) -> None:
    """Reports what cannot work here, once, instead of in every worker."""
    from evaluator.grading import open_judge

    judge = await asyncio.to_thread(open_judge, settings)
    try:
        await open_grader(batch, judge, settings, records)
    finally:
        judge.close()


def _ray() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # no usage reports
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError:
        raise InputError("batch_ray_missing") from None
    return ray


def _start(ray: Any, address: str | None, settings: Settings) -> None:
    wanted: dict[str, Any] = {"namespace": "evaluator", "log_to_driver": False, "configure_logging": False}
    if address is None:
        wanted |= {
            "address": "local",
            "num_cpus": settings.ray_workers,
            "include_dashboard": False,
            "object_store_memory": _STORE_BYTES,
        }
    else:
        wanted["address"] = address
    for last in range(STARTS):
        try:
            ray.init(**wanted)
            return
        except Exception as error:  # Ray waits only half a minute for its own processes: a busy machine needs more
            ray.shutdown()
            if last == STARTS - 1 or address is not None or "timed out" not in str(error):
                raise


def _actors(ray: Any, settings: Settings, profiles: dict[str, Any]) -> list[Any]:
    count = settings.ray_workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
    shape = ray.remote(Worker).options(
        num_cpus=1, max_restarts=-1, max_task_retries=TRIES - 1, max_concurrency=max(1, settings.concurrency)
    )
    return [shape.remote(_plain(settings), profiles) for _ in range(count)]


def _plain(settings: Settings) -> dict[str, Any]:
    """The settings for another process with the key in plain text, because secret fields are masked in transit."""
    key = settings.api_key.get_secret_value() if settings.api_key else None
    return {**settings.model_dump(), "api_key": key}


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]

"""The engine `ray`: grading on all cores of this machine, or of a cluster. Scheduling, restarts and retries are Ray's own.

Each worker is a Ray actor that grades with the same `Grader` as the local engine; the journal stays with whoever runs the batch,
so that a worker that dies costs the texts it had in hand and nothing else. Actors of one machine share the memo of answers;
machines share it where the records are on a server.
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
from evaluator.storage import Batch, Outcome, Records, Work, open_records

_STORE_BYTES = 100_000_000  # texts travel as arguments; the store holds next to nothing
STARTS = 4
TRIES = 4  # of one text whose worker dies: three times may be an accident of the machine


class Worker:
    """What runs in an actor: opened at the first text, since it may be on another machine."""

    def __init__(self, settings: dict[str, Any], profiles: dict[str, Any]) -> None:
        self._settings, self._profiles = Settings(**settings), profiles
        self._grader: Grader | None = None

    async def grade(self, work: Work) -> Outcome:
        """One text; see `Grader.grade`."""
        if self._grader is None:
            self._grader = await asyncio.to_thread(self._open)
        return await self._grader.grade(work)

    def pid(self) -> int:
        """The process that it runs in."""
        return os.getpid()

    def _open(self) -> Grader:
        from evaluator.grading import open_judge

        records = open_records(self._settings)
        return Grader(open_judge(self._settings), self._settings, records, self._profiles)


class RayWorkers:
    """Gives each text to the worker with the least in hand."""

    def __init__(self, actors: list[Any]) -> None:
        self.actors = actors
        self._in_hand = [0] * len(actors)

    async def grade(self, work: Work) -> Outcome:
        """One text. What the worker raises is raised here; a worker that dies is restarted and the text given out again."""
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
    """Workers for this batch: `settings.ray_workers`, or one a core. InputError where Ray is not installed or cannot be
    reached, or a profile does not fit."""
    ray = _ray()
    await _check(batch, settings, records)
    profiles = await asyncio.to_thread(profiles_of, batch, records)
    mine = not ray.is_initialized()
    try:
        if mine:
            await asyncio.to_thread(_start, ray, address, settings)
        actors = await asyncio.to_thread(_actors, ray, settings, profiles)
    except Exception as error:  # Ray raises its own tree, and ConnectionError and RuntimeError
        raise InputError("batch_ray_failed", detail=_first_line(error)) from None
    try:
        yield RayWorkers(actors)
    finally:
        for actor in actors:
            ray.kill(actor)
        if mine:
            await asyncio.to_thread(ray.shutdown)


async def _check(batch: Batch, settings: Settings, records: Records) -> None:
    """What cannot work is told here and once, not by every worker."""
    from evaluator.grading import open_judge

    judge = await asyncio.to_thread(open_judge, settings)
    try:
        await open_grader(batch, judge, settings, records)
    finally:
        judge.close()


def _ray() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is reported to anybody
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
        except (
            Exception
        ) as error:  # Ray waits for its own processes half a minute and no longer: a busy machine takes more
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
    """The settings for another process, its key in the clear: a secret does not travel as one."""
    key = settings.api_key.get_secret_value() if settings.api_key else None
    return {**settings.model_dump(), "api_key": key}


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]

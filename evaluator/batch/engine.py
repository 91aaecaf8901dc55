"""Runs a batch over its journal: what fails becomes data, what was finished is kept, a killed run goes on.

Only what no item could survive stops a run: a model or key that does not work, a disk that fails, a spent
budget, somebody's wish. The items under way then wait again and the error is raised.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from filelock import FileLock, Timeout

from evaluator.errors import BudgetExceeded, EvaluatorError, InputError, ModelError, Stopped, StorageError
from evaluator.rubric import Rubric
from evaluator.scorecard import Scorecard
from evaluator.storage import Batch, Records, Work
from evaluator.transcript import Transcript

Grade = Callable[[Transcript, Rubric], Awaitable[Scorecard]]

_STOPS = (ModelError, StorageError, BudgetExceeded, Stopped)


class Progress(NamedTuple):
    """What a run tells after each item."""

    batch: Batch  # counts of the whole batch
    item: str  # the item that was just finished
    state: str  # "done" or "failed"
    finished: int  # items finished by this run
    planned: int  # items that this run set out to grade


async def run_batch(
    batch_id: str,
    grade: Grade,
    *,
    records: Records,
    concurrency: int = 4,
    on_progress: Callable[[Progress], None] | None = None,
    stop: asyncio.Event | None = None,
    only: Collection[int] | None = None,
) -> Batch:
    """Grades the items that wait (of the positions in `only`), `concurrency` at a time, and gives the final
    counts.

    When `stop` is set, nothing new is begun, what is under way goes back to waiting, and the call returns.
    Raises InputError when another process runs this batch, and what no item could survive.
    """
    stop = stop or asyncio.Event()
    async with _alone(batch_id, records):
        await asyncio.to_thread(records.batches.release, batch_id)
        waiting = await asyncio.to_thread(records.batches.items, batch_id, "waiting")
        positions = [item.position for item in waiting if only is None or item.position in only]
        run = _Run(batch_id, grade, records, on_progress, positions)
        await _until_stopped(run, max(1, min(concurrency, len(positions))), stop)
    return await asyncio.to_thread(records.batches.get, batch_id)


class _Run:
    def __init__(
        self,
        batch_id: str,
        grade: Grade,
        records: Records,
        on_progress: Callable[[Progress], None] | None,
        positions: list[int],
    ) -> None:
        self.batch_id, self.grade, self.records = batch_id, grade, records
        self.on_progress, self.planned = on_progress, len(positions)
        self.left, self.finished = iter(positions), 0

    async def work(self) -> None:
        """One worker: takes the next item until none is left."""
        for position in self.left:
            work = await _journal(self.records.batches.start, self.batch_id, position)
            state = await self._grade_one(work)
            await self._tell(work, state)

    async def _grade_one(self, work: Work) -> str:
        try:
            scorecard = await self.grade(work.transcript, work.rubric)
        except _STOPS:
            raise
        except EvaluatorError as error:
            return await self._fail(work, error.code, str(error))
        except Exception as error:  # the one boundary where an item's failure becomes data
            return await self._fail(work, "unexpected", f"{type(error).__name__}: {error}")
        await _journal(self.records.batches.finish, work, scorecard)
        return "done"

    async def _fail(self, work: Work, code: str, text: str) -> str:
        await _journal(self.records.batches.fail, work, code, text)
        return "failed"

    async def _tell(self, work: Work, state: str) -> None:
        self.finished += 1
        if self.on_progress is not None:
            batch = await _journal(self.records.batches.get, self.batch_id)
            self.on_progress(Progress(batch, work.item, state, self.finished, self.planned))


async def _until_stopped(run: _Run, workers: int, stop: asyncio.Event) -> None:
    """Runs the workers to the end, or cancels them when `stop` is set or one of them cannot go on."""
    wish = asyncio.create_task(stop.wait())
    tasks = [asyncio.create_task(run.work()) for _ in range(workers)]
    try:
        while not stop.is_set() and (going := [task for task in tasks if not task.done()]):
            await asyncio.wait([*going, wish], return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()  # raises what stops the run
    finally:
        for each in (*tasks, wish):
            each.cancel()
        await asyncio.gather(*tasks, wish, return_exceptions=True)
        await asyncio.to_thread(run.records.batches.release, run.batch_id)


async def _journal(call: Callable[..., Any], *values: Any) -> Any:
    """Runs a journal entry in a thread, and to its end even when the worker is cancelled meanwhile."""
    entry = asyncio.create_task(asyncio.to_thread(call, *values))
    try:
        return await asyncio.shield(entry)
    except asyncio.CancelledError:
        await asyncio.wait([entry])
        raise


@asynccontextmanager
async def _alone(batch_id: str, records: Records) -> AsyncIterator[None]:
    """Holds the lock of the batch; the system frees it when a process is killed."""
    await asyncio.to_thread(records.batches.get, batch_id)  # an unknown batch is told before anything else
    folder = records.database.lock_dir
    lock = FileLock(folder / f"batch-{batch_id}.lock", timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise InputError("batch_running", id=batch_id) from None
    except OSError as error:
        raise StorageError("storage_no_access", path=folder, detail=error.strerror or error) from None
    try:
        yield
    finally:
        lock.release()

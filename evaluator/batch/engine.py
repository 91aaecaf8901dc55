"""Runs a batch over its journal: failures become data, finished work is kept, and a killed run can continue.

A run stops only for what no item could survive: a model or key that does not work, a disk failure, a spent budget, or a
request to stop. The items in progress then wait again and the error is raised.

The run takes a few items at a time from the journal and settles results in few transactions, so that neither memory nor
time per item depends on the size of the batch. A heartbeat every other second shows other machines that the run is
alive, and shows the run if somebody paused the batch.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import Any, NamedTuple, Protocol

from evaluator.errors import BudgetExceeded, EvaluatorError, ModelError, Stopped, StorageError
from evaluator.rubric import Rubric
from evaluator.scorecard import Scorecard
from evaluator.storage import BEAT_S, Batch, ItemOutcome, PendingItem, Records
from evaluator.transcript import Transcript

Grade = Callable[[Transcript, Rubric], Awaitable[Scorecard]]

STOPS = (ModelError, StorageError, BudgetExceeded, Stopped)
_SETTLED_AT_ONCE = 64
_UNREAD = 1000  # finished steps waiting to be read


class BatchProgress(NamedTuple):
    """What a run reports after each item."""

    batch: Batch  # counts of the whole batch
    item: str  # the item that was just finished
    state: str  # "done" or "failed"
    finished: int  # items finished by this run
    planned: int  # items that this run set out to grade


class FinishedItem(NamedTuple):
    """One item that a run finished; it is on disk before it is reported."""

    outcome: ItemOutcome
    grading_id: str | None
    progress: BatchProgress


class GradesWork(Protocol):
    """How an engine grades one item.

    An error that affects only the item is returned in the outcome; one that no item could survive is raised.
    """

    async def grade(self, work: PendingItem) -> ItemOutcome: ...


class Calling:
    """Grades with a function of transcript and rubric."""

    def __init__(self, grade: Grade) -> None:
        self._grade = grade

    async def grade(self, work: PendingItem) -> ItemOutcome:
        return ItemOutcome.model_construct(work=work, scorecard=await self._grade(work.transcript, work.rubric))


async def run_batch(
    batch_id: str,
    grade: Grade | GradesWork,
    *,
    on_progress: Callable[[BatchProgress], None] | None = None,
    **run: Any,
) -> Batch:
    """Grades the waiting items and returns the final counts; `run` holds the arguments of `steps`.

    Raises InputError if another process runs this batch, and whatever no item could survive.
    """
    records: Records = run["records"]
    async with aclosing(steps(batch_id, grade, **run)) as told:
        async for step in told:
            if on_progress is not None:
                on_progress(step.progress)
    return await asyncio.to_thread(records.batches.get, batch_id)


async def steps(
    batch_id: str,
    grade: Grade | GradesWork,
    *,
    records: Records,
    concurrency: int = 4,
    stop: asyncio.Event | None = None,
    only: Collection[int] | None = None,
    join: bool = False,
    runner: str | None = None,
) -> AsyncGenerator[FinishedItem]:
    """Grades the waiting items (of the positions in `only`), `concurrency` at a time, and yields each finished one.

    When `stop` is set, or somebody pauses the batch, nothing new is started and items in progress go back to waiting.
    With `join` a batch that runs elsewhere is shared; otherwise that is an InputError. `runner` is an already enrolled
    one, which its caller ends. Closing the generator stops the run.
    """
    engine = Calling(grade) if callable(grade) else grade
    async with AsyncExitStack() as opened:
        mine = runner if runner else await opened.enter_async_context(enrolled(batch_id, records, join))
        run = _Run(batch_id, engine, records, mine, only)
        await run.count(concurrency)
        async with aclosing(run.steps(stop or asyncio.Event())) as told:
            async for step in told:
                yield step


class _Run:
    def __init__(
        self, batch_id: str, engine: GradesWork, records: Records, runner: str, only: Collection[int] | None
    ) -> None:
        self.batch_id, self.engine, self.records, self.runner = batch_id, engine, records, runner
        self.only = None if only is None else sorted(only)
        self.finished = 0
        self._ready: deque[PendingItem] = deque()
        self._taking = asyncio.Lock()
        self._drained = False

    async def count(self, concurrency: int) -> None:
        """The number of items to grade."""
        self.batch = await asyncio.to_thread(self.records.batches.get, self.batch_id)
        self.planned = self.batch.waiting
        if self.only is not None:
            waiting = await asyncio.to_thread(self.records.batches.waiting, self.batch_id, self.only)
            self.planned = len(waiting)
        self.workers = max(1, min(concurrency, self.planned))
        self._settling: asyncio.Queue[ItemOutcome | None] = asyncio.Queue(2 * self.workers)
        self._told: asyncio.Queue[FinishedItem | None] = asyncio.Queue(_UNREAD)
        self._telling = True

    async def steps(self, stop: asyncio.Event) -> AsyncGenerator[FinishedItem]:
        """Yields finished items while the workers run; raises what stopped them."""
        running = asyncio.create_task(self._run(stop))
        try:
            while (step := await self._told.get()) is not None:
                yield step
            await running
        finally:
            self._telling = False
            while not self._told.empty():  # nobody reads any more: the journal must not wait for it
                self._told.get_nowait()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def _run(self, stop: asyncio.Event) -> None:
        """Runs the workers to the end, or cancels them when `stop` is set or one of them cannot continue.

        Results that arrived before that are paid for and are written in any case.
        """
        settling = asyncio.create_task(self._settle())
        watching = asyncio.create_task(self._watch(stop))
        workers = [asyncio.create_task(self._work()) for _ in range(self.workers)]
        try:
            while going := [task for task in workers if not task.done()]:
                await asyncio.wait([*going, settling, watching], return_when=asyncio.FIRST_COMPLETED)
                for task in (*workers, settling, watching):
                    if task.done():
                        task.result()  # raises what stops the run
                if watching.done():
                    break
        finally:
            for task in (*workers, watching):
                task.cancel()
            await asyncio.gather(*workers, watching, return_exceptions=True)
            if not settling.done():
                await self._settling.put(None)
            written = await asyncio.gather(settling, return_exceptions=True)
            if self._telling:
                await self._told.put(None)
        for error in written:
            if isinstance(error, BaseException):
                raise error

    async def _work(self) -> None:
        """One worker: takes the next item until there is none."""
        while (work := await self._next()) is not None:
            await self._settling.put(await self._grade_one(work))

    async def _next(self) -> PendingItem | None:
        async with self._taking:
            if not self._ready and not self._drained:
                taken = await _to_the_end(
                    self.records.batches.take, self.batch_id, self.workers, runner=self.runner, only=self.only
                )
                self._ready.extend(taken)
                self._drained = not taken
            return self._ready.popleft() if self._ready else None

    async def _grade_one(self, work: PendingItem) -> ItemOutcome:
        try:
            return await self.engine.grade(work)
        except STOPS:
            raise
        except EvaluatorError as error:
            return ItemOutcome.model_construct(work=work, error_code=error.code, error=str(error))
        except Exception as error:  # the only place where an item's failure becomes data
            return ItemOutcome.model_construct(
                work=work, error_code="unexpected", error=f"{type(error).__name__}: {error}"
            )

    async def _settle(self) -> None:
        """Writes outcomes as they arrive, grouping those that arrived in the meantime; ends at None."""
        while (first := await self._settling.get()) is not None:
            outcomes, ended = [first], False
            while not self._settling.empty() and len(outcomes) < _SETTLED_AT_ONCE and not ended:
                more = self._settling.get_nowait()
                ended = more is None
                outcomes += [more] if more is not None else []
            await self._write(outcomes)
            if ended:
                return

    async def _write(self, outcomes: list[ItemOutcome]) -> None:
        ids = await _to_the_end(self.records.batches.settle, outcomes)
        for outcome, grading_id in zip(outcomes, ids, strict=True):
            self.finished += 1
            step = self._step(outcome, grading_id)
            if self._telling:
                await self._told.put(step)

    def _step(self, outcome: ItemOutcome, grading_id: str | None) -> FinishedItem:
        state = "failed" if outcome.scorecard is None else "done"
        counts = {"waiting": self.batch.waiting - 1, state: getattr(self.batch, state) + 1}
        self.batch = self.batch.model_copy(update=counts)
        progress = BatchProgress(self.batch, outcome.work.item, state, self.finished, self.planned)
        return FinishedItem(outcome, grading_id, progress)

    async def _watch(self, stop: asyncio.Event) -> None:
        """Returns when the run should stop."""
        while not stop.is_set():
            try:
                async with asyncio.timeout(BEAT_S):
                    await stop.wait()
            except TimeoutError:
                if not await asyncio.to_thread(self.records.runners.beat, self.runner):
                    return


async def _to_the_end(call: Callable[..., Any], *values: Any, **more: Any) -> Any:
    """Runs a journal entry in a thread and completes it even if the worker is cancelled."""
    entry = asyncio.create_task(asyncio.to_thread(call, *values, **more))
    try:
        return await asyncio.shield(entry)
    except asyncio.CancelledError:
        await asyncio.wait([entry])
        raise


@asynccontextmanager
async def enrolled(batch_id: str, records: Records, join: bool) -> AsyncIterator[str]:
    """Reserves the batch for this run: no other run starts it meanwhile, unless it joins to share it."""
    runner = await asyncio.to_thread(records.runners.enroll, batch_id, join=join)
    try:
        yield runner
    finally:
        await asyncio.to_thread(records.runners.leave, batch_id, runner)

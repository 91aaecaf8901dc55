"""Where and how a batch is graded, behind one interface.

The engines are `local` in this process, `ray` on the cores of a machine or cluster, and `openai-batch` through a
provider's batch interface at half the price. Every engine grades with `evaluator.batch.grading.Grader`; the journal
stays with the process that runs the batch.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from evaluator.batch.engine import GradesWork
from evaluator.batch.grading import open_grader
from evaluator.errors import InputError
from evaluator.settings import Settings
from evaluator.storage import Batch, Records

if TYPE_CHECKING:
    from evaluator.judge import Judge

ENGINES = ("local", "ray", "openai-batch")


@asynccontextmanager
async def open_engine(
    name: str,
    batch: Batch,
    settings: Settings,
    records: Records,
    *,
    judge: Judge | None = None,
    address: str | None = None,
    only: Collection[int] | None = None,
    stop: asyncio.Event | None = None,
    runner: str = "",
) -> AsyncIterator[GradesWork]:
    """Opens the engine called `name`, ready to grade items of this batch.

    Raises InputError for an unknown name, a missing package or a profile that does not fit; ModelError if the model is
    unavailable.
    """
    if name == "ray":
        from evaluator.batch.engines.ray_engine import open_ray

        async with open_ray(batch, settings, records, address) as working:
            yield working
        return
    if name not in ENGINES:
        raise InputError("batch_engine_unknown", name=name, known=", ".join(ENGINES))
    async with open_own_judge(judge, settings) as opened:
        if name == "openai-batch":
            from evaluator.batch.engines.openai_batch import answer_ahead

            opened = await answer_ahead(batch, opened, settings, records, only, stop, runner)
        yield await open_grader(batch, opened, settings, records)


@asynccontextmanager
async def open_own_judge(judge: Judge | None, settings: Settings) -> AsyncIterator[Judge]:
    """The given judge, otherwise the one in the settings, which is closed at the end."""
    if judge is not None:
        yield judge
        return
    from evaluator.grading import open_judge

    opened = await asyncio.to_thread(open_judge, settings)
    try:
        yield opened
    finally:
        opened.close()

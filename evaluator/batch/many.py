"""`evaluate_many`: any number of texts graded over a journal that survives a kill.

    async for result in evaluator.evaluate_many(texts, "cross-border-wrong-item"):
        print(result.item, result.scorecard.total if result.scorecard else result.error)

The command line, the page and the HTTP API call it, or its two halves `create` and `resume` below.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, aclosing, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from evaluator import rubrics
from evaluator.batch.engine import BatchProgress, FinishedItem, enrolled, steps
from evaluator.batch.engines import open_engine
from evaluator.batch.grading import name_profiles
from evaluator.batch.inputs import Source, open_inputs, parsed
from evaluator.errors import InputError
from evaluator.rubric import Rubric
from evaluator.scorecard import Scorecard
from evaluator.settings import Settings, load_settings
from evaluator.storage import NewItem, Records, open_records
from evaluator.transcript import Transcript

if TYPE_CHECKING:
    from evaluator.judge import Judge
    from evaluator.profiles import Profile

Gradable = str | tuple[str, str] | Mapping[str, Any] | Transcript | Source | NewItem


class Result(NamedTuple):
    """One item that a run finished: its scorecard, or why it has none. It is already on disk."""

    batch_id: str
    position: int  # from 0, in the order handed in
    item: str
    scorecard: Scorecard | None
    grading_id: str | None
    error_code: str | None
    error: str | None
    extra: Mapping[str, Any]  # the user's own columns
    progress: BatchProgress


async def evaluate_many(
    items: Iterable[Gradable] | str | Path,
    rubric: Rubric | str | Path | None = None,
    *,
    engine: str = "local",
    judge: Judge | None = None,
    settings: Settings | None = None,
    records: Records | None = None,
    profiles: Mapping[str, Profile] | None = None,
    name: str = "",
    owner: str = "",
    **run: Any,
) -> AsyncGenerator[Result]:
    """Grades many texts and yields each result as it finishes, not in the order handed in.

    `items` is a folder, archive or table, or an iterable of texts, (name, text) pairs, mappings with "text" (and
    "item", "rubric" and your own columns), or transcripts; it is read once, in pieces, and stored before the first is
    graded. `rubric` is used for items that name none. `engine` is "local", "ray" or "openai-batch". `run` holds the
    arguments of `resume`: `concurrency`, `only`, `stop`, `join`, `address`.

    Nothing is lost if this ends early: `resume(batch_id)` continues, and no answer that was received is asked for
    again. An item that fails is a result with its cause. Raises InputError for an input, rubric or engine that cannot
    be used, and whatever no item could survive: ModelError, BudgetExceeded, StorageError.
    """
    settings = settings or load_settings()
    with ExitStack() as opened:
        store = records or opened.enter_context(closing(open_records(settings)))
        batch_id = await asyncio.to_thread(
            create, items, rubric, settings=settings, records=store, profiles=profiles, name=name, owner=owner
        )
        wanted = {"engine": engine, "judge": judge, "settings": settings, "records": store, **run}
        async with aclosing(resume(batch_id, **wanted)) as results:
            async for result in results:
                yield result


def create(
    items: Iterable[Gradable] | str | Path,
    rubric: Rubric | str | Path | None = None,
    *,
    settings: Settings,
    records: Records,
    profiles: Mapping[str, Profile] | None = None,
    options: Mapping[str, Any] | None = None,
    name: str = "",
    owner: str = "",
) -> str:
    """Stores the items as a batch, all or none, and returns its id. Blocks while the input is read."""
    chosen = rubric if isinstance(rubric, Rubric) or rubric is None else rubrics.find(rubric, settings)
    sources: Iterable[Any] = open_inputs(items).sources if isinstance(items, (str, Path)) else items
    new = _new_items(sources, chosen, settings)
    about = {"model": settings.model, **(options or {}), **name_profiles(profiles or {})}
    return records.batches.create(name, new, options=about, owner=owner)


async def resume(
    batch_id: str,
    *,
    engine: str = "local",
    judge: Judge | None = None,
    settings: Settings | None = None,
    records: Records | None = None,
    concurrency: int | None = None,
    stop: asyncio.Event | None = None,
    only: Collection[int] | None = None,
    join: bool = False,
    address: str | None = None,
) -> AsyncGenerator[Result]:
    """Grades the waiting items of a batch (of the positions in `only`) and yields each result as it finishes.

    `concurrency` texts are graded at the same time (default: the setting); when `stop` is set, nothing new is started.
    A batch that another machine runs is shared with `join`; otherwise that is an InputError. `address` is the address
    of a Ray cluster.
    """
    settings = settings or load_settings()
    with ExitStack() as opened:
        store = records or opened.enter_context(closing(open_records(settings)))
        batch = await asyncio.to_thread(store.batches.get, batch_id)
        about: dict[str, Any] = {"judge": judge, "address": address, "only": only, "stop": stop}
        async with (
            enrolled(batch_id, store, join) as runner,
            open_engine(engine, batch, settings, store, runner=runner, **about) as working,
        ):
            wanted: dict[str, Any] = {
                "concurrency": concurrency or settings.concurrency,
                "stop": stop,
                "only": only,
                "runner": runner,
            }
            async with aclosing(steps(batch_id, working, records=store, **wanted)) as told:
                async for step in told:
                    yield _result(step)


def _result(step: FinishedItem) -> Result:
    outcome = step.outcome
    work = outcome.work
    why = (outcome.error_code, outcome.error)
    place = (work.batch_id, work.position, work.item)
    return Result(*place, outcome.scorecard, step.grading_id, *why, work.extra or {}, step.progress)


def _new_items(items: Iterable[Any], rubric: Rubric | None, settings: Settings) -> Iterator[NewItem]:
    for number, item in enumerate(items, start=1):
        if isinstance(item, NewItem):
            yield item
        elif isinstance(item, Transcript):
            if rubric is None:
                raise InputError("batch_no_rubric", item=str(number))
            yield NewItem(item=str(number), transcript=item, rubric=rubric)
        else:
            yield from parsed([_source(number, item)], lambda name: rubrics.find_named(name, settings), rubric)


def _source(number: int, item: Any) -> Source:
    match item:
        case Source():
            return item
        case str():
            return Source(item=str(number), content=item)
        case (str(name), str(text)):
            return Source(item=name, content=text)
        case {"text": str(text), **others}:
            extra: dict[str, Any] = {str(key): value for key, value in others.items()}
            named, rubric = extra.pop("item", None), extra.pop("rubric", None)
            return Source(item=str(named or number), content=text, rubric=rubric, extra=extra)
    raise InputError("batch_item_form", number=number, kind=type(item).__name__)

"""Grading, batches, references, records and overrides."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from evaluator import rubrics
from evaluator.batch import create, export_rows, resume
from evaluator.errors import EvaluatorError, InputError
from evaluator.grading import evaluate
from evaluator.rubric import Rubric
from evaluator.scorecard import Scorecard
from evaluator.service.context import Context, allowed, context_of, sees
from evaluator.service.keys import Key
from evaluator.service.problems import Problem
from evaluator.service.webhooks import check_address, send
from evaluator.storage import Batch, Cause

router = APIRouter()
Idempotency = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)]
RequestText = Annotated[str, StringConstraints(min_length=1, max_length=1_000_000, pattern=r"\S")]
RubricId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
RecordId = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{4,32}$")]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class GradeRequest(_Form):
    """One text to grade."""

    text: RequestText
    rubric: RubricId = Field(description="Id of a rubric that ships or is the operator's own.")
    label: str = Field(default="", max_length=400, description="A name for people: a candidate, a call.")
    fresh: bool = Field(default=False, description="Ask the model again.")
    webhook: str | None = Field(default=None, max_length=2000, description="Told when a job is finished.")


class BatchItemRequest(_Form):
    """One text of a batch; `extra` is returned beside its result."""

    text: str = Field(max_length=1_000_000)
    item: str = Field(default="", max_length=400)
    rubric: RubricId | None = None
    extra: dict[str, JsonValue] = Field(default_factory=dict, max_length=100)


class BatchRequest(_Form):
    """Many texts."""

    items: list[BatchItemRequest] = Field(min_length=1, max_length=10_000)
    rubric: RubricId | None = None
    name: str = Field(default="", max_length=400)
    webhook: str | None = Field(default=None, max_length=2000)


class OverrideRequest(_Form):
    """A person's points for one criterion; None withdraws that person's earlier ones."""

    criterion: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    points: float | None = Field(ge=0, le=100_000)
    who: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"\S")]
    comment: str = Field(default="", max_length=4000)
    cause: Cause | None = Field(default=None, description="Why the machine's points were wrong.")


class Started(BaseModel):
    """A job or batch that has begun."""

    id: str
    state: Literal["running"] = "running"


class BatchState(BaseModel):
    """The progress of a job or batch."""

    id: str
    name: str
    state: Literal["waiting", "running", "finished", "paused"]
    total: int
    done: int
    failed: int
    waiting: int


@router.post("/v1/gradings", tags=["grading"], summary="Grade one text and wait for it")
async def grade(
    asked: GradeRequest,
    request: Request,
    key: Annotated[Key, Depends(allowed("grade"))],
    idempotency: Idempotency = None,
) -> dict[str, Any]:
    context = context_of(request)
    rubric = await _rubric(asked.rubric, context)

    async def work() -> dict[str, Any]:
        card = await evaluate(
            asked.text,
            rubric,
            judge=await context.judge(),
            settings=context.settings,
            records=context.records,
            fresh=asked.fresh,
            label=asked.label,
            owner=key.owner,
        )
        context.metrics.graded(card)
        return card.model_dump(mode="json")

    return await context.once(key, idempotency, asked.model_dump(), work)


@router.post("/v1/jobs", tags=["grading"], status_code=202, summary="Grade one text behind the reply")
async def start_job(
    asked: GradeRequest,
    request: Request,
    key: Annotated[Key, Depends(allowed("grade"))],
    idempotency: Idempotency = None,
) -> Started:
    context = context_of(request)
    rubric = await _rubric(asked.rubric, context)
    items: list[Any] = [{"text": asked.text, "item": asked.label or "1"}]
    begun = await _begin(context, key, idempotency, asked.model_dump(), items, rubric, asked.label, asked.webhook)
    return Started(**begun)


@router.post("/v1/batches", tags=["batches"], status_code=202, summary="Grade many texts")
async def start_batch(
    asked: BatchRequest,
    request: Request,
    key: Annotated[Key, Depends(allowed("batch"))],
    idempotency: Idempotency = None,
) -> Started:
    context = context_of(request)
    rubric = await _rubric(asked.rubric, context) if asked.rubric else None
    items = [
        {
            **one.extra,
            "text": one.text,
            "item": one.item or str(number),
            **({"rubric": one.rubric} if one.rubric else {}),
        }
        for number, one in enumerate(asked.items, start=1)
    ]
    begun = await _begin(context, key, idempotency, asked.model_dump(), items, rubric, asked.name, asked.webhook)
    return Started(**begun)


@router.get("/v1/batches", tags=["batches"], summary="Batches, newest first")
async def batches(
    request: Request,
    key: Annotated[Key, Depends(allowed("read"))],
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[BatchState]:
    context = context_of(request)
    found = await asyncio.to_thread(context.records.batches.all, key.owner, limit)
    return [await _state(context, one) for one in found]


@router.get("/v1/batches/{batch_id}", tags=["batches"], summary="How far a job or batch is")
async def batch_state(
    batch_id: RecordId, request: Request, key: Annotated[Key, Depends(allowed("read"))]
) -> BatchState:
    context = context_of(request)
    return await _state(context, await _own_batch(context, batch_id, key))


@router.get("/v1/batches/{batch_id}/results", tags=["batches"], summary="Results so far, a page at a time")
async def results(
    batch_id: RecordId,
    request: Request,
    key: Annotated[Key, Depends(allowed("read"))],
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> list[dict[str, Any]]:
    context = context_of(request)
    await _own_batch(context, batch_id, key)

    def read() -> list[dict[str, Any]]:
        rows = export_rows(context.records, batch_id)
        return [row for number, row in enumerate(rows) if offset <= number < offset + limit]

    return await asyncio.to_thread(read)


@router.post("/v1/batches/{batch_id}/{action}", tags=["batches"], summary="Pause, resume or retry")
async def act(
    batch_id: RecordId,
    action: Literal["pause", "resume", "retry"],
    request: Request,
    key: Annotated[Key, Depends(allowed("batch"))],
) -> BatchState:
    context = context_of(request)
    found = await _own_batch(context, batch_id, key)
    if action == "pause":
        await asyncio.to_thread(context.records.batches.pause, batch_id)
    elif await asyncio.to_thread(context.records.runners.living, batch_id):
        raise InputError("batch_running", id=batch_id)
    else:
        if action == "retry":
            await asyncio.to_thread(context.records.batches.retry, batch_id, ungraded=True)
        context.begin(_run(context, batch_id, found.options.get("webhook")))
    return await _state(context, await asyncio.to_thread(context.records.batches.get, batch_id))


@router.get("/v1/gradings", tags=["records"], summary="Gradings, newest first")
async def history(
    request: Request,
    key: Annotated[Key, Depends(allowed("read"))],
    text: Annotated[str, Query(max_length=200)] = "",
    rubric: RubricId | None = None,
    review: bool | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> list[dict[str, Any]]:
    records = context_of(request).records_for(key)
    found = await asyncio.to_thread(records.history, limit, rubric, text, offset, owner=key.owner, review=review)
    return [one.model_dump(mode="json") for one in found]


@router.get("/v1/gradings/{grading_id}", tags=["records"], summary="One grading with what people added")
async def grading(
    grading_id: RecordId, request: Request, key: Annotated[Key, Depends(allowed("read"))]
) -> dict[str, Any]:
    record = await _own_grading(context_of(request), grading_id, key)
    return record.model_dump(mode="json", exclude={"rubric"})


@router.post("/v1/gradings/{grading_id}/overrides", tags=["records"], status_code=201, summary="A person's points")
async def override(
    grading_id: RecordId,
    asked: OverrideRequest,
    request: Request,
    key: Annotated[Key, Depends(allowed("override"))],
) -> dict[str, Any]:
    context = context_of(request)
    record = await _own_grading(context, grading_id, key)
    records = context.records_for(key)
    about: dict[str, Any] = {"comment": asked.comment, "who": asked.who}
    if asked.points is None:
        made = await asyncio.to_thread(records.revert, record.id, asked.criterion, **about)
    else:
        made = await asyncio.to_thread(
            records.override, record.id, asked.criterion, asked.points, cause=asked.cause, **about
        )
    return made.model_dump(mode="json")


@router.get("/v1/references", tags=["bank"], summary="Search the references and the question bank")
async def search_references(
    request: Request,
    key: Annotated[Key, Depends(allowed("read"))],
    q: Annotated[str, Query(min_length=1, max_length=1000, pattern=r"\S")],
    k: Annotated[int, Query(ge=1, le=50)] = 10,
    language: Literal["zh", "en"] | None = None,
) -> list[dict[str, Any]]:
    from evaluator.references import open_store, search

    settings = context_of(request).settings
    found = await asyncio.to_thread(lambda: search(q, k=k, store=open_store(settings), language=language))
    return [{**hit.entry.model_dump(), "score": hit.score, "fits": hit.fits} for hit in found]


@router.get("/v1/rubrics", tags=["bank"], summary="Rubrics that one can grade by")
async def list_rubrics(request: Request, key: Annotated[Key, Depends(allowed("read"))]) -> list[dict[str, Any]]:
    found = await asyncio.to_thread(rubrics.list_rubrics, context_of(request).settings)
    usable = [one.rubric for one in found if one.rubric is not None]
    return [one.model_dump(include={"id", "version", "title", "language", "form"}) for one in usable]


@router.get("/metrics", tags=["operation"], summary="Prometheus metrics", response_class=Response)
async def metrics(request: Request, key: Annotated[Key, Depends(allowed("metrics"))]) -> Response:
    return Response(context_of(request).metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/health", tags=["operation"], summary="Whether it runs and reaches its records")
async def health(request: Request) -> dict[str, str]:
    await asyncio.to_thread(context_of(request).records.batches.all, None, 1)
    return {"status": "ok"}


async def _rubric(name: str, context: Context) -> Rubric:
    """The rubric with that id and nothing else: no caller can open a file on this machine."""
    known = await asyncio.to_thread(rubrics.list_rubrics, context.settings)
    if name not in {entry.id for entry in known}:
        raise InputError("service_unknown_rubric", name=name)
    return await asyncio.to_thread(rubrics.find, name, context.settings)


async def _begin(
    context: Context,
    key: Key,
    idempotency: str | None,
    asked: dict[str, Any],
    items: list[Any],
    rubric: Rubric | None,
    name: str,
    webhook: str | None,
) -> dict[str, Any]:
    if webhook:
        check_address(webhook, context.settings)
    for named in {item["rubric"] for item in items if "rubric" in item}:
        await _rubric(named, context)

    async def work() -> dict[str, Any]:
        about: dict[str, Any] = {"settings": context.settings, "records": context.records, "owner": key.owner}
        about["name"] = name or "api"
        options = {"webhook": webhook} if webhook else {}
        batch_id = await asyncio.to_thread(lambda: create(items, rubric, options=options, **about))
        context.begin(_run(context, batch_id, webhook))
        return {"id": batch_id}

    return await context.once(key, idempotency, asked, work)


async def _run(context: Context, batch_id: str, webhook: str | None) -> None:
    """Runs a batch to its end and then notifies the webhook, if any."""
    cause: EvaluatorError | None = None
    try:
        judge = await context.judge()
        about: dict[str, Any] = {"judge": judge, "settings": context.settings, "records": context.records}
        async with aclosing(resume(batch_id, **about)) as found:
            async for one in found:
                _count(context, one.scorecard)
    except EvaluatorError as error:
        cause = error
    batch = await asyncio.to_thread(context.records.batches.get, batch_id)
    if webhook:
        state = (await _state(context, batch)).model_dump()
        event = {"event": "batch.stopped" if cause else "batch.finished", "batch": state}
        await send(webhook, {**event, "error": cause.code if cause else None}, context.settings, context.metrics)


def _count(context: Context, card: Scorecard | None) -> None:
    if card is None:
        context.metrics.failed("")
    else:
        context.metrics.graded(card)


async def _state(context: Context, batch: Batch) -> BatchState:
    waiting = batch.waiting + batch.running
    living = await asyncio.to_thread(context.records.runners.living, batch.id) if waiting else []
    state = "finished" if not waiting else "running" if living else "paused" if batch.paused else "waiting"
    counts = {"total": batch.total, "done": batch.done, "failed": batch.failed, "waiting": waiting}
    return BatchState(id=batch.id, name=batch.name, state=state, **counts)  # type: ignore[arg-type]


async def _own_batch(context: Context, batch_id: str, key: Key) -> Batch:
    found = await asyncio.to_thread(context.records.batches.get, batch_id)
    if not sees(key, found.owner):
        raise InputError("batch_unknown", id=batch_id)
    return found


async def _own_grading(context: Context, grading_id: str, key: Key) -> Any:
    record = await asyncio.to_thread(context.records.record, grading_id)
    if not sees(key, record.owner):
        raise Problem(404, "not_found_error", f"There is no grading {grading_id}.")
    return record

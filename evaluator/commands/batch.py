"""`evaluator batch …`: batches from the command line, over the journal that the page and the library share."""

# Annotations are evaluated here: Typer reads them, and the help texts in them depend on the current language.

import asyncio
import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evaluator import messages
from evaluator.batch import (
    Columns,
    Output,
    check_output,
    create,
    estimate,
    is_known,
    open_inputs,
    pilot_positions,
    spooled,
    write_batch,
)
from evaluator.commands.grading import ensure_model
from evaluator.errors import Stopped
from evaluator.judge import is_embedded
from evaluator.rubrics import find
from evaluator.settings import load_settings
from evaluator.storage import open_records

if TYPE_CHECKING:
    from evaluator.batch import Result, StreamedInputs
    from evaluator.settings import Settings
    from evaluator.storage import Batch, Records

say = messages.say
app = typer.Typer(help=say("batch.help"), no_args_is_help=True, add_completion=False, rich_markup_mode=None)

Out = Annotated[Path | None, typer.Option("--out", "-o", help=say("batch.out"))]
Overwrite = Annotated[bool, typer.Option("--overwrite", help=say("batch.overwrite"))]
Model = Annotated[str | None, typer.Option("--model", "-m", help=say("cli.grade_model"))]
EngineOption = Annotated[str, typer.Option(metavar="local|ray|openai-batch", help=say("batch.engine"))]
Address = Annotated[str | None, typer.Option(help=say("batch.address"))]
Concurrency = Annotated[int | None, typer.Option(min=1, help=say("batch.concurrency"))]
Requests = Annotated[int | None, typer.Option(min=1, help=say("batch.requests"))]
BatchId = Annotated[str | None, typer.Argument(metavar="ID", help=say("batch.batch_id"))]
Lang = Annotated[str | None, typer.Option(metavar="zh|en", help=say("cli.lang"))]


@app.command(help=say("batch.run"))
def run(
    source: Annotated[str, typer.Argument(metavar="FILE|FOLDER|-", help=say("batch.run_source"))],
    rubric: Annotated[str | None, typer.Option("--rubric", "-r", help=say("batch.run_rubric"))] = None,
    out: Out = None,
    overwrite: Overwrite = False,
    model: Model = None,
    engine: EngineOption = "local",
    address: Address = None,
    concurrency: Concurrency = None,
    requests: Requests = None,
    pilot: Annotated[int, typer.Option(min=0, help=say("batch.pilot"))] = 0,
    name: Annotated[str, typer.Option(help=say("batch.name"))] = "",
    text_column: Annotated[str | None, typer.Option(help=say("batch.text_column"))] = None,
    id_column: Annotated[str | None, typer.Option(help=say("batch.id_column"))] = None,
    rubric_column: Annotated[str | None, typer.Option(help=say("batch.rubric_column"))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("batch.dry"))] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=say("cli.grade_yes"))] = False,
    lang: Lang = None,
) -> None:
    messages.use(lang or messages.current())
    settings = _settings(model, requests)
    chosen = find(rubric, settings) if rubric else None
    if out is not None:
        check_output(out, overwrite)
    with _input(source) as path, _records(settings) as records:
        reading = _read(path, text_column, id_column, rubric_column)
        _tell_mapping(reading, source, rubric, (text_column, id_column, rubric_column))
        if dry_run:
            return
        ensure_model(settings, yes)
        options = {"out": str(out.absolute()) if out else None, "engine": engine}
        named = name or (Path(source).stem if source != "-" else "-")
        batch_id = create(reading.sources, chosen, settings=settings, records=records, options=options, name=named)
        counts = records.batches.get(batch_id)
        _tell(say("batch.created", id=batch_id, total=counts.total, failed=counts.failed))
        only = None
        if pilot:
            lengths = [*records.batches.lengths(batch_id).items()]
            only = [lengths[at][0] for at in pilot_positions([length for _, length in lengths], pilot)]
        _work(batch_id, settings, records, out, only, engine, address, concurrency)


@app.command(help=say("batch.resume"))
def resume(
    batch: BatchId = None,
    out: Out = None,
    overwrite: Overwrite = False,
    model: Model = None,
    engine: Annotated[str | None, typer.Option(metavar="local|ray|openai-batch", help=say("batch.engine"))] = None,
    address: Address = None,
    concurrency: Concurrency = None,
    requests: Requests = None,
    join: Annotated[bool, typer.Option("--join", help=say("batch.join"))] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=say("cli.grade_yes"))] = False,
    lang: Lang = None,
) -> None:
    messages.use(lang or messages.current())
    with _records(_settings(None, None)) as records:
        found = _find(records, batch)
        settings = _settings(model or found.options.get("model"), requests)
        target = _target(found, out, overwrite, check_output)
        ensure_model(settings, yes)
        chosen = engine or found.options.get("engine") or "local"
        _work(found.id, settings, records, target, None, chosen, address, concurrency, join)


@app.command("retry-failed", help=say("batch.retry"))
def retry_failed(
    batch: BatchId = None,
    model: Model = None,
    concurrency: Concurrency = None,
    requests: Requests = None,
    lang: Lang = None,
) -> None:
    messages.use(lang or messages.current())
    with _records(_settings(None, None)) as records:
        found = _find(records, batch)
        settings = _settings(model or found.options.get("model"), requests)
        count = records.batches.retry(found.id, ungraded=True)
        _tell(say("batch.retrying", count=count) if count else say("batch.retry_none"))
        if count:
            out = found.options.get("out")
            _work(found.id, settings, records, Path(out) if out else None, None, "local", None, concurrency)


@app.command(help=say("batch.pause"))
def pause(batch: BatchId = None, lang: Lang = None) -> None:
    messages.use(lang or messages.current())
    with _records(_settings(None, None)) as records:
        found = _find(records, batch)
        records.batches.pause(found.id)
        _tell(say("batch.pausing", id=found.id))


@app.command(help=say("batch.status"))
def status(
    batch: BatchId = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help=say("batch.status_all"))] = 10,
    as_json: Annotated[bool, typer.Option("--json", help=say("batch.json"))] = False,
    lang: Lang = None,
) -> None:
    messages.use(lang or messages.current())
    with _records(_settings(None, None)) as records:
        found = [_find(records, batch)] if batch else records.batches.all(limit=limit)
        living = {one.id: records.runners.living(one.id) for one in found}
        causes = {one.id: records.batches.causes(one.id) for one in found}
    if as_json:
        print(
            json.dumps([_as_json(one, living[one.id], causes[one.id]) for one in found], ensure_ascii=False, indent=1)
        )
        return
    if not found:
        print(say("batch.no_batches"))
    for one in found:
        where = say("batch.running_at", where=", ".join(living[one.id])) if living[one.id] else say("batch.idle")
        counts = one.model_dump(include={"done", "failed"}) | {"waiting": one.waiting + one.running}
        print(say("batch.row", id=one.id, name=one.name, total=one.total, where=where, **counts))
        for cause in causes[one.id]:
            print(say("batch.cause", count=cause.items, error=cause.error, item=cause.item))


@app.command(help=say("batch.export"))
def export(
    batch: BatchId = None,
    out: Annotated[Path, typer.Option("--out", "-o", help=say("batch.export_out"))] = Path("batch.xlsx"),
    overwrite: Overwrite = False,
    lang: Lang = None,
) -> None:
    messages.use(lang or messages.current())
    with _records(_settings(None, None)) as records:
        found = _find(records, batch)
        check_output(out, overwrite)
        write_batch(records, found.id, out)
    _tell(say("cli.written", path=out))


def _work(
    batch_id: str,
    settings: "Settings",
    records: "Records",
    out: Path | None,
    only: list[int] | None,
    engine: str,
    address: str | None,
    concurrency: int | None,
    join: bool = False,
) -> None:
    """Grades the waiting items with a progress line, then reports the result and what to do next."""
    started = time.monotonic()
    wanted = {"engine": engine, "address": address, "concurrency": concurrency, "only": only, "join": join}
    try:
        asyncio.run(_run(batch_id, settings, records, out, wanted))
    finally:
        found = records.batches.get(batch_id)
        waiting = found.waiting + found.running
        if waiting and not (only and found.done):
            _tell(say("batch.paused", id=found.id, done=found.done, waiting=waiting))
    if only and waiting:
        _tell_estimate(records, found, settings)
        _tell(say("batch.go_on", id=found.id))
    elif not waiting:
        review = records.batches.count_review(batch_id)
        spent = _time(time.monotonic() - started)
        _tell(say("batch.finished", id=found.id, done=found.done, failed=found.failed, review=review, time=spent))
    if out is not None:
        _tell(say("cli.written", path=out))
    for cause in records.batches.causes(batch_id):
        _tell(say("batch.cause", count=cause.items, error=cause.error, item=cause.item))
    if waiting and not only:
        raise typer.Exit(Stopped.exit_code)


async def _run(
    batch_id: str, settings: "Settings", records: "Records", out: Path | None, wanted: dict[str, Any]
) -> None:
    from evaluator.batch import resume as go_on

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # event loops on Windows have no signal handlers
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    output = await asyncio.to_thread(Output, out, records, batch_id) if out is not None else None
    try:
        with _progress() as show:
            async for result in go_on(batch_id, settings=settings, records=records, stop=stop, **wanted):
                show(result)
                if output is not None:
                    await output.add(result)
    finally:
        if output is not None:
            await output.finish()


@contextmanager
def _progress() -> Iterator[Any]:
    """A bar with counts, rate and remaining time on a terminal; elsewhere an occasional line."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    bar = Progress(BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), console=console)
    started, last = time.monotonic(), 0.0
    task = None

    def show(result: "Result") -> None:
        nonlocal task, last
        now, told = time.monotonic(), result.progress
        if task is None:
            task = bar.add_task("", total=told.planned)
        is_last = told.finished == told.planned
        if now - last < (0.2 if console.is_terminal else 10.0) and not is_last:
            return
        last = now
        rate = told.finished / max(now - started, 1e-3)
        left = _time(max(told.planned - told.finished, 0) / rate)
        text = say("batch.progress", done=told.batch.done, failed=told.batch.failed, rate=rate, left=left)
        bar.update(task, completed=told.finished, total=told.planned, description=text)
        if not console.is_terminal:
            print(f"{told.finished}/{told.planned} {text}", file=sys.stderr, flush=True)

    if not console.is_terminal:
        yield show
        return
    with bar:
        yield show


@contextmanager
def _input(source: str) -> Iterator[Path]:
    with ExitStack() as opened:
        yield opened.enter_context(spooled(sys.stdin.buffer)) if source == "-" else Path(source)


@contextmanager
def _records(settings: "Settings") -> Iterator["Records"]:
    with open_records(settings) as records:
        yield records


def _settings(model: str | None, requests: int | None) -> "Settings":
    return load_settings(model=model, requests_at_once=requests)


def _find(records: "Records", batch: str | None) -> "Batch":
    """The batch whose id starts this way, or the newest."""
    return records.batches.find(batch)


def _target(found: "Batch", out: Path | None, overwrite: bool, check: Any) -> Path | None:
    """The output: the file named now, or that of the previous run, which belongs to this batch."""
    earlier = found.options.get("out")
    if out is None:
        return Path(earlier) if earlier else None
    return check(out, overwrite or str(out.absolute()) == earlier)


def _read(path: Path, text: str | None, item: str | None, rubric: str | None) -> "StreamedInputs":
    """The input, with columns guessed unless they are named."""
    if not (text or item or rubric):
        return open_inputs(path)
    guessed = None if text else open_inputs(path).columns
    others = guessed.model_dump() if guessed else {}
    named = {"transcript": text, "id": item, "rubric": rubric}
    return open_inputs(path, Columns(**{**others, **{key: value for key, value in named.items() if value}}))


def _tell_mapping(
    reading: "StreamedInputs", source: str, rubric: str | None, named: tuple[str | None, str | None, str | None]
) -> None:
    """Reports how the columns of a table were understood."""
    _tell(say("batch.mapping_head", path=source))
    found = reading.columns
    if found is None:
        return
    by_name, told = say("batch.by_name"), say("batch.as_told")
    how = told if named[0] else by_name if is_known(found.transcript, "transcript") else say("batch.by_content")
    _tell(say("batch.mapping_text", column=found.transcript, how=how))
    how = told if named[1] else by_name if found.id else say("batch.numbered")
    _tell(say("batch.mapping_id", column=found.id or "–", how=how))
    all_by = say("batch.one_rubric", rubric=rubric or "–")
    how = told if named[2] else by_name if found.rubric else all_by
    _tell(say("batch.mapping_rubric", column=found.rubric or "–", how=how))
    _tell(say("batch.mapping_carried", columns=", ".join(reading.carried) or say("batch.none")))


def _tell_estimate(records: "Records", found: "Batch", settings: "Settings") -> None:
    told = estimate(records, found.id)
    low, high = told.seconds_range or (told.seconds, told.seconds)
    if told.cost_usd is not None:
        cost = say("batch.dollars", cost=told.cost_usd)
    else:
        own = is_embedded(settings.model)
        cost = say("batch.free") if own else say("batch.unpriced", model=settings.model)
    shares = {"time": _time(told.seconds), "low": _time(low), "high": _time(high), "cost": cost}
    _tell(say("batch.estimate", pilot=told.pilot, waiting=told.waiting, tokens=told.tokens, **shares))


def _as_json(batch: "Batch", living: list[str], causes: list[Any]) -> dict[str, Any]:
    counts = {**batch.model_dump(exclude={"options"}), "total": batch.total}
    return {**counts, "running_at": living, "causes": [cause._asdict() for cause in causes]}


def _time(seconds: float) -> str:
    if seconds < 90:
        return say("batch.seconds", value=seconds)
    return say("batch.minutes", value=seconds / 60) if seconds < 5400 else say("batch.hours", value=seconds / 3600)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)

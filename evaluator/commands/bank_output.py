"""How the command line shows reports and questions, with rich; text from files is shown literally."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from evaluator.bank import FileReport, Item, ItemWarning, item_json, to_json
from evaluator.messages import say

if TYPE_CHECKING:
    from evaluator.references import Hit

SHOWN_WARNINGS = 12  # per file; the rest is only counted
SHOWN_SKIPPED = 8  # names


def _console(stderr: bool = False) -> Console:
    return Console(stderr=stderr, highlight=False)


@contextmanager
def progress(wanted: bool) -> Iterator[Callable[[int, int, str], None] | None]:
    """A progress bar on stderr, updated with (done, total, file); None if no bar is wanted."""
    if not wanted:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=_console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def advance(done: int, total: int, file: str) -> None:
            bar.update(task, completed=done, total=total, description=escape(say("bank.cli_reading", file=file)))

        yield advance


def show_reports(reports: list[FileReport], dry_run: bool, all_warnings: bool) -> None:
    """One row per file, followed by warnings with file and line."""
    console = _console()
    skipped = [report.file for report in reports if report.status == "skipped"]
    reports = [report for report in reports if report.status != "skipped"]
    if any(report.status != "failed" for report in reports):
        _show_table(console, reports, dry_run)
    _show_skipped(console, skipped, all_warnings)
    for report in reports:
        if report.status == "failed":
            console.print(escape(report.error), soft_wrap=True)
        _show_warnings(console, report, all_warnings)
    whole = sum(report.whole for report in reports)
    truncated = sum(len(report.items) for report in reports) - whole
    failed = sum(report.status == "failed" for report in reports)
    if len(reports) > 1:
        console.print(say("bank.cli_total", files=len(reports), whole=whole, truncated=truncated, failed=failed))
    if dry_run:
        console.print(say("bank.cli_dry_run"))


def _show_table(console: Console, reports: list[FileReport], dry_run: bool) -> None:
    table = Table(*(say(f"bank.cli_{name}") for name in ("file", "result", "questions", "cut", "changes", "warnings")))
    for report in reports:
        table.add_row(*map(escape, _report_cells(report, dry_run)))
    console.print(table)


def _show_skipped(console: Console, names: list[str], all_of_them: bool) -> None:
    """Names the files that cannot be papers, so that nobody misses one."""
    if not names:
        return
    shown = names if all_of_them else names[:SHOWN_SKIPPED]
    line = say("bank.cli_skipped_files", count=len(names), names=say("bank.cli_comma").join(shown))
    console.print(escape(line), soft_wrap=True)
    if len(names) > len(shown):
        console.print(say("bank.cli_more", count=len(names) - len(shown)))


def _report_cells(report: FileReport, dry_run: bool) -> tuple[str, ...]:
    if report.status == "failed":
        return report.file, say("bank.cli_failed"), "", "", "", ""
    result = "would_import" if dry_run and report.status == "imported" else report.status
    kinds = say("bank.cli_comma").join(f"{say(f'bank.kind_{kind}')} {count}" for kind, count in report.kinds.items())
    cut = len(report.items) - report.whole
    fates = report.stored.model_dump(exclude={"same_as", "unchanged"})
    counts = say("bank.cli_comma").join(
        say(f"bank.cli_count_{fate}", count=len(ids)) for fate, ids in fates.items() if ids
    )
    same = report.stored.same_as
    changes = say("bank.cli_same_as", path=same) if same else counts
    return report.file, say(f"bank.cli_{result}"), kinds, str(cut or ""), changes, str(len(warnings_of(report)) or "")


def warnings_of(report: FileReport) -> list[ItemWarning]:
    """All warnings about a file, in line order."""
    found = [warning for paper in report.papers for warning in paper.warnings]
    found += [warning for item in report.items for warning in item.warnings]
    return sorted(found, key=lambda warning: warning.line or 0)


def _show_warnings(console: Console, report: FileReport, all_warnings: bool) -> None:
    found = warnings_of(report)
    shown = found if all_warnings else found[:SHOWN_WARNINGS]
    for warning in shown:
        line = say("bank.cli_line", file=warning.file, line=warning.line or "?", text=warning.text())
        console.print(escape(line), soft_wrap=True)
    if len(found) > len(shown):
        console.print(say("bank.cli_more", count=len(found) - len(shown)))


def show_items(items: list[Item], any_at_all: bool) -> None:
    """One row per question."""
    if not items:
        _console().print(say("bank.cli_none" if any_at_all else "bank.cli_empty"))
        return
    table = Table(*(say(f"bank.label_{name}") for name in ("id", "kind", "number", "key", "points", "text", "file")))
    for item in items:
        text = item.text if len(item.text) <= 60 else f"{item.text[:59]}…"
        cut = f" [{say('bank.cli_cut')}]" if item.truncated else ""
        place = f"{item.source.file}:{item.source.start}" if item.source else ""
        points = "" if item.points is None else f"{item.points:g}"
        cells = (
            item.id,
            say(f"bank.kind_{item.kind}"),
            str(item.number or ""),
            item.key or "",
            points,
            text + cut,
            place,
        )
        table.add_row(*map(escape, cells))
    _console().print(table)


def show_item(item: Item) -> None:
    """One question in full."""
    console = _console()
    head = f"{item.id} · {say(f'bank.kind_{item.kind}')} · {item.number or ''}"
    lines = [item.text, *(f"{_step(place)} {step}" for place, step in enumerate(item.steps))]
    lines += [f"{option.label}. {option.text}" for option in item.options]
    console.print(Panel(escape("\n".join(lines)), title=escape(head), title_align="left"))
    for name, text in _fields(item):
        console.print(f"[bold]{say(f'bank.label_{name}')}[/bold] {escape(text)}", soft_wrap=True)
    for warning in item.warnings:
        console.print(f"! {escape(warning.text())}", soft_wrap=True)


def _fields(item: Item) -> Iterator[tuple[str, str]]:
    place = f"{item.source.file}:{item.source.start}-{item.source.end}" if item.source else ""
    criteria = "\n".join(
        f"({criterion.number}) {criterion.text} {'' if criterion.points is None else f'{criterion.points:g}'}"
        for criterion in item.criteria
    )
    fields = {
        "key": item.key or "",
        "points": "" if item.points is None else f"{item.points:g}",
        "background": item.background,
        "requirements": item.requirements,
        "explanation": item.explanation,
        "criteria": criteria,
        "references": "\n".join(answer.text for answer in item.references),
        "file": place,
    }
    yield from ((name, text) for name, text in fields.items() if text)


def show_hits(hits: list[Hit]) -> None:
    """One row per hit; those that are merely nearest among unrelated entries are marked."""
    if not hits:
        _console().print(say("bank.cli_no_hits"))
        return
    table = Table(*(say(f"bank.label_{name}") for name in ("score", "hit", "found", "text", "file", "id")))
    for hit in hits:
        entry = hit.entry
        kind = say(f"bank.entry_{entry.kind}")
        fits = kind if hit.fits else f"{kind} ({say('bank.cli_nearest_only')})"
        table.add_row(
            *map(escape, (f"{hit.score:.2f}", fits, entry.text, _short(entry.context), entry.source, entry.item))
        )
    _console().print(table)


def _short(text: str, length: int = 30) -> str:
    """The last line of a text, for a cell: a background may precede the question."""
    last = text.rpartition("\n")[2]
    return last if len(last) <= length else f"{last[: length - 1]}…"


def _step(place: int) -> str:
    from evaluator.bank.papers.line_patterns import CIRCLED

    return CIRCLED[place] if place < len(CIRCLED) else str(place + 1)


def print_items(items: list[Item]) -> None:
    """Questions as a JSON array on stdout."""
    print(to_json(items))


def print_item(item: Item) -> None:
    """One question as a JSON object on stdout."""
    print_json(item_json(item))


def print_json(value: Any) -> None:
    """Any JSON value on stdout."""
    import json

    print(json.dumps(value, ensure_ascii=False, indent=2))

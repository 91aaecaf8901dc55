"""Scorecards and lists in the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from evaluator import messages
from evaluator.reports import blocks as blocks_of
from evaluator.reports.blocks import Block
from evaluator.reports.phrases import decided, outcome, percent, points, shown_reasons, standing, usage_line, why
from evaluator.scorecard import Evidence, KeyPointResult, Scorecard, UngradedVerdict, Verdict
from evaluator.transcript import Transcript

if TYPE_CHECKING:
    from evaluator.judge import ModelCheck
    from evaluator.judge.backends import Measured, OwnModel, WeightsStatus
    from evaluator.judge.backends.engines import EngineChoice
    from evaluator.rubric import Rubric
    from evaluator.rubrics import Finding, RubricEntry
    from evaluator.storage import GradingSummary

BAR = 12  # width of a bar for probability 1


def _say(key: str, **values: object) -> str:
    return messages.say(f"report.{key}", **values)


def print_scorecard(card: Scorecard, transcript: Transcript) -> None:
    """The whole scorecard: total, criteria with distribution and evidence, key points, references, review, costs."""
    console = Console()
    colour = {True: "green", False: "red", None: "yellow"}[card.passed]
    head = f"[bold {colour}]{points(card.total)} / {points(card.max_points)}[/]   [{colour}]{standing(card)}[/]"
    if card.interval:
        low, high = card.interval
        head += f"   [dim]{_say('interval', low=points(low), high=points(high))} · {escape(_say('profile', name=card.profile))}[/]"
    console.print(Panel(head, title=escape(card.rubric.title), title_align="left"))
    for verdict in card.verdicts:
        console.print(_verdict(verdict))
    if card.key_points:
        console.print(_key_points(card.key_points))
    _print_references(console, card)
    for assumption in transcript.assumptions:
        console.print(
            f"[dim]{_say('assumed')} {escape(messages.say(f'transcript.{assumption.code}', **assumption.values))}[/]"
        )
    reasons = shown_reasons(card)
    if card.decision:
        console.print(f"[bold]{escape(decided(card))}[/]")
    if reasons:
        listed = "\n".join(f"• {escape(reason)}" for reason in reasons)
        console.print(Panel(listed, title=_say("review"), title_align="left", border_style="yellow"))
    else:
        console.print(f"[green]{_say('no_review')}[/]")
    console.print(f"[dim]{escape(usage_line(card))}[/]")


def print_transcript(transcript: Transcript) -> None:
    """Who said what: a row for each turn, then what was assumed; what a person should check stands out."""
    console = Console()
    table = Table(box=None, padding=(0, 1), show_header=False)
    for column, style in (("turn", "dim"), ("time", "dim"), ("speaker", ""), ("role", ""), ("words", "")):
        table.add_column(column, style=style, overflow="fold", no_wrap=column in ("turn", "time", "role"))
    colours = {"agent": "bold cyan", "customer": "magenta", "other": "dim"}
    for turn in transcript.turns:
        at = "" if turn.at_s is None else f"{int(turn.at_s) // 60:02d}:{int(turn.at_s) % 60:02d}"
        kind = _say(f"role_{turn.role}") if turn.kind in ("speech", "mail", "written") else _say(f"kind_{turn.kind}")
        style = colours[turn.role]
        table.add_row(turn.id, at, Text(turn.speaker or ""), Text(kind, style=style), Text(turn.text))
    console.print(table)
    for assumption in transcript.assumptions:
        sentence = escape(messages.say(f"transcript.{assumption.code}", **assumption.values))
        console.print(f"[yellow]? {sentence}[/]" if assumption.is_doubt else f"[dim]• {sentence}[/]")


def _verdict(verdict: Verdict | UngradedVerdict) -> Group:
    title = Text(f"\n{verdict.name}  ", style="bold")
    if isinstance(verdict, UngradedVerdict):
        cause = messages.say(f"review.cause_{verdict.ungraded.cause}")
        title.append(f"{_say('ungraded', cause=cause)} / {points(verdict.max_points)}", style="yellow")
        return Group(title)
    colour = "bold cyan" if verdict.kind != "fatal" else "red" if verdict.level else "green"
    title.append(outcome(verdict), style=colour)
    levels = Table.grid(padding=(0, 1))
    for place, share in enumerate(verdict.distribution):
        mark = "▶" if place == verdict.level else " "
        style = "bold" if place == verdict.level else "dim"
        levels.add_row(
            mark,
            points(share.points),
            "█" * round(share.probability * BAR) or "▏",
            percent(share.probability),
            escape(share.description),
            style=style,
        )
    told = [Text(f"  {why(verdict)}", style="yellow")] if why(verdict) else []
    return Group(title, levels, *told, *(_evidence(item) for item in verdict.evidence))


def _evidence(item: Evidence) -> Text:
    mark = "≈" if item.verified is False else "✓" if item.direction == "for" else "✗"
    text = Text(f"  {mark} ", style={"≈": "dim", "✓": "green", "✗": "red"}[mark])
    return text.append(f"[{item.turn} {item.speaker or _say(f'role_{item.role}')}] ", style="dim").append(
        f"“{item.text}”"
    )


def _key_points(found: Sequence[KeyPointResult]) -> Table:
    table = Table(title=_say("key_points"), title_justify="left", box=None, padding=(0, 1))
    for name in ("", "probability", "key_point", "where"):
        table.add_column(_say(f"column_{name}") if name else "")
    for point in found:
        sure = point.verified is not False
        mark = {True: "[green]✓[/]" if sure else "≈", False: "[red]✗[/]" if sure else "[dim]✗?[/]", None: "?"}[
            point.covered
        ]
        where = f"[{point.evidence[0].turn}] {point.evidence[0].text}" if point.evidence else ""
        table.add_row(mark, percent(point.probability), escape(point.text), Text(where, style="dim"))
    return table


def _print_references(console: Console, card: Scorecard) -> None:
    if not card.references:
        console.print(f"\n[dim]{_say('no_references')}[/]")
        return
    console.print(f"\n[bold]{_say('references')}[/]")
    for use in card.references:
        how = _say(f"matched_{use.matched_by}")
        first = use.text.strip().splitlines()[0][:60]
        source = use.source or _say("source_unknown")
        console.print(
            f"  [dim]{escape(f'{_say(use.kind)} · {how} · {source} · {use.digest[:12]}')}[/]  {escape(first)}…"
        )


def print_history(rows: Sequence[GradingSummary], *, chosen: bool = False) -> None:
    """Stored gradings, newest first, with people's corrections counted and marked (*); a sentence that says what to do when
    there are none (of those `chosen`)."""
    if not rows:
        print(_say("history_none" if chosen else "history_empty"))
        return
    table = Table(box=None)
    for name in ("id", "when", "rubric", "total", "passed", "review", "label"):
        table.add_column(_say(f"column_{name}"))
    for row in rows:
        counted, mark = row.counted, "*" if row.overridden else ""
        passed = {True: "✓", False: "✗", None: "?"}[counted.passed]
        total = f"{points(counted.total)}{mark} / {points(counted.max_points)}"
        table.add_row(
            row.id,
            row.created_at[:16].replace("T", " "),
            row.rubric_id,
            total,
            passed,
            "!" if row.review else "",
            escape(row.label),
        )
    Console().print(table)


def print_rubrics(entries: Sequence[RubricEntry]) -> None:
    """All rubrics, a line each; a wrong one with its problem."""
    table = Table(box=None)
    for name in ("id", "title", "language", "points", "criteria"):
        table.add_column(_say(f"column_{name}"))
    for entry in entries:
        if entry.rubric is None:
            table.add_row(entry.id, f"[red]{escape(entry.problem)}[/]")
            continue
        spread = "/".join(points(item.points) for item in entry.rubric.criteria)
        most = points(entry.rubric.max_points)
        table.add_row(entry.id, escape(entry.rubric.title), entry.rubric.language, most, spread)
    Console().print(table)


def print_rubric(rubric: Rubric) -> None:
    """A rubric as a person reads it."""
    console = Console()
    console.print(
        Panel(
            escape(rubric.task.strip()),
            title=escape(f"{rubric.title} ({rubric.id} v{rubric.version})"),
            title_align="left",
        )
    )
    for item in rubric.criteria:
        console.print(
            f"\n[bold]{escape(item.name)}[/]  [cyan]{points(item.points)}[/]  [dim]{item.kind}[/]\n{escape(item.description)}"
        )
        for level in item.levels:
            console.print(f"  {points(level.points):>4}  {escape(level.description)}")
        for check in item.checks:
            console.print(f"  [dim]? {escape(check.question)}[/]")
    for reference in rubric.references:
        console.print(
            f"\n[bold]{_say('reference_answer')}[/] [dim]{escape(reference.source)}[/]\n{escape(reference.text.strip())}"
        )
        for point in reference.key_points:
            console.print(f"  • {escape(point.text)}")


def print_findings(found: Mapping[str, Sequence[Finding]]) -> None:
    """What lint found, by rubric, each with its line where that is known."""
    console = Console()
    for name, findings in found.items():
        if not findings:
            console.print(f"[green]✓[/] {escape(name)}")
        for finding in findings:
            colour = "red" if finding.severity == "error" else "yellow"
            place = name if finding.line is None else f"{name}:{finding.line}"
            where = f"{finding.where}: " if finding.where != "-" else ""  # the whole file needs no name
            told = escape(f"{place}: {where}{finding.message}")
            console.print(f"[{colour}]{_say(f'severity_{finding.severity}')}[/] {told}", soft_wrap=True)


def print_weights(status: WeightsStatus) -> None:
    """Where the embedded model is and whether it is whole."""
    print(
        _say(
            f"weights_{status.state}",
            path=status.path,
            size=f"{status.size / 1e9:.2f}",
            digest=(status.sha256 or "-")[:16],
        )
    )


def print_engine(chosen: EngineChoice) -> None:
    """Which engine runs the embedded model, how fast those tried are, and a faster one that could be installed."""
    from evaluator.judge.backends.engines import installed, offered

    print(_say("engine", name=chosen.stamp, version=installed().get(chosen.engine, "?")))
    for one in chosen.tried:
        told = (
            _say("engine_failed", reason=one.failure) if one.failure else _say("engine_speed", speed=f"{one.speed:.0f}")
        )
        print(f"  {one.engine} {one.version}: {told}")
    if package := offered():
        print(_say("engine_offered", package=package))


def print_models() -> None:
    """The ways to name a model."""
    from evaluator.judge.backends import PROVIDERS

    table = Table(box=None)
    table.add_row("embedded", _say("model_embedded"))
    table.add_row("embedded:NAME", _say("model_own"))
    for name in PROVIDERS:
        table.add_row(f"{name}:NAME", "")
    table.add_row("http://HOST:PORT/v1#NAME", _say("model_address"))
    table.add_row("panel:A+B", _say("model_panel"))
    table.add_row("cascade:A>B", _say("model_cascade"))
    table.add_row("swapped:A", _say("model_swapped"))
    Console().print(table)


def print_own_models(models: Sequence[OwnModel]) -> None:
    """The models that were pulled, with size, speed and what a check measured."""
    if not models:
        return
    table = Table(
        *(_say(f"own_model_{column}") for column in ("name", "size", "speed", "understands", "knows")), box=None
    )
    for model in models:
        found = model.measured
        measured = (
            (f"{found.seconds_per_question:.2f} s", ", ".join(found.understands) or "–", _knows(found))
            if found
            else (_say("own_model_unchecked"), "", "")
        )
        table.add_row(f"embedded:{model.name}", f"{model.size / 1e9:.1f} GB", *measured)
    Console().print(table)


def _knows(found: Measured) -> str:
    return f"{_say('own_model_yes' if found.knows else 'own_model_no')} ({found.knowledge})"


def print_blocks(blocks: Sequence[Block]) -> None:
    """A document as text, its tables as wide as the terminal."""
    console = Console()
    for block in blocks:
        if isinstance(block, blocks_of.Title):
            console.print(f"\n{block.text}", style="bold", markup=False, highlight=False)
        elif isinstance(block, blocks_of.Paragraph):
            console.print(block.text, markup=False, highlight=False)
        elif isinstance(block, blocks_of.Bullets):
            for item in block.items:
                console.print(f"• {item}", markup=False, highlight=False)
        elif isinstance(block, blocks_of.Table):
            table = Table(*map(escape, block.head), title_justify="left")
            for row in block.rows:
                table.add_row(*(escape(blocks_of.shown(value)) for value in row))
            console.print(table)


def print_model_check(found: ModelCheck) -> None:
    """What a model can do."""
    from evaluator.judge import lines

    for name, text in lines(found):
        print(f"{name}: {text}")

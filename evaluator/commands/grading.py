"""`grade`, `history`, `show` and `ui`: from a text to a scorecard, and back to an earlier one."""

# Annotations are evaluated here: Typer reads them, and the help texts in them depend on the current language.

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evaluator import messages

if TYPE_CHECKING:
    from evaluator.grading import Progress, ReportProgress
    from evaluator.rubric import Rubric
    from evaluator.scorecard import Scorecard
    from evaluator.settings import Settings
    from evaluator.transcript import Transcript

# Exit codes with --gate, in addition to those of evaluator.errors.
NOT_PASSED, REVIEW, INCOMPLETE = 10, 11, 12


class CardFormat(StrEnum):
    """Output formats of a scorecard."""

    TABLE = "table"
    MARKDOWN = "markdown"
    JSON = "json"


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the application, with help in the current language."""
    say = messages.say

    @app.command(help=say("cli.grade"))
    def grade(
        transcript: Annotated[str, typer.Argument(metavar="FILE|-", help=say("cli.grade_transcript"))],
        rubric: Annotated[str, typer.Option("--rubric", "-r", help=say("cli.grade_rubric"))],
        model: Annotated[str | None, typer.Option("--model", "-m", help=say("cli.grade_model"))] = None,
        agent: Annotated[list[str] | None, typer.Option(help=say("cli.grade_agent"))] = None,
        customer: Annotated[list[str] | None, typer.Option(help=say("cli.grade_customer"))] = None,
        form: Annotated[CardFormat, typer.Option("--format", "-f", help=say("cli.grade_format"))] = CardFormat.TABLE,
        fresh: Annotated[bool, typer.Option("--fresh", help=say("cli.grade_fresh"))] = False,
        profile: Annotated[Path | None, typer.Option(help=say("cli.grade_profile"))] = None,
        gate: Annotated[bool, typer.Option("--gate", help=say("cli.grade_gate"))] = False,
        privacy: Annotated[
            str | None, typer.Option(metavar="strict|standard|off", help=say("cli.grade_privacy"))
        ] = None,
        show_sent: Annotated[bool, typer.Option("--show-sent", help=say("cli.grade_show_sent"))] = False,
        yes: Annotated[bool, typer.Option("--yes", "-y", help=say("cli.grade_yes"))] = False,
        lang: Annotated[str | None, typer.Option(metavar="zh|en", help=say("cli.lang"))] = None,
    ) -> None:
        messages.use(lang or messages.current())
        settings = _settings(model, privacy)
        found, text = _inputs(rubric, transcript, settings, agent or [], customer or [])
        ensure_model(settings, yes)
        label = "" if transcript == "-" else Path(transcript).name
        import asyncio  # 60 ms that --help need not spend

        card = asyncio.run(_grade(found, text, settings, fresh=fresh, label=label, profile=profile))
        if show_sent:
            _print_sent()
        _print(card, text, form)
        if gate and (code := _gate(card)):
            raise typer.Exit(code)

    @app.command(help=say("cli.history"))
    def history(
        limit: Annotated[int, typer.Option(min=1, max=1000, help=say("cli.history_limit"))] = 20,
        rubric: Annotated[str | None, typer.Option("--rubric", "-r", help=say("cli.history_rubric"))] = None,
        search: Annotated[str | None, typer.Option(help=say("cli.history_search"))] = None,
        lang: Annotated[str | None, typer.Option(metavar="zh|en", help=say("cli.lang"))] = None,
    ) -> None:
        from evaluator.reports import print_history
        from evaluator.storage import open_records

        messages.use(lang or messages.current())
        with open_records() as records:
            rows = records.history(limit=limit, rubric=rubric, text=search or "")
            print_history(rows, chosen=bool(rubric or search))

    @app.command(help=say("cli.show"))
    def show(
        id: Annotated[str, typer.Argument(metavar="ID", help=say("cli.show_id"))],
        form: Annotated[CardFormat, typer.Option("--format", "-f", help=say("cli.grade_format"))] = CardFormat.TABLE,
        lang: Annotated[str | None, typer.Option(metavar="zh|en", help=say("cli.lang"))] = None,
    ) -> None:
        from evaluator.storage import open_records

        messages.use(lang or messages.current())
        with open_records() as records:
            _print(records.get(id), records.transcript(id), form)

    @app.command(help=say("cli.ui"))
    def ui(
        port: Annotated[int, typer.Option(min=1, max=65535, help=say("cli.ui_port"))] = 8501,
        headless: Annotated[bool, typer.Option("--headless", help=say("cli.ui_headless"))] = False,
        address: Annotated[str, typer.Option(help=say("cli.ui_address"))] = "127.0.0.1",
    ) -> None:
        from evaluator.resources import resource_dir

        # The wheel keeps the page in its own data folder: a top-level package `ui` would collide with other packages.
        sys.path.insert(0, str(resource_dir("ui").parent))
        from ui.serve import serve

        raise typer.Exit(serve(port, headless, address))


def _settings(model: str | None, privacy: str | None = None) -> "Settings":
    from evaluator.settings import load_settings

    return load_settings(model=model, privacy=privacy)


def _print_sent() -> None:
    """What left the machine, each text under the model that it went to; on standard error, so that output stays clean."""
    from evaluator.judge.combined import last_sent

    for sent in last_sent():
        typer.echo(f"→ {sent.to}\n{sent.text}\n", err=True)


def _inputs(
    rubric: str, source: str, settings: "Settings", agents: list[str], customers: list[str]
) -> "tuple[Rubric, Transcript]":
    """The rubric and the transcript; faults in either are reported before a model is loaded."""
    from evaluator.commands.transcripts import confirmed, read_from, roles_of
    from evaluator.rubrics import find

    found = find(rubric, settings)
    roles = roles_of(agents, customers)
    return found, confirmed(read_from(source, roles, found.form), roles)


def ensure_model(settings: "Settings", yes: bool) -> None:
    """Downloads the embedded model's weights on first use; asks first on a terminal, while scripts pass --yes."""
    from evaluator.commands.models import ensure_engine
    from evaluator.judge.backends import path_of, require

    if settings.model != "embedded":
        return
    if path_of(settings).is_file():
        ensure_engine(settings)
        return
    if not yes and not (sys.stdin.isatty() and typer.confirm(messages.say("cli.model_fetch"), default=True)):
        require(settings)
    from evaluator.commands.models import fetch

    fetch(settings)


async def _grade(rubric: "Rubric", transcript: "Transcript", settings: "Settings", **wanted: Any) -> "Scorecard":
    from evaluator.grading import evaluate

    with progress() as report:
        return await evaluate(transcript, rubric, settings=settings, report=report, **wanted)


@contextmanager
def progress() -> "Iterator[ReportProgress]":
    """A line on the terminal that shows the current step; nothing if the output is not a terminal."""
    from rich.console import Console

    with Console(stderr=True).status(messages.say("progress.reading")) as status:

        def show(progress: "Progress") -> None:
            status.update(f"{messages.say(f'progress.{progress.step}')} {progress.done}/{progress.total}")

        yield show


def _print(card: "Scorecard", transcript: "Transcript", form: CardFormat) -> None:
    if form == CardFormat.JSON:
        print(card.model_dump_json(indent=2))
    elif form == CardFormat.MARKDOWN:
        from evaluator.reports import to_markdown

        print(to_markdown(card, transcript))
    else:
        from evaluator.reports import print_scorecard

        print_scorecard(card, transcript)


def _gate(card: "Scorecard") -> int:
    """The exit code for --gate: what a script should act on first."""
    if card.coverage < 1:
        return INCOMPLETE
    return REVIEW if card.review else 0 if card.passed else NOT_PASSED

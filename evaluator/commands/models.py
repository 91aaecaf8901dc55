"""`evaluator model …`: the embedded model's weights, and whether a model can grade."""

# Annotations are evaluated here: Typer reads them, and the help texts in them depend on the current language.

from typing import TYPE_CHECKING, Annotated

import typer

from evaluator import messages

if TYPE_CHECKING:
    from evaluator.settings import Settings


def build() -> typer.Typer:
    """The group, its help in the current language."""
    say = messages.say
    app = typer.Typer(no_args_is_help=True)

    @app.command("list", help=say("cli.model_list"))
    def list_command() -> None:
        from evaluator.reports.terminal import print_models

        print_models()

    @app.command(help=say("cli.model_pull"))
    def pull() -> None:
        from evaluator.settings import load_settings

        fetch(load_settings())

    @app.command(help=say("cli.model_status"))
    def status() -> None:
        from evaluator.judge.backends.weights import status as look
        from evaluator.reports.terminal import print_weights
        from evaluator.settings import load_settings

        settings = load_settings()
        found = look(settings)
        print_weights(found)
        if found.state in ("missing", "damaged"):
            raise typer.Exit(3)
        _show_engine(settings)

    @app.command(help=say("cli.model_check"))
    def check(
        name: Annotated[str, typer.Argument(metavar="NAME", help=say("cli.grade_model"))] = "embedded",
        form: Annotated[str, typer.Option("--format", metavar="table|json")] = "table",
    ) -> None:
        import asyncio

        from evaluator.judge.check import check as check_model
        from evaluator.reports.terminal import print_model_check
        from evaluator.settings import load_settings

        found = asyncio.run(check_model(name, load_settings()))
        print(found.model_dump_json(indent=2)) if form == "json" else print_model_check(found)

    return app


def _show_engine(settings: "Settings") -> None:
    """Says which engine runs the weights; the first time the engines are tried."""
    from rich.console import Console

    from evaluator.judge.backends.engines import choose_engine
    from evaluator.judge.backends.weights import require
    from evaluator.reports.terminal import print_engine

    found = require(settings)
    with Console(stderr=True).status(messages.say("cli.engine_trial")):
        chosen = choose_engine(settings, found.path, found.sha256 or "")
    print_engine(chosen)


def fetch(settings: "Settings") -> None:
    """Fetches the embedded model's weights with a progress bar, unless they are there, and tries the engines."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    from evaluator.judge.backends.weights import EMBEDDED, pull

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, transient=False) as bar:
        task = bar.add_task(EMBEDDED.name, total=EMBEDDED.size)
        path = pull(settings, lambda done, total: bar.update(task, completed=done, total=total))
    print(messages.say("cli.model_ready", path=path))
    _show_engine(settings)

"""`evaluator model …`: the embedded model's weights, and whether a model can grade."""

# Annotations are evaluated here: Typer reads them, and the help texts in them depend on the current language.

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from evaluator import messages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from evaluator.judge import ModelCheck
    from evaluator.judge.backends.engines import EngineChoice
    from evaluator.settings import Settings


def build() -> typer.Typer:
    """The group, with help in the current language."""
    say = messages.say
    app = typer.Typer(no_args_is_help=True)

    @app.command("list", help=say("cli.model_list"))
    def list_command() -> None:
        from evaluator.judge.backends import own_models
        from evaluator.reports import print_models, print_own_models
        from evaluator.settings import load_settings

        print_models()
        print_own_models(own_models(load_settings()))

    @app.command(help=say("cli.model_pull"))
    def pull(
        source: Annotated[str | None, typer.Argument(metavar="[SOURCE]", help=say("cli.model_source"))] = None,
        anew: Annotated[bool, typer.Option("--anew", help=say("cli.model_anew"))] = False,
    ) -> None:
        from evaluator.settings import load_settings

        fetch_own(load_settings(), source, anew) if source else fetch(load_settings())

    @app.command(help=say("cli.model_status"))
    def status() -> None:
        from evaluator.judge.backends import status as look
        from evaluator.reports import print_weights
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

        from evaluator.judge import check as check_model
        from evaluator.reports import print_model_check
        from evaluator.settings import load_settings

        settings = load_settings()
        found = asyncio.run(check_model(name, settings))
        _keep(settings, name, found)
        print(found.model_dump_json(indent=2)) if form == "json" else print_model_check(found)

    return app


def ensure_engine(settings: "Settings") -> "EngineChoice":
    """The engine that runs the weights; on first use here the engines are tried, and a line says so."""
    from rich.console import Console

    from evaluator.judge.backends import require
    from evaluator.judge.backends.engines import choose_engine

    found = require(settings)
    with Console(stderr=True).status(messages.say("cli.engine_trial")):
        return choose_engine(settings, found.path, found.sha256 or "")


def _show_engine(settings: "Settings") -> None:
    from evaluator.reports import print_engine

    print_engine(ensure_engine(settings))


def _keep(settings: "Settings", name: str, found: "ModelCheck") -> None:
    """Stores what was measured about a user's own model, which decides how it is asked from now on."""
    from evaluator.judge import VERSION
    from evaluator.judge.backends import PREFIX, Measured, keep_measured

    if not name.startswith(PREFIX):
        return
    told = ", ".join(f"{language} {one.right}+{one.wrong}/{2 * one.asked}" for language, one in found.knowledge.items())
    measured = Measured(
        knows=found.knows,
        understands=tuple(language for language in found.knowledge if found.languages[language].enough),
        knowledge=told,
        seconds_per_question=round(found.seconds_per_question, 3),
        version=VERSION,
    )
    keep_measured(settings, name.removeprefix(PREFIX), measured)


def fetch(settings: "Settings") -> None:
    """Downloads the embedded model's weights with a progress bar, unless they exist, and tries the engines."""
    from evaluator.judge.backends import EMBEDDED, pull

    with _bar(EMBEDDED.name, EMBEDDED.size) as progress:
        path = pull(settings, progress)
    print(messages.say("cli.model_ready", path=path))
    _show_engine(settings)


def fetch_own(settings: "Settings", source: str, anew: bool) -> None:
    """Pulls a user's own model with a progress bar, and says how to name it."""
    from evaluator.judge.backends import name_of, pull_own

    with _bar(name_of(source), None) as progress:
        model = pull_own(settings, source, anew=anew, progress=progress)
    print(messages.say("cli.own_model_ready", name=model.name, path=model.path, digest=model.sha256[:16]))


@contextmanager
def _bar(name: str, total: int | None) -> "Iterator[Callable[[int, int], None]]":
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, transient=False) as bar:
        task = bar.add_task(name, total=total)
        yield lambda done, of: bar.update(task, completed=done, total=of or None)

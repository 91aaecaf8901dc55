"""`evaluator ui`: starts the page in the browser."""

from __future__ import annotations

from typing import Annotated

import typer

from evaluator import texts

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(help=texts.say("cli.ui"))
def ui(
    port: Annotated[int, typer.Option(min=1, max=65535, help=texts.say("cli.ui_port"))] = 8501,
    headless: Annotated[bool, typer.Option("--headless", help=texts.say("cli.ui_headless"))] = False,
    address: Annotated[str, typer.Option(help=texts.say("cli.ui_address"))] = "127.0.0.1",
) -> None:
    """Serves the page until it is stopped."""
    from ui.serve import serve

    raise typer.Exit(serve(port, headless, address))

"""`evaluator serve`: the HTTP API, and its keys."""

# Annotations are evaluated here: Typer reads them, and the help texts in them depend on the current language.

import sys
from typing import Annotated

import typer

from evaluator import messages
from evaluator.errors import InputError

say = messages.say
app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(help=say("cli.serve"))
def serve(
    host: Annotated[str, typer.Option(help=say("cli.ui_address"))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help=say("cli.ui_port"))] = 8600,
    model: Annotated[str | None, typer.Option("--model", "-m", help=say("cli.grade_model"))] = None,
    new_key: Annotated[str | None, typer.Option(metavar="NAME", help=say("cli.serve_new_key"))] = None,
    scopes: Annotated[str, typer.Option(help=say("cli.serve_scopes"))] = "",
    owner: Annotated[str, typer.Option(help=say("cli.serve_owner"))] = "",
    role: Annotated[str | None, typer.Option(help=say("cli.serve_role"))] = None,
    remove_key: Annotated[str | None, typer.Option(metavar="NAME", help=say("cli.serve_remove_key"))] = None,
    lang: Annotated[str | None, typer.Option(metavar="zh|en", help=say("cli.lang"))] = None,
) -> None:
    from evaluator.settings import load_settings

    messages.use(lang or messages.current())
    settings = load_settings(model=model)
    try:
        import uvicorn

        from evaluator.service import Keys, create_app, log_config
    except ImportError as missing:
        raise InputError("service_missing", detail=missing.name) from None
    keys = Keys(settings)
    if new_key:
        wanted = tuple(part.strip() for part in scopes.split(",") if part.strip())
        secret = keys.add(new_key, wanted, owner, role)
        print(say("cli.serve_key_made", name=new_key), file=sys.stderr)
        print(secret)
        return
    if remove_key:
        print(say("cli.serve_key_removed" if keys.remove(remove_key) else "cli.serve_key_none", name=remove_key))
        return
    if host not in ("127.0.0.1", "::1", "localhost") and not keys.all():
        raise InputError("service_no_keys", host=host)
    print(say("cli.serve_at", host=host, port=port), file=sys.stderr)
    uvicorn.run(
        create_app(settings), host=host, port=port, log_config=log_config(), access_log=False, server_header=False
    )

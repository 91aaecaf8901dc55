"""`evaluator records …`: move the records to a server."""

# Annotations are evaluated here: Typer reads them, and the help texts in them depend on the current language.

import sys
from typing import Annotated

import typer

from evaluator import messages
from evaluator.settings import load_settings
from evaluator.storage import CopiedTable, Database, move_records

say = messages.say
app = typer.Typer(help=say("cli.records"), no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.callback()
def _group() -> None:
    """Keeps the group a group while it has only one command."""


@app.command(help=say("cli.records_move"))
def move(
    target: Annotated[str, typer.Argument(metavar="URL", help=say("cli.records_move_target"))],
    lang: Annotated[str | None, typer.Option(metavar="zh|en", help=say("cli.lang"))] = None,
) -> None:
    from evaluator.bank.store import move_bank

    messages.use(lang or messages.current())
    settings = load_settings()

    def told(moved: CopiedTable) -> None:
        if moved.rows:
            print(say("cli.records_moved", table=moved.table, rows=moved.rows), file=sys.stderr, flush=True)

    source, records = Database(settings.records_url, settings.data_dir), Database(target, settings.data_dir)
    try:
        move_records(source, records, told)
        move_bank(settings.bank_url, target, settings.data_dir, told)
        print(say("cli.records_go_on", url=records.place))
    finally:
        source.close()
        records.close()

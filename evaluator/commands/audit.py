"""`evaluator audit …`: the log of what was done to the records."""

# Annotations are evaluated here: Typer reads them, and the help texts in them depend on the current language.

import json
from typing import Annotated

import typer

from evaluator import messages
from evaluator.storage import open_records

say = messages.say
app = typer.Typer(help=say("cli.audit"), no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.command(help=say("cli.audit_verify"))
def verify(lang: Annotated[str | None, typer.Option(metavar="zh|en", help=say("cli.lang"))] = None) -> None:
    messages.use(lang or messages.current())
    with open_records() as records:
        chain = records.audit.verify()
    if chain.broken_at is not None:
        print(say("cli.audit_broken", number=chain.broken_at))
        raise typer.Exit(1)
    print(say("cli.audit_holds", count=chain.entries, digest=chain.newest))


@app.command("list", help=say("cli.audit_list"))
def list_entries(
    record: Annotated[str | None, typer.Argument(metavar="ID", help=say("cli.audit_id"))] = None,
    lang: Annotated[str | None, typer.Option(metavar="zh|en", help=say("cli.lang"))] = None,
) -> None:
    messages.use(lang or messages.current())
    with open_records() as records:
        found = [entry for entry in records.audit.entries() if entry.subject.startswith(record or "")]
    for entry in found:
        detail = json.dumps(entry.detail, ensure_ascii=False)
        print(f"{entry.number}\t{entry.at}\t{entry.who or '–'}\t{entry.action}\t{entry.subject}\t{detail}")

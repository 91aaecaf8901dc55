"""`evaluator explain`: why a grading came out as it did."""

# Annotations are evaluated here: Typer reads them, and the help texts in them depend on the current language.

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from evaluator import messages
from evaluator.commands.exams import write_document
from evaluator.reports import explanation, print_blocks, write_blocks
from evaluator.storage import open_records

say = messages.say
app = typer.Typer(add_completion=False, rich_markup_mode=None)


class ExplanationFormat(StrEnum):
    """Output formats of an explanation."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    HTML = "html"


@app.command(help=say("cli.explain"))
def explain(
    record: Annotated[str, typer.Argument(metavar="ID", help=say("cli.show_id"))],
    form: Annotated[
        ExplanationFormat, typer.Option("--format", "-f", help=say("cli.explain_format"))
    ] = ExplanationFormat.TERMINAL,
    out: Annotated[Path | None, typer.Option("--out", "-o", help=say("cli.explain_out"))] = None,
    lang: Annotated[str | None, typer.Option(metavar="zh|en", help=say("cli.lang"))] = None,
) -> None:
    messages.use(lang or messages.current())
    with open_records() as records:
        found = records.record(record)
        about = (records.audit.entries(found.id), records.appeals.of([found.id]))
        blocks = explanation(found, records.effective(found.id), *about)
    if out is not None:
        write_document(out, blocks)
    elif form == ExplanationFormat.TERMINAL:
        print_blocks(blocks)
    else:
        print(write_blocks(blocks, "md" if form == ExplanationFormat.MARKDOWN else "html").decode(), end="")

"""`evaluator rubrics …`: see, check and write rubrics."""

# Annotations are evaluated here: Typer reads them, and the help texts in them depend on the current language.

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evaluator import messages

if TYPE_CHECKING:
    from evaluator.rubrics import Finding


def build() -> typer.Typer:
    """The group, with help in the current language."""
    say = messages.say
    app = typer.Typer(no_args_is_help=True)

    @app.command("list", help=say("cli.rubrics_list"))
    def list_command() -> None:
        from evaluator.reports import print_rubrics
        from evaluator.rubrics import list_rubrics

        print_rubrics(list_rubrics())

    @app.command(help=say("cli.rubrics_show"))
    def show(name: Annotated[str, typer.Argument(metavar="NAME|FILE", help=say("cli.rubrics_name"))]) -> None:
        from evaluator.reports import print_rubric
        from evaluator.rubrics import find

        print_rubric(find(name))

    @app.command(help=say("cli.rubrics_lint"))
    def lint(
        names: Annotated[list[str] | None, typer.Argument(metavar="NAME|FILE", help=say("cli.rubrics_name"))] = None,
    ) -> None:
        from evaluator.reports import print_findings
        from evaluator.rubrics import list_rubrics

        wanted = names or [str(entry.path) for entry in list_rubrics()]
        findings = {name: _findings(name) for name in wanted}
        print_findings(findings)
        if any(finding.severity == "error" for found in findings.values() for finding in found):
            raise typer.Exit(2)

    @app.command(help=say("cli.rubrics_schema"))
    def schema() -> None:
        from evaluator.rubrics import schema_text

        print(schema_text(), end="")

    @app.command(help=say("cli.rubrics_new"))
    def new(
        id: Annotated[str, typer.Argument(metavar="ID", help=say("cli.rubrics_new_id"))],
        form: Annotated[
            str, typer.Option(metavar="answer|dialogue|email", help=say("cli.rubrics_new_form"))
        ] = "answer",
        out: Annotated[Path | None, typer.Option("--out", "-o", help=say("cli.rubrics_new_out"))] = None,
    ) -> None:
        from evaluator.errors import InputError
        from evaluator.files import kind_at, not_written
        from evaluator.rubrics import template

        if form not in ("answer", "dialogue", "email"):
            raise InputError("form_unknown", form=form)
        text = template(id, form)  # type: ignore[arg-type]
        if out is None:
            print(text, end="")
            return
        if kind_at(out) != "missing":
            raise InputError("file_exists", path=out)
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as error:
            raise not_written(out, error, "file_not_written") from None
        print(say("cli.written", path=out))

    return app


def _findings(name: str) -> "Sequence[Finding]":
    """Lint's findings for a rubric, or every fault that keeps its file from loading; a faulty file hides no other."""
    from evaluator.rubrics import lint_file, path_of

    return lint_file(path_of(name))

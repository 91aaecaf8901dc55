"""The command line: assembles the commands of `evaluator.commands` and handles their failures."""

from __future__ import annotations

import io
import os
import sys
from typing import Annotated, TextIO, cast

import typer

from evaluator import messages
from evaluator.encoding import Harmless, redact, redact_logs
from evaluator.errors import EvaluatorError


def _language_of(arguments: list[str]) -> str | None:
    """The value of `--lang`, which must be known before the help texts are made."""
    for place, argument in enumerate(arguments):
        if argument == "--lang" and place + 1 < len(arguments):
            return arguments[place + 1]
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
    return None


def build() -> typer.Typer:
    """The application with all commands, with help in the current language."""
    from evaluator.commands import LazyGroup, grading, models, rubrics, transcripts

    app = typer.Typer(
        cls=LazyGroup,
        no_args_is_help=True,
        help=messages.say("cli.app"),
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )

    @app.callback()
    def options(
        lang: Annotated[str | None, typer.Option(metavar="zh|en", help=messages.say("cli.lang"))] = None,
        version: Annotated[
            bool, typer.Option("--version", help=messages.say("cli.version"), callback=_version)
        ] = False,
    ) -> None:
        messages.use(lang if lang in messages.LANGUAGES else None)

    grading.add_to(app)
    app.add_typer(transcripts.build(), name="transcript", help=messages.say("cli.transcript"))
    app.add_typer(rubrics.build(), name="rubrics", help=messages.say("cli.rubrics"))
    app.add_typer(models.build(), name="model", help=messages.say("cli.model"))
    return app


def _version(wanted: bool) -> None:
    if wanted:
        from evaluator import __version__

        print(f"evaluator {__version__}")
        raise typer.Exit()


def main() -> None:
    """Runs the command line. Expected errors become one sentence and their exit code.

    Anything else is written to a file, because a traceback helps only a developer.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a lone surrogate in a file name must not end the program
            stream.reconfigure(errors="backslashreplace")
    if not isinstance(sys.stdout, Harmless):
        sys.stdout, sys.stderr = cast(TextIO, Harmless(sys.stdout)), cast(TextIO, Harmless(sys.stderr, moving=True))
    language = _language_of(sys.argv[1:])
    if language is not None and language not in messages.LANGUAGES:
        _fail(messages.say("cli.lang_unknown", value=language), 2)
    messages.use(language)
    redact_logs()
    try:
        build()()
    except EvaluatorError as error:
        _fail(error.text(), error.exit_code)
    except KeyboardInterrupt:
        _fail(messages.say("cli.stopped"), 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # `| head` closed the pipe: no complaint at exit
        raise SystemExit(0) from None
    except Exception as error:  # last resort: a traceback must not reach a user
        if os.environ.get("EVALUATOR_DEBUG"):
            raise
        _fail(messages.say("cli.bug", detail=f"{type(error).__name__}: {error}", path=_write_traceback()), 1)


def _write_traceback() -> str:
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="evaluator-", suffix=".log", delete=False, encoding="utf-8") as file:
        file.write(redact(traceback.format_exc()))
    return file.name


def _fail(sentence: str, code: int) -> None:
    print(sentence, file=sys.stderr)
    raise SystemExit(code)


if __name__ == "__main__":
    main()

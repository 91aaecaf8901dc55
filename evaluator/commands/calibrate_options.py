"""The options of the calibration commands, each defined once, and the decorator that adds them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from evaluator.messages import say


@dataclass(frozen=True)
class Given:
    """Human grades and the machine's readouts, from files or from stored records."""

    stored: Annotated[
        str | None,
        typer.Option(metavar="RUBRIC", help=say("calibration.help_stored")),
    ] = None  # fmt: skip
    grades: Annotated[Path | None, typer.Option(help=say("calibration.help_grades"))] = None
    readouts: Annotated[Path | None, typer.Option(help=say("calibration.help_readouts"))] = None
    items: Annotated[Path | None, typer.Option(help=say("calibration.help_items"))] = None
    rubric: Annotated[str | None, typer.Option(help=say("calibration.help_rubric"))] = None
    map_: Annotated[str | None, typer.Option("--map", help=say("calibration.help_map"))] = None
    scale: Annotated[str | None, typer.Option(help=say("calibration.help_scale"))] = None
    letter: Annotated[list[str] | None, typer.Option(help=say("calibration.help_letter"))] = None
    yes: Annotated[bool, typer.Option("--yes", help=say("calibration.help_yes"))] = False
    texts: Annotated[bool, typer.Option("--texts/--no-texts", help=say("calibration.help_texts"))] = True
    confidence: Annotated[float, typer.Option(min=0.5, max=0.99, help=say("calibration.help_confidence"))] = 0.9


def with_given(**defaults: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorates a command whose first parameter is a `Given`: its fields become the command's options.

    `defaults` stand in for the fields' own.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        names = [field.name for field in fields(Given)]

        def run(**values: Any) -> None:
            command(Given(**{name: values.pop(name) for name in names}), **values)

        hints = inspect.get_annotations(Given, eval_str=True)
        shared = [_option(field.name, hints[field.name], defaults.get(field.name, field.default))
                  for field in fields(Given)]  # fmt: skip
        own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
        keyword = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own]
        run.__name__, run.__doc__ = command.__name__, command.__doc__
        run.__signature__ = inspect.Signature([*shared, *keyword])  # type: ignore[attr-defined]
        return run

    return decorate


def _option(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)

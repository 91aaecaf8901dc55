"""Command groups whose modules are imported only when they are called, so that `--help` stays fast."""

from __future__ import annotations

import importlib
from typing import Any

import typer
from typer.core import TyperGroup

from evaluator import messages

# name -> module with a Typer application called `app`
LATER = {
    "batch": "evaluator.commands.batch",
    "practice": "evaluator.commands.practice",
    "serve": "evaluator.commands.serve",
    "records": "evaluator.commands.records",
    "audit": "evaluator.commands.audit",
    "privacy": "evaluator.commands.privacy",
    "appeal": "evaluator.commands.appeals",
    "review": "evaluator.commands.reviewing",
    "explain": "evaluator.commands.explaining",
    "reproduce": "evaluator.commands.reproducing",
    "bank": "evaluator.commands.bank",
    "interview": "evaluator.commands.interview",
    "paper": "evaluator.commands.paper",
    "calibrate": "evaluator.commands.calibrate",
}


class LazyGroup(TyperGroup):
    """A group that lists the names in `LATER` with one-line help, and imports the one that is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *LATER]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in LATER:
            return TyperGroup(name=cmd_name, help=messages.say(f"cli.{cmd_name}"))
        return super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] in LATER:
            command = typer.main.get_command(importlib.import_module(LATER[args[0]]).app)
            return args[0], command, args[1:]
        return super().resolve_command(ctx, args)

"""`evaluator reproduce`: grades a stored text again and compares."""

# Annotations are evaluated here: Typer reads them, and the help texts in them depend on the current language.

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from evaluator import messages
from evaluator.commands.grading import ensure_model, progress
from evaluator.settings import load_settings
from evaluator.storage import open_records

if TYPE_CHECKING:
    from evaluator.grading import Reproduction
    from evaluator.storage import Record

say = messages.say
app = typer.Typer(add_completion=False, rich_markup_mode=None)
_NAMED = (
    "model",
    "weights",
    "engine",
    "prompt_zh",
    "prompt_en",
    "questions",
    "arithmetic",
    "method",
    "profile",
    "total",
)


@app.command(help=say("cli.reproduce"))
def reproduce(
    record: Annotated[str, typer.Argument(metavar="ID", help=say("cli.show_id"))],
    yes: Annotated[bool, typer.Option("--yes", "-y", help=say("cli.grade_yes"))] = False,
    lang: Annotated[str | None, typer.Option(metavar="zh|en", help=say("cli.lang"))] = None,
) -> None:
    from evaluator.grading import reproduce as grade_again

    messages.use(lang or messages.current())
    with open_records() as records:
        found = records.record(record)
        settings = load_settings(model=found.scorecard.judge.get("name"))
        ensure_model(settings, yes)
        with progress() as report:
            result = asyncio.run(grade_again(found, records, settings, report=report))
    for line in _lines(found, result):
        print(line)
    if not result.identical:
        raise typer.Exit(1)


def _lines(record: "Record", result: "Reproduction") -> "list[str]":
    """The outcome in one sentence, then everything that is not as it was."""
    then = record.scorecard
    about = {"answers": result.answers, "different": result.differing, "most": result.furthest}
    if result.identical:
        total = "–" if then.total is None else f"{then.total:g}"
        lines = [say("explain.same", answers=result.answers, verdicts=len(then.verdicts), total=total)]
    else:
        lines = [say("explain.different" if result.outcomes else "explain.same_points", **about)]
    lines += [_line(one.name, one.then, one.now) for one in result.outcomes]
    if result.conditions:
        lines.append(say("explain.conditions"))
        lines += [_line(one.name, one.then, one.now) for one in result.conditions]
    elif not result.identical:
        lines.append(say("explain.all_alike"))
    if result.rubric_now is None:
        lines.append(say("explain.rubric_gone", id=then.rubric.id))
    elif result.rubric_now != then.rubric.digest:
        digests = {"now": result.rubric_now[:12], "then": then.rubric.digest[:12]}
        lines.append(say("explain.rubric_changed", id=then.rubric.id, **digests))
    return lines


def _line(name: str, then: str, now: str) -> str:
    shown = say(f"explain.differs_{name}") if name in _NAMED else name
    return say("explain.then_now", name=shown, then=then, now=now)

"""`evaluator appeal …`: a second look at a criterion, from the request to the final judgement."""

# Annotations are evaluated here: Typer reads them, and the help texts in them depend on the current language.

from typing import TYPE_CHECKING, Annotated

import typer

from evaluator import messages
from evaluator.errors import InputError

if TYPE_CHECKING:
    from evaluator.storage import Appeal

say = messages.say
app = typer.Typer(help=say("cli.appeal"), no_args_is_help=True, add_completion=False, rich_markup_mode=None)

AppealId = Annotated[str, typer.Argument(metavar="APPEAL", help=say("cli.appeal_id"))]
Who = Annotated[str, typer.Option("--who", help=say("cli.appeal_who"))]
Reason = Annotated[str, typer.Option("--reason", help=say("cli.appeal_reason"))]
Keep = Annotated[bool, typer.Option("--keep", help=say("cli.appeal_keep"))]
Points = Annotated[float | None, typer.Option("--points", help=say("cli.appeal_points"))]
Lang = Annotated[str | None, typer.Option(metavar="zh|en", help=say("cli.lang"))]


def _causes() -> str:
    """The root causes with their texts, for the help."""
    return ", ".join(f"{name} ({both[messages.current()]})" for name, both in messages.catalogue("causes").items())


Cause = Annotated[str | None, typer.Option("--cause", help=say("cli.appeal_cause", causes=_causes()))]


@app.command("open", help=say("cli.appeal_open"))
def open_appeal(
    grading: Annotated[str, typer.Argument(metavar="ID", help=say("cli.show_id"))],
    criterion: Annotated[str, typer.Argument(metavar="CRITERION", help=say("cli.appeal_criterion"))],
    reason: Reason,
    who: Who,
    lang: Lang = None,
) -> None:
    from evaluator.storage import open_records

    messages.use(lang or messages.current())
    with open_records() as records:
        _tell(records.appeals.open(records.resolve(grading), criterion, reason, who=who))


@app.command(help=say("cli.appeal_assign"))
def assign(
    appeal: AppealId,
    reviewer: Annotated[str, typer.Argument(metavar="REVIEWER", help=say("cli.appeal_reviewer"))],
    who: Who,
    lang: Lang = None,
) -> None:
    from evaluator.storage import open_records

    messages.use(lang or messages.current())
    with open_records() as records:
        _tell(records.appeals.assign(appeal, reviewer, who=who))


@app.command(help=say("cli.appeal_decide"))
def decide(
    appeal: AppealId,
    reason: Reason,
    who: Who,
    keep: Keep = False,
    points: Points = None,
    cause: Cause = None,
    lang: Lang = None,
) -> None:
    from evaluator.storage import open_records

    messages.use(lang or messages.current())
    _require_one(keep, points)
    with open_records() as records:
        _tell(records.appeals.decide(appeal, points, reason, who=who, cause=cause))  # type: ignore[arg-type]


@app.command(help=say("cli.appeal_close"))
def close(
    appeal: AppealId,
    reason: Reason,
    who: Who,
    keep: Keep = False,
    points: Points = None,
    cause: Cause = None,
    lang: Lang = None,
) -> None:
    from evaluator.storage import open_records

    messages.use(lang or messages.current())
    _require_one(keep, points)
    with open_records() as records:
        _tell(records.appeals.close(appeal, points, reason, who=who, cause=cause))  # type: ignore[arg-type]


@app.command(help=say("cli.appeal_withdraw"))
def withdraw(appeal: AppealId, who: Who, reason: Reason = "", lang: Lang = None) -> None:
    from evaluator.storage import open_records

    messages.use(lang or messages.current())
    with open_records() as records:
        _tell(records.appeals.withdraw(appeal, reason, who=who))


@app.command("list", help=say("cli.appeal_list"))
def list_appeals(
    every: Annotated[bool, typer.Option("--all", help=say("cli.appeal_all"))] = False, lang: Lang = None
) -> None:
    from evaluator.storage import APPEAL_STATES, PENDING, open_records

    messages.use(lang or messages.current())
    with open_records() as records:
        found = records.appeals.queue(*(APPEAL_STATES if every else PENDING))
    if not found:
        print(say("cli.appeal_none"))
    for one in found:
        state = say(f"appeal.state_{one.state}")
        print(f"{one.id}\t{one.at[:16]}\t{one.grading_id}\t{one.criterion}\t{state}\t{one.who}\t{one.reviewer or '–'}")


@app.command(help=say("cli.appeal_show"))
def show(appeal: AppealId, lang: Lang = None) -> None:
    from evaluator.reports import appeal_step
    from evaluator.storage import open_records

    messages.use(lang or messages.current())
    with open_records() as records:
        found = records.appeals.get(appeal)
    _tell(found)
    print(say("appeal.asked", who=found.who, criterion=found.criterion, reason=found.reason))
    for step in found.steps:
        print(f"{step.at[:16]}  {appeal_step(step)}{f': {step.reason}' if step.reason else ''}")


def _tell(appeal: "Appeal") -> None:
    print(say("cli.appeal_done", id=appeal.id, state=say(f"appeal.state_{appeal.state}")))


def _require_one(keep: bool, points: float | None) -> None:
    if keep == (points is not None):
        raise InputError("appeal_one_of")

"""`evaluator review …`: draw gradings for review, and mark them as reviewed."""

# Annotations are evaluated here: Typer reads them, and the help texts in them depend on the current language.

from typing import Annotated

import typer

from evaluator import messages

say = messages.say
app = typer.Typer(help=say("cli.review"), no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.command(help=say("cli.review_sample"))
def sample(
    rate: Annotated[float, typer.Option(min=0, max=1, help=say("cli.review_rate"))] = 0.05,
    risk: Annotated[float, typer.Option(min=0, max=1, help=say("cli.review_risk"))] = 0.05,
    rubric: Annotated[str | None, typer.Option("--rubric", "-r", help=say("cli.history_rubric"))] = None,
    since: Annotated[str, typer.Option(help=say("cli.review_since"))] = "",
    seed: Annotated[int | None, typer.Option(min=0, help=say("cli.review_seed"))] = None,
    who: Annotated[str, typer.Option(help=say("cli.appeal_who"))] = "",
    lang: Annotated[str | None, typer.Option(metavar="zh|en", help=say("cli.lang"))] = None,
) -> None:
    from evaluator.storage import open_records

    messages.use(lang or messages.current())
    with open_records() as records:
        drawn = records.samples.draw(rate, risk, who=who, rubric=rubric, since=since, seed=seed)
    if not drawn:
        print(say("cli.review_drawn_none"))
        return
    for one in drawn:
        print(f"{one.grading_id}\t{one.drawn_by}\t{one.risk:.2f}")
    at_random = sum(one.drawn_by == "rate" for one in drawn)
    print(say("cli.review_drawn", count=len(drawn), rate=at_random, risk=len(drawn) - at_random))


@app.command("list", help=say("cli.review_list"))
def waiting(
    limit: Annotated[int, typer.Option(min=1, max=1000, help=say("cli.history_limit"))] = 50,
    lang: Annotated[str | None, typer.Option(metavar="zh|en", help=say("cli.lang"))] = None,
) -> None:
    from evaluator.reports import print_history
    from evaluator.storage import open_records

    messages.use(lang or messages.current())
    with open_records() as records:
        print_history(records.history(limit, waiting=True), chosen=True)


@app.command(help=say("cli.review_done"))
def done(
    grading: Annotated[str, typer.Argument(metavar="ID", help=say("cli.show_id"))],
    who: Annotated[str, typer.Option("--who", help=say("cli.appeal_who"))],
    comment: Annotated[str, typer.Option(help=say("cli.review_comment"))] = "",
    lang: Annotated[str | None, typer.Option(metavar="zh|en", help=say("cli.lang"))] = None,
) -> None:
    from evaluator.storage import open_records

    messages.use(lang or messages.current())
    with open_records() as records:
        mark = records.mark_reviewed(grading, who=who, comment=comment)
    print(say("cli.review_marked", id=mark.grading_id, who=who))

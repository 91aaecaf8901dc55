"""`evaluator paper …`: a paper of the bank is sat, reviewed, printed, and measured."""

# Annotations are evaluated here: Typer reads them, and the help texts in them depend on the current language.

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from evaluator import messages
from evaluator.commands.exams import bank_paper, print_blocks, print_table, with_bank, write_document
from evaluator.commands.grading import ensure_model
from evaluator.errors import InputError
from evaluator.exams import papers_in
from evaluator.reports import shown
from evaluator.settings import load_settings
from evaluator.sittings import (
    begin,
    figures_of,
    grade_sitting,
    key_blocks,
    open_sitting,
    paper_blocks,
    pause,
    review_blocks,
    sittings_of,
    statistics_blocks,
    submit,
    write_answer,
)
from evaluator.storage import open_records

if TYPE_CHECKING:
    from evaluator.exams import ExamQuestion
    from evaluator.settings import Settings
    from evaluator.sittings import Sitting
    from evaluator.storage import Records

say = messages.say
app = typer.Typer(help=say("paper.help"), no_args_is_help=True, add_completion=False, rich_markup_mode=None)

PaperName = Annotated[str, typer.Argument(metavar="PAPER", help=say("paper.arg_paper"))]
BankOption = Annotated[str | None, typer.Option("--bank", help=say("bank.help_bank_file_or_sqlalchemy"))]
Minutes = Annotated[float | None, typer.Option(min=0.1, help=say("paper.opt_minutes"))]
PassMark = Annotated[float | None, typer.Option(min=0, help=say("paper.opt_pass_mark"))]
MarkingPolicy = Annotated[
    Literal["all_or_nothing", "partial"],
    typer.Option(metavar="all_or_nothing|partial", help=say("paper.opt_policy")),
]
Model = Annotated[str | None, typer.Option("--model", "-m", help=say("cli.grade_model"))]
Yes = Annotated[bool, typer.Option("--yes", "-y", help=say("cli.grade_yes"))]
Out = Annotated[Path | None, typer.Option("--out", "-o", help=say("interview.opt_out"))]
Lang = Annotated[str | None, typer.Option(metavar="zh|en", help=say("cli.lang"))]


@app.command("list", help=say("paper.papers"))
def list_command(bank: BankOption = None, lang: Lang = None) -> None:
    messages.use(lang or messages.current())
    with with_bank(bank) as opened:
        papers = papers_in(opened)
    if not papers:
        print(say("paper.no_papers"))
        return
    head = [say(f"paper.column_{name}") for name in ("title", "count")]
    print_table(head, [(one.title, len(one.items) - len(one.left_out)) for one in papers])


@app.command(help=say("paper.sit"))
def sit(
    paper: PaperName,
    name: Annotated[str, typer.Option(help=say("paper.opt_name"))] = "",
    minutes: Minutes = None,
    untimed: Annotated[bool, typer.Option("--untimed", help=say("paper.opt_untimed"))] = False,
    pass_mark: PassMark = None,
    policy: MarkingPolicy = "all_or_nothing",
    model: Model = None,
    yes: Yes = False,
    bank: BankOption = None,
    lang: Lang = None,
) -> None:
    messages.use(lang or messages.current())
    settings = load_settings(model=model)
    asked = bank_paper(paper, bank, policy=policy, pass_mark=pass_mark, minutes=minutes)
    with open_records(settings) as records:
        sitting = begin(records, asked, candidate=name, timed=not untimed)
        print(say("paper.begun", id=sitting))
        _go_through(records, sitting, settings, yes)


@app.command(help=say("paper.resume"))
def resume(
    id: Annotated[str, typer.Argument(metavar="ID", help=say("cli.show_id"))],
    model: Model = None,
    yes: Yes = False,
    lang: Lang = None,
) -> None:
    from evaluator import sittings

    messages.use(lang or messages.current())
    settings = load_settings(model=model)
    with open_records(settings) as records:
        found = sittings.open_sitting(records, id)
        sittings.resume(records, found.id)
        if found.state == "submitted":
            _grade(records, found.id, settings, yes)
            return
        print(say("paper.begun", id=found.id))
        _go_through(records, found.id, settings, yes)


@app.command(help=say("paper.list"))
def sittings(lang: Lang = None) -> None:
    messages.use(lang or messages.current())
    with open_records() as records:
        found = sittings_of(records, records.sittings.all())
    if not found:
        print(say("paper.none"))
        return
    head = [say(f"paper.column_{name}") for name in ("id", "candidate", "title", "state", "total", "at")]
    print_table(head, [_line(one) for one in found])


@app.command(help=say("paper.review"))
def review(
    id: Annotated[str, typer.Argument(metavar="ID", help=say("cli.show_id"))], out: Out = None, lang: Lang = None
) -> None:
    messages.use(lang or messages.current())
    with open_records() as records:
        found = open_sitting(records, id)
    if found.state != "submitted":
        raise InputError("sitting_not_submitted")
    blocks = review_blocks(found)
    print_blocks(blocks) if out is None else write_document(out, blocks)


@app.command("print", help=say("paper.print"))
def print_command(
    paper: PaperName,
    out: Annotated[Path, typer.Option("--out", "-o", help=say("interview.opt_out"))],
    key: Annotated[Path | None, typer.Option(help=say("paper.opt_key"))] = None,
    bank: BankOption = None,
    lang: Lang = None,
) -> None:
    messages.use(lang or messages.current())
    asked = bank_paper(paper, bank)
    write_document(out, paper_blocks(asked))
    write_document(key or out.with_stem(f"{out.stem}-key"), key_blocks(asked))


@app.command("statistics", help=say("paper.statistics"))
def statistics_command(
    paper: Annotated[str, typer.Argument(metavar="PAPER", help=say("paper.arg_paper"))],
    out: Out = None,
    lang: Lang = None,
) -> None:
    messages.use(lang or messages.current())
    with open_records() as records:
        kept = [one for one in records.sittings.all() if paper.casefold() in one.title.casefold()]
        kept = [one for one in kept if one.state == "submitted"]
        newest = [one for one in kept if one.paper_digest == kept[-1].paper_digest]
        found = [one for one in sittings_of(records, newest) if one.graded]
    if not found:
        raise InputError("sitting_nobody", title=paper)
    blocks = statistics_blocks(found[0].paper, figures_of(found[0].paper, found))
    print_blocks(blocks) if out is None else write_document(out, blocks)


def _go_through(records: "Records", sitting_id: str, settings: "Settings", yes: bool) -> None:
    """Asks question by question until the paper is handed in, paused, or the time is up.

    Ctrl+C and the end of input leave the sitting as it is.
    """
    found = open_sitting(records, sitting_id)
    place = next((at for at, one in enumerate(found.paper.questions) if one.id not in found.answers), 0)
    while True:
        found = open_sitting(records, sitting_id)
        if found.clock.is_over:
            print(messages.say("errors.sitting_time_up"))
            break
        if place >= len(found.paper.questions):
            left = sum(not found.answers.get(one.id, "").strip() for one in found.paper.questions)
            if not left or yes or typer.confirm(say("paper.unanswered", count=left), default=False):
                break
            place = next(at for at, one in enumerate(found.paper.questions) if not found.answers.get(one.id))
        question = found.paper.questions[place]
        _show_question(found, question)
        try:
            answer = input("> ").strip()
        except (EOFError, KeyboardInterrupt):
            pause(records, sitting_id)
            print("\n" + say("paper.paused", id=sitting_id))
            return
        if answer == ":p":
            pause(records, sitting_id)
            print(say("paper.paused", id=sitting_id))
            return
        if answer == ":s":
            place = len(found.paper.questions)
        elif answer == ":b":
            place = max(0, place - 1)
        else:
            if answer:
                write_answer(records, sitting_id, question.id, _lines(question, answer))
            place += 1
    submit(records, sitting_id)
    _grade(records, sitting_id, settings, yes)


def _lines(question: "ExamQuestion", answer: str) -> str:
    """Gaps and pairs stand one a line; in the terminal they are separated by semicolons."""
    if question.item.blanks or question.item.pairs:
        return "\n".join(part.strip() for part in answer.replace("；", ";").split(";"))
    return answer


def _show_question(sitting: "Sitting", question: "ExamQuestion") -> None:
    left = sitting.clock.left_s
    if left is not None:
        typer.echo(say("paper.left", minutes=f"{max(left, 0) / 60:.1f}"))
    points = say("paper.points", points=f"{question.points:g}")
    for text in (question.background, f"{question.number}. {question.text} ({points})", question.requirements):
        if text:
            typer.echo(text)
    for option in question.item.options:
        typer.echo(f"  {option.label}. {option.text}")
    for step in question.item.steps:
        typer.echo(f"  {step}")
    if known := sitting.answers.get(question.id):
        typer.echo(f"= {known}")


def _grade(records: "Records", sitting_id: str, settings: "Settings", yes: bool) -> None:
    from rich.console import Console

    found = open_sitting(records, sitting_id)
    if any(not one.by_key and found.answers.get(one.id, "").strip() for one in found.paper.questions):
        ensure_model(settings, yes)
    with Console(stderr=True).status(say("paper.handed_in")) as status:
        done = asyncio.run(
            grade_sitting(
                records,
                sitting_id,
                settings=settings,
                on_question=lambda at, total, text: status.update(f"{at + 1}/{total} {text[:40]}"),
            )
        )
    print_blocks(review_blocks(done))


def _line(one: "Sitting") -> tuple[str, ...]:
    total = f"{shown(one.result.total)} / {shown(one.result.max_points)}" if one.graded else ""
    at = one.at[:16].replace("T", " ")
    return (one.id, one.candidate, one.paper.title, say(f"paper.state_{one.state}"), total, at)

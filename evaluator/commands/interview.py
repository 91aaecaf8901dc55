"""`evaluator interview …`: a whole interview in, its questions found, each answer graded, candidates side by side."""

# Annotations are evaluated here: Typer reads them, and the help texts in them depend on the current language.

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from evaluator import messages
from evaluator.commands.exams import paper_from, print_blocks, print_table, write_document, write_text
from evaluator.commands.grading import ensure_model
from evaluator.commands.transcripts import confirmed, read_from, roles_of
from evaluator.errors import InputError
from evaluator.interviews import (
    doubt_text,
    find_segments,
    give_points,
    grade_interview,
    interview_blocks,
    interviews_of,
    keep,
    matrix_blocks,
    matrix_of,
    open_interview,
    read_segments,
    result_text,
    segments_text,
)
from evaluator.settings import load_settings
from evaluator.storage import open_records

if TYPE_CHECKING:
    from evaluator.exams import ExamPaper
    from evaluator.interviews import Found, Interview
    from evaluator.settings import Settings
    from evaluator.storage import Records
    from evaluator.transcript import Transcript

say = messages.say
app = typer.Typer(help=say("interview.help"), no_args_is_help=True, add_completion=False, rich_markup_mode=None)

TranscriptFile = Annotated[str, typer.Argument(metavar="FILE|-", help=say("interview.arg_transcript"))]
PaperOption = Annotated[str | None, typer.Option("--paper", "-p", help=say("interview.opt_paper"))]
QuestionsOption = Annotated[Path | None, typer.Option("--questions", "-q", help=say("interview.opt_questions"))]
BankOption = Annotated[str | None, typer.Option("--bank", help=say("bank.help_bank_file_or_sqlalchemy"))]
Agent = Annotated[list[str] | None, typer.Option(help=say("cli.grade_agent"))]
Lang = Annotated[str | None, typer.Option(metavar="zh|en", help=say("cli.lang"))]
Id = Annotated[str, typer.Argument(metavar="ID", help=say("cli.show_id"))]
Out = Annotated[Path | None, typer.Option("--out", "-o", help=say("interview.opt_out"))]


@app.command(help=say("interview.segment"))
def segment(
    transcript: TranscriptFile,
    paper: PaperOption = None,
    questions: QuestionsOption = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help=say("interview.opt_segments_out"))] = None,
    bank: BankOption = None,
    agent: Agent = None,
    lang: Lang = None,
) -> None:
    messages.use(lang or messages.current())
    asked = paper_from(paper, questions, bank)
    text = _read(transcript, agent or [])
    found = _find(text, asked)
    written = segments_text(text, asked, found)
    if out is None:
        print(written, end="")
        return
    write_text(out, written)
    print(say("cli.written", path=out))
    _tell_doubts(found, text)


@app.command(help=say("interview.grade"))
def grade(
    transcript: TranscriptFile,
    paper: PaperOption = None,
    questions: QuestionsOption = None,
    segments: Annotated[Path | None, typer.Option(help=say("interview.opt_segments"))] = None,
    candidate: Annotated[str, typer.Option(help=say("interview.opt_candidate"))] = "",
    round_: Annotated[str, typer.Option("--round", help=say("interview.opt_round"))] = "",
    model: Annotated[str | None, typer.Option("--model", "-m", help=say("cli.grade_model"))] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help=say("cli.grade_fresh"))] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=say("cli.grade_yes"))] = False,
    out: Out = None,
    as_json: Annotated[bool, typer.Option("--json", help=say("cli.transcript_json"))] = False,
    bank: BankOption = None,
    agent: Agent = None,
    lang: Lang = None,
) -> None:
    messages.use(lang or messages.current())
    settings = load_settings(model=model)
    asked = paper_from(paper, questions, bank)
    text = _read(transcript, agent or [])
    found = read_segments(segments, text, asked) if segments else _settle(_find(text, asked), text, asked)
    ensure_model(settings, yes)
    named = candidate or ("" if transcript == "-" else Path(transcript).stem)
    with _records(settings) as records:
        kept = keep(records, asked, text, found, candidate=named, round=round_)
        with _progress() as on_question:
            done = asyncio.run(grade_interview(records, kept, settings=settings, fresh=fresh, on_question=on_question))
        _show(records, done, out, as_json)


@app.command("list", help=say("interview.list"))
def list_command(
    round_: Annotated[str | None, typer.Option("--round", help=say("interview.opt_round"))] = None, lang: Lang = None
) -> None:
    messages.use(lang or messages.current())
    with _records() as records:
        found = interviews_of(records, records.interviews.all(round=round_))
    if not found:
        print(say("interview.none"))
        return
    head = [say(f"interview.column_{name}") for name in ("id", "candidate", "round", "total", "at")]
    rows = [(one.id, one.candidate, one.round, result_text(one.result), one.at[:16].replace("T", " ")) for one in found]
    print_table(head, rows)


@app.command(help=say("interview.show"))
def show(
    id: Id,
    out: Out = None,
    as_json: Annotated[bool, typer.Option("--json", help=say("cli.transcript_json"))] = False,
    lang: Lang = None,
) -> None:
    messages.use(lang or messages.current())
    with _records() as records:
        _show(records, open_interview(records, id), out, as_json)


@app.command(help=say("interview.delete"))
def delete(id: Id, lang: Lang = None) -> None:
    messages.use(lang or messages.current())
    with _records() as records:
        found = records.interviews.get(id)
        records.interviews.delete(found.id)
        print(say("interview.deleted", id=found.id))


def _read(source: str, agents: list[str]) -> "Transcript":
    roles = roles_of(agents, [])
    return confirmed(read_from(source, roles, "dialogue"), roles)


def _find(transcript: "Transcript", paper: "ExamPaper") -> "Found":
    from rich.console import Console

    with Console(stderr=True).status(say("interview.finding")):
        return find_segments(transcript, paper)


def _settle(found: "Found", transcript: "Transcript", paper: "ExamPaper") -> "Found":
    """On a terminal, asks about what is not certain; elsewhere it is said, and the results are marked for a person."""
    _tell_doubts(found, transcript)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return found
    known = {question.id for question in paper.questions}
    for doubt in found.doubts:
        if doubt.code != "place_unsure":
            continue
        now = next(piece.questions for piece in found.pieces if piece.turn == doubt.turn)
        words = transcript.turn(doubt.turn).text[:60]
        while True:
            default = ",".join(now) or "-"
            asked = say("interview.ask_place", turn=doubt.turn, words=words)
            answer = typer.prompt(asked, default=default, err=True).strip()
            wanted = () if answer == "-" else tuple(one.strip() for one in answer.replace("，", ",").split(","))
            if set(wanted) <= known:
                found = found.moved(doubt.turn, wanted)
                break
    return found


def _tell_doubts(found: "Found", transcript: "Transcript") -> None:
    if not found.doubts:
        return
    typer.echo(say("interview.to_settle", count=len(found.doubts)), err=True)
    for doubt in found.doubts:
        words = transcript.turn(doubt.turn).text[:40]
        typer.echo(f"  {doubt.turn} {words}: {doubt_text(doubt)}", err=True)


def _show(records: "Records", interview: "Interview", out: Path | None, as_json: bool) -> None:
    if as_json:
        body = interview.model_dump(mode="json", exclude={"transcript"})
        print(json.dumps({**body, "result": interview.result.model_dump(mode="json")}, ensure_ascii=False, indent=2))
        return
    cards = records.many([one.grading for one in interview.outcomes if one.grading])
    decisions = records.interviews.decisions([interview.id])
    blocks = interview_blocks(interview, cards, decisions[-1] if decisions else None)
    if out is None:
        print_blocks(blocks)
        print(say("interview.stored_as", id=interview.id))
        return
    write_document(out, blocks)


@contextmanager
def _records(settings: "Settings | None" = None) -> "Iterator[Records]":
    with open_records(settings) as records:
        yield records


@contextmanager
def _progress() -> Iterator[Any]:
    from rich.console import Console

    with Console(stderr=True).status(say("progress.reading")) as status:
        yield lambda done, total, text: status.update(f"{done + 1}/{total} {text[:40]}")


@app.command(help=say("interview.matrix"))
def matrix(
    round_: Annotated[str, typer.Argument(metavar="ROUND", help=say("interview.opt_round"))],
    by: Annotated[
        Literal["questions", "criteria"], typer.Option(metavar="questions|criteria", help=say("interview.opt_by"))
    ] = "questions",
    sort: Annotated[str, typer.Option(help=say("interview.opt_sort"))] = "total",
    blind: Annotated[bool, typer.Option("--blind", help=say("interview.opt_blind"))] = False,
    quotes: Annotated[bool, typer.Option("--quotes", help=say("interview.opt_quotes"))] = False,
    out: Out = None,
    lang: Lang = None,
) -> None:
    messages.use(lang or messages.current())
    with _records() as records:
        found = matrix_of(records, round_, by=by, blind=blind).sorted_by(sort)
    blocks = matrix_blocks(found, quotes=quotes)
    print_blocks(blocks) if out is None else write_document(out, blocks)


@app.command(help=say("interview.points"))
def points(
    id: Id,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help=say("interview.arg_question"))],
    given: Annotated[str, typer.Argument(metavar="POINTS|-", help=say("interview.arg_points"))],
    who: Annotated[str, typer.Option(help=say("interview.opt_who"))],
    comment: Annotated[str, typer.Option(help=say("interview.opt_comment"))] = "",
    lang: Lang = None,
) -> None:
    messages.use(lang or messages.current())
    try:
        value = None if given == "-" else float(given)
    except ValueError:
        raise InputError("interview_points_unreadable", points=given) from None
    with _records() as records:
        give_points(records, open_interview(records, id), question, value, who=who, comment=comment)


@app.command(help=say("interview.decide"))
def decide(
    id: Id,
    decision: Annotated[str, typer.Argument(metavar="DECISION", help=say("interview.arg_decision"))],
    who: Annotated[str, typer.Option(help=say("interview.opt_who"))],
    text: Annotated[str, typer.Option(help=say("interview.opt_text"))] = "",
    lang: Lang = None,
) -> None:
    from evaluator.interviews import decide as keep_decision

    messages.use(lang or messages.current())
    with _records() as records:
        keep_decision(records, open_interview(records, id), decision, text, who=who)

"""`evaluator transcript …`: how a text is read, before anything is graded."""

# Annotations are evaluated here: Typer reads them, and the help texts in them depend on the current language.

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evaluator import messages

if TYPE_CHECKING:
    from evaluator.transcript import Form, Role, Transcript

FORMS = ("dialogue", "answer", "email")


def build() -> typer.Typer:
    """The group, with help in the current language."""
    say = messages.say
    app = typer.Typer(no_args_is_help=True)

    @app.command(help=say("cli.transcript_show"))
    def show(
        transcript: Annotated[str, typer.Argument(metavar="FILE|-", help=say("cli.grade_transcript"))],
        agent: Annotated[list[str] | None, typer.Option(help=say("cli.grade_agent"))] = None,
        customer: Annotated[list[str] | None, typer.Option(help=say("cli.grade_customer"))] = None,
        form: Annotated[
            str, typer.Option(metavar="dialogue|answer|email", help=say("cli.transcript_form"))
        ] = "dialogue",
        as_json: Annotated[bool, typer.Option("--json", help=say("cli.transcript_json"))] = False,
        lang: Annotated[str | None, typer.Option(metavar="zh|en", help=say("cli.lang"))] = None,
    ) -> None:
        from evaluator.errors import InputError

        messages.use(lang or messages.current())
        if form not in FORMS:
            raise InputError("form_unknown", form=form)
        read = read_from(transcript, roles_of(agent or [], customer or []), form)  # type: ignore[arg-type]
        if as_json:
            print(read.model_dump_json(indent=2))
            return
        from evaluator.reports import print_transcript

        print_transcript(read)

    @app.command(help=say("cli.transcript_transcribe"))
    def transcribe(
        recording: Annotated[Path, typer.Argument(help=say("cli.transcript_recording"))],
        model: Annotated[str | None, typer.Option("--model", "-m", help=say("cli.transcript_audio_model"))] = None,
        out: Annotated[Path | None, typer.Option("--out", "-o", help=say("cli.transcript_out"))] = None,
        language: Annotated[str | None, typer.Option(help=say("cli.transcript_audio_language"))] = None,
    ) -> None:
        import asyncio

        from evaluator.errors import InputError
        from evaluator.files import SHARED_FILE, write_in_one_step
        from evaluator.recordings import read_sound, transcribe, written_out
        from evaluator.settings import load_settings

        settings = load_settings()
        chosen = model or settings.audio_model
        if not chosen:
            raise InputError("recording_model_missing")

        def report(done: int, total: int) -> None:
            typer.echo(say("recording.progress", done=done, total=total), err=True)

        sound = read_sound(recording)
        found = asyncio.run(transcribe(sound, chosen, settings=settings, language=language, report=report))
        text = written_out(found)
        if out:
            write_in_one_step(out, text + "\n", SHARED_FILE)
        else:
            print(text)
        typer.echo(say("recording.done", passages=len(found.passages), uncertain=found.uncertain), err=True)
        if all(one.speaker is None for one in found.passages):
            typer.echo(say("recording.no_speakers"), err=True)

    return app


def roles_of(agents: list[str], customers: list[str]) -> "dict[str, Role]":
    """The roles given by `--agent` and `--customer`."""
    return {**dict.fromkeys(customers, "customer"), **dict.fromkeys(agents, "agent")}


def read_from(source: str, roles: "dict[str, Role]", form: "Form") -> "Transcript":
    """The transcript in a file, or from standard input for "-"."""
    from evaluator.transcript import load, load_stream

    if source == "-":
        return load_stream(sys.stdin.buffer, roles=roles, form=form)
    return load(Path(source), roles=roles, form=form)


def confirmed(transcript: "Transcript", given: "dict[str, Role]") -> "Transcript":
    """On a terminal, asks who is graded if the evidence is thin.

    Everywhere else the doubt remains and the grading is marked for review.
    """
    from evaluator.transcript import speakers, with_roles

    names = [one for one in speakers(transcript) if one.speaker]
    if not transcript.doubts or len(names) < 2 or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return transcript
    for doubt in transcript.doubts:
        typer.echo(messages.say(f"transcript.{doubt.code}", **doubt.values), err=True)
    listed = list(dict.fromkeys(str(one.speaker) for one in names))
    for number, name in enumerate(listed, start=1):
        first = next(turn.text for turn in transcript.turns if turn.speaker == name)
        typer.echo(f"  {number}. {name}: {first[:60]}", err=True)
    guessed = next((str(one.speaker) for one in names if one.role == "agent"), listed[0])
    agent = _chosen(listed, guessed)
    others: dict[str, Role] = {str(one.speaker): one.role for one in names if one.speaker != agent}
    if agent != guessed:
        others |= {name: "customer" for name, role in others.items() if role == "agent" and len(listed) == 2}
        others |= {name: "other" for name, role in others.items() if role == "agent"}
    return with_roles(transcript, {**others, **given, agent: "agent"})


def _chosen(listed: list[str], guessed: str) -> str:
    """The speaker that a person names by number or name; asks again until it is one of them."""
    from evaluator.text import fold

    by_name = {fold(name): name for name in listed} | {str(number): name for number, name in enumerate(listed, start=1)}
    while True:
        answer = typer.prompt(messages.say("cli.ask_agent"), default=str(listed.index(guessed) + 1), err=True).strip()
        if found := by_name.get(fold(answer)):
            return found
        typer.echo(messages.say("errors.transcript_unknown_speaker", name=answer, found=", ".join(listed)), err=True)

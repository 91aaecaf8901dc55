"""`evaluator privacy …`: one person's data in all stores, and what is too old to keep."""

# Annotations are evaluated here: Typer reads them, and the help texts in them depend on the current language.

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evaluator import messages
from evaluator.errors import InputError

if TYPE_CHECKING:
    from evaluator.persons import PersonData

say = messages.say
app = typer.Typer(help=say("cli.privacy"), no_args_is_help=True, add_completion=False, rich_markup_mode=None)

Person = Annotated[str, typer.Argument(metavar="PERSON", help=say("cli.privacy_person"))]
Mentions = Annotated[bool, typer.Option("--mentions", help=say("cli.privacy_mentions"))]
Who = Annotated[str, typer.Option("--who", help=say("cli.appeal_who"))]
Yes = Annotated[bool, typer.Option("--yes", "-y", help=say("cli.privacy_yes"))]
Lang = Annotated[str | None, typer.Option(metavar="zh|en", help=say("cli.lang"))]


@app.command(help=say("cli.privacy_show"))
def show(person: Person, mentioned: Mentions = False, lang: Lang = None) -> None:
    from evaluator.persons import find_person
    from evaluator.settings import load_settings
    from evaluator.storage import open_records

    messages.use(lang or messages.current())
    settings = load_settings()
    with open_records(settings) as records:
        _list(find_person(settings, records, person, mentioned=mentioned), "found")


@app.command(help=say("cli.privacy_export"))
def export(
    person: Person,
    out: Annotated[Path, typer.Option("--out", "-o", help=say("cli.explain_out"))],
    mentioned: Mentions = False,
    who: Who = "",
    lang: Lang = None,
) -> None:
    from evaluator.commands.exams import write_text
    from evaluator.persons import export_person, find_person
    from evaluator.settings import load_settings
    from evaluator.storage import open_records

    messages.use(lang or messages.current())
    settings = load_settings()
    with open_records(settings) as records:
        found = find_person(settings, records, person, mentioned=mentioned)
        if not _list(found, "found"):
            return
        data = export_person(settings, records, found, who=who)
    write_text(out, json.dumps(data, ensure_ascii=False, indent=1, default=str))
    print(say("cli.written", path=out))


@app.command(help=say("cli.privacy_delete"))
def delete(person: Person, mentioned: Mentions = False, who: Who = "", yes: Yes = False, lang: Lang = None) -> None:
    from evaluator.persons import delete_person, find_person
    from evaluator.settings import load_settings
    from evaluator.storage import open_records

    messages.use(lang or messages.current())
    settings = load_settings()
    with open_records(settings) as records:
        found = find_person(settings, records, person, mentioned=mentioned)
        if not _list(found, "found"):
            return
        print(say("cli.privacy_log"))
        _confirm(yes)
        delete_person(settings, records, found, who=who)
    print(say("cli.privacy_deleted"))


@app.command(help=say("cli.privacy_expire"))
def expire(
    days: Annotated[int, typer.Option("--days", min=1, help=say("cli.privacy_days"))],
    who: Who = "",
    yes: Yes = False,
    lang: Lang = None,
) -> None:
    from evaluator.persons import expire as delete_old
    from evaluator.persons import find_expired
    from evaluator.settings import load_settings
    from evaluator.storage import open_records

    messages.use(lang or messages.current())
    settings = load_settings()
    with open_records(settings) as records:
        found = find_expired(settings, records, days)
        if not _list(found, "old"):
            return
        _confirm(yes)
        delete_old(settings, records, found, who=who)
    print(say("cli.privacy_deleted"))


def _list(found: "PersonData", kind: str) -> bool:
    """Prints what was found; False if there is nothing."""
    about = {"name": found.name, "before": found.name[:10]}
    if found.empty:
        print(say("cli.privacy_none" if kind == "found" else "cli.privacy_none_old", **about))
        return False
    print(say(f"cli.privacy_{kind}", **about))
    counts = {**found.rows.counts(), "references": len(found.references), "answers": found.answers}
    for name, count in counts.items():
        if count:
            print(f"  {count:>6}  {say(f'cli.privacy_{name}')}")
    if found.files:
        print(f"  {len(found.files):>6}  {say('cli.privacy_files')}")
        for path in found.files:
            print(f"          {path}")
    return True


def _confirm(yes: bool) -> None:
    if yes:
        return
    if not (sys.stdin.isatty() and typer.confirm(say("cli.privacy_really"), default=False)):
        raise InputError("privacy_not_confirmed")

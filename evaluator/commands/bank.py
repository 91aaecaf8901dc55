"""`evaluator bank …`: import papers; show, correct, delete, restore and export questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from evaluator import messages
from evaluator.bank import KINDS, Item
from evaluator.errors import InputError

app = typer.Typer(
    help=messages.say("bank.help_the_question_bank_exam"),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

KindChoice = StrEnum("KindChoice", {kind: kind for kind in KINDS})  # type: ignore[misc]


class ListFormat(StrEnum):
    """How questions are shown."""

    table = "table"
    json = "json"


class FileFormat(StrEnum):
    """What a bank is exported as."""

    json = "json"
    xlsx = "xlsx"
    gift = "gift"
    aiken = "aiken"
    moodle = "moodle"
    qti21 = "qti21"
    qti3 = "qti3"


BankOption = Annotated[
    str | None,
    typer.Option("--bank", help=messages.say("bank.help_bank_file_or_sqlalchemy")),
]
KindOption = Annotated[
    list[KindChoice] | None, typer.Option("--kind", help=messages.say("bank.help_only_this_kind_may"))
]
FileOption = Annotated[str | None, typer.Option("--file", help=messages.say("bank.help_only_from_files_whose"))]
TextOption = Annotated[str | None, typer.Option("--text", help=messages.say("bank.help_only_questions_that_hold"))]


@app.command("import", help=messages.say("bank.command_import"))
def import_command(
    paths: Annotated[
        list[Path], typer.Argument(help=messages.say("bank.help_files_folders_or_zip"), show_default=False)
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=messages.say("bank.help_show_what_would_be"))] = False,
    overwrite_edits: Annotated[
        bool, typer.Option("--overwrite-edits", help=messages.say("bank.help_let_the_documents_win"))
    ] = False,
    references: Annotated[
        bool, typer.Option("--references/--no-references", help=messages.say("bank.help_bring_the_references_up"))
    ] = True,
    all_warnings: Annotated[
        bool, typer.Option("--all-warnings", help=messages.say("bank.help_show_every_warning"))
    ] = False,
    shown: Annotated[
        ListFormat, typer.Option("--format", help=messages.say("bank.help_table_or_json"))
    ] = ListFormat.table,
    bank: BankOption = None,
) -> None:
    """Import exam papers (.docx .doc .pdf .html .md .txt .xlsx .csv .zip). Bad files are named, the others imported."""
    from evaluator.bank import import_files
    from evaluator.commands import bank_output

    with _bank(bank, create=not dry_run) as opened, bank_output.progress(shown is ListFormat.table) as advance:
        reports = import_files(opened, paths, dry_run, overwrite_edits, advance)
        touched = not dry_run and any(report.status == "imported" for report in reports)
    if shown is ListFormat.json:
        bank_output.print_json([report.model_dump(mode="json") for report in reports])
    else:
        bank_output.show_reports(reports, dry_run, all_warnings)
    if touched and references:
        _index(bank)
    if failed := sum(report.status == "failed" for report in reports):
        raise InputError("bank_some_failed" if touched else "bank_not_imported", count=failed)


@app.command("list", help=messages.say("bank.command_list"))
def list_command(
    kind: KindOption = None,
    file: FileOption = None,
    text: TextOption = None,
    truncated: Annotated[
        bool, typer.Option("--truncated", help=messages.say("bank.help_only_questions_that_are"))
    ] = False,
    warnings: Annotated[
        bool, typer.Option("--warnings", help=messages.say("bank.help_only_questions_with_warnings"))
    ] = False,
    deleted: Annotated[bool, typer.Option("--deleted", help=messages.say("bank.help_only_those_deleted"))] = False,
    shown: Annotated[
        ListFormat, typer.Option("--format", help=messages.say("bank.help_table_or_json"))
    ] = ListFormat.table,
    bank: BankOption = None,
) -> None:
    """List the questions of the bank."""
    from evaluator.commands import bank_output

    with _bank(bank) as opened:
        everything = opened.items(deleted) if opened else []
    items = list(_chosen(everything, kind, file, text, truncated, warnings))
    if shown is ListFormat.json:
        bank_output.print_items(items)
    else:
        bank_output.show_items(items, bool(everything) or deleted)


@app.command("show", help=messages.say("bank.command_show"))
def show_command(
    item_id: Annotated[str, typer.Argument(metavar="ID", help=messages.say("bank.help_the_question_or_the"))],
    shown: Annotated[
        ListFormat, typer.Option("--format", help=messages.say("bank.help_table_or_json"))
    ] = ListFormat.table,
    bank: BankOption = None,
) -> None:
    """Show one question with its answer, criteria, source and warnings."""
    from evaluator.commands import bank_output

    with _bank(bank, create=True) as opened:
        item = opened.item(item_id)
    if shown is ListFormat.json:
        bank_output.print_item(item)
    else:
        bank_output.show_item(item)


@app.command("edit", help=messages.say("bank.command_edit"))
def edit_command(
    item_id: Annotated[str, typer.Argument(metavar="ID", help=messages.say("bank.help_the_question_or_the"))],
    text: Annotated[str | None, typer.Option("--text", help=messages.say("bank.help_new_text"))] = None,
    key: Annotated[str | None, typer.Option("--key", help=messages.say("bank.help_new_key_ac_empty"))] = None,
    explanation: Annotated[
        str | None, typer.Option("--explanation", help=messages.say("bank.help_new_explanation"))
    ] = None,
    points: Annotated[float | None, typer.Option("--points", min=0, help=messages.say("bank.help_new_points"))] = None,
    kind: Annotated[KindChoice | None, typer.Option("--kind", help=messages.say("bank.help_new_kind"))] = None,
    bank: BankOption = None,
) -> None:
    """Change a question: by the options, or in your editor when there are none. A new import keeps the change."""
    given: dict[str, Any] = {"text": text, "explanation": explanation, "points": points}
    changes = {name: value for name, value in given.items() if value is not None}
    if key is not None:
        changes["key"] = key or None
    if kind is not None:
        changes["kind"] = kind.value
    with _bank(bank, create=True) as opened:
        before = opened.item(item_id)
        after = opened.edit(before.id, **(changes or _edited_by_hand(before)))
    if after != before:
        _index(bank)
    typer.echo(messages.say("bank.cli_not_edited") if after == before else messages.say("bank.cli_edited", id=after.id))


@app.command("delete", help=messages.say("bank.command_delete"))
def delete_command(
    item_ids: Annotated[list[str], typer.Argument(metavar="ID…", help=messages.say("bank.help_questions_to_delete"))],
    bank: BankOption = None,
) -> None:
    """Delete questions. `undo` brings them back; a new import does not."""
    with _bank(bank, create=True) as opened:
        deleted = opened.delete(item_ids)
    if deleted:
        _index(bank)
    typer.echo(
        messages.say("bank.cli_deleted", ids=", ".join(deleted)) if deleted else messages.say("bank.cli_not_edited")
    )


@app.command("undo", help=messages.say("bank.command_undo"))
def undo_command(bank: BankOption = None) -> None:
    """Undo the last import, edit or deletion; call it again for the one before."""
    with _bank(bank, create=True) as opened:
        undone = opened.undo()
    _index(bank)
    for change in undone:
        typer.echo(messages.say("bank.cli_undone", action=change.action, label=change.label))


@app.command("export", help=messages.say("bank.command_export"))
def export_command(
    form: Annotated[FileFormat, typer.Option("--format", help=messages.say("bank.help_json_or_xlsx_in"))] = (
        FileFormat.json
    ),
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=messages.say("bank.help_file_to_write_json"))
    ] = None,
    kind: KindOption = None,
    file: FileOption = None,
    text: TextOption = None,
    bank: BankOption = None,
) -> None:
    """Export questions as JSON or as a spreadsheet."""
    from evaluator.bank import SUFFIXES, export
    from evaluator.commands import bank_output

    with _bank(bank) as opened:
        items = list(_chosen(opened.items() if opened else [], kind, file, text))
    if output is None and form is FileFormat.json:
        bank_output.print_items(items)
        return
    output = output or Path(f"bank{SUFFIXES[form.value]}")
    left_out = export(items, output, form.value)
    typer.echo(messages.say("bank.cli_exported", count=len(items) - len(left_out), path=output))
    if left_out:
        names = messages.say("bank.cli_comma").join(item.id for item in left_out[:20])
        typer.echo(messages.say("bank.cli_left_out", count=len(left_out), format=form.value, ids=names))


@app.command("duplicates", help=messages.say("bank.command_duplicates"))
def duplicates_command(
    merge: Annotated[bool, typer.Option("--merge", help=messages.say("bank.help_merge"))] = False,
    bank: BankOption = None,
) -> None:
    """Show questions that occur more than once in the bank; merge those that agree."""
    from evaluator.bank import differ, find_duplicates
    from evaluator.bank import merge as merge_items

    with _bank(bank) as opened:
        groups = find_duplicates(opened.items()) if opened else []
        for group in groups:
            differs = differ(group)
            ids = messages.say("bank.cli_comma").join(item.id for item in group)
            said = messages.say("bank.cli_keys_differ") if differs else ""
            typer.echo(messages.say("bank.cli_duplicates", ids=ids, text=group[0].text[:60], differs=said))
        if merge and (agreeing := [group for group in groups if not differ(group)]):
            merge_items(opened, *agreeing)
    if merge and groups:
        _index(bank)
    typer.echo(messages.say("bank.cli_duplicate_groups", count=len(groups)))


@app.command("draft", help=messages.say("bank.command_draft"))
def draft_command(
    item_id: Annotated[str, typer.Argument(metavar="ID", help=messages.say("bank.help_a_question_with_scoring"))],
    rubric_id: Annotated[str | None, typer.Option("--id", help=messages.say("bank.help_id_of_the_rubric"))] = None,
    edit: Annotated[bool, typer.Option("--edit", help=messages.say("bank.help_open_the_draft_in"))] = False,
    folder: Annotated[
        Path | None, typer.Option("--folder", help=messages.say("bank.help_where_to_save_it"), file_okay=False)
    ] = None,
    bank: BankOption = None,
) -> None:
    """Make a draft rubric of a question with scoring criteria; its levels are marked as proposals."""
    from evaluator import rubrics
    from evaluator.bank import draft_rubric
    from evaluator.settings import load_settings

    with _bank(bank, create=True) as opened:
        rubric = draft_rubric(opened.item(item_id), rubric_id)
    if edit:
        rubric = rubrics.parse(_in_editor(rubrics.dump(rubric), ".yaml"), f"{rubric.id}.yaml")
    path = rubrics.write(rubric, folder or load_settings().user_rubric_dir)
    typer.echo(messages.say("bank.cli_drafted", path=path))


@app.command("index", help=messages.say("bank.command_index"))
def index_command(bank: BankOption = None) -> None:
    """Bring the references that the grader pulls up to date with the bank."""
    _index(bank)


@app.command("search", help=messages.say("bank.command_search"))
def search_command(
    query: Annotated[str, typer.Argument(help=messages.say("bank.help_what_it_is_about"))],
    count: Annotated[int, typer.Option("-k", min=1, max=100, help=messages.say("bank.help_how_many_hits"))] = 5,
    item: Annotated[str | None, typer.Option("--item", help=messages.say("bank.help_only_of_this_question"))] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help=messages.say("bank.help_reference_answer_key_point"))
    ] = None,
    topic: Annotated[str | None, typer.Option("--topic", help=messages.say("bank.help_only_of_this_paper"))] = None,
    source: Annotated[str | None, typer.Option("--source", help=messages.say("bank.help_only_from_this_place"))] = None,
    language: Annotated[str | None, typer.Option("--language", help=messages.say("bank.help_zh_or_en"))] = None,
    all_banks: Annotated[bool, typer.Option("--all-banks", help=messages.say("bank.help_all_banks"))] = False,
    shown: Annotated[
        ListFormat, typer.Option("--format", help=messages.say("bank.help_table_or_json"))
    ] = ListFormat.table,
    bank: BankOption = None,
) -> None:
    """Search questions, answers and explanations by meaning and words; show scores and sources."""
    from evaluator.bank import find_questions, scope_of, search
    from evaluator.commands import bank_output

    given = {"item": item, "kind": kind, "topic": topic, "source": source, "language": language}
    filters = {name: value for name, value in given.items() if value is not None}
    with _bank(bank) as opened:
        scope = scope_of(opened) if opened else ""
        asks = opened is not None and (not filters or filters == {"kind": "question"})
        hits = find_questions(opened, query, count) if asks else []
    if kind != "question":
        hits += search(query, count, filters, bank=None if all_banks else scope)
        hits = sorted(hits, key=lambda hit: -hit.score)[:count]
    if shown is ListFormat.json:
        bank_output.print_json([{**hit._asdict(), "entry": hit.entry.model_dump(), "fits": hit.fits} for hit in hits])
    else:
        bank_output.show_hits(hits)


def _index(bank: str | None) -> None:
    """Updates the references to match the bank."""
    from evaluator.bank import index_bank

    with _bank(bank, create=True) as opened:
        index_bank(opened)


@contextmanager
def _bank(where: str | None, create: bool = False) -> Iterator[Any]:
    """The open bank; None if there is no file yet and none should be created."""
    from evaluator.bank.store import open_bank
    from evaluator.files import kind_at
    from evaluator.settings import load_settings

    settings = load_settings()
    folder = settings.data_dir
    place = where or settings.bank_url.removeprefix("sqlite:///")
    if not create and "://" not in place and kind_at(Path(place).expanduser()) == "missing":
        yield None
        return
    opened = open_bank(place, lock_dir=folder if "://" in place else None)
    try:
        yield opened
    finally:
        opened.close()


def _chosen(
    items: list[Item],
    kinds: list[Any] | None,
    file: str | None,
    text: str | None,
    truncated: bool = False,
    warnings: bool = False,
) -> Iterator[Item]:
    wanted = {kind.value for kind in kinds or ()}
    for item in items:
        if (
            (wanted and item.kind not in wanted)
            or (truncated and not item.truncated)
            or (warnings and not item.warnings)
        ):
            continue
        if file and (item.source is None or file.lower() not in item.source.file.lower()):
            continue
        if not text or text.lower() in f"{item.text}\n{item.explanation}".lower():
            yield item


def _edited_by_hand(item: Item) -> dict[str, Any]:
    """The fields that a person changed in the editor; InputError if the result is not YAML with fields."""
    from evaluator.bank.store import EDITABLE
    from evaluator.encoding import Malformed, read_yaml, write_yaml

    before = {name: value for name, value in item.model_dump(mode="json").items() if name in EDITABLE}
    given = _in_editor(write_yaml(before), ".yaml")
    try:
        after = read_yaml(given)
    except Malformed as error:
        raise InputError("bank_edit_unreadable", detail=error) from None
    if not isinstance(after, dict):
        raise InputError("bank_edit_unreadable", detail=type(after).__name__)
    return {name: value for name, value in after.items() if before.get(name, ...) != value}


def _in_editor(text: str, extension: str) -> str:
    """The text that the user saved, or the original text if nothing was saved."""
    import click

    try:
        return click.edit(text, extension=extension) or text
    except click.ClickException as error:
        raise InputError("bank_edit_unreadable", detail=error.format_message()) from None
